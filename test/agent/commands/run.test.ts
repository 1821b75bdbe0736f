import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBinary } from 'plist';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CANARY_SIGNAL, type RunOptions, run } from '../../../agent/commands/run.ts';
import { asReport } from '../../../agent/commands/status.ts';
import { loadKept } from '../../../agent/config/kept-settings.ts';
import type { StatusReport } from '../../../agent/health/report.ts';
import { askStatus } from '../../../agent/health/status-socket.ts';
import { RULES_FOLDER } from '../../../rules/resources.ts';
import { PROJECT, spillwatch } from '../../support/command.ts';

let folder: string;
let state: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-run-'));
  state = join(folder, 'state');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function configure(document: unknown): string {
  const file = join(folder, 'config.json');
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  return file;
}

const WAIT = { timeout: 10_000, interval: 20 };
const HELPER = join(PROJECT, 'test/fixtures/programs/es-helper.sh');
const QUIET = {
  endpointSecurity: { command: [HELPER, 'hangs', '-'] },
  network: { resolver: false },
};

/** Starts a real agent and sends it a signal as soon as it says that it has started. */
async function runUntilStarted(
  signal: NodeJS.Signals,
  config: string,
  nodeArgs: readonly string[] = [],
): Promise<{
  readonly code: number | null;
  readonly out: string;
  readonly log: readonly string[];
  /** Details of what was raised, with their codes. */
  readonly raised: readonly string[];
}> {
  const node = join(PROJECT, 'node_modules/.bin/node');
  const main = [...nodeArgs, join(PROJECT, 'agent/main.ts')];
  const args = [...main, 'run', '--config', config, '--state', state];
  const child = spawn(node, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin' },
  });
  let out = '';
  let err = '';
  let isTold = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    if (isTold || !err.includes('"msg":"started"')) return;
    isTold = true;
    child.kill(signal);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = err
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const raised = lines.filter(({ state: kind }) => kind === 'raised');
  return {
    code,
    out,
    log: lines.map(({ msg }) => String(msg)),
    raised: raised.map((event) => `${String(event['code'])}: ${String(event['detail'])}`),
  };
}

/** What a run that must not start says: one line. */
async function refused(options: Partial<RunOptions>): Promise<string> {
  const said = { out: '', err: '' };
  const code = await run(
    { state, ...options },
    {
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
    },
  );
  expect([code, said.out, said.err.trimEnd().split('\n')]).toEqual([1, '', [expect.anything()]]);
  return said.err;
}

describe('spillwatch run', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends on %s with 0 and a log that says so',
    async (signal) => {
      const { code, out, log } = await runUntilStarted(signal, configure(QUIET));
      expect(code).toBe(0);
      expect(out).toBe('');
      expect(log).toContain('started');
      expect(log.at(-1)).toBe('stopped');
    },
  );

  it('ends although something that cannot be ended is left', async () => {
    const endless = ['--import', 'data:text/javascript,setInterval(()=>{},1e9)'];
    const { code, log } = await runUntilStarted('SIGTERM', configure(QUIET), endless);
    expect(code).toBe(0);
    expect(log.at(-1)).toBe('stopped');
  });

  it('runs with the defaults when the configuration is no object, and says so', async () => {
    const { code, raised } = await runUntilStarted('SIGTERM', configure([]));
    expect(code).toBe(0);
    expect(raised).toContain('configuration: the document: must be a JSON object');
  });

  it('does not start with a configuration that is no JSON', async () => {
    const config = configure('{');
    const { code, out, err } = await spillwatch(['run', '--state', state, '--config', config]);
    expect([code, out, err]).toEqual([1, '', await refused({ config })]);
    expect(err).toContain('config.json');
  });

  it('does not start with a configuration that is not there', async () => {
    const missing = join(folder, 'missing.json');
    expect(await refused({ config: missing })).toContain('missing.json');
  });

  it('does not start in a state folder that is a file or a link', async () => {
    const config = configure(QUIET);
    writeFileSync(state, '');
    expect(await refused({ config })).toContain(state);
    rmSync(state);
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), state);
    expect(await refused({ config })).toContain(state);
  });

  it('does not start with something else in place of its socket, and says so in one line', async () => {
    const config = configure(QUIET);
    await runUntilStarted('SIGTERM', config);
    const socket = join(state, 'agent.sock');
    for (const make of [
      () => symlinkSync('/dev/null', socket),
      () => writeFileSync(socket, ''),
      () => mkdirSync(socket),
    ]) {
      make();
      // oxlint-disable-next-line no-await-in-loop -- one kind after the other
      const said = await refused({ config });
      expect(said).toMatch(/agent\.sock: is a (?:link|file|folder) where .*\n$/);
      rmSync(socket, { recursive: true });
    }
    // It is not taken for a run that ended badly.
    expect(existsSync(join(state, 'running'))).toBe(false);
  });

  it('does not start without rules', async () => {
    const rules = join(folder, 'no-rules');
    const config = configure(QUIET);
    expect(await refused({ config, rules })).toContain('no-rules');
  });

  it('keeps its state for its owner alone', async () => {
    await runUntilStarted('SIGTERM', configure(QUIET));
    const modes = execFileSync('find', [state, '-printf', '%m %f\n'], { encoding: 'utf8' });
    for (const line of modes.trimEnd().split('\n')) expect(line).toMatch(/^[67]00 /);
    expect(readFileSync(join(state, 'spillwatch.db')).subarray(0, 15).toString()).toBe(
      'SQLite format 3',
    );
  });
});

function put(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

/** Lines of the log so far. */
function logged(file: string): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

describe('a running agent', () => {
  const CONTENT = { ...QUIET, files: { mode: 'off' }, canary: { minutes: 1440 } };

  it('takes over what device management sets while it runs, keeps it over damage, and writes its log where it is told', async () => {
    const log = join(folder, 'agent.log');
    const managed = join(folder, 'managed.plist');
    const config = configure(CONTENT);
    const stop = new AbortController();
    const errors: string[] = [];
    const ended = run(
      { state, config, log },
      { out: () => {}, err: (text) => errors.push(text) },
      { places: { managed, file: config, isNamed: true }, signal: stop.signal, lookMs: 20 },
    );
    const beat = async (): Promise<StatusReport | null> => asReport(await askStatus(state));
    const setting = async (key: string): Promise<unknown> =>
      (await beat())?.configuration.find((entry) => entry.key === key);
    await vi.waitFor(async () => expect(await beat()).not.toBe(null), WAIT);
    expect(await setting('retention.days')).toMatchObject({ value: 30, origin: 'default' });

    put(managed, buildBinary({ retention: { days: 9 } }));
    await vi.waitFor(
      async () =>
        expect(await setting('retention.days')).toMatchObject({ value: 9, origin: 'managed' }),
      WAIT,
    );
    // The next start anew waits for a minute; what is wrong is said at once.
    put(managed, buildBinary({ retention: { days: 10 }, nonsense: 1 }));
    const details = async (): Promise<unknown> =>
      (await beat())?.troubles.map((told) => told.detail);
    await vi.waitFor(
      async () => expect(await details()).toContainEqual(expect.stringMatching(/^nonsense: /)),
      WAIT,
    );
    expect(await setting('retention.days')).toMatchObject({ value: 9, origin: 'managed' });
    renameSync(log, `${log}.0`);
    put(managed, 'bplist00');
    await vi.waitFor(
      async () => expect(await details()).toContainEqual(expect.stringContaining('is a damaged')),
      WAIT,
    );
    expect(await setting('retention.days')).toMatchObject({ value: 9, origin: 'managed' });
    stop.abort();
    expect([await ended, errors]).toEqual([0, []]);

    const before = logged(`${log}.0`);
    expect(before.filter(({ msg }) => msg === 'started')).toHaveLength(2);
    expect(before.find(({ code }) => code === 'reconfigured')).toMatchObject({
      part: 'configuration',
      detail: 'other values: retention.days',
    });
    expect(logged(log).at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('keeps what the files say now, whenever it is killed', async () => {
    const managed = join(folder, 'managed.plist');
    const config = configure(CONTENT);
    const stop = new AbortController();
    const ended = run(
      { state, config, log: join(folder, 'agent.log') },
      { out: () => {}, err: () => {} },
      { places: { managed, file: config, isNamed: true }, signal: stop.signal, lookMs: 20 },
    );
    const origin = (): unknown => loadKept(state)?.get('heartbeat.minutes')?.origin;
    await vi.waitFor(() => expect(origin()).toBe('default'), WAIT);
    put(managed, buildBinary({ heartbeat: { minutes: 5 } }));
    await vi.waitFor(() => expect(origin()).toBe('managed'), WAIT);
    stop.abort();
    expect(await ended).toBe(0);
  });

  it('starts anew with the rules it has when they cannot be read, and a canary signal never ends it', async () => {
    const log = join(folder, 'agent.log');
    const rules = join(folder, 'rules');
    cpSync(RULES_FOLDER, rules, { recursive: true });
    const config = configure(CONTENT);
    const stop = new AbortController();
    const unheard: unknown[] = [];
    const onRemoved = (event: unknown): unknown => unheard.push(event);
    process.on('removeListener', onRemoved);
    const errors: string[] = [];
    const ended = run(
      { state, config, log, rules },
      { out: () => {}, err: (text) => errors.push(text) },
      {
        places: { managed: join(folder, 'none'), file: config, isNamed: true },
        signal: stop.signal,
        lookMs: 20,
      },
    );
    const starts = (): number => logged(log).filter(({ msg }) => msg === 'started').length;
    await vi.waitFor(() => expect(starts()).toBe(1), WAIT);
    rmSync(rules, { recursive: true });
    put(config, JSON.stringify({ ...CONTENT, retention: { days: 9 } }));
    await vi.waitFor(() => expect(starts()).toBe(2), WAIT);
    process.off('removeListener', onRemoved);
    expect(unheard).not.toContain(CANARY_SIGNAL);
    expect(logged(log).filter(({ code }) => code === 'rules')).toEqual([
      expect.objectContaining({ detail: expect.stringContaining(rules) as unknown }),
    ]);
    stop.abort();
    expect([await ended, errors]).toEqual([0, []]);
    expect(process.listenerCount(CANARY_SIGNAL)).toBe(0);
  });

  it.runIf(process.getuid?.() === 0)(
    'uses as root no configuration, rules or log folder that others can write',
    async () => {
      const open = join(folder, 'open');
      mkdirSync(open);
      chmodSync(open, 0o777);
      writeFileSync(join(open, 'config.json'), '{}');
      const why = `${open}: others can write it (mode 777); "chmod go-w" it`;
      expect(await refused({ config: join(open, 'config.json') })).toContain(why);
      expect(await refused({ rules: open })).toContain(why);
      expect(await refused({ log: join(open, 'agent.log') })).toContain(why);
    },
  );
});
