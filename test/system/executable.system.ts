/** The single executable for this machine: made twice, called from everywhere, as quick as it is said to be. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusReport } from '../../agent/health/report.ts';
import { markedContent, SIMULATION_PROGRAM } from '../../agent/simulation/exporter.ts';
import { markedName } from '../../agent/simulation/simulated.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { bundle } from '../../pkg/executable/bundle.ts';
import { makeExecutable } from '../../pkg/executable/make.ts';
import { PROJECT } from '../support/command.ts';
import { IS_ROOT } from './account.ts';
import { type BuiltExecutable, builtExecutable, called, thisMachine } from './built-executable.ts';
import { collectorOf, makeSite, NODE, RunningAgent } from './running-agent.ts';
import { until } from './until.ts';

const SCENARIOS = join(PROJECT, '../shared/scenarios/check.mjs');
const NOBODY = 65_534;
/** Of starts that are compared: what else the machine does makes them slower, never quicker, so the least of some counts. */
const MIN_ROUNDS = 5;
const MAX_ROUNDS = 60;

let built: BuiltExecutable;
let folder: string;
beforeAll(async () => {
  built = await builtExecutable();
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-executable-'));
  chmodSync(folder, 0o755);
  chmodSync(join(built.bundle, '..'), 0o755);
});
afterAll(() => {
  built.remove();
  rmSync(folder, { recursive: true });
});

const spillwatch = (
  args: readonly string[],
  call: Parameters<typeof called>[2] = {},
): ReturnType<typeof called> => called(built.program, args, call);

describe('the single executable', () => {
  it('is the same, byte for byte, when it is made again', async () => {
    const [first, second] = [
      await makeExecutable(PROJECT, thisMachine(), join(folder, 'first')),
      await makeExecutable(PROJECT, thisMachine(), join(folder, 'second')),
    ];
    const made = readFileSync(first);
    expect(made.equals(readFileSync(second))).toBe(true);
    expect(made.equals(readFileSync(built.program))).toBe(true);
  });

  it('says its version and nothing else: the code cache is the one of this very script', async () => {
    expect(await spillwatch(['--version'])).toEqual({
      code: 0,
      out: `${packageJson.version}\n`,
      err: '',
    });
  });

  it.skipIf(!existsSync(SCENARIOS))(
    'passes every scenario, twice (skipped without the scenarios)',
    { timeout: 300_000 },
    () => {
      const { stdout, status } = spawnSync(NODE, [SCENARIOS, '--twice'], {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: '/usr/bin:/bin', SPILLWATCH_REPLAY: `${built.program} replay` },
      });
      expect(stdout).toMatch(/^\d+ passed, 0 failed$/m);
      expect(status).toBe(0);
    },
  );

  it('finds rules, catalogue, capture and native module from any folder, and through a link', async () => {
    const empty = join(folder, 'empty');
    const link = join(folder, 'spillwatch');
    mkdirSync(empty);
    symlinkSync(built.program, link);
    const runs = await Promise.all(
      [built.program, link].flatMap((program) =>
        ['/', empty, dirname(built.program)].map((cwd) => called(program, ['demo'], { cwd })),
      ),
    );
    for (const run of runs) {
      expect(run).toEqual(runs[0]);
      expect([run.code, run.err]).toEqual([0, '']);
      expect(run.out).toContain('2 findings, 5 emissions');
    }
    expect((await called(link, ['rules', 'check'], { cwd: empty })).code).toBe(0);
    expect(readdirSync(empty)).toEqual([]);
  });

  it('does not take files of the folder it is called in for its own', async () => {
    const trap = join(folder, 'trap');
    mkdirSync(join(trap, 'rules/macos'), { recursive: true });
    mkdirSync(join(trap, 'node_modules/systeminformation'), { recursive: true });
    writeFileSync(join(trap, 'better_sqlite3.node'), 'no module');
    writeFileSync(join(trap, 'package.json'), '{"type":"module","version":"6.6.6"}');
    writeFileSync(join(trap, 'node_modules/systeminformation/index.js'), 'process.exit(66)');
    const { code, out } = await spillwatch(['demo'], { cwd: trap });
    expect([code, out.includes('2 findings')]).toEqual([0, true]);
  });

  it('writes nothing beside itself, also where it may, and needs no right to', async () => {
    const before = fingerprint(built.bundle);
    const runs = [await spillwatch(['demo'])];
    if (IS_ROOT) runs.push(await spillwatch(['demo'], { uid: NOBODY, cwd: '/' }));
    for (const { code, err } of runs) expect([code, err]).toEqual([0, '']);
    expect(fingerprint(built.bundle)).toEqual(before);
  });

  it('is one line for a person when what lies beside it is missing', async () => {
    const alone = join(folder, 'alone/Contents/MacOS/spillwatch');
    mkdirSync(dirname(alone), { recursive: true });
    linkSync(built.program, alone);
    const { code, out, err } = await called(alone, ['rules', 'check']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^the rule folder "[^"]*Resources\/rules\/macos" cannot be read [^\n]*\n$/);
  });
});

describe('a running executable', () => {
  it('lists processes, in a thread that is a part of it', async () => {
    const agent = await new RunningAgent(makeSite()).started();
    try {
      const processes = (): Promise<StatusReport['collectors'][number]> =>
        agent.status().then(({ report }) => collectorOf(report, 'processes'));
      await until('a list', async () => (await processes()).received > 0);
      const { dropped, badRows } = await processes();
      expect({ dropped, badRows }).toEqual({ dropped: {}, badRows: 0 });
      expect(threadsOf(agent.pid)).toContain('process-list');
      expect(agent.events('command-failed')).toEqual([]);
    } finally {
      expect(await agent.stop()).toMatchObject({ code: 0 });
    }
  });
});

describe('a fault of the executable', () => {
  it('is one line that names the line of its script, which can be had', async () => {
    const alone = join(folder, 'faulty/Contents/MacOS/spillwatch');
    mkdirSync(dirname(alone), { recursive: true });
    linkSync(built.program, alone);
    symlinkSync(join(built.bundle, 'Contents/Resources'), join(alone, '../../Resources'));
    // Nobody expects that the native module is missing.
    const { code, err } = await called(alone, ['replay', '-']);
    expect(code).toBe(70);
    const line = /^spillwatch: a fault of the program, Error at line (\d+): [^\n]*\n$/.exec(
      err,
    )?.[1];
    const { agent } = await bundle(PROJECT);
    expect(agent.split('\n')[Number(line) - 1]).toContain('requireFunc(');
  });
});

describe('the executable under the name of the simulation’s tool', () => {
  let tool: string;
  let file: string;
  beforeAll(() => {
    file = join(folder, markedName('0123456789ab'));
    tool = join(folder, SIMULATION_PROGRAM);
    copyFileSync(built.program, tool);
    chmodSync(tool, 0o711);
  });

  it('writes the export, once', async () => {
    const passed = await called(tool, [file, '--pass-on']);
    const content = markedContent('0123456789ab');
    expect(passed).toEqual({ code: 0, out: `ready\n${content}`, err: '' });
    expect(readFileSync(file, 'utf8')).toBe(content);
    const again = await called(tool, [file]);
    expect([again.code, again.out]).toEqual([1, '']);
    expect(again.err).toMatch(/^EEXIST[^\n]*\n$/);
  });

  it.each([[['--version']], [['run']], [['/etc/evil.csv']], [[]]])(
    'does nothing else: %j',
    async (args) => {
      const { code, out, err } = await called(tool, args);
      expect([code, out]).toEqual([1, '']);
      expect(err).toBe('this tool only writes exports of a simulation\n');
    },
  );

  it.skipIf(!IS_ROOT)('can be run, but not read, by the user it acts for (as root)', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    chmodSync(own, 0o777);
    const written = join(own, markedName('0123456789ab'));
    expect(await called(tool, [written], { uid: NOBODY })).toMatchObject({ code: 0, err: '' });
    expect(lstatSync(written).uid).toBe(NOBODY);
    expect((await called('/bin/cat', [tool], { uid: NOBODY })).err).toContain('Permission denied');
  });
});

it('starts a quick verb in little more than an empty Node takes, and a replay sooner than from the project', async () => {
  const capture = join(folder, 'empty.ndjson');
  writeFileSync(capture, '');
  const project = join(PROJECT, 'agent/main.ts');
  const calls = {
    bare: () => called(NODE, ['--eval', '0']),
    ea: () => called(built.program, ['status', '--ea', '--state', '/nonexistent']),
    replay: () => called(built.program, ['replay', capture]),
    fromProject: () => called(NODE, [project, 'replay', capture]),
  };
  const least = { bare: Infinity, ea: Infinity, replay: Infinity, fromProject: Infinity };
  const isQuick = (): boolean => least.ea < least.bare * 3.2 && least.replay < least.fromProject;
  for (let round = 0; round < MAX_ROUNDS && !(round >= MIN_ROUNDS && isQuick()); round += 1)
    for (const name of ['bare', 'ea', 'replay', 'fromProject'] as const) {
      const from = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one after the other, or they slow each other down
      await calls[name]();
      least[name] = Math.min(least[name], performance.now() - from);
    }
  expect({ ...least, isQuick: isQuick() }).toEqual({ ...least, isQuick: true });
});

/** Names of its threads, as /proc has them. */
function threadsOf(pid: number): readonly string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((task) => readFileSync(join(tasks, task, 'comm'), 'utf8').trim());
}

/** Every path below a folder with size and time of change. */
function fingerprint(place: string): readonly string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((path) => {
      const { size, mtimeMs, ctimeMs } = lstatSync(join(place, path));
      return `${path} ${size} ${mtimeMs} ${ctimeMs}`;
    });
}
