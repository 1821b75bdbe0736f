/**
 * A Mac as far as the scripts of the package see it: a folder that they run in with `chroot`, with a shell and the tools they
 * call at the places where macOS has them, and nothing else. launchctl, pkgutil, PlistBuddy and sleep are scripts that write
 * down each call and answer as the real ones were seen to.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Shells that can be its /bin/sh: bash calls itself POSIX there, as on macOS. */
export const SHELLS = ['/bin/busybox', '/bin/bash'] as const;

const TOOLS = [
  '/bin/chmod',
  '/bin/ln',
  '/bin/mkdir',
  '/bin/rm',
  '/bin/rmdir',
  '/usr/bin/find',
  '/usr/bin/grep',
  '/usr/bin/id',
  '/usr/bin/readlink',
  '/usr/bin/sed',
  '/usr/sbin/chown',
] as const;

const FOLDERS = [
  'Library/Application Support',
  'Library/LaunchDaemons',
  'Library/Logs',
  'Volumes',
  'dev',
  'private/etc/newsyslog.d',
  'stand-in/receipts',
  'tmp',
  'usr/libexec',
  'usr/local/bin',
] as const;

/** What is compared; the rest is tools. */
const WATCHED = ['Library', 'Volumes', 'private', 'usr/local'] as const;

const HEAD = `#!/bin/busybox sh
cd /stand-in
echo "\${0##*/} $*" >> calls
`;

/** \`ending\`: how many more times a job that was told to end is still there; -1 is for ever. */
const LAUNCHCTL = `${HEAD}
[ "$2" = system/org.spillwatch.agent ] || [ "$1" = bootstrap ] || exit 64
case $1 in
  print)
    [ -e loaded ] || exit 113
    [ -e told ] || exit 0
    left=$(/bin/busybox cat ending 2>/dev/null || echo 0)
    [ "$left" -ne 0 ] || { /bin/busybox rm -f loaded told; exit 113; }
    echo $((left - 1)) > ending ;;
  bootout)
    [ -e loaded ] || exit 3
    if [ -e ending ]; then echo > told; else /bin/busybox rm loaded; fi ;;
  enable) /bin/busybox rm -f disabled ;;
  bootstrap)
    code=$(/bin/busybox cat code 2>/dev/null || echo 5)
    [ "$2" = system ] && [ -f "$3" ] && [ ! -e disabled ] && [ ! -e loaded ] && [ ! -e never ] || {
      echo "Bootstrap failed: $code" >&2; exit "$code"; }
    left=$(/bin/busybox cat refusals 2>/dev/null || echo 0)
    [ "$left" -eq 0 ] || { echo $((left - 1)) > refusals; echo "Bootstrap failed: $code" >&2; exit "$code"; }
    /bin/busybox cp "$3" loaded
    [ ! -e races ] || exit 37 ;;
  kickstart) [ -e loaded ] || exit 113 ;;
  *) exit 64 ;;
esac
exit 0
`;

const PKGUTIL = `${HEAD}
volume=/
if [ "$1" = --volume ]; then volume=$2; shift 2; fi
receipt="receipts/$(echo "$volume" | /bin/busybox tr / _)$2"
[ -e "$receipt" ] || { echo "No receipt for '$2' found at '$volume'." >&2; exit 1; }
case $1 in
  --pkg-info)
    echo "package-id: $2"
    echo "version: $(/bin/busybox cat "$receipt")"
    echo "volume: $volume"
    echo "location: /" ;;
  --forget) /bin/busybox rm "$receipt"; echo "Forgot package '$2' on '$volume'." ;;
  *) exit 64 ;;
esac
`;

const PLIST_BUDDY = `${HEAD}
[ "$1" = -c ] && [ -f "$3" ] || exit 1
key=\${2#Print :}
value=$(/bin/busybox sed -n "/<key>$key<\\/key>/{n;s/.*<string>\\(.*\\)<\\/string>.*/\\1/p;}" "$3")
[ -n "$value" ] || exit 1
echo "$value"
`;

export interface Ran {
  readonly code: number | null;
  readonly said: string;
}

/** Files of a package, unpacked by libarchive. */
interface Unpacked {
  readonly payload: string;
  readonly scripts: string;
}

export class FakeMac {
  readonly root = mkdtempSync(join(tmpdir(), 'spillwatch-mac-'));

  constructor(shell: (typeof SHELLS)[number]) {
    chmodSync(this.root, 0o755);
    for (const folder of FOLDERS) mkdirSync(this.at(folder), { recursive: true });
    this.#programs(['/bin/busybox', shell]);
    this.#link('/bin/sh', shell);
    for (const tool of TOOLS) this.#link(tool, '/bin/busybox');
    symlinkSync('private/etc', this.at('etc'));
    this.#script('/bin/launchctl', LAUNCHCTL);
    this.#script('/usr/sbin/pkgutil', PKGUTIL);
    this.#script('/usr/libexec/PlistBuddy', PLIST_BUDDY);
    this.#script('/bin/sleep', HEAD);
    // As good as the device for those who only write.
    writeFileSync(this.at('dev/null'), '');
    chmodSync(this.at('dev/null'), 0o666);
  }

  /** Place of a path of the Mac. */
  at(path: string): string {
    return join(this.root, path);
  }

  /** Runs a program of the Mac. */
  run(program: string, args: readonly string[] = [], { uid = 0, cwd = '/' } = {}): Ran {
    // One that the installer would not clean either.
    const env = {
      PATH: '/nowhere',
      CDPATH: '/Library',
      IFS: '/',
      ENV: '/nowhere',
      LANG: 'C.UTF-8',
    };
    const inside = `cd "$1" && shift && exec "$@"`;
    const { status, stdout, stderr, error } = spawnSync(
      '/usr/sbin/chroot',
      [`--userspec=${uid}:${uid}`, this.root, '/bin/sh', '-c', inside, 'sh', cwd, program, ...args],
      { env, encoding: 'utf8', timeout: 60_000 },
    );
    if (error !== undefined) throw error;
    return { code: status, said: stdout + stderr };
  }

  /** What the installer does with a package: preinstall, the files, postinstall, the receipt; it ends with what fails. */
  install(path: string, volume = '/'): Ran {
    const { payload, scripts } = this.#unpacked(path);
    const args = ['/tmp/x.pkg', volume, volume, '/'];
    const script = (name: string) => {
      // Nothing is found by name alone.
      const file = join(scripts, name);
      const text = readFileSync(file, 'utf8').replace(/^PATH=.*$/m, 'PATH=/nowhere');
      writeFileSync(file, text);
      return this.run(`/tmp/scripts/${name}`, args);
    };
    const before = script('preinstall');
    if (before.code !== 0) return before;
    execFileSync('/usr/bin/bsdtar', ['-xpf', payload, '--same-owner', '-C', this.at(volume)]);
    const after = script('postinstall');
    const version = readFileSync(join(scripts, 'version'), 'utf8').trim();
    if (after.code === 0) this.receive(version, volume);
    return { code: after.code, said: before.said + after.said };
  }

  #unpacked(path: string): Unpacked {
    const scripts = this.at('tmp/scripts');
    const members = this.at('tmp/members');
    for (const folder of [scripts, members]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    execFileSync('/usr/bin/bsdtar', ['-xf', path, '-C', members]);
    const member = (name: string) => join(members, 'spillwatch.pkg', name);
    execFileSync('/usr/bin/bsdtar', ['-xpf', member('Scripts'), '-C', scripts]);
    return { payload: member('Payload'), scripts };
  }

  /** Keeps a receipt. */
  receive(version: string, volume = '/'): void {
    writeFileSync(this.#receipt(volume), `${version}\n`);
  }

  /** Version of the receipt, `null` when there is none. */
  received(volume = '/'): string | null {
    const file = this.#receipt(volume);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
  }

  #receipt(volume: string): string {
    return this.at(`stand-in/receipts/${volume.replaceAll('/', '_')}org.spillwatch.agent`);
  }

  /** Sets what launchctl is to do, see there. */
  tell(
    what: 'code' | 'ending' | 'refusals' | 'never' | 'races' | 'disabled' | 'loaded',
    value = '',
  ): void {
    writeFileSync(this.at(`stand-in/${what}`), `${value}\n`);
  }

  /** What launchd has loaded: the text of a property list, or `null`. */
  get loaded(): string | null {
    const file = this.at('stand-in/loaded');
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  }

  /** Calls of the stand-ins since the last question. */
  calls(program = ''): readonly string[] {
    const file = this.at('stand-in/calls');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    rmSync(file);
    return lines.filter((line) => line.startsWith(program));
  }

  write(path: string, text: string, mode = 0o600): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
    chmodSync(this.at(path), mode);
  }

  /** Puts a shell script in the place of a tool. */
  replace(tool: string, script: string): void {
    rmSync(this.at(tool));
    this.write(tool, `#!/bin/busybox sh\n${script}\n`, 0o755);
  }

  mode(path: string): string {
    return (lstatSync(this.at(path)).mode & 0o7777).toString(8);
  }

  /** Everything that can change, a line each: kind and mode, owner, path, and what it holds. */
  tree(): readonly string[] {
    return WATCHED.flatMap((top) =>
      existsSync(this.at(top)) ? [top, ...this.#below(top)] : [],
    ).map((path) => {
      const stats = lstatSync(this.at(path));
      const content = stats.isSymbolicLink()
        ? readlinkSync(this.at(path))
        : stats.isFile()
          ? createHash('sha256')
              .update(readFileSync(this.at(path)))
              .digest('hex')
          : '';
      return `${stats.mode.toString(8)} ${stats.uid}:${stats.gid} ${path} ${content}`;
    });
  }

  #below(top: string): readonly string[] {
    return readdirSync(this.at(top), { recursive: true, encoding: 'utf8' })
      .map((path) => join(top, path))
      .toSorted();
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Copies programs with the libraries they load. */
  #programs(programs: readonly string[]): void {
    for (const program of programs) {
      const { stdout } = spawnSync('/usr/bin/ldd', [program], { encoding: 'utf8' });
      const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
      for (const path of [program, ...libraries]) {
        mkdirSync(dirname(this.at(path)), { recursive: true });
        copyFileSync(path, this.at(path));
      }
    }
  }

  #link(path: string, target: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    symlinkSync(target, this.at(path));
  }

  #script(path: string, text: string): void {
    this.write(path, text, 0o755);
  }
}
