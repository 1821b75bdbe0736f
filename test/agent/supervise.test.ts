import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Health, type HealthEvent } from '../../agent/health/health.ts';
import {
  FIRST_DELAY_MS,
  MAX_DELAY_MS,
  pause,
  STEADY_MS,
  type Supervised,
  Supervisor,
} from '../../agent/supervise.ts';
import { type Collector, CollectorError, type LiveOutput } from '../../collectors/collector.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-02T09:00:00Z') });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A collector whose runs end when the test says so. */
class FakeCollector {
  readonly name: Collector['name'];
  readonly starts: number[] = [];
  output: LiveOutput | null = null;
  fail: (error: unknown) => void = () => {};
  /** Ends the run as if everything were done. */
  resolve: () => void = () => {};
  aborted = 0;

  constructor(name: Collector['name'] = 'endpoint-security') {
    this.name = name;
  }

  readonly make = (): Collector => ({
    name: this.name,
    run: (output, signal) =>
      new Promise((resolve, reject) => {
        this.starts.push(Date.now());
        this.output = output;
        this.fail = reject;
        this.resolve = resolve;
        signal.addEventListener('abort', () => {
          this.aborted += 1;
          resolve();
        });
      }),
  });
}

interface Bench {
  readonly collector: FakeCollector;
  readonly supervisor: Supervisor;
  readonly health: Health;
  readonly told: HealthEvent[];
  readonly lines: string[];
  readonly lost: string[];
  readonly stop: AbortController;
  readonly kept: Promise<void>;
  isFull: boolean;
  random: number;
}

function bench({
  part = 'endpoint-security',
  name = 'endpoint-security',
  isWanted,
}: Partial<Pick<Supervised, 'part' | 'isWanted'>> & {
  readonly name?: Collector['name'];
} = {}): Bench {
  const collector = new FakeCollector(name);
  const told: HealthEvent[] = [];
  const health = new Health(clock, (event) => told.push(event));
  const lines: string[] = [];
  const lost: string[] = [];
  const stop = new AbortController();
  const settings = { isFull: false, random: 1 };
  const supervisor = new Supervisor({
    health,
    clock,
    random: () => settings.random,
    line: (text) => {
      if (settings.isFull) return false;
      lines.push(text);
      return true;
    },
    lost: (of, reason) => lost.push(`${of} ${reason}`),
  });
  const kept = supervisor.keep(
    { part, make: collector.make, ...(isWanted && { isWanted }) },
    stop.signal,
  );
  return Object.assign(settings, { collector, supervisor, health, told, lines, lost, stop, kept });
}

/** Lets time pass, and what follows from it. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

const clock = (): number => Date.now() * 1000;

const failure = (): CollectorError => new CollectorError('helper-exited', 'ended with status 1');

/** Fails the run at once and gives how long it took until the next one. */
async function delayOfNext({ collector }: Bench): Promise<number> {
  const failedAt = Date.now();
  const before = collector.starts.length;
  collector.fail(failure());
  while (collector.starts.length === before) {
    // oxlint-disable-next-line no-await-in-loop -- time passes step by step
    await pass(100);
  }
  return (collector.starts.at(-1) ?? 0) - failedAt;
}

describe('a supervised collector', () => {
  it('runs until the agent stops', async () => {
    const { collector, supervisor, stop, kept } = bench();
    await pass(10);
    expect(supervisor.reports()).toEqual([
      {
        part: 'endpoint-security',
        name: 'endpoint-security',
        state: 'running',
        restarts: 0,
        lastLineUs: null,
        lines: 0,
      },
    ]);
    stop.abort();
    await kept;
    expect(collector.aborted).toBe(1);
    expect(collector.starts).toHaveLength(1);
    expect(supervisor.reports()[0]?.state).toBe('stopped');
  });

  it('is started again with delays that double up to a bound', async () => {
    const made = bench();
    await pass(0);
    const delays: number[] = [];
    for (let failures = 0; failures < 10; failures += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one failure after the other
      delays.push(await delayOfNext(made));
    }
    const expected = Array.from({ length: 10 }, (_delay, at) =>
      Math.min(FIRST_DELAY_MS * 2 ** (at + 1), MAX_DELAY_MS),
    );
    // Time passes in steps of 100 ms.
    for (const [at, delay] of delays.entries())
      expect(Math.abs(delay - (expected[at] ?? 0))).toBeLessThanOrEqual(100);
    expect(made.supervisor.reports()[0]?.restarts).toBe(10);
  });

  it.each([0, 0.25, 0.999])('waits a random part of that: %d of it', async (random) => {
    const made = bench();
    made.random = random;
    await pass(0);
    await delayOfNext(made);
    const delay = await delayOfNext(made);
    expect(Math.abs(delay - random * FIRST_DELAY_MS * 4)).toBeLessThanOrEqual(100);
  });

  it('begins with the first delay again after a steady run', async () => {
    const made = bench();
    await pass(0);
    for (let failures = 0; failures < 6; failures += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one failure after the other
      await delayOfNext(made);
    }
    await pass(STEADY_MS + 1);
    expect(await delayOfNext(made)).toBeLessThanOrEqual(FIRST_DELAY_MS * 2 + 100);
  });

  it('does not begin anew after a run that was not steady', async () => {
    const made = bench();
    await pass(0);
    for (let failures = 0; failures < 6; failures += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one failure after the other
      await delayOfNext(made);
    }
    await pass(STEADY_MS - 1000);
    expect(await delayOfNext(made)).toBeGreaterThan(FIRST_DELAY_MS * 2 ** 6);
  });

  it('tells why it ended, and clears that with its first line after the next start', async () => {
    const made = bench();
    await pass(0);
    await delayOfNext(made);
    expect(made.health.active()).toMatchObject([
      { part: 'endpoint-security', code: 'helper-exited', detail: 'ended with status 1' },
    ]);
    expect(made.told.map(({ code, state }) => `${code} ${state}`)).toEqual([
      'helper-exited raised',
      'collector-restarted noted',
    ]);
    made.collector.output?.line('{}');
    expect(made.health.active()).toEqual([]);
  });

  it('is waited for while it is not started yet', async () => {
    const { collector, supervisor, stop, kept } = bench();
    await pass(0);
    collector.fail(failure());
    await pass(100);
    expect(supervisor.reports()[0]?.state).toBe('waiting');
    stop.abort();
    // No time has to pass.
    await kept;
    expect(collector.starts).toHaveLength(1);
  });

  it.each([
    ['an error without a code', new Error('out of memory'), 'out of memory'],
    ['something that is no error', 'text', 'text'],
  ])('survives %s', async (_what, thrown, detail) => {
    const { collector, health } = bench({ part: 'network', name: 'network' });
    await pass(0);
    collector.fail(thrown);
    await pass(FIRST_DELAY_MS * 2);
    expect(health.active()).toMatchObject([{ part: 'network', code: 'command-failed', detail }]);
    expect(collector.starts).toHaveLength(2);
  });

  it('that ends although nobody stopped it has failed: it is said, and it waits before it starts again', async () => {
    const made = bench({ part: 'network', name: 'network' });
    await pass(0);
    for (let runs = 1; runs <= 5; runs += 1) {
      made.collector.resolve();
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      await pass(1);
      expect(made.collector.starts).toHaveLength(runs);
      expect(made.supervisor.reports()[0]).toMatchObject({ state: 'waiting', restarts: runs });
      // oxlint-disable-next-line no-await-in-loop -- as above
      await pass(FIRST_DELAY_MS * 2 ** runs);
    }
    expect(made.collector.starts).toHaveLength(6);
    expect(made.health.active()).toMatchObject([{ part: 'network', code: 'collector-ended' }]);
    expect(made.health.counts().get('collector-restarted')).toBe(5);
    made.collector.output?.line('{}');
    expect(made.health.active()).toEqual([]);
  });

  it.each([
    ['endpoint-security', 'endpoint-security', ['restarted']],
    ['endpoint-security-opens', 'endpoint-security', ['opens-started', 'opens-restarted']],
    ['network', 'network', []],
  ] as const)('%s of %s: start and restart put %j into the stream', async (part, name, codes) => {
    const made = bench({ part, name });
    await pass(0);
    await delayOfNext(made);
    const notices = made.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const notice = { source: 'notice', collector: 'endpoint-security' };
    expect(notices).toMatchObject(codes.map((code) => ({ ...notice, code })));
  });

  it('says what becomes of its lines', async () => {
    const made = bench();
    await pass(5);
    made.collector.output?.line('one');
    expect(made.lines).toEqual(['one']);
    expect(made.supervisor.reports()[0]).toMatchObject({ lines: 1, lastLineUs: Date.now() * 1000 });

    made.isFull = true;
    made.collector.output?.line('two');
    made.collector.output?.line('three');
    expect(made.lost).toEqual(['endpoint-security queue-full', 'endpoint-security queue-full']);
    expect(made.health.active()).toMatchObject([{ part: 'queue', code: 'queue-full' }]);
    made.isFull = false;
    made.collector.output?.line('four');
    expect(made.health.active()).toEqual([]);

    made.collector.output?.fault('line-too-long');
    expect(made.lost.at(-1)).toBe('endpoint-security line-too-long');
  });

  it('raises the troubles that last, notes the others, and clears what is over', async () => {
    const { collector, health, told } = bench({ part: 'files', name: 'files' });
    await pass(0);
    const { output } = collector;
    output?.trouble({ code: 'root-missing', detail: 'gone', subject: '/a', lasts: true });
    output?.trouble({ code: 'path-redirected', detail: 'odd', subject: '/a', lasts: false });
    expect(told.map(({ code, state }) => `${code} ${state}`)).toEqual([
      'root-missing raised',
      'path-redirected noted',
    ]);
    output?.trouble({
      code: 'not-a-file',
      detail: 'a pipe',
      subject: '/a',
      lasts: true,
      isRemark: true,
    });
    expect(health.remarks()).toMatchObject([{ part: 'files', code: 'not-a-file', subject: '/a' }]);
    output?.recovered('not-a-file', '/a');
    expect(health.remarks()).toEqual([]);
    output?.recovered('root-missing', '/b');
    expect(health.active()).toHaveLength(1);
    output?.recovered('root-missing', '/a');
    expect(health.active()).toEqual([]);
  });
});

it('forgets what a run said that has failed: the next one says anew what is still so', async () => {
  const made = bench({ part: 'files', name: 'files' });
  await pass(0);
  const trouble = { code: 'root-is-link', detail: 'a link', subject: '/a', lasts: true } as const;
  made.collector.output?.trouble(trouble);
  await delayOfNext(made);
  expect(made.health.active().map(({ code }) => code)).toEqual(['helper-exited']);
  // Failing again for the same reason is not told as an end and a new beginning.
  await delayOfNext(made);
  expect(
    made.told.filter(({ code, state }) => code === 'helper-exited' && state !== 'noted'),
  ).toHaveLength(1);
});

describe('a collector that is not always wanted', () => {
  it('is started when it is wanted and stopped when it is not any more', async () => {
    let wanted = false;
    const { collector, supervisor, stop, kept } = bench({
      part: 'endpoint-security-opens',
      isWanted: () => wanted,
    });
    await pass(5000);
    expect(collector.starts).toHaveLength(0);
    expect(supervisor.reports()[0]?.state).toBe('not-wanted');
    wanted = true;
    await pass(1000);
    expect(collector.starts).toHaveLength(1);
    expect(supervisor.reports()[0]?.state).toBe('running');
    wanted = false;
    await pass(1000);
    expect(collector.aborted).toBe(1);
    await pass(1000);
    expect(supervisor.reports()[0]).toMatchObject({ state: 'not-wanted', restarts: 0 });
    wanted = true;
    await pass(1000);
    expect(collector.starts).toHaveLength(2);
    stop.abort();
    await kept;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not started again when it failed and is not wanted any more; its trouble is over then', async () => {
    let wanted = true;
    const { collector, health } = bench({
      part: 'endpoint-security-opens',
      isWanted: () => wanted,
    });
    await pass(0);
    collector.fail(failure());
    wanted = false;
    await pass(10_000);
    expect(collector.starts).toHaveLength(1);
    expect(health.active()).toEqual([]);
  });

  it('is asked for when the agent stops, and ends at once', async () => {
    const { stop, kept, collector } = bench({ isWanted: () => false });
    await pass(100);
    stop.abort();
    await kept;
    expect(collector.starts).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('keeping a collector', () => {
  it('does nothing when the agent has stopped already', async () => {
    const stop = new AbortController();
    stop.abort();
    const { supervisor } = bench();
    const collector = new FakeCollector('files');
    await supervisor.keep({ part: 'files', make: collector.make }, stop.signal);
    expect(collector.starts).toHaveLength(0);
  });

  it('leaves no timer behind', async () => {
    const made = bench({ isWanted: () => true });
    await pass(0);
    await delayOfNext(made);
    made.stop.abort();
    await made.kept;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a pause', () => {
  it('lasts as long as it should', async () => {
    let isOver = false;
    void pause(500, new AbortController().signal).then(() => (isOver = true));
    await pass(499);
    expect(isOver).toBe(false);
    await pass(1);
    expect(isOver).toBe(true);
  });

  it('ends at once when the signal aborts, also before it began', async () => {
    const stop = new AbortController();
    const long = pause(60_000, stop.signal);
    stop.abort();
    await long;
    await pause(60_000, stop.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
