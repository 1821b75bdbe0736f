/**
 * Writes recorded telemetry for tests: a Mac on which users run programs that touch files and reach hosts, as the lines
 * that the helper and the other sources would have written. Keys come in a mixed order, slashes are escaped, audit tokens
 * have the shape of the chosen message version, numbers count up without holes unless `lose` is called.
 */
import { toOpensEnvelope } from '../../collectors/endpoint-security/opens.ts';

export interface User {
  readonly uid: number;
  readonly name: string;
  readonly groups?: readonly string[];
  readonly folders?: Readonly<Record<string, { readonly provider: string }>>;
}

export const MARIA: User = { uid: 501, name: 'maria', groups: ['staff', 'everyone'] };

export interface Proc {
  readonly pid: number;
  readonly pidversion: number;
  readonly parent: Proc | null;
  readonly responsible: Proc | null;
  readonly auid: number;
  readonly ruid: number;
  readonly path: string;
  readonly signingId: string | null;
  readonly teamId: string | null;
  readonly platform: boolean;
  readonly startUs: number;
}

export interface Program {
  readonly path: string;
  readonly args?: readonly string[];
  readonly signingId?: string | null;
  readonly teamId?: string | null;
  readonly platform?: boolean;
  readonly cwd?: string;
  readonly script?: string;
  /** Pipe ids of standard input and output; without them both are vnodes. */
  readonly stdin?: number;
  readonly stdout?: number;
  /** Further pipes that the program is given. */
  readonly descriptors?: readonly { readonly fd: number; readonly pipe: number }[];
  /** Starts the app by itself: it is its own responsible process. */
  readonly isApp?: boolean;
  /** Login user and real user, when they differ from the parent's. */
  readonly auid?: number;
  readonly ruid?: number;
}

const HOME = '/Users';
const APPLE = { teamId: null, platform: true };
/** Programs that stories run, as they look on a Mac. */
export const PROGRAMS = {
  psql: { path: '/opt/homebrew/Cellar/libpq/17.6/bin/psql', signingId: 'psql' },
  pgDump: {
    path: '/opt/homebrew/Cellar/libpq/17.6/bin/pg_dump',
    signingId: 'pg_dump-55554944aa0b',
  },
  mysql: { path: '/opt/homebrew/bin/mysql', signingId: 'mysql' },
  dbeaver: {
    path: '/Applications/DBeaver.app/Contents/MacOS/dbeaver',
    signingId: 'org.jkiss.dbeaver.core.product',
    teamId: '42B6MDKMW8',
    isApp: true,
  },
  zsh: { path: '/bin/zsh', signingId: 'com.apple.zsh', ...APPLE },
  terminal: {
    path: '/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal',
    signingId: 'com.apple.Terminal',
    ...APPLE,
    isApp: true,
  },
  finder: {
    path: '/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder',
    signingId: 'com.apple.finder',
    ...APPLE,
    isApp: true,
  },
  dropbox: {
    path: '/Applications/Dropbox.app/Contents/MacOS/Dropbox',
    signingId: 'com.getdropbox.dropbox',
    teamId: 'G7HH3F8CAK',
    isApp: true,
  },
  chrome: {
    path: '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    signingId: 'com.google.Chrome',
    teamId: 'EQHXZ8M8AV',
    isApp: true,
  },
  chromeHelper: {
    path: '/Applications/Google Chrome.app/Contents/Frameworks/Helpers/Google Chrome Helper.app/Contents/MacOS/Google Chrome Helper',
    signingId: 'com.google.Chrome.helper',
    teamId: 'EQHXZ8M8AV',
  },
  curl: { path: '/usr/bin/curl', signingId: 'com.apple.curl', ...APPLE },
  cp: { path: '/bin/cp', signingId: 'com.apple.cp', ...APPLE },
  mv: { path: '/bin/mv', signingId: 'com.apple.mv', ...APPLE },
  cat: { path: '/bin/cat', signingId: 'com.apple.cat', ...APPLE },
  zip: { path: '/usr/bin/zip', signingId: 'com.apple.zip', ...APPLE },
  tar: { path: '/usr/bin/tar', signingId: 'com.apple.bsdtar', ...APPLE },
  gzip: { path: '/usr/bin/gzip', signingId: 'com.apple.gzip', ...APPLE },
  rclone: { path: '/opt/homebrew/Cellar/rclone/1.71.1/bin/rclone', signingId: 'a.out' },
  aws: { path: '/usr/local/aws-cli/aws', signingId: 'aws', teamId: '94KV3E626L' },
  python: {
    path: '/opt/homebrew/Cellar/python@3.13/3.13.7/bin/python3.13',
    signingId: 'python3.13-5555494466d1f0',
  },
} as const satisfies Record<string, Program>;

const UNSET = 4_294_967_295;

export class Story {
  readonly #lines: string[] = [];
  readonly #version: number;
  #us: number;
  #sequence = 0;
  #pid = 4000;
  #pidversion = 90_000;
  #random = 7;
  readonly launchd: Proc;

  constructor({ start = '2026-11-02T09:00:00Z', version = 9 } = {}) {
    this.#us = Date.parse(start) * 1000;
    this.#version = version;
    this.launchd = {
      pid: 1,
      pidversion: 300,
      parent: null,
      responsible: null,
      auid: UNSET,
      ruid: 0,
      path: '/sbin/launchd',
      signingId: 'com.apple.xpc.launchd',
      teamId: null,
      platform: true,
      startUs: this.#us - 86_400_000_000,
    };
  }

  /** Microseconds since 1970 of the next line. */
  get now(): number {
    return this.#us;
  }

  lines(): readonly string[] {
    return this.#lines;
  }

  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  wait(seconds: number): this {
    this.#us += Math.round(seconds * 1_000_000);
    return this;
  }

  /** Sets the wall clock; the numbers go on. */
  setClock(time: string): this {
    this.#us = Date.parse(time) * 1000;
    return this;
  }

  /** The kernel drops messages: their numbers are missing. */
  lose(count: number): this {
    this.#sequence += count;
    return this;
  }

  /** The run that watches opens says something with this number of its own; nobody knows the file. */
  opensRun(number: number): this {
    const at = this.#lines.length;
    this.open(this.launchd, '/Library/Preferences/com.apple.dock.plist');
    const [line = ''] = this.#lines.splice(at);
    // The number of the main run that it took goes to the next line.
    this.#sequence -= 1;
    const numbered = line.replace(/"global_seq_num":\d+/, `"global_seq_num":${number}`);
    return this.raw(toOpensEnvelope(numbered, () => this.#us));
  }

  /** What the supervisor says when that run begins, or begins anew because it ended. */
  opensAnnounced(code: 'opens-started' | 'opens-restarted'): this {
    return this.envelope({ source: 'notice', collector: 'endpoint-security', code, detail: '' });
  }

  /** The sensor is started anew: numbers begin at 0. */
  restartSensor(isAnnounced = true): this {
    if (isAnnounced)
      this.envelope({
        source: 'notice',
        collector: 'endpoint-security',
        code: 'restarted',
        detail: 'status 1',
      });
    this.#sequence = 0;
    return this;
  }

  raw(line: string): this {
    this.#lines.push(line);
    return this;
  }

  /** Moves the last line back, as if it had arrived earlier than those before it. */
  arriveEarlier(count: number): this {
    const line = this.#lines.pop();
    if (line !== undefined) this.#lines.splice(this.#lines.length - count, 0, line);
    return this;
  }

  host(users: readonly User[] = [MARIA], complete = true): this {
    return this.envelope({
      source: 'host',
      hostname: 'mac-17',
      uuid: '6F1C0F5A-0000-4B1E-9C55-7AE41E1E6910',
      osVersion: '15.6.1',
      complete,
      accounts: users.map((user) => ({ home: `${HOME}/${user.name}`, groups: ['staff'], ...user })),
    });
  }

  processes(procs: readonly Proc[]): this {
    return this.envelope({
      source: 'processes',
      processes: procs.map((proc) => ({
        pid: proc.pid,
        ppid: proc.parent?.pid ?? 0,
        uid: proc.ruid,
        name: proc.path.split('/').at(-1),
        path: proc.path,
        cmd: proc.path,
        startTime: `${new Date(proc.startUs / 1000).toISOString().slice(0, 19)}.000Z`,
      })),
    });
  }

  network(
    connections: readonly {
      readonly proc: Proc;
      readonly peer: string;
      readonly port?: string;
      readonly state?: string;
    }[],
  ): this {
    return this.envelope({
      source: 'network',
      connections: [
        {
          protocol: 'tcp4',
          localAddress: '*',
          localPort: '7000',
          peerAddress: '*',
          peerPort: '*',
          state: 'LISTEN',
          pid: 1,
          process: 'launchd',
        },
        ...connections.map(({ proc, peer, port = '51000', state = 'ESTABLISHED' }) => ({
          protocol: peer.includes(':') ? 'tcp6' : 'tcp4',
          localAddress: '10.0.0.5',
          localPort: port,
          peerAddress: peer,
          peerPort: '443',
          state,
          pid: proc.pid,
          process: proc.path.split('/').at(-1),
        })),
      ],
    });
  }

  resolver(name: string, address: string): this {
    return this.envelope({ source: 'resolver', answers: [{ name, address }] });
  }

  watched(
    event: 'add' | 'change' | 'unlink',
    path: string,
    uid = 501,
    modifiedUs = this.#us,
  ): this {
    return this.envelope({
      source: 'files',
      event,
      path,
      stats: { size: 10, ino: 7, uid, mtimeMs: modifiedUs / 1000 },
    });
  }

  envelope(record: Readonly<Record<string, unknown>>): this {
    const { source, ...rest } = record;
    const time = new Date(Math.floor(this.#us / 1000)).toISOString();
    this.#lines.push(JSON.stringify({ source, time, ...rest }));
    this.#us += 1000;
    return this;
  }

  /** A process that was there before the first line, of that user. */
  running(program: Program, user: User = MARIA, parent: Proc = this.launchd): Proc {
    return this.#proc(
      program,
      parent,
      { auid: user.uid, ruid: user.uid },
      this.#us - 3_600_000_000,
    );
  }

  /** A process that was there before, in the session of its parent. */
  shell(user: User = MARIA): Proc {
    return this.running(PROGRAMS.zsh, user, this.running(PROGRAMS.terminal, user));
  }

  fork(parent: Proc): Proc {
    const child: Proc = {
      ...parent,
      pid: (this.#pid += 3),
      pidversion: (this.#pidversion += 1),
      parent,
      startUs: this.#us,
    };
    this.#message('fork', 11, parent, { child: this.#process(child) });
    return child;
  }

  /** Replaces the image of a process. */
  exec(before: Proc, program: Program, denied = false): Proc {
    const after = this.#proc(
      program,
      before.parent ?? this.launchd,
      before,
      before.startUs,
      before.pid,
    );
    const args = program.args ?? [program.path.split('/').at(-1) ?? ''];
    this.#message(
      'exec',
      9,
      before,
      {
        target: this.#process(after),
        args,
        env: ['HOME=/Users/maria', 'PGPASSWORD=hunter2'],
        cwd: this.#file(program.cwd ?? '/Users/maria'),
        script: program.script === undefined ? null : this.#file(program.script),
        fds: [
          fd(0, program.stdin),
          fd(1, program.stdout),
          fd(2, undefined),
          ...(program.descriptors ?? []).map((further) => fd(further.fd, further.pipe)),
        ],
        last_fd: 2,
        dyld_exec_path: program.path,
        image_cputype: 16_777_228,
        image_cpusubtype: -2_147_483_646,
      },
      denied,
    );
    return after;
  }

  /** Fork and exec. */
  run(parent: Proc, program: Program): Proc {
    return this.exec(this.fork(parent), program);
  }

  exit(proc: Proc): this {
    return this.#message('exit', 15, proc, { stat: 0 });
  }

  create(proc: Proc, path: string): this {
    return this.#message('create', 13, proc, {
      destination_type: 0,
      destination: { existing_file: this.#file(path) },
      acl: null,
    });
  }

  close(proc: Proc, path: string, modified = true): this {
    return this.#message('close', 12, proc, {
      target: this.#file(path),
      modified,
      was_mapped_writable: false,
    });
  }

  /** Create and close: a whole file written by one process. */
  write(proc: Proc, path: string): this {
    return this.create(proc, path).close(proc, path);
  }

  open(proc: Proc, path: string, fflag = 1): this {
    return this.#message('open', 10, proc, { file: this.#file(path), fflag });
  }

  rename(proc: Proc, source: string, target: string, denied = false, modifiedUs = this.#us): this {
    const [folder, name] = split(target);
    return this.#message(
      'rename',
      25,
      proc,
      {
        source: this.#file(source, modifiedUs),
        destination_type: 1,
        destination: { new_path: { dir: this.#file(folder), filename: name } },
      },
      denied,
    );
  }

  renameOver(proc: Proc, source: string, target: string): this {
    return this.#message('rename', 25, proc, {
      source: this.#file(source),
      destination_type: 0,
      destination: { existing_file: this.#file(target) },
    });
  }

  clone(proc: Proc, source: string, target: string): this {
    const [folder, name] = split(target);
    return this.#message('clone', 61, proc, {
      source: this.#file(source),
      target_dir: this.#file(folder),
      target_name: name,
    });
  }

  copyfile(proc: Proc, source: string, target: string): this {
    const [folder, name] = split(target);
    return this.#message('copyfile', 110, proc, {
      source: this.#file(source),
      target_file: null,
      targetdir: this.#file(folder),
      target_name: name,
      mode: 0,
      flags: 0,
    });
  }

  link(proc: Proc, source: string, target: string, modifiedUs = this.#us): this {
    const [folder, name] = split(target);
    return this.#message('link', 19, proc, {
      source: this.#file(source, modifiedUs),
      target_dir: this.#file(folder),
      target_filename: name,
    });
  }

  unlink(proc: Proc, path: string): this {
    const [folder] = split(path);
    return this.#message('unlink', 32, proc, {
      target: this.#file(path),
      parent_dir: this.#file(folder),
    });
  }

  truncate(proc: Proc, path: string): this {
    return this.#message('truncate', 41, proc, { target: this.#file(path) });
  }

  /** Events of other programs that have nothing to do with any chain. */
  noise(count: number, user: User = MARIA): this {
    const proc = this.running(PROGRAMS.chromeHelper, user);
    for (let index = 0; index < count; index += 1) {
      const path = `${HOME}/${user.name}/Library/Caches/Chrome/entry-${index % 50}`;
      if (index % 3 === 0) this.create(proc, path);
      else this.close(proc, path, index % 2 === 0);
    }
    return this;
  }

  #proc(
    program: Program,
    parent: Proc,
    user: { readonly auid: number; readonly ruid: number },
    startUs: number,
    pid = (this.#pid +=
      3),
  ): Proc {
    const proc: Proc = {
      pid,
      pidversion: (this.#pidversion += 1),
      parent,
      responsible: program.isApp ? null : (parent.responsible ?? parent),
      auid: program.auid ?? user.auid,
      ruid: program.ruid ?? user.ruid,
      path: program.path,
      signingId: program.signingId ?? null,
      teamId: program.teamId ?? null,
      platform: program.platform ?? false,
      startUs,
    };
    return proc;
  }

  #message(name: string, type: number, proc: Proc, body: object, denied = false): this {
    const line = JSON.stringify(
      this.#mixed({
        schema_version: 1,
        version: this.#version,
        time: nanoseconds(this.#us),
        mach_time: Math.floor(this.#us * 24),
        seq_num: this.#sequence,
        global_seq_num: this.#sequence,
        event_type: type,
        action_type: 1,
        action: { result: { result_type: 0, result: { auth: denied ? 1 : 0 } } },
        thread: { thread_id: 11 },
        process: this.#process(proc),
        event: { [name]: body },
      }),
    );
    this.#lines.push(line.replaceAll('/', String.raw`\/`));
    this.#sequence += 1;
    this.#us += 1000;
    return this;
  }

  #process(proc: Proc): object {
    const token = (of: Proc): unknown => this.#token(of);
    return {
      audit_token: token(proc),
      parent_audit_token: token(proc.parent ?? this.launchd),
      responsible_audit_token: token(proc.responsible ?? proc),
      ppid: proc.parent?.pid ?? 0,
      original_ppid: proc.parent?.pid ?? 0,
      group_id: proc.pid,
      session_id: proc.pid,
      codesigning_flags: 570_522_385,
      is_platform_binary: proc.platform,
      is_es_client: false,
      cdhash: 'A7D4C1B2E3F40516273849AABBCCDDEEFF001122',
      signing_id: proc.signingId ?? '',
      team_id: proc.teamId,
      executable: this.#file(proc.path),
      tty: null,
      start_time: `${nanoseconds(proc.startUs).slice(0, 26)}Z`,
    };
  }

  /** Version 10 has both shapes in the field: the array is that of the first macOS 26 beta. */
  #token(proc: Proc): unknown {
    const { auid, ruid, pid, pidversion } = proc;
    if (this.#version === 10) return [auid, ruid, 20, ruid, 20, pid, 100_010, pidversion];
    return this.#mixed({
      auid,
      euid: ruid,
      egid: 20,
      ruid,
      rgid: 20,
      pid,
      asid: 100_010,
      pidversion,
    });
  }

  #file(path: string, modifiedUs = this.#us): object {
    const time = nanoseconds(modifiedUs);
    return {
      path,
      path_truncated: false,
      stat: {
        st_dev: 16_777_232,
        st_ino: 33_452_897,
        st_mode: 33_188,
        st_nlink: 1,
        st_uid: 501,
        st_gid: 20,
        st_size: 61_440,
        st_mtimespec: time,
        st_birthtimespec: time,
      },
    };
  }

  /** The same object with its keys in another order, different from call to call and the same in every run. */
  #mixed<T extends object>(object: T): T {
    const entries: [string, unknown][] = Object.entries(object);
    for (let index = entries.length - 1; index > 0; index -= 1) {
      this.#random = (this.#random * 1_103_515_245 + 12_345) % 2_147_483_648;
      const other = this.#random % (index + 1);
      [entries[index], entries[other]] = [entries[other]!, entries[index]!];
    }
    return Object.fromEntries(entries) as T;
  }
}

function split(path: string): [string, string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, slash) || '/', path.slice(slash + 1)];
}

function nanoseconds(us: number): string {
  const iso = new Date(Math.floor(us / 1000)).toISOString();
  return `${iso.slice(0, 23)}${String(us % 1000).padStart(3, '0')}417Z`;
}

function fd(number: number, pipe: number | undefined): object {
  return pipe === undefined
    ? { fd: number, fdtype: 1 }
    : { fd: number, fdtype: 6, pipe: { pipe_id: pipe } };
}
