import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accountsCollector } from '../../../collectors/accounts/collector.ts';
import type { AccountReading, HostReading } from '../../../collectors/accounts/reading.ts';
import type { Collector, Trouble } from '../../../collectors/collector.ts';
import type { HostSeen } from '../../../collectors/event.ts';
import { collected } from '../../support/collected.ts';
import { program, StandInMac } from './programs.ts';

const MARIA: AccountReading = {
  uid: 501,
  name: 'maria',
  home: '/Users/maria',
  groups: ['staff', 'admin'],
  folders: new Map([['Documents', 'icloud']]),
};

const READING: HostReading = {
  hostname: 'mac-17',
  uuid: '6F1C0F5A',
  osVersion: '15.5',
  accounts: [MARIA],
  isCut: false,
  faults: [],
};

const NOON_US = Date.parse('2026-11-02T12:00:00Z') * 1000;
const DAY_US = 24 * 60 * 60 * 1_000_000;

interface Told {
  readonly hosts: readonly HostSeen[];
  readonly troubles: readonly Trouble[];
  readonly recovered: readonly string[];
}

/** What the collector tells; it is stopped when it told enough, after five seconds at the latest. */
async function told(collector: Collector, isEnough: (told: Told) => boolean): Promise<Told> {
  const lines: string[] = [];
  const troubles: Trouble[] = [];
  const recovered: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const output = {
    line: (text: string) => lines.push(text),
    fault: () => undefined,
    trouble: (trouble: Trouble) => troubles.push(trouble),
    recovered: (code: string, subject: string | null) => recovered.push(`${code} ${subject}`),
  };
  const all = (): Told => {
    const { events, lost } = collected(lines);
    if (lost.length > 0) throw new Error('unreadable record');
    return { hosts: events.filter((event) => event.kind === 'host.seen'), troubles, recovered };
  };
  const done = collector.run(output, stop.signal);
  for (let tries = 0; tries < 500 && !isEnough(all()); tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- polling
    await sleep(10);
  }
  stop.abort();
  await done;
  return all();
}

/** What is told of readings that follow each other, the last one for ever; `dayOf` gives the day of each. */
async function toldOf(
  readings: readonly HostReading[],
  dayOf: (reading: number) => number = () => 0,
): Promise<Told> {
  let count = 0;
  const collector = accountsCollector({
    everyMs: 1,
    platform: 'darwin',
    clock: () => NOON_US + dayOf(count - 1) * DAY_US,
    source: {
      read: async () => {
        count += 1;
        return readings[Math.min(count, readings.length) - 1]!;
      },
    },
  });
  return told(collector, () => count > readings.length + 3);
}

describe('accountsCollector', () => {
  it('emits a host record at start and none while nothing changes', async () => {
    const { hosts, troubles } = await toldOf([READING]);
    expect(troubles).toEqual([]);
    expect(hosts).toEqual([
      {
        kind: 'host.seen',
        collector: 'host',
        timeUs: NOON_US,
        hostname: 'mac-17',
        hostId: '6F1C0F5A',
        osVersion: '15.5',
        complete: true,
        accounts: [MARIA],
      },
    ]);
  });

  it('emits a record when a group is added or taken away', async () => {
    const { hosts } = await toldOf([READING, { ...READING, accounts: [{ ...MARIA, groups: [] }] }]);
    expect(hosts.map((host) => host.accounts[0]?.groups)).toEqual([['staff', 'admin'], []]);
  });

  it('emits a record when a new day has begun', async () => {
    const { hosts } = await toldOf([READING, READING, READING], (at) => (at >= 1 ? 1 : 0));
    expect(hosts.map(({ timeUs }) => timeUs)).toEqual([NOON_US, NOON_US + DAY_US]);
  });

  it('keeps groups and folders that cannot be read, says that it is not complete, and when that is over', async () => {
    const unread = { ...MARIA, groups: null, folders: new Map([['Documents', null]]) };
    const { hosts, troubles, recovered } = await toldOf([
      READING,
      { ...READING, accounts: [unread] },
      READING,
    ]);
    expect(hosts.map(({ complete }) => complete)).toEqual([true, false, true]);
    expect(hosts[1]?.accounts).toEqual([MARIA]);
    expect(troubles).toMatchObject([{ code: 'accounts-incomplete', lasts: true, subject: null }]);
    expect(troubles[0]?.detail).toContain('"maria"');
    expect(recovered).toEqual(['accounts-incomplete null']);
  });

  it('does not give the groups of an account to another that took its number', async () => {
    const other = { ...MARIA, name: 'mallory', groups: null, folders: new Map() };
    const { hosts } = await toldOf([READING, { ...READING, accounts: [other] }]);
    expect(hosts.at(-1)?.accounts).toMatchObject([{ name: 'mallory', groups: [] }]);
  });

  it('keeps the accounts when their list cannot be read', async () => {
    const fault = { code: 'command-slow', subject: '/usr/bin/dscl', detail: 'slow' } as const;
    const blind = { ...READING, accounts: null, uuid: null, osVersion: null, faults: [fault] };
    const { hosts, troubles, recovered } = await toldOf([READING, blind, READING]);
    expect(hosts[1]).toMatchObject({ complete: false, hostId: '6F1C0F5A', osVersion: '15.5' });
    expect(hosts[1]?.accounts).toEqual([MARIA]);
    expect(troubles.map(({ code }) => code)).toEqual(['command-slow', 'accounts-incomplete']);
    expect(recovered).toEqual(['command-slow /usr/bin/dscl', 'accounts-incomplete null']);
  });

  it('is not complete when there are more accounts than it reads', async () => {
    const { hosts, troubles } = await toldOf([{ ...READING, isCut: true }]);
    expect(hosts[0]?.complete).toBe(false);
    expect(troubles.map(({ code }) => code)).toEqual(['accounts-incomplete']);
  });

  it('leaves out accounts that would make the record too long to be read', async () => {
    const groups = Array.from({ length: 4000 }, (_, at) => `group-${at}`);
    const accounts = Array.from({ length: 500 }, (_, at) => ({ ...MARIA, uid: 501 + at, groups }));
    const { hosts, troubles } = await toldOf([{ ...READING, accounts }]);
    expect(hosts[0]?.complete).toBe(false);
    expect(hosts[0]?.accounts.length).toBeGreaterThan(100);
    expect(hosts[0]?.accounts.length).toBeLessThan(500);
    expect(troubles.map(({ code }) => code)).toEqual(['accounts-incomplete']);
  });

  it('shows a name with control characters quoted and only five names', async () => {
    const accounts = Array.from({ length: 7 }, (_, at) => ({
      ...MARIA,
      name: `\u001B[2J${at}`,
      groups: null,
    }));
    const { troubles } = await toldOf([{ ...READING, accounts }]);
    expect(troubles[0]?.detail).toContain('\\u001b[2J4" and 2 more');
    expect(troubles[0]?.detail).not.toContain('\u001B');
  });

  it('asks the programs of a Mac', async () => {
    const mac = new StandInMac([
      ['maria', 501],
      ['ghost', 502],
    ]);
    mac.sync('maria', 'Documents', 'com.apple.CloudDocs.iCloudDriveFileProvider/1');
    const { commands } = mac;
    const collector = accountsCollector({ platform: 'darwin', clock: () => NOON_US, commands });
    const { hosts, troubles } = await told(collector, ({ hosts: seen }) => seen.length > 0);
    expect(hosts).toMatchObject([
      {
        hostId: '6F1C0F5A-1D2E-5B3C-9A4D-0123456789AB',
        complete: false,
        accounts: [
          { uid: 501, name: 'maria', folders: new Map([['Documents', 'icloud']]) },
          { uid: 502, name: 'ghost', groups: [] },
        ],
      },
    ]);
    expect(troubles.map(({ code }) => code)).toEqual(['accounts-incomplete']);
  });

  it('reads this machine when it is no Mac', async () => {
    const collector = accountsCollector({ platform: 'linux', clock: () => NOON_US });
    const { hosts } = await told(collector, (so) => so.hosts.length > 0);
    expect(hosts).toHaveLength(1);
    expect(hosts[0]?.hostname).not.toBe('');
  });

  it('stops at once while a program hangs, and tells nothing of it', async () => {
    const commands = { dscl: program('hang') };
    const collector = accountsCollector({ platform: 'darwin', clock: () => NOON_US, commands });
    expect(await told(collector, () => true)).toEqual({ hosts: [], troubles: [], recovered: [] });
  });
});
