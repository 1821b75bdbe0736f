import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BurstSignal } from '../../../collectors/network/burst.ts';
import { networkCollector } from '../../../collectors/network/collector.ts';
import { firstThatWorks } from '../../../collectors/network/default-source.ts';
import { netstatSource } from '../../../collectors/network/netstat-source.ts';
import { psNames } from '../../../collectors/network/process-names.ts';
import { childrenLeft } from '../processes-left.ts';
import { type RecordedOutput, whileRunning } from '../recorded-output.ts';

/** Stand-ins for netstat and ps of macOS; their tables are written from the documented formats. */
const PROGRAMS = join(import.meta.dirname, '../../fixtures/programs');

function watch(
  netstat: string,
  ps: string,
  isEnough: (output: RecordedOutput) => boolean,
): Promise<RecordedOutput> {
  const collector = networkCollector({
    idleMs: 30_000,
    activeMs: 1000,
    isActive: () => false,
    burst: new BurstSignal(),
    clock: () => 1_700_000_000_000_000,
    source: netstatSource(join(PROGRAMS, netstat)),
    names: psNames(join(PROGRAMS, ps)),
    timeoutMs: netstat.startsWith('hanging') || ps.startsWith('hanging') ? 300 : 5000,
  });
  return whileRunning(collector, (output) => output.until(isEnough));
}

const said = ({ records, troubles }: RecordedOutput): boolean =>
  records.length > 0 || troubles.some(({ lasts }) => lasts);

describe('networkCollector over netstat of macOS', () => {
  it('emits each connection that is made with the process that holds it', async () => {
    const output = await watch('macos-26/netstat', 'macos-26/ps', said);
    const owners = output.records[0]?.events.map((event) =>
      event.kind === 'network.flow' ? [event.localPort, event.pid, event.processName] : [],
    );
    expect(owners).toStrictEqual([
      ['51234', 412, 'Dropbox'],
      ['51235', 1500, 'Google Chrome He'],
      ['51236', 703, 'rclone:1:x'],
      ['51238', 813, 'a'],
      ['63657', 1500, 'Google Chrome He'],
    ]);
    expect(output.records[0]?.badRows).toBe(0);
  });

  it('says how many rows it did not believe: a wrong name, and a name that reads like a row', async () => {
    const output = await watch('macos-26/netstat', 'macos-26/ps', said);
    expect(output.troubles).toMatchObject([{ code: 'untrusted-row', lasts: false }]);
    expect(output.troubles[0]?.detail).toContain('left out 2 connections');
    expect(output.troubles[0]?.detail).toContain('pid 900 shown as "Dropbox", known as "exfil"');
  });

  it('takes the name from ps where netstat prints only the pid', async () => {
    const output = await watch('macos-15.1/netstat', 'macos-15.1/ps', said);
    const names = output.records[0]?.events.map((event) =>
      event.kind === 'network.flow' ? [event.pid, event.processName] : [],
    );
    expect(names).toStrictEqual([
      [2903, 'worker'],
      [2903, 'worker'],
    ]);
  });

  it.each([
    ['a missing netstat', 'nowhere/netstat', 'macos-26/ps', 'command-missing'],
    ['a failing netstat', 'failing/netstat', 'macos-26/ps', 'command-failed'],
    ['a netstat that prints garbage', 'garbage/netstat', 'macos-26/ps', 'command-failed'],
    ['a netstat that hangs', 'hanging/netstat', 'macos-26/ps', 'command-slow'],
    ['a missing ps', 'macos-26/netstat', 'nowhere/ps', 'command-missing'],
    ['a ps that hangs', 'macos-26/netstat', 'hanging/ps', 'command-slow'],
  ])('takes %s for an outage', async (_name, netstat, ps, code) => {
    const before = childrenLeft();
    const output = await watch(netstat, ps, said);
    expect(output.records).toStrictEqual([]);
    expect(output.troubles).toMatchObject([{ code, lasts: true, subject: null }]);
    expect(output.troubles[0]?.detail).not.toContain('hunter2');
    expect(childrenLeft()).toStrictEqual(before);
  });

  it('ends a hanging netstat when it is stopped', async () => {
    const before = childrenLeft();
    const collector = networkCollector({
      idleMs: 30_000,
      activeMs: 1000,
      isActive: () => false,
      burst: new BurstSignal(),
      clock: () => 0,
      source: netstatSource(join(PROGRAMS, 'hanging/netstat')),
      names: psNames(join(PROGRAMS, 'macos-26/ps')),
    });
    const output = await whileRunning(collector, async () => {
      await expect.poll(childrenLeft, { timeout: 5000 }).not.toStrictEqual(before);
    });
    expect(output.troubles).toStrictEqual([]);
    expect(childrenLeft()).toStrictEqual(before);
  });

  it('reads 20,000 of 20,001 connections and says that there are more', async () => {
    const output = await watch(
      'many/netstat',
      'macos-26/ps',
      ({ troubles }) => troubles.length > 0,
    );
    expect(output.records[0]?.events).toHaveLength(20_000);
    expect(output.troubles).toMatchObject([{ code: 'sampling-gap', subject: 'connections' }]);
  });
});

describe('firstThatWorks', () => {
  it('asks the second source when the first is missing', async () => {
    const source = firstThatWorks(
      netstatSource(join(PROGRAMS, 'nowhere/netstat')),
      netstatSource(join(PROGRAMS, 'macos-10.14/netstat')),
    );
    expect(await source.sample(AbortSignal.timeout(5000))).toHaveLength(2);
  });

  it('says why the first failed when both do', async () => {
    const source = firstThatWorks(
      netstatSource(join(PROGRAMS, 'garbage/netstat')),
      netstatSource(join(PROGRAMS, 'nowhere/netstat')),
    );
    await expect(source.sample(AbortSignal.timeout(5000))).rejects.toMatchObject({
      code: 'command-failed',
    });
  });
});
