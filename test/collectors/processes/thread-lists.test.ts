import { execFile, execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import psList from 'ps-list';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listThreadScript } from '../../../agent/addons.ts';
import { processesCollector } from '../../../collectors/processes/collector.ts';
import { ListThreads, type ThreadScript } from '../../../collectors/processes/list-threads.ts';
import { threadLists } from '../../../collectors/processes/thread-lists.ts';
import { PROJECT } from '../../support/command.ts';
import { whileRunning } from '../recorded-output.ts';

const clock = (): number => 1_700_000_000_000_000;
const never = new AbortController().signal;
const ROWS = { kind: 'rows', rows: [{ pid: 412, ppid: 1, name: 'psql' }], total: 1, isLast: true };
const FOREVER = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';

let folder: string;
let flag: string;
let pipe: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-thread-'));
  flag = join(folder, 'answers');
  pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A thread that runs `code` for each `request`. */
function script(code: string): ThreadScript {
  const text = `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', (request) => { if (request !== 'stop') { ${code} } });`;
  return { kind: 'text', text };
}

const answer = (message: unknown): string => `parentPort.postMessage(${JSON.stringify(message)});`;
/** Nobody writes to the pipe, so opening it hangs inside the system, as a path on a dead file system does. */
const hangInSystem = (): ThreadScript =>
  script(`require('node:fs').readFileSync(${JSON.stringify(pipe)});`);

/** Remembers what was started. */
class SeenThreads extends ListThreads {
  readonly started: Worker[] = [];

  override start(): Worker {
    const worker = super.start();
    this.started.push(worker);
    return worker;
  }

  get running(): number {
    return this.started.filter(({ threadId }) => threadId !== -1).length;
  }
}

describe('lists of the real thread', () => {
  it('hold the processes that ps-list gives, by one thread that is kept and is gone at the end', async () => {
    const threads = new SeenThreads(listThreadScript());
    const { list, close } = threadLists(threads);
    await list(never);
    const direct = await psList();
    const { processes, total } = await list(never);
    expect(total).toBe(processes.length);
    const listed = new Map(processes.map((process) => [process.pid, process]));
    const own = listed.get(process.pid);
    expect(own).toMatchObject({ ppid: process.ppid, uid: process.getuid?.() });
    expect(own?.startTime).toEqual(direct.find(({ pid }) => pid === process.pid)?.startTime);
    // Some come and go between the two lists.
    const lasting = new Set((await psList()).map(({ pid }) => pid));
    const both = direct.map(({ pid }) => pid).filter((pid) => lasting.has(pid));
    expect(both.length).toBeGreaterThan(1);
    expect(both.filter((pid) => !listed.has(pid))).toEqual([]);
    expect([threads.started.length, threads.running]).toEqual([1, 1]);
    await close?.();
    expect([threads.running, threads.hanging]).toEqual([0, 0]);
  });
});

describe('a thread that hangs', () => {
  it('holds up the list and not the agent, and the next list has a new one', async () => {
    const threads = new SeenThreads(
      script(`require('node:fs').existsSync(${JSON.stringify(flag)})
        ? (${answer(ROWS).slice(0, -1)}) : (${FOREVER.slice(0, -1)})`),
    );
    // A thread needs its time to start, on a busy machine more than a tenth of a second.
    const given = { everyMs: null, clock, timeoutMs: 1000, ...threadLists(threads) };
    const collector = processesCollector(given);
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 5);
    try {
      const output = await whileRunning(collector, async (shown) => {
        await shown.until(({ troubles }) => troubles.length > 0);
        expect(turns).toBeGreaterThan(5);
        expect(shown.records).toEqual([]);
        writeFileSync(flag, '');
        collector.refresh();
        await shown.until(({ records }) => records.length > 0);
        await expect.poll(() => threads.hanging).toBe(0);
      });
      expect(output.troubles).toMatchObject([{ code: 'command-slow', lasts: true }]);
      expect(output.troubles[0]?.detail).toContain('unmount it by force');
      expect(output.recoveries).toEqual(['command-slow']);
      expect([threads.started.length, threads.running]).toEqual([2, 0]);
    } finally {
      clearInterval(ticking);
    }
  });

  it('inside the system is left behind, four times at most, until the system answers', async () => {
    const threads = new SeenThreads(hangInSystem());
    const hang = async (): Promise<unknown> => {
      const lists = threadLists(threads);
      const failure: unknown = await lists
        .list(AbortSignal.timeout(50))
        .catch((error: unknown) => error);
      await lists.close?.();
      return failure;
    };
    const slow = { code: 'command-slow', message: expect.stringContaining('unmount it by force') };
    for (const failure of await Promise.all([hang(), hang(), hang(), hang()]))
      expect(failure).toMatchObject(slow);
    expect([threads.running, threads.hanging]).toEqual([4, 4]);
    expect(await hang()).toMatchObject(slow);
    expect(threads.started).toHaveLength(4);
    const open = openSync(pipe, 'r+');
    try {
      await expect.poll(() => threads.hanging).toBe(0);
      await hang();
      expect(threads.started).toHaveLength(5);
    } finally {
      closeSync(open);
    }
    await expect.poll(() => threads.running).toBe(0);
  });

  it.each(['end', 'exit', 'throw'])(
    'does not hold up the end of the process, which keeps its exit code: %s',
    async (way) => {
      const program = join(PROJECT, 'test/fixtures/programs/hanging-list.ts');
      const node = join(PROJECT, 'node_modules/.bin/node');
      const ended = await new Promise((resolve) => {
        const call = { timeout: 15_000, killSignal: 'SIGKILL' } as const;
        execFile(node, [program, pipe, way], call, (error, out) => {
          resolve({ code: error?.code ?? 0, signal: error?.signal ?? null, out });
        });
      });
      const code = { end: 3, exit: 5, throw: 1 }[way];
      expect(ended).toEqual({ code, signal: null, out: 'command-slow\n' });
    },
  );
});

describe('a thread that is not what it should be', () => {
  it.each<[string, string, string]>([
    ['throws', 'throw Object.assign(new Error("--password=hunter2"), { code: "EBAD" })', '(EBAD)'],
    ['throws no error', 'throw "hunter2"', '(error)'],
    ['exits', 'process.exit(7)', '(exit 7)'],
    ['says nothing', answer(null), 'report it'],
    ['answers a text', answer('hunter2'), 'report it'],
    ['answers no rows', answer({ ...ROWS, rows: 'hunter2' }), 'report it'],
    ['answers a wrong row', answer({ ...ROWS, rows: [{ pid: 'hunter2' }] }), 'report it'],
    ['fails in its own words', answer({ kind: 'failed', code: 'x', message: '' }), 'report it'],
    ['takes all memory', 'const all = []; for (;;) all.push(new Array(1e5).fill(0.5))', 'MEMORY'],
  ])('is an outage and ended, never a crash: it %s', async (_, code, detail) => {
    const threads = new SeenThreads(script(code), 64);
    const given = { everyMs: null, clock, timeoutMs: 15_000, ...threadLists(threads) };
    const output = await whileRunning(processesCollector(given), async ({ troubles }) => {
      await expect.poll(() => troubles.length, { timeout: 15_000 }).toBe(1);
    });
    expect(output.troubles).toMatchObject([{ code: 'command-failed', lasts: true }]);
    expect(output.troubles[0]?.detail).toContain(detail);
    expect(output.troubles[0]?.detail).not.toContain('hunter2');
    expect([threads.running, threads.hanging]).toEqual([0, 0]);
  });

  it('that ended between two lists is followed by a new one', async () => {
    const threads = new SeenThreads(script(`${answer(ROWS)} setTimeout(() => process.exit(), 1)`));
    const { list, close } = threadLists(threads);
    expect((await list(never)).processes).toHaveLength(1);
    await expect.poll(() => threads.running).toBe(0);
    expect((await list(never)).processes).toHaveLength(1);
    expect(threads.started).toHaveLength(2);
    await close?.();
    expect([threads.running, threads.hanging]).toEqual([0, 0]);
  });

  it('that never stops telling rows is stopped', async () => {
    const more = { ...ROWS, rows: Array.from({ length: 500 }, () => ROWS.rows[0]), isLast: false };
    const { list, close } = threadLists(new ListThreads(script(answer(more))));
    expect((await list(never)).processes).toHaveLength(20_000);
    await close?.();
  });
});

it('ends with its collector, also in the middle of a list', async () => {
  const threads = new SeenThreads(script(FOREVER));
  const given = { everyMs: null, clock, ...threadLists(threads) };
  const output = await whileRunning(processesCollector(given), async () => {
    await expect.poll(() => threads.running).toBe(1);
    await sleep(20);
  });
  expect([threads.running, threads.hanging]).toEqual([0, 0]);
  expect(output.troubles).toEqual([]);
});
