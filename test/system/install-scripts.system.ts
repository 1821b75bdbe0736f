/**
 * The scripts of the package, run as the installer runs them, on a Mac that is a folder. Packages are real ones of our own
 * writer. What a real launchd, installer and pkgutil do can only be seen on a Mac.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flatPackage } from '../../pkg/package/flat-package.ts';
import { agentRoot } from '../../pkg/staging/agent-root.ts';
import { installerScripts } from '../../pkg/staging/installer-scripts.ts';
import { PROJECT } from '../support/command.ts';
import { IS_ROOT } from './account.ts';
import { FakeMac, SHELLS } from './fake-mac.ts';

const HOME = '/Library/Application Support/Spillwatch';
const BUNDLE = `${HOME}/Spillwatch.app`;
const EXECUTABLE = `${BUNDLE}/Contents/MacOS/spillwatch`;
const UNINSTALL = `${BUNDLE}/Contents/Resources/uninstall`;
const JOB_FILE = '/Library/LaunchDaemons/org.spillwatch.agent.plist';
const LOGS = '/Library/Logs/Spillwatch';
const LINK = '/usr/local/bin/spillwatch';
const JOB = 'system/org.spillwatch.agent';
/** Neither root nor anybody on the machine. */
const MALLORY = 54_321;

function source(path: string): Buffer {
  return readFileSync(join(PROJECT, path));
}

const JOB_TEXT = source('launchd/org.spillwatch.agent.plist').toString('utf8');

let packages: string;

/** A package of that version, with a rule more for each name. */
function packageOf(version: string, rules: readonly string[] = ['kept']): string {
  const payload = agentRoot({
    version,
    executable: Buffer.from(`executable of ${version}`),
    natives: [{ name: 'better_sqlite3.node', content: Buffer.from(version) }],
    licenses: new Map([['LICENSE', source('LICENSE')]]),
    resources: rules.map((name) => ({
      path: `rules/macos/${name}.yml`,
      content: Buffer.from(version),
    })),
    launchDaemon: source('launchd/org.spillwatch.agent.plist'),
    logRotation: source('launchd/org.spillwatch.agent.newsyslog.conf'),
    uninstall: source('pkg/scripts/uninstall'),
  });
  const scripts = installerScripts({
    version,
    payload,
    preinstall: source('pkg/scripts/preinstall'),
    postinstall: source('pkg/scripts/postinstall'),
  });
  const path = join(packages, `${version}.pkg`);
  const parts = { version, architecture: 'arm64', payload, scripts, time: 1_790_000_000 } as const;
  writeFileSync(path, flatPackage(parts));
  return path;
}

let [older, current, newer] = ['', '', ''];

beforeAll(() => {
  packages = mkdtempSync(join(tmpdir(), 'spillwatch-packages-'));
  older = packageOf('1.9.0', ['kept', 'dropped']);
  current = packageOf('1.10.0');
  newer = packageOf('2.0.0');
});

afterAll(() => rmSync(packages, { recursive: true }));

describe.runIf(IS_ROOT).each(SHELLS)('with %s as the shell', (shell) => {
  let mac: FakeMac;
  let before: readonly string[];

  beforeEach(() => {
    mac = new FakeMac(shell);
    before = mac.tree();
  });

  afterEach(() => {
    mac.remove();
  });

  /** Installs and expects that it works and that nothing is said but what the tools say. */
  function install(path: string): void {
    expect(mac.install(path)).toEqual({ code: 0, said: '' });
  }

  /** What an agent leaves behind. */
  function live(): void {
    mac.write(`${HOME}/db/spillwatch.db`, 'findings');
    mac.write(`${HOME}/config.json`, '{}', 0o644);
    mac.write(`${LOGS}/agent.log`, 'log');
  }

  /** Lines of the tree that are of the agent's own making. */
  function kept(): readonly string[] {
    return mac.tree().filter((line) => /Spillwatch\/(?:db|config)|Logs\/Spillwatch/.test(line));
  }

  function isThere(path: string): boolean {
    return lstatSync(mac.at(path), { throwIfNoEntry: false }) !== undefined;
  }

  /** As a Mac where the file is another than that of this version. */
  function spoil(path: string): void {
    writeFileSync(mac.at(path), 'spoilt');
  }

  describe('a fresh installation', () => {
    it('makes the folders of the agent, links the command, enables the job, then loads and starts it', () => {
      install(current);
      expect(mac.calls('launchctl').filter((call) => !call.includes(' print '))).toEqual([
        `launchctl enable ${JOB}`,
        `launchctl bootstrap system ${JOB_FILE}`,
        `launchctl kickstart ${JOB}`,
      ]);
      expect(mac.loaded).toBe(JOB_TEXT);
      expect([`${HOME}/db`, LOGS, EXECUTABLE, JOB_FILE].map((path) => mac.mode(path))).toEqual([
        '700',
        '750',
        '700',
        '644',
      ]);
      expect(readlinkSync(mac.at(LINK))).toBe(EXECUTABLE);
      expect(mac.tree().filter((line) => !line.includes(' 0:0 '))).toEqual([]);
      expect(mac.received()).toBe('1.10.0');
    });

    it('makes /usr/local/bin where it is missing, as on a fresh Mac, for all to read', () => {
      rmSync(mac.at('/usr/local'), { recursive: true });
      install(current);
      expect(['/usr/local', '/usr/local/bin'].map((path) => mac.mode(path))).toEqual([
        '755',
        '755',
      ]);
      expect(readlinkSync(mac.at(LINK))).toBe(EXECUTABLE);
    });

    it('leaves /usr/local/bin to whom it belongs', () => {
      chownSync(mac.at('/usr/local/bin'), MALLORY, MALLORY);
      chmodSync(mac.at('/usr/local/bin'), 0o775);
      install(current);
      const line = mac.tree().find((text) => text.endsWith(' usr/local/bin '));
      expect(line).toBe(`40775 ${MALLORY}:${MALLORY} usr/local/bin `);
    });

    it.each<[string, () => void]>([
      ['a file', () => mac.write(LINK, 'mine', 0o755)],
      ['a link', () => symlinkSync('/opt/other', mac.at(LINK))],
      ['a link to nowhere', () => symlinkSync('gone', mac.at(LINK))],
      ['a folder', () => mkdirSync(mac.at(LINK))],
    ])('leaves %s that is called spillwatch already, says so and goes on', (_, make) => {
      make();
      const there = mac.tree().filter((line) => line.includes('local/bin/spillwatch'));
      const { code, said } = mac.install(current);
      expect(code).toBe(0);
      expect(said).toMatch(/^Spillwatch: \/usr\/local\/bin\/spillwatch: .*left as it is; call \//);
      expect(mac.tree().filter((line) => line.includes('local/bin/spillwatch'))).toEqual(there);
      expect(mac.loaded).toBe(JOB_TEXT);
    });

    it('goes through no link that its owner puts there in the meantime', () => {
      const other = '/Library/elsewhere';
      mkdirSync(mac.at(other));
      mac.replace(
        '/bin/mkdir',
        `/bin/busybox mkdir "$@"
         case "$*" in *usr/local/bin) /bin/busybox ln -s ${other} ${LINK} ;; esac`,
      );
      const { code, said } = mac.install(current);
      expect(code).toBe(0);
      expect(said).toContain(`Spillwatch: ${LINK}: cannot be made; call ${EXECUTABLE}\n`);
      expect(readdirSync(mac.at(other))).toEqual([]);
    });

    it('goes on where /usr/local/bin cannot be made', () => {
      rmSync(mac.at('/usr/local'), { recursive: true });
      writeFileSync(mac.at('/usr/local'), '');
      const { code, said } = mac.install(current);
      expect(code).toBe(0);
      expect(said).toContain(`Spillwatch: ${LINK}: cannot be made; call ${EXECUTABLE}\n`);
    });

    it('enables a label that was disabled', () => {
      mac.tell('disabled');
      install(current);
      expect(mac.loaded).toBe(JOB_TEXT);
    });
  });

  describe('launchd', () => {
    it.each(['5', '37'])('that refuses with %s twice is asked again', (refusal) => {
      mac.tell('refusals', '2');
      mac.tell('code', refusal);
      const { code } = mac.install(current);
      expect([code, mac.loaded]).toEqual([0, JOB_TEXT]);
      const calls = mac.calls();
      expect(calls.filter((call) => call.includes('bootstrap')).length).toBe(3);
      expect(calls.filter((call) => call === 'sleep 1').length).toBe(2);
    });

    it('that refuses for another reason is not asked again', () => {
      mac.tell('refusals', '1');
      mac.tell('code', '125');
      expect(mac.install(current).code).toBe(1);
      expect(mac.calls('sleep')).toEqual([]);
    });

    it('that loads the job and says 37 has loaded it', () => {
      mac.tell('races');
      install(current);
      expect(mac.calls().filter((call) => call.includes('bootstrap')).length).toBe(1);
    });

    it('that refuses for ever fails the installation within bounds, with a line; the files stay', () => {
      mac.tell('never');
      const { code, said } = mac.install(current);
      expect(code).toBe(1);
      expect(said).toMatch(
        /\nSpillwatch: \/Library\/LaunchDaemons\/.*: launchd does not load it; .*run "sudo spillwatch service install"\n$/,
      );
      expect(mac.calls('sleep').length).toBe(15);
      expect([isThere(EXECUTABLE), isThere(LINK), mac.received()]).toEqual([true, true, null]);
    });

    it('that takes a while to end the job is waited for', () => {
      install(older);
      mac.tell('ending', '5');
      mac.calls();
      install(current);
      expect(mac.calls().filter((call) => call === 'sleep 1').length).toBe(5);
      expect(mac.loaded).toBe(JOB_TEXT);
    });

    it('that does not end the job at all fails the installation: the last version would go on running', () => {
      install(older);
      mac.tell('ending', '-1');
      mac.calls();
      const { code, said } = mac.install(current);
      expect(code).toBe(1);
      expect(said).toMatch(/going on\nSpillwatch: launchd has not let go .*; restart the Mac\n$/);
      expect(mac.calls('sleep').length).toBe(60);
      expect(readFileSync(mac.at(EXECUTABLE), 'utf8')).toBe('executable of 1.10.0');
    });
  });

  describe('an upgrade', () => {
    beforeEach(() => {
      install(older);
      live();
    });

    it('ends the job, replaces the files and loads the job anew', () => {
      mac.calls();
      install(current);
      expect(mac.calls('launchctl').filter((call) => !call.includes(' print '))).toEqual([
        `launchctl bootout ${JOB}`,
        `launchctl enable ${JOB}`,
        `launchctl bootstrap system ${JOB_FILE}`,
        `launchctl kickstart ${JOB}`,
      ]);
      expect(readFileSync(mac.at(EXECUTABLE), 'utf8')).toBe('executable of 1.10.0');
      expect(mac.received()).toBe('1.10.0');
    });

    it('changes nothing of database, configuration and logs', () => {
      const were = kept();
      install(current);
      expect(kept()).toEqual(were);
      expect(were.length).toBe(5);
    });

    it('keeps modes that an administrator narrowed, and narrows those that were widened', () => {
      chmodSync(mac.at(LOGS), 0o700);
      chmodSync(mac.at(`${HOME}/db`), 0o500);
      install(current);
      expect([mac.mode(LOGS), mac.mode(`${HOME}/db`)]).toEqual(['700', '500']);
      chmodSync(mac.at(LOGS), 0o777);
      chmodSync(mac.at(`${HOME}/db`), 0o777);
      install(current);
      expect([mac.mode(LOGS), mac.mode(`${HOME}/db`)]).toEqual(['750', '700']);
      // An installer may leave a folder of the payload as it finds it.
      chmodSync(mac.at(HOME), 0o777);
      expect(mac.run('/tmp/scripts/postinstall', ['/tmp/x.pkg', '/', '/', '/']).code).toBe(0);
      expect(mac.mode(HOME)).toBe('755');
    });

    it('removes what this version does not have any more, and empty folders, and nothing else', () => {
      mac.write(`${BUNDLE}/Contents/Resources/old/part one/-rf *`, 'x');
      symlinkSync(HOME, mac.at(`${BUNDLE}/Contents/Resources/link`));
      expect(isThere(`${BUNDLE}/Contents/Resources/rules/macos/dropped.yml`)).toBe(true);
      install(current);
      const upgraded = mac.tree().filter((line) => line.includes('Spillwatch.app'));
      const fresh = new FakeMac(shell);
      expect(fresh.install(current).code).toBe(0);
      expect(upgraded).toEqual(fresh.tree().filter((line) => line.includes('Spillwatch.app')));
      fresh.remove();
      expect(kept().length).toBe(5);
    });

    it('leaves a file whose name changed only in case: on the volume it is the same one', () => {
      const renamed = mac.at(`${BUNDLE}/Contents/Resources/rules/macos/KEPT.yml`);
      writeFileSync(renamed, '');
      install(current);
      expect(existsSync(renamed)).toBe(true);
    });

    it('leaves the bundle alone when the list of its files is damaged', () => {
      const scripts = mac.at('tmp/scripts');
      for (const text of ['', 'nonsense\n']) {
        writeFileSync(join(scripts, 'files'), text);
        const args = ['/tmp/x.pkg', '/', '/', '/'];
        const { code, said } = mac.run('/tmp/scripts/postinstall', args);
        expect([code, said]).toEqual([
          0,
          'Spillwatch: /tmp/scripts/files: does not list the bundle; files of the last version stay\n',
        ]);
      }
      rmSync(join(scripts, 'files'));
      mac.run('/tmp/scripts/postinstall', ['/tmp/x.pkg', '/', '/', '/']);
      expect(isThere(EXECUTABLE)).toBe(true);
      expect(isThere(`${BUNDLE}/Contents/Resources/rules/macos/dropped.yml`)).toBe(true);
    });

    it('removes nothing where grep does not compare without case: every name would seem to be dropped', () => {
      mac.replace(
        '/usr/bin/grep',
        'case " $* " in *" -i "*) exit 1 ;; esac; exec /bin/busybox grep "$@"',
      );
      const { code, said } = mac.install(current);
      expect([code, said]).toEqual([
        0,
        'Spillwatch: /tmp/scripts/files: does not list the bundle; files of the last version stay\n',
      ]);
      expect(isThere(EXECUTABLE)).toBe(true);
    });

    it('of the same version again ends where the first did', () => {
      install(current);
      const once = mac.tree();
      install(current);
      expect(mac.tree()).toEqual(once);
      expect(mac.loaded).toBe(JOB_TEXT);
    });
  });

  describe('an upgrade over what is broken', () => {
    beforeEach(() => {
      install(older);
      live();
    });

    it.each<[string, () => void]>([
      ['a missing executable', () => rmSync(mac.at(EXECUTABLE))],
      ['a missing receipt', () => rmSync(mac.at('stand-in/receipts'), { recursive: true })],
      ['a receipt that is nonsense', () => mac.receive('next (beta)')],
      ['a receipt with absurd numbers', () => mac.receive(`${'9'.repeat(40)}.0.0`)],
      ['half a bundle', () => rmSync(mac.at(`${BUNDLE}/Contents/Resources`), { recursive: true })],
      [
        'no bundle and a receipt of a newer version',
        () => {
          rmSync(mac.at(BUNDLE), { recursive: true });
          mac.receive('9.0.0');
        },
      ],
      ['a job of another text', () => mac.tell('loaded', '<plist>of before</plist>')],
      ['a job file that is spoilt', () => spoil(JOB_FILE)],
      ['folders that are gone', () => rmSync(mac.at(LOGS), { recursive: true })],
      [
        'no receipt and a property list that is spoilt',
        () => {
          rmSync(mac.at('stand-in/receipts/_org.spillwatch.agent'));
          spoil(`${BUNDLE}/Contents/Info.plist`);
        },
      ],
    ])('mends %s', (_, spoilIt) => {
      install(current);
      live();
      const whole = mac.tree();
      mac.remove();
      mac = new FakeMac(shell);
      install(older);
      live();
      spoilIt();
      mkdirSync(mac.at('stand-in/receipts'), { recursive: true });
      install(current);
      live();
      expect(mac.tree()).toEqual(whole);
      expect([mac.loaded, mac.received()]).toEqual([JOB_TEXT, '1.10.0']);
    });
  });

  describe('a downgrade', () => {
    it.each<[string, () => void]>([
      ['by receipt and bundle', () => {}],
      [
        'by the receipt when the bundle names no version',
        () => spoil(`${BUNDLE}/Contents/Info.plist`),
      ],
      [
        'by the bundle when there is no receipt',
        () => rmSync(mac.at('stand-in/receipts/_org.spillwatch.agent')),
      ],
      ['by the bundle when the receipt is of before', () => mac.receive('1.9.0')],
      [
        'by the receipt when the bundle is of before',
        () => {
          const info = mac.at(`${BUNDLE}/Contents/Info.plist`);
          writeFileSync(info, readFileSync(info, 'utf8').replaceAll('2.0.0', '1.9.0'));
        },
      ],
    ])('is refused %s in one line, with nothing changed and the agent running', (_, make) => {
      install(newer);
      live();
      make();
      const was = mac.tree();
      mac.calls();
      const { code, said } = mac.install(current);
      expect(code).toBe(1);
      expect(said).toMatch(
        /^Spillwatch: version 2\.0\.0 is installed, this is 1\.10\.0: [^\n]+\n$/,
      );
      expect(mac.tree()).toEqual(was);
      expect(mac.loaded).toBe(JOB_TEXT);
      expect(mac.calls('launchctl')).toEqual([]);
    });

    it('is refused after a newer version whose agent could not be loaded: its files stay, and it has no receipt', () => {
      install(older);
      mac.tell('never');
      expect(mac.install(newer).code).toBe(1);
      expect(mac.received()).toBe('1.9.0');
      rmSync(mac.at('stand-in/never'));
      expect(mac.install(current)).toMatchObject({
        code: 1,
        said: expect.stringContaining('version 2.0.0 is installed, this is 1.10.0'),
      });
      expect(mac.install(newer).code).toBe(0);
    });

    it('is told by numbers and not by letters', () => {
      install(current);
      expect(mac.install(older).code).toBe(1);
      expect(mac.install(newer).code).toBe(0);
    });

    it('works after the newer version was uninstalled', () => {
      install(newer);
      expect(mac.run(UNINSTALL, ['--purge']).code).toBe(0);
      install(current);
    });
  });

  describe('what somebody else put there', () => {
    const other = '/Library/elsewhere';

    it.each([HOME, BUNDLE, `${HOME}/db`, LOGS])('a link at %s is refused', (path) => {
      mkdirSync(mac.at(other));
      mkdirSync(join(mac.at(path), '..'), { recursive: true });
      symlinkSync(other, mac.at(path));
      const was = mac.tree();
      const { code, said } = mac.install(current);
      expect(code).toBe(1);
      expect(said).toBe(
        `Spillwatch: ${path}: is not a folder of root; look at who made it, move it away and install again\n`,
      );
      expect(mac.tree()).toEqual(was);
      expect(mac.loaded).toBe(null);
    });

    it.each([HOME, LOGS])('a folder of a user at %s is refused', (path) => {
      mkdirSync(mac.at(path));
      chownSync(mac.at(path), MALLORY, 0);
      expect(mac.install(current).code).toBe(1);
      expect(isThere(EXECUTABLE)).toBe(false);
    });

    it('a file in place of a folder is refused', () => {
      writeFileSync(mac.at(HOME), '');
      expect(mac.install(current).code).toBe(1);
    });
  });

  describe('another volume', () => {
    const volume = '/Volumes/Other';

    beforeEach(() => {
      mkdirSync(mac.at(`${volume}/Library/Application Support`), { recursive: true });
    });

    it('gets files, folders and link; launchd of this system is not asked', () => {
      expect(mac.install(current, volume)).toEqual({ code: 0, said: '' });
      expect(mac.calls('launchctl')).toEqual([]);
      expect(mac.mode(`${volume}${HOME}/db`)).toBe('700');
      expect(mac.mode(`${volume}${LOGS}`)).toBe('750');
      expect(readlinkSync(mac.at(`${volume}${LINK}`))).toBe(EXECUTABLE);
      expect(mac.tree().filter((line) => !line.includes('Volumes/Other'))).toEqual(before);
    });

    it('is upgraded and guarded as this one is', () => {
      mac.install(older, volume);
      expect(mac.install(current, volume).code).toBe(0);
      expect(isThere(`${volume}${BUNDLE}/Contents/Resources/rules/macos/dropped.yml`)).toBe(false);
      expect(isThere(`${volume}${EXECUTABLE}`)).toBe(true);
      expect(mac.install(older, volume).code).toBe(1);
      install(older);
    });
  });

  describe('uninstalling', () => {
    beforeEach(() => {
      install(current);
      live();
      mac.calls();
    });

    it('ends the job and takes everything away but findings, configuration and logs', () => {
      const were = kept();
      expect(mac.run(UNINSTALL)).toEqual({
        code: 0,
        said: 'Spillwatch is removed; its findings, configuration and logs are kept\n',
      });
      const home = mac
        .tree()
        .filter((line) => line.endsWith(' Library/Application Support/Spillwatch '));
      expect(mac.tree().toSorted()).toEqual([...before, ...home, ...were].toSorted());
      expect([mac.loaded, mac.received()]).toEqual([null, null]);
      expect(mac.calls('launchctl bootout').length).toBe(1);
    });

    it('with --purge leaves the Mac as it was', () => {
      // Left by a `service install` that was killed.
      mac.write('/Library/LaunchDaemons/.org.spillwatch.agent.plist.draft', '');
      expect(mac.run(UNINSTALL, ['--purge'])).toEqual({
        code: 0,
        said: 'Spillwatch is removed; with its findings, configuration and logs\n',
      });
      expect(mac.tree()).toEqual(before);
      expect(mac.loaded).toBe(null);
    });

    it('of an agent that never wrote anything leaves no empty folder of ours but those of its data', () => {
      rmSync(mac.at(`${HOME}/db`), { recursive: true });
      rmSync(mac.at(`${HOME}/config.json`));
      expect(mac.run(UNINSTALL).code).toBe(0);
      expect(isThere(HOME)).toBe(false);
    });

    it('works from inside of the bundle, by its name there', () => {
      const cwd = `${BUNDLE}/Contents/Resources`;
      expect(mac.run('./uninstall', ['--purge'], { cwd }).code).toBe(0);
      expect(mac.tree()).toEqual(before);
    });

    it('twice, or where nothing is, is done and says nothing is wrong', () => {
      mac.write('/tmp/uninstall', source('pkg/scripts/uninstall').toString('utf8'), 0o755);
      expect(mac.run('/tmp/uninstall').code).toBe(0);
      const once = mac.tree();
      expect(mac.run('/tmp/uninstall').code).toBe(0);
      expect(mac.tree()).toEqual(once);
      expect(mac.run('/tmp/uninstall', ['--purge']).code).toBe(0);
      expect(mac.tree()).toEqual(before);
      mac.calls();
      expect(mac.run('/tmp/uninstall', ['--purge']).code).toBe(0);
      expect(mac.tree()).toEqual(before);
      expect(mac.calls('launchctl bootout')).toEqual([]);
    });

    it.each([[['--all']], [['--purge', 'x']], [['']]])(
      'with the arguments %j changes nothing and ends with 64 and the usage',
      (args) => {
        const was = mac.tree();
        const { code, said } = mac.run(UNINSTALL, args);
        expect([code, said]).toEqual([64, `usage: sudo "${UNINSTALL}" [--purge]\n`]);
        expect(mac.tree()).toEqual(was);
        expect(mac.calls()).toEqual([]);
      },
    );

    it('by anybody but root changes nothing and ends with 1', () => {
      const was = mac.tree();
      const { code, said } = mac.run(UNINSTALL, [], { uid: MALLORY });
      expect([code, said]).toEqual([1, 'Spillwatch: only root can remove it; run it with sudo\n']);
      expect(mac.tree()).toEqual(was);
    });

    it("leaves somebody else's spillwatch in /usr/local/bin", () => {
      rmSync(mac.at(LINK));
      symlinkSync('/opt/other', mac.at(LINK));
      expect(mac.run(UNINSTALL, ['--purge']).code).toBe(0);
      expect(readlinkSync(mac.at(LINK))).toBe('/opt/other');
    });

    it('removes links themselves and nothing of what they lead to', () => {
      const precious = '/Library/precious/file';
      mac.write(precious, 'x');
      rmSync(mac.at(LOGS), { recursive: true });
      symlinkSync('/Library/precious', mac.at(LOGS));
      rmSync(mac.at(`${HOME}/db`), { recursive: true });
      symlinkSync('/Library/precious', mac.at(`${HOME}/db`));
      symlinkSync('/Library/precious', mac.at(`${BUNDLE}/Contents/MacOS/more`));
      expect(mac.run(UNINSTALL, ['--purge']).code).toBe(0);
      expect(isThere(precious)).toBe(true);
      expect([isThere(HOME), isThere(LOGS)]).toEqual([false, false]);
    });

    it.each([[[]], [['--purge']]])('%j goes through no link at our folder and says so', (args) => {
      const moved = '/Library/moved';
      renameSync(mac.at(HOME), mac.at(moved));
      symlinkSync(moved, mac.at(HOME));
      const were = mac.tree().filter((line) => line.includes('Library/moved'));
      const { code, said } = mac.run(UNINSTALL, args);
      expect([code, said]).toEqual([
        1,
        `Spillwatch: ${HOME}: is a link, so nothing in it was removed; look at where it leads\n`,
      ]);
      expect(mac.tree().filter((line) => line.includes('Library/moved'))).toEqual(were);
      expect([mac.loaded, isThere(JOB_FILE)]).toEqual([null, false]);
    });

    it('a job that does not end is told, and everything else is done', () => {
      mac.tell('ending', '-1');
      const { code, said } = mac.run(UNINSTALL, ['--purge']);
      expect(code).toBe(1);
      expect(said).toMatch(/^Spillwatch: launchd has not let go .* restart the Mac, [^\n]+\n$/);
      expect(mac.calls('sleep').length).toBe(30);
      expect(mac.tree()).toEqual(before);
    });

    it('can be followed by a new installation, which finds what was kept', () => {
      expect(mac.run(UNINSTALL).code).toBe(0);
      const were = kept();
      install(current);
      expect(kept()).toEqual(were);
    });
  });

  it('a package whose version is damaged is refused', () => {
    install(current);
    writeFileSync(mac.at('tmp/scripts/version'), 'x\n');
    const { code, said } = mac.run('/tmp/scripts/preinstall', ['/tmp/x.pkg', '/', '/', '/']);
    expect([code, said]).toEqual([
      1,
      'Spillwatch: /tmp/scripts/version: names no version; get the package again\n',
    ]);
  });
});
