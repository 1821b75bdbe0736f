import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { listThreadScript } from '../../../agent/addons.ts';
import type { Collector } from '../../../collectors/collector.ts';
import type { ProcessSeen } from '../../../collectors/event.ts';
import {
  type ProcessesSettings,
  processesCollector,
} from '../../../collectors/processes/collector.ts';
import { ListThreads } from '../../../collectors/processes/list-threads.ts';
import {
  boundedList,
  type ListedProcess,
  type ProcessList,
} from '../../../collectors/processes/process-list.ts';
import { threadLists } from '../../../collectors/processes/thread-lists.ts';
import { childrenLeft } from '../processes-left.ts';
import { type RecordedOutput, whileRunning } from '../recorded-output.ts';
import { VirtualTimer } from '../virtual-timer.ts';

const PROGRAMS = join(import.meta.dirname, '../../fixtures/programs');
const realPath = process.env['PATH'] ?? '';
const clock = (): number => 1_700_000_000_000_000;

afterEach(() => {
  process.env['PATH'] = realPath;
});

/** A collector that lists what really runs. */
function realCollector(settings: { readonly timeoutMs?: number } = {}): Collector {
  const threads = new ListThreads(listThreadScript());
  return processesCollector({ everyMs: null, clock, ...settings, ...threadLists(threads) });
}

function standIn(folder: string): void {
  process.env['PATH'] = `${join(PROGRAMS, folder)}:${realPath}`;
}

const said = ({ records, troubles }: RecordedOutput): boolean =>
  records.length > 0 || troubles.length > 0;

function seen(output: RecordedOutput): readonly ProcessSeen[] {
  return output.records
    .flatMap(({ events }) => events)
    .filter((event) => event.kind === 'process.seen');
}

async function listOf(...list: readonly ListedProcess[]): Promise<RecordedOutput> {
  const given = { everyMs: null, clock, list: () => Promise.resolve(boundedList(list)) };
  return whileRunning(processesCollector(given), (output) => output.until(said));
}

const ROW: ListedProcess = {
  pid: 412,
  ppid: 1,
  uid: 501,
  name: 'Dropbox',
  path: '/Applications/Dropbox.app/Contents/MacOS/Dropbox',
  cmd: 'Dropbox --go',
  startTime: new Date(1_699_999_999_000),
};

describe('processesCollector over the real ps', () => {
  it('lists a running process with its parent, user, command line and start', async () => {
    const child = spawn('sleep', ['31.5']);
    try {
      const output = await whileRunning(realCollector(), (shown) => shown.until(said));
      const event = seen(output).find((candidate) => candidate.process.pid === child.pid);
      expect(event).toMatchObject({
        timeUs: clock(),
        commandLine: 'sleep 31.5',
        process: { name: 'sleep', parent: { pid: process.pid }, realUserId: process.getuid?.() },
      });
      expect(event?.process.startUs).toBeGreaterThan(clock());
      expect(output.lost).toStrictEqual([]);
      expect(output.troubles).toStrictEqual([]);
    } finally {
      child.kill();
    }
  });

  it('takes a missing ps for an outage', async () => {
    const nothing = mkdtempSync(join(tmpdir(), 'spillwatch-path-'));
    process.env['PATH'] = nothing;
    const output = await whileRunning(realCollector(), (shown) => shown.until(said));
    rmSync(nothing, { recursive: true });
    expect(output.records).toStrictEqual([]);
    expect(output.troubles).toMatchObject([{ code: 'command-missing', lasts: true }]);
  });

  it.each(['failing', 'garbage'])('takes a %s ps for an outage', async (folder) => {
    standIn(folder);
    const output = await whileRunning(realCollector(), (shown) => shown.until(said));
    expect(output.records).toStrictEqual([]);
    expect(output.troubles).toMatchObject([{ code: 'command-failed', lasts: true }]);
    expect(output.troubles[0]?.detail).not.toContain('hunter2');
  });

  it.skipIf(process.platform !== 'linux')('ends a ps that hangs (counted on Linux)', async () => {
    standIn('hanging');
    const before = childrenLeft();
    const output = await whileRunning(realCollector({ timeoutMs: 1000 }), (shown) =>
      shown.until(said),
    );
    expect(output.records).toStrictEqual([]);
    expect(output.troubles).toMatchObject([{ code: 'command-slow', lasts: true }]);
    expect(childrenLeft()).toStrictEqual(before);
  });

  it.skipIf(process.platform !== 'linux')(
    'ends ps when it is stopped (counted on Linux)',
    async () => {
      standIn('hanging');
      const before = childrenLeft();
      await whileRunning(realCollector(), async () => {
        await expect.poll(childrenLeft, { timeout: 5000 }).not.toStrictEqual(before);
      });
      expect(childrenLeft()).toStrictEqual(before);
    },
  );

  it('lists 20,000 of 20,001 processes and says that there are more', async () => {
    standIn('many');
    const output = await whileRunning(realCollector(), (shown) =>
      shown.until(({ troubles }) => troubles.length > 0),
    );
    expect(seen(output)).toHaveLength(20_000);
    expect(output.troubles).toMatchObject([{ code: 'sampling-gap', subject: 'processes' }]);
  });
});

describe('processesCollector', () => {
  it('says of a row what ps-list says', async () => {
    expect(seen(await listOf(ROW))).toMatchObject([
      {
        commandLine: 'Dropbox --go',
        process: { pid: 412, executable: ROW.path, startUs: 1_699_999_999_000_000 },
      },
    ]);
  });

  it('goes by the name when there is no path, and without a start when there is none', async () => {
    const row = { ...ROW, path: '', startTime: new Date(Number.NaN) };
    expect(seen(await listOf(row))[0]?.process).toMatchObject({
      executable: 'Dropbox',
      startUs: null,
    });
  });

  it('cuts a command line at 8,192 characters, never inside one', async () => {
    const cmd = `${'x'.repeat(8191)}😀rest`;
    expect(seen(await listOf({ ...ROW, cmd }))[0]?.commandLine).toBe('x'.repeat(8191));
  });

  it('splits a list that is too long for one line into several records', async () => {
    const rows = Array.from({ length: 2000 }, (_, index) => ({
      ...ROW,
      pid: index + 1,
      cmd: 'x'.repeat(9000),
    }));
    const given = { everyMs: null, clock, list: () => Promise.resolve(boundedList(rows)) };
    const output = await whileRunning(processesCollector(given), (shown) =>
      shown.until((at) => seen(at).length === 2000),
    );
    expect(output.lost).toStrictEqual([]);
    expect(output.records.length).toBeGreaterThan(1);
  });

  it('never puts a command line into a trouble', async () => {
    const failure = new Error('Command failed: tool --password=hunter2');
    const given = { everyMs: null, clock, list: () => Promise.reject(failure) };
    const output = await whileRunning(processesCollector(given), (shown) => shown.until(said));
    expect(output.troubles).toMatchObject([{ code: 'command-failed' }]);
    expect(JSON.stringify(output.troubles)).not.toContain('hunter2');
  });

  it('takes a list that never comes for an outage', async () => {
    const given = { everyMs: null, clock, timeoutMs: 20, list: () => new Promise<never>(() => {}) };
    const output = await whileRunning(processesCollector(given), (shown) => shown.until(said));
    expect(output.troubles).toMatchObject([{ code: 'command-slow' }]);
  });

  it('lists at start and then every interval', async () => {
    const { timer, at, given } = counted({ everyMs: 60_000 });
    await whileRunning(processesCollector(given), () => timer.advance(130_000));
    expect(at).toStrictEqual([0, 60_000, 120_000]);
    expect(timer.pauses).toBe(0);
  });

  it('lists so rarely that it takes its share of the time, but no less than it may', async () => {
    const thrift = { share: 1 / 100, slowestMs: 30_000, isActive: () => false };
    const cheap = counted({ everyMs: 5000, thrift }, 20);
    await whileRunning(processesCollector(cheap.given), () => cheap.timer.advance(11_000));
    expect(cheap.at).toStrictEqual([0, 5000, 10_000]);
    const dear = counted({ everyMs: 5000, thrift }, 100);
    await whileRunning(processesCollector(dear.given), () => dear.timer.advance(25_000));
    expect(dear.at).toStrictEqual([0, 10_000, 20_000]);
    const slow = counted({ everyMs: 5000, thrift }, 2000);
    await whileRunning(processesCollector(slow.given), () => slow.timer.advance(65_000));
    expect(slow.at).toStrictEqual([0, 30_000, 60_000]);
  });

  it('lists every interval while it is active, also when that begins during a long pause', async () => {
    let isActive = false;
    const thrift = { share: 1 / 100, slowestMs: 30_000, isActive: () => isActive };
    const { timer, at, given } = counted({ everyMs: 5000, thrift }, 300);
    await whileRunning(processesCollector(given), async () => {
      await timer.advance(7000);
      isActive = true;
      await timer.advance(10_000);
    });
    expect(at.slice(0, 3)).toStrictEqual([0, 10_300, 15_300]);
  });

  it('lists at start only when there is no interval, and whenever it is asked to', async () => {
    const { timer, at, given } = counted({ everyMs: null });
    const collector = processesCollector(given);
    await whileRunning(collector, async () => {
      await timer.advance(3_600_000);
      collector.refresh();
      await timer.advance(10);
    });
    expect(at).toStrictEqual([0, 3_600_000]);
  });

  it('has one list in flight, and takes requests meanwhile for one', async () => {
    const { timer, at, given } = counted({ everyMs: null }, 100);
    const collector = processesCollector(given);
    await whileRunning(collector, async () => {
      await timer.advance(50);
      collector.refresh();
      collector.refresh();
      await timer.advance(1000);
    });
    expect(at).toStrictEqual([0, 100]);
  });

  it('tries again after 30 s when its only list failed', async () => {
    const { timer, at, given } = counted({ everyMs: null });
    const list = given.list;
    const failingOnce = (): Promise<ProcessList> =>
      list().then((rows) => (at.length === 1 ? boundedList([]) : rows));
    const output = await whileRunning(processesCollector({ ...given, list: failingOnce }), () =>
      timer.advance(100_000),
    );
    expect(at).toStrictEqual([0, 30_000]);
    expect(output.recoveries).toStrictEqual(['command-failed']);
  });
});

function counted(
  settings: Pick<ProcessesSettings, 'everyMs' | 'thrift'>,
  tookMs = 0,
): {
  readonly timer: VirtualTimer;
  readonly at: number[];
  readonly given: ProcessesSettings & { list: () => Promise<ProcessList> };
} {
  const timer = new VirtualTimer();
  const at: number[] = [];
  const list = async (): Promise<ProcessList> => {
    at.push(timer.now());
    if (tookMs > 0) await timer.pause(tookMs, new AbortController().signal);
    return boundedList([ROW]);
  };
  return { timer, at, given: { ...settings, clock, timer, list } };
}
