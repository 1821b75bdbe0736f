import { describe, expect, it } from 'vitest';
import { CollectorError } from '../../../collectors/collector.ts';
import { BurstSignal } from '../../../collectors/network/burst.ts';
import { networkCollector } from '../../../collectors/network/collector.ts';
import type { Connection } from '../../../collectors/network/connection.ts';
import { type RecordedOutput, whileRunning } from '../recorded-output.ts';
import { VirtualTimer } from '../virtual-timer.ts';

const CONNECTION: Connection = {
  protocol: 'tcp4',
  localAddress: '10.0.0.5',
  localPort: '51234',
  peerAddress: '162.125.1.14',
  peerPort: '443',
  state: 'ESTABLISHED',
  pid: 412,
  process: 'Dropbox',
};

/** A collector over a source of this test, whose time stands still until it is told to advance. */
class Watched {
  readonly timer = new VirtualTimer();
  readonly burst = new BurstSignal();
  readonly startedAt: number[] = [];
  isActive = false;
  tookMs = 0;
  inFlight = 0;
  mostInFlight = 0;
  connections: () => readonly Connection[] = () => [CONNECTION];

  run(body: (output: RecordedOutput) => Promise<void>): Promise<RecordedOutput> {
    const collector = networkCollector({
      idleMs: 30_000,
      activeMs: 1000,
      isActive: () => this.isActive,
      burst: this.burst,
      clock: () => 1_700_000_000_000_000 + this.timer.now() * 1000,
      timer: this.timer,
      names: () => Promise.resolve(new Map([[412, { shown: 'Dropbox', all: ['Dropbox'] }]])),
      source: {
        sample: async (signal) => {
          this.startedAt.push(this.timer.now());
          this.inFlight += 1;
          this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
          if (this.tookMs > 0) await this.timer.pause(this.tookMs, signal);
          this.inFlight -= 1;
          return this.connections();
        },
      },
    });
    return whileRunning(collector, body);
  }
}

describe('networkCollector', () => {
  it('samples at start and then every 30 s while nothing is going on', async () => {
    const watched = new Watched();
    await watched.run(() => watched.timer.advance(61_000));
    expect(watched.startedAt).toStrictEqual([0, 30_000, 60_000]);
  });

  it('samples every second while active, and notices that within a second', async () => {
    const watched = new Watched();
    await watched.run(async () => {
      await watched.timer.advance(3500);
      watched.isActive = true;
      await watched.timer.advance(3000);
      watched.isActive = false;
      await watched.timer.advance(20_000);
    });
    expect(watched.startedAt).toStrictEqual([0, 4000, 5000, 6000]);
  });

  it('samples at once and every 250 ms for 5 s after a burst was triggered', async () => {
    const watched = new Watched();
    await watched.run(async () => {
      await watched.timer.advance(10_100);
      watched.burst.trigger();
      await watched.timer.advance(10_000);
    });
    const [first, ...burst] = watched.startedAt;
    expect(first).toBe(0);
    expect(burst).toStrictEqual(Array.from({ length: 20 }, (_, index) => 10_100 + index * 250));
  });

  it('has one sample in flight, and backs off to 5 s until sampling is quick again', async () => {
    const watched = new Watched();
    watched.isActive = true;
    watched.tookMs = 800;
    const output = await watched.run(async (seen) => {
      await watched.timer.advance(6000);
      expect(seen.troubles).toMatchObject([{ code: 'sampling-gap', lasts: true }]);
      watched.tookMs = 0;
      await watched.timer.advance(7000);
    });
    expect(watched.startedAt).toStrictEqual([0, 5000, 10_000, 11_000, 12_000, 13_000]);
    expect(watched.mostInFlight).toBe(1);
    expect(output.troubles).toHaveLength(1);
    expect(output.recoveries).toStrictEqual(['sampling-gap']);
  });

  it('gives the connections as flows of the clock it was given', async () => {
    const watched = new Watched();
    const output = await watched.run(() => watched.timer.advance(31_000));
    expect(output.lost).toStrictEqual([]);
    expect(output.records.map(({ timeUs, events }) => [timeUs, events.length])).toStrictEqual([
      [1_700_000_000_000_000, 1],
      [1_700_000_030_000_000, 0],
    ]);
    expect(output.records[0]?.events[0]).toMatchObject({ pid: 412, processName: 'Dropbox' });
  });

  it('emits nothing for a sample that failed, says so once, and says when it is over', async () => {
    const watched = new Watched();
    watched.connections = () => {
      throw new CollectorError('command-failed', 'netstat says no');
    };
    const output = await watched.run(async () => {
      await watched.timer.advance(65_000);
      watched.connections = () => [];
      await watched.timer.advance(30_000);
    });
    expect(output.records).toHaveLength(1);
    expect(output.troubles).toStrictEqual([
      { code: 'command-failed', detail: 'netstat says no', subject: null, lasts: true },
    ]);
    expect(output.recoveries).toStrictEqual(['command-failed']);
  });

  it('leaves out what contradicts its process, reported at most once a minute with its number', async () => {
    const watched = new Watched();
    const forged = { ...CONNECTION, localPort: '2', process: 'exfil\nx' };
    watched.connections = () => [forged, CONNECTION, forged];
    const output = await watched.run(() => watched.timer.advance(61_000));
    expect(output.records[0]?.events).toHaveLength(1);
    expect(output.troubles.map(({ code, lasts }) => [code, lasts])).toStrictEqual([
      ['untrusted-row', false],
      ['untrusted-row', false],
    ]);
    expect(output.troubles[0]?.detail).toContain(
      'pid 412 shown as "exfil\\nx", known as "Dropbox"',
    );
    expect(output.troubles[1]?.detail).toContain('left out 4 connections');
  });

  it('leaves out what belongs to nobody, silently, and what only listens', async () => {
    const watched = new Watched();
    const listening = { ...CONNECTION, state: 'LISTEN', peerAddress: '*', peerPort: '*' };
    watched.connections = () => [{ ...CONNECTION, pid: null, process: '' }, listening];
    const output = await watched.run(() => watched.timer.advance(100));
    expect(output.troubles).toStrictEqual([]);
    expect(output.records).toMatchObject([{ events: [], badRows: 0 }]);
  });

  it('looks at 20,000 connections and says while there are more', async () => {
    const watched = new Watched();
    const many = Array.from({ length: 20_001 }, (_, index) => ({
      ...CONNECTION,
      localAddress: `10.0.${index % 256}.1`,
      localPort: String(index),
    }));
    watched.connections = () => many;
    const output = await watched.run(async (seen) => {
      await watched.timer.advance(100);
      await seen.until(({ troubles }) => troubles.length === 1);
      watched.connections = () => [];
      await watched.timer.advance(60_000);
      await seen.until(({ recoveries }) => recoveries.length === 1);
    });
    expect(output.records[0]?.events).toHaveLength(20_000);
    expect(output.troubles).toMatchObject([{ code: 'sampling-gap', subject: 'connections' }]);
  });

  it('gives way to other work while it reads 20,000 connections', async () => {
    const watched = new Watched();
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      ...CONNECTION,
      localPort: String(index),
    }));
    watched.connections = () => many;
    let turns = 0;
    await watched.run(async (seen) => {
      const count = (): void => {
        turns += 1;
        if (seen.records.length === 0) setImmediate(count);
      };
      count();
      await seen.until(({ records }) => records.length === 1);
    });
    expect(turns).toBeGreaterThan(20);
  });

  it('leaves no pause behind when it ends', async () => {
    const watched = new Watched();
    await watched.run(async () => {
      await watched.timer.advance(500);
      expect(watched.timer.pauses).toBe(1);
    });
    expect(watched.timer.pauses).toBe(0);
    watched.burst.trigger();
    await watched.timer.advance(1000);
    expect(watched.startedAt).toStrictEqual([0]);
  });
});
