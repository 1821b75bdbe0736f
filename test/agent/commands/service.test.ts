import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INSTALLED } from '../../../agent/commands/installed.ts';
import {
  type ServiceVerb,
  service,
  type UninstallOptions,
  uninstallService,
} from '../../../agent/commands/service.ts';
import { serviceStatus } from '../../../agent/commands/service-status.ts';
import { PRODUCT } from '../../../pkg/product.ts';
import { BUNDLE, EXECUTABLE, ROOTS } from '../../../pkg/staging/agent-root.ts';
import { HEALTHY, troubleOf } from '../health/example-report.ts';
import { StandInMac } from '../service/stand-in-launchctl.ts';
import { Serving, Written } from './serving.ts';

let mac: StandInMac;
let serving: Serving;
let written: Written;

beforeEach(() => {
  mac = new StandInMac();
  serving = new Serving();
  written = new Written();
});
afterEach(async () => {
  await serving.end();
  mac.end();
});

const run = (verb: ServiceVerb, how: { readonly json?: boolean } = {}): Promise<number> =>
  service(verb, { state: serving.folder, ...how }, written.output, mac.host());

/** The agent answers while launchd has it; each start is another process. */
async function agentUnderLaunchd(): Promise<void> {
  await serving.answerWith(() =>
    mac.loaded === null ? null : { ...HEALTHY, pid: HEALTHY.pid + starts() },
  );
}

function starts(): number {
  return mac.calls.filter((call) => /^(?:bootstrap|kickstart -k)/.test(call)).length;
}

const ask = (host = mac.host(), how = { json: true }): Promise<number> =>
  serviceStatus({ state: serving.folder, ...how }, written.output, host);
const facts = (): unknown => JSON.parse(written.out);
const uninstall = (options: UninstallOptions = {}, host = mac.host()): Promise<number> =>
  uninstallService(options, written.output, host);
const script = (text: string, mode?: number): void =>
  mac.program(mac.uninstall, `#!/bin/sh\n${text}\n`, mode);

const TARGET = 'system/org.spillwatch.agent';

/** The job is loaded as this version has it. */
function installed(): void {
  writeFileSync(mac.jobFile, readFileSync(mac.source));
  mac.load();
}

it('the places are those of the package', () => {
  expect(INSTALLED.label).toBe(PRODUCT.identifier);
  expect(INSTALLED.executable).toBe(`/${EXECUTABLE}`);
  expect(INSTALLED.uninstall).toBe(`/${BUNDLE}/Contents/Resources/uninstall`);
  expect(ROOTS.map((path) => `/${path}`)).toContain(INSTALLED.jobFile);
});

describe('service install', () => {
  it('writes the job, enables it and loads it', async () => {
    await agentUnderLaunchd();
    expect(await run('install')).toBe(0);
    expect(written.out).toBe('the service is installed; the agent is healthy\n');
    expect(mac.changes).toEqual([
      `enable ${TARGET}`,
      `bootstrap system ${mac.jobFile}`,
      `kickstart ${TARGET}`,
    ]);
    expect(mac.loaded).toBe(readFileSync(mac.source, 'utf8'));
  });

  it('a second time changes nothing and says so', async () => {
    await agentUnderLaunchd();
    await run('install');
    const { changes } = mac;
    expect(await run('install', { json: true })).toBe(0);
    expect(mac.changes).toEqual(changes);
    expect(written.out.split('\n')[1]).toBe(
      '{"verb":"install","result":"unchanged","detail":"the service is installed","agent":"healthy"}',
    );
  });

  it('of another job ends the one that runs, waits for its end, and loads the new one', async () => {
    await agentUnderLaunchd();
    writeFileSync(mac.jobFile, '<plist>of before</plist>');
    mac.load('<plist>of before</plist>');
    // launchd has it for two questions more.
    mac.answer('print', 'keep', 'keep', 'keep', 113);
    expect(await run('install')).toBe(0);
    expect(mac.pauses).toBe(2);
    expect(written.out).toBe('the service was installed anew; the agent is healthy\n');
    expect(mac.changes.slice(0, 3)).toEqual([
      `bootout ${TARGET}`,
      `enable ${TARGET}`,
      `bootstrap system ${mac.jobFile}`,
    ]);
    expect(mac.loaded).toBe(readFileSync(mac.source, 'utf8'));
  });

  it('is refused without the package, and nothing is written', async () => {
    rmSync(mac.executable);
    expect(await run('install')).toBe(1);
    expect(written.err).toBe(
      `service install: ${mac.executable}: is not there; install the package of Spillwatch (again)\n`,
    );
    expect(mac.changes).toEqual([]);
  });

  it('is refused when anybody could change the program that root would run', async () => {
    mac.program(mac.executable, '#!/bin/sh\n', 0o777);
    expect(await run('install')).toBe(1);
    expect(written.err).toContain('others can write it');
  });

  it('is refused when a link lies at the place of the job', async () => {
    symlinkSync(mac.source, mac.jobFile);
    expect(await run('install', { json: true })).toBe(1);
    expect(JSON.parse(written.out)).toMatchObject({ result: 'failed', reason: 'bad-job-file' });
    expect(mac.changes).toEqual([]);
  });

  it('loads what was there when the new job cannot be written', async () => {
    writeFileSync(mac.jobFile, '<plist>of before</plist>');
    mac.load('<plist>of before</plist>');
    // The folder is changed between the look at the file and the writing of it.
    mac.program(
      mac.launchctl,
      readFileSync(mac.launchctl, 'utf8').replace(
        'rm loaded',
        'rm loaded; chmod 777 LaunchDaemons',
      ),
    );
    expect(await run('install')).toBe(1);
    expect(written.err).toContain('mode 777');
    expect(mac.loaded).toBe('<plist>of before</plist>');
  });

  it('waits until the label of an earlier job is free', async () => {
    await agentUnderLaunchd();
    mac.answer('bootstrap', 5, 37, 5);
    expect(await run('install')).toBe(0);
    expect(mac.pauses).toBe(3);
  });

  it('gives up after a bounded time and says that launchd does not say why', async () => {
    mac.answer('bootstrap', ...Array.from({ length: 40 }, () => 5));
    expect(await run('install', { json: true })).toBe(1);
    expect(JSON.parse(written.out)).toMatchObject({ reason: 'input-output' });
    expect(mac.pauses).toBe(15);
  });

  it('says when launchd has the job and no agent answers', async () => {
    expect(await run('install')).toBe(3);
    expect(written.out).toContain('no agent answers yet');
    expect(written.out).toContain('/Library/Logs/Spillwatch/agent.log');
    expect(mac.pauses).toBe(19);
  });
});

describe('service start', () => {
  it('loads what is not loaded', async () => {
    await agentUnderLaunchd();
    installed();
    rmSync(join(mac.root, 'loaded'));
    expect(await run('start')).toBe(0);
    expect(mac.changes[1]).toBe(`bootstrap system ${mac.jobFile}`);
  });

  it('kicks what is loaded, and leaves alone what runs', async () => {
    await agentUnderLaunchd();
    installed();
    expect(await run('start')).toBe(0);
    expect(mac.changes).toEqual([`kickstart ${TARGET}`]);
    mac.answer('kickstart', 37);
    expect(await run('start')).toBe(0);
  });

  it('loads what was unloaded meanwhile', async () => {
    await agentUnderLaunchd();
    installed();
    mac.answer('print', 'keep');
    rmSync(join(mac.root, 'loaded'));
    expect(await run('start')).toBe(0);
    expect(mac.loaded).not.toBeNull();
  });

  it('without a job says how to get one', async () => {
    expect(await run('start')).toBe(1);
    expect(written.err).toContain('sudo spillwatch service install');
    expect(mac.changes).toEqual([]);
  });

  it('finds out of a refusal without words that the job is not of this version', async () => {
    writeFileSync(mac.jobFile, '<plist>edited</plist>');
    mac.answer('bootstrap', ...Array.from({ length: 40 }, () => 5));
    expect(await run('start')).toBe(1);
    expect(written.err).toContain('is not that of this version');
    expect(written.err).toContain('service install');
  });

  it('finds out of a refusal without words that the program is gone', async () => {
    installed();
    rmSync(join(mac.root, 'loaded'));
    renameSync(mac.executable, `${mac.executable}.gone`);
    mac.answer('bootstrap', ...Array.from({ length: 40 }, () => 5));
    expect(await run('start')).toBe(1);
    expect(written.err).toContain(`${mac.executable}: is not there`);
  });

  it.each([
    ['a disabled label', 119, 'the service is disabled'],
    ['no right', 1, 'not allowed'],
    ['System Integrity Protection', 150, 'System Integrity Protection'],
  ])('says %s at once', async (_, code, text) => {
    installed();
    rmSync(join(mac.root, 'loaded'));
    mac.answer('bootstrap', code);
    expect(await run('start')).toBe(1);
    expect(written.err).toContain(text);
    expect(written.err.trimEnd().split('\n')).toHaveLength(1);
    expect(mac.pauses).toBe(0);
  });
});

describe('service stop', () => {
  it('ends the job, and says that it comes back', async () => {
    installed();
    expect(await run('stop')).toBe(0);
    expect(mac.loaded).toBeNull();
    expect(written.out).toBe(
      'the service is stopped until "spillwatch service start" or the next start of the Mac\n',
    );
    expect(mac.changes).toEqual([`bootout ${TARGET}`]);
  });

  it('of what is not loaded is no fault', async () => {
    expect(await run('stop')).toBe(0);
    expect(written.out).toBe('the service was not loaded\n');
    expect(mac.changes).toEqual([]);
  });

  it('is done when somebody else was quicker', async () => {
    mac.answer('print', 'keep');
    expect(await run('stop')).toBe(0);
  });

  it('gives up when launchd does not let go', async () => {
    installed();
    mac.answer('bootout', 36);
    expect(await run('stop', { json: true })).toBe(1);
    expect(JSON.parse(written.out)).toMatchObject({ result: 'failed', reason: 'still-loaded' });
    expect(mac.pauses).toBe(29);
  });

  it('says at once when it is not allowed', async () => {
    installed();
    mac.answer('bootout', 150);
    expect(await run('stop')).toBe(1);
    expect(mac.pauses).toBe(0);
  });
});

describe('service restart', () => {
  it('kills and starts, and waits for another agent than that of before', async () => {
    await agentUnderLaunchd();
    installed();
    expect(await run('restart')).toBe(0);
    expect(mac.changes).toEqual([`kickstart -k ${TARGET}`]);
  });

  it('does not take the agent of before for the new one', async () => {
    await serving.answer(HEALTHY);
    installed();
    expect(await run('restart')).toBe(1);
    expect(written.err).toContain(`the agent of before (pid ${HEALTHY.pid}) still answers`);
    expect(mac.pauses).toBe(19);
  });

  it('loads what is not loaded', async () => {
    installed();
    rmSync(join(mac.root, 'loaded'));
    await run('restart');
    expect(mac.loaded).not.toBeNull();
  });

  it('loads what was unloaded meanwhile', async () => {
    installed();
    mac.answer('kickstart', 113);
    rmSync(join(mac.root, 'loaded'));
    mac.answer('print', 'keep');
    await run('restart');
    expect(mac.loaded).not.toBeNull();
  });

  it('tries again while launchd is at it, within bounds', async () => {
    installed();
    mac.answer('kickstart', 37, 5);
    await run('restart');
    expect(mac.changes).toHaveLength(3);
    mac.answer('kickstart', ...Array.from({ length: 40 }, () => 37));
    expect(await run('restart')).toBe(1);
    expect(mac.changes).toHaveLength(3 + 16);
  });
});

describe('service', () => {
  it.each(['install', 'start', 'stop', 'restart'] as const)(
    '%s is refused to whoever is not root',
    async (verb) => {
      const options = { state: serving.folder };
      expect(await service(verb, options, written.output, mac.host({ uid: 501 }))).toBe(1);
      expect(written.err).toBe(
        `service ${verb}: only root can change the service; run it with sudo\n`,
      );
      expect(mac.calls).toEqual([]);
    },
  );

  it.each(['install', 'start', 'stop', 'restart'] as const)(
    '%s where there is no launchctl says that launchd is part of macOS',
    async (verb) => {
      const host = mac.host({ launchctl: join(mac.root, 'none') });
      expect(await service(verb, { state: serving.folder }, written.output, host)).toBe(1);
      expect(written.err).toContain('launchd is part of macOS');
    },
  );

  it('does not wait for a launchctl that hangs', async () => {
    mac.answer('print', 'hang');
    const host = mac.host({ timeoutMs: 150 });
    expect(await service('stop', { state: serving.folder }, written.output, host)).toBe(1);
    expect(written.err).toContain('did not end in time');
  });
});

describe('service status', () => {
  it('of what runs and is well is 0', async () => {
    installed();
    await serving.answer(HEALTHY);
    expect(await ask()).toBe(0);
    expect(facts()).toEqual({
      service: 'running',
      status: 'healthy',
      loaded: true,
      jobFile: 'same',
      version: HEALTHY.version,
      pid: HEALTHY.pid,
      remarks: [],
    });
    written.out = '';
    await ask(mac.host(), { json: false });
    expect(written.out.split('\n').slice(0, 3)).toEqual([
      'spillwatch service is running',
      '  launchd   loaded',
      '  job file  same',
    ]);
  });

  it('has the exit codes of status', async () => {
    installed();
    await serving.answer({ ...HEALTHY, troubles: [troubleOf('not-permitted')] });
    expect(await ask()).toBe(4);
  });

  it('of a loaded job whose agent does not answer is 3', async () => {
    installed();
    expect(await ask()).toBe(3);
    expect(facts()).toMatchObject({ service: 'not-answering', loaded: true });
  });

  it('of an agent that launchd does not have is 1, however well it is', async () => {
    await serving.answer(HEALTHY);
    expect(await ask()).toBe(1);
    expect(facts()).toMatchObject({ service: 'outside-launchd', jobFile: 'missing' });
  });

  it('tells stopped from not installed', async () => {
    expect(await ask()).toBe(3);
    expect(facts()).toMatchObject({ service: 'stopped' });
    written.out = '';
    rmSync(mac.executable);
    expect(await ask()).toBe(3);
    expect(facts()).toMatchObject({ service: 'not-installed', remarks: [] });
  });

  it('where nothing is installed has nothing to remark, also without the file to compare with', async () => {
    rmSync(mac.executable);
    rmSync(mac.source);
    await ask();
    expect(facts()).toMatchObject({ service: 'not-installed', jobFile: 'missing', remarks: [] });
  });

  it('of a bundle without the file to compare with says to install the package', async () => {
    installed();
    rmSync(mac.source);
    await ask();
    expect(facts()).toMatchObject({ jobFile: 'unknown' });
    expect(facts()).toHaveProperty(
      'remarks.0',
      expect.stringMatching(/install the package again$/),
    );
  });

  it('says what is wrong with the files', async () => {
    installed();
    rmSync(mac.executable);
    writeFileSync(mac.jobFile, '<plist>edited</plist>');
    await ask();
    const { remarks } = JSON.parse(written.out);
    expect(remarks).toHaveLength(2);
    expect(remarks[0]).toContain('is not that of this version');
    expect(remarks[1]).toContain('install the package');
  });

  it('without root says that the agent cannot be asked', async () => {
    installed();
    await ask(mac.host({ uid: 501 }));
    expect(written.out).toContain('sudo');
  });

  it('where there is no launchctl is unknown, with the reason', async () => {
    await serving.answer(HEALTHY);
    expect(await ask(mac.host({ launchctl: join(mac.root, 'none') }))).toBe(1);
    expect(facts()).toMatchObject({ service: 'unknown', loaded: null });
    expect(written.out).toContain('launchd is part of macOS');
  });
});

describe('service uninstall', () => {
  it('runs the script of the bundle, with --purge when asked for', async () => {
    script('echo "$@" >> "$(dirname "$0")/asked"');
    expect(await uninstall()).toBe(0);
    expect(written.out).toContain('are kept');
    expect(await uninstall({ purge: true })).toBe(0);
    expect(readFileSync(join(mac.root, 'asked'), 'utf8')).toBe('\n--purge\n');
  });

  it('says what the script ended with', async () => {
    script('echo first >&2; echo "the folder is busy" >&2; exit 4');
    expect(await uninstall()).toBe(1);
    expect(written.err).toContain('ended with 4: the folder is busy');
  });

  it('runs no script that others may change, and none behind a link', async () => {
    script('exit 0', 0o777);
    expect(await uninstall()).toBe(1);
    expect(written.err).toContain('others can write it');
    rmSync(mac.uninstall);
    symlinkSync('/bin/true', mac.uninstall);
    expect(await uninstall()).toBe(1);
  });

  it('of nothing is done', async () => {
    rmSync(mac.executable);
    expect(await uninstall({ json: true })).toBe(0);
    expect(JSON.parse(written.out)).toMatchObject({ result: 'unchanged' });
  });

  it('of half an installation without the script says how to get it', async () => {
    expect(await uninstall({ json: true })).toBe(1);
    expect(JSON.parse(written.out)).toMatchObject({ reason: 'not-installed' });
  });

  it('is refused to whoever is not root', async () => {
    script('exit 0');
    expect(await uninstall({}, mac.host({ uid: 501 }))).toBe(1);
    expect(written.err).toContain('sudo');
  });
});
