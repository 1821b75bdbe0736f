import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BurstSignal } from '../../../collectors/network/burst.ts';
import { networkCollector } from '../../../collectors/network/collector.ts';
import { psNames } from '../../../collectors/network/process-names.ts';
import { systemSource } from '../../../collectors/network/system-source.ts';
import { systemTimer, type Timer } from '../../../collectors/timer.ts';
import { childrenLeft, processesWith } from '../processes-left.ts';
import { type RecordedOutput, whileRunning } from '../recorded-output.ts';

const PROGRAMS = join(import.meta.dirname, '../../fixtures/programs');
const realPath = process.env['PATH'] ?? '';
let nothing = '';

beforeEach(() => {
  nothing = mkdtempSync(join(tmpdir(), 'spillwatch-path-'));
});

afterEach(() => {
  process.env['PATH'] = realPath;
  rmSync(nothing, { recursive: true });
});

function standIn(folder: string): void {
  process.env['PATH'] = `${join(PROGRAMS, folder)}:${realPath}`;
}

/** By this timer a sample takes no time, so that a busy machine does not make the collector back off. */
function pausesOnly(): Timer {
  let now = 0;
  return {
    now: () => now,
    pause: async (ms, signal) => {
      await systemTimer.pause(ms, signal);
      now += ms;
    },
  };
}

function collector(timeoutMs = 5000): ReturnType<typeof networkCollector> {
  return networkCollector({
    idleMs: 100,
    activeMs: 50,
    isActive: () => false,
    burst: new BurstSignal(),
    clock: () => 1_700_000_000_000_000,
    source: systemSource(),
    timer: pausesOnly(),
    timeoutMs,
  });
}

const said = ({ records, troubles }: RecordedOutput): boolean =>
  records.length > 0 || troubles.some(({ lasts }) => lasts);

const canList = ((): boolean => {
  try {
    execFileSync('sh', ['-c', 'command -v netstat || command -v ss']);
    return process.platform === 'linux';
  } catch {
    return false;
  }
})();

async function openConnection(): Promise<{ server: Server; socket: Socket; port: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
  });
  return { server, socket, port: String(socket.localPort) };
}

describe.skipIf(!canList)('networkCollector over systeminformation (needs netstat or ss)', () => {
  it('shows a real connection once, with the process that holds it', async () => {
    const output = await whileRunning(collector(), async (seen) => {
      const flows = (port: string): number =>
        seen.records
          .flatMap(({ events }) => events)
          .filter(
            (event) =>
              event.kind === 'network.flow' &&
              event.pid === process.pid &&
              event.localPort === port &&
              event.peerAddress === '127.0.0.1',
          ).length;
      const { server, socket, port } = await openConnection();
      await seen.until(() => flows(port) === 1);
      socket.destroy();
      server.close();
    });
    expect(output.troubles.filter(({ code }) => code === 'untrusted-row')).toStrictEqual([]);
    expect(output.lost).toStrictEqual([]);
  });

  it('no longer lists a connection that was closed', async () => {
    const lines: string[] = [];
    const output = {
      fault() {},
      trouble() {},
      recovered() {},
      line: (text: string) => lines.push(text),
    };
    const abort = new AbortController();
    const running = collector().run(output, abort.signal);
    const { server, socket, port } = await openConnection();
    const isListed = (): boolean => lines.at(-1)?.includes(`"localPort":"${port}"`) ?? false;
    await expect.poll(isListed, { timeout: 5000 }).toBe(true);
    socket.destroy();
    server.close();
    await expect.poll(isListed, { timeout: 5000 }).toBe(false);
    abort.abort();
    await running;
  });

  it('takes no connections for none when the commands are there', async () => {
    standIn('empty');
    const output = await whileRunning(collector(), (seen) => seen.until(said));
    expect(output.records[0]).toMatchObject({ events: [], badRows: 0 });
    expect(output.troubles).toStrictEqual([]);
  });

  it('takes no connections for an outage when the commands are missing', async () => {
    process.env['PATH'] = nothing;
    const output = await whileRunning(collector(), (seen) => seen.until(said));
    expect(output.records).toStrictEqual([]);
    expect(output.troubles).toMatchObject([{ code: 'command-missing', lasts: true }]);
  });

  it('goes on when the commands are back', async () => {
    process.env['PATH'] = nothing;
    const output = await whileRunning(collector(), async (seen) => {
      await seen.until(said);
      standIn('empty');
      await seen.until(({ records }) => records.length > 0);
    });
    expect(output.recoveries).toContain('command-missing');
  });

  it.each([
    ['fail', 'failing'],
    ['print garbage', 'garbage'],
  ])('takes commands that %s for an outage', async (_name, folder) => {
    standIn(folder);
    const output = await whileRunning(collector(), (seen) => seen.until(said));
    expect(output.records).toStrictEqual([]);
    expect(output.troubles).toMatchObject([{ code: 'command-failed', lasts: true }]);
    expect(output.troubles[0]?.detail).not.toContain('hunter2');
  });

  it('ends commands that hang, with all that their shell started', async () => {
    standIn('hanging');
    const mark = `SPILLWATCH_TEST=${nothing}`;
    process.env['SPILLWATCH_TEST'] = nothing;
    const before = childrenLeft();
    const output = await whileRunning(collector(1000), async (seen) => {
      await expect.poll(() => processesWith(mark), { timeout: 5000 }).toBeGreaterThan(1);
      await seen.until(said);
    });
    expect(output.records).toStrictEqual([]);
    expect(output.troubles[0]).toMatchObject({ code: 'command-slow', lasts: true });
    expect(childrenLeft()).toStrictEqual(before);
    delete process.env['SPILLWATCH_TEST'];
    await expect.poll(() => processesWith(mark), { timeout: 5000 }).toBe(0);
  });

  it('does not believe that a process named like columns is pid 1', async () => {
    standIn('forged');
    const output = await whileRunning(collector(), (seen) => seen.until(said));
    expect(output.records[0]?.events).toStrictEqual([]);
    expect(output.troubles).toMatchObject([{ code: 'untrusted-row' }]);
  });

  it('doubts every pid that some program of macOS spells out behind a colon', async () => {
    process.env['PATH'] = `${join(PROGRAMS, 'forged')}:${realPath}`;
    const source = systemSource(psNames(join(PROGRAMS, 'macos-26/ps')));
    expect(await source.sample(AbortSignal.timeout(5000))).toMatchObject([
      { pid: 1, isDoubtful: true },
    ]);
  });
});
