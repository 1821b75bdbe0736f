import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Canary, RETURN_MS } from '../../../agent/health/canary.ts';
import { CaptureReader } from '../../../collectors/capture.ts';
import type { Event } from '../../../collectors/event.ts';
import { childrenLeft } from '../../collectors/processes-left.ts';
import { PROGRAMS, Story } from '../../support/story.ts';

let state: string;
let nowUs: number;
let canary: Canary;
const running = new AbortController();

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'spillwatch-canary-'));
  nowUs = 1_000_000;
  canary = new Canary(state, () => nowUs);
});

afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

type Part = 'exec' | 'write' | 'rename';

/** What Endpoint Security says of a canary, as events. */
function eventsOf(token: string, folder = join(state, 'canary')): Record<Part, Event> {
  const story = new Story();
  const sh = story.exec(story.running(PROGRAMS.zsh), {
    path: '/bin/sh',
    args: ['/bin/sh', '-c', ': > "$1" && mv "$1" "$2"', token, 'draft', 'file'],
  });
  story.create(sh, join(folder, `${token}.tmp`));
  story.rename(sh, join(folder, `${token}.tmp`), join(folder, token));
  const events: Event[] = [];
  const reader = new CaptureReader({
    record: (record) => events.push(...record.events),
    lost: () => {},
  });
  for (const line of story.lines()) reader.line(line);
  const [exec, write, rename] = events;
  if (!exec || !write || !rename) throw new Error('the story has three events');
  return { exec, write, rename };
}

const FIRST = `spillwatch-canary-${process.pid}-1`;

describe('the canary', () => {
  it('is on its way from when it is sent', async () => {
    expect(canary.isWaiting).toBe(false);
    await canary.send(running.signal);
    expect(canary.isWaiting).toBe(true);
    expect(canary.seenAgoUs).toBeNull();
  });

  it.each([
    ['exec', 'write', 'rename'],
    ['rename', 'exec', 'write'],
    ['write', 'rename', 'exec'],
  ] as const)(
    'comes back only with all three events, in any order: %s, %s, %s',
    async (...order) => {
      await canary.send(running.signal);
      const events = eventsOf(FIRST);
      for (const part of order.slice(0, 2)) {
        canary.watch(events[part]);
        canary.watch(events[part]);
        expect(canary.isWaiting).toBe(true);
      }
      nowUs += 5;
      canary.watch(events[order[2]]);
      expect(canary.isWaiting).toBe(false);
      expect(canary.seenAgoUs).toBe(0);
      nowUs += 7;
      expect(canary.seenAgoUs).toBe(7);
      expect(canary.overdue()).toBeNull();
    },
  );

  it('does not come back with the events of another one, or of the same names elsewhere', async () => {
    await canary.send(running.signal);
    await canary.send(running.signal);
    const second = `spillwatch-canary-${process.pid}-2`;
    for (const event of Object.values(eventsOf(FIRST))) canary.watch(event);
    for (const event of Object.values(eventsOf('spillwatch-canary-1-2'))) canary.watch(event);
    const { write, rename } = eventsOf(second, '/Users/maria/Downloads');
    canary.watch(write);
    canary.watch(rename);
    canary.watch(eventsOf(second).exec);
    nowUs += RETURN_MS * 1000;
    expect(canary.overdue()).toEqual(['write', 'rename']);
    expect(canary.seenAgoUs).toBeNull();
  });

  it('knows its folder also where macOS shows it with /private before it', async () => {
    await canary.send(running.signal);
    for (const event of Object.values(eventsOf(FIRST, join('/private', state, 'canary'))))
      canary.watch(event);
    expect(canary.isWaiting).toBe(false);
  });

  it.each([
    [[], ['exec', 'write', 'rename']],
    [['exec'], ['write', 'rename']],
    [['exec', 'rename'], ['write']],
    [['write', 'rename'], ['exec']],
  ] as const)(
    'names what is missing when it is overdue: after %j it is %j',
    async (seen, missing) => {
      await canary.send(running.signal);
      const events = eventsOf(FIRST);
      for (const part of seen) canary.watch(events[part]);
      nowUs += RETURN_MS * 1000 - 1;
      expect(canary.overdue()).toBeNull();
      nowUs += 1;
      expect(canary.overdue()).toEqual(missing);
      // It may come back late.
      for (const event of Object.values(events)) canary.watch(event);
      expect(canary.overdue()).toBeNull();
      expect(canary.seenAgoUs).toBe(0);
    },
  );

  it('really writes a file and renames it, in a folder for its owner alone, and leaves nothing', async () => {
    const folder = join(state, 'canary');
    await canary.send(running.signal);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names: string[] = [];
    const watcher = watch(folder, (_kind, name) => names.push(name ?? ''));
    try {
      await canary.send(running.signal);
      await expect.poll(() => names).toContain(`spillwatch-canary-${process.pid}-2`);
    } finally {
      watcher.close();
    }
    expect(names[0]).toBe(`spillwatch-canary-${process.pid}-2.tmp`);
    expect(readdirSync(folder)).toEqual([]);
    expect(childrenLeft()).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')(
    'runs its program in a process group of its own (skipped where there is no /proc)',
    async () => {
      // The program waits for the folder's file system no longer than a few milliseconds: look until it is seen.
      let group: number | null = null;
      for (let tries = 1; tries <= 50 && group === null; tries += 1) {
        const sent = canary.send(running.signal);
        group = groupOf(`spillwatch-canary-${process.pid}-${tries}`);
        // oxlint-disable-next-line no-await-in-loop -- one canary after the other
        await sent;
      }
      expect(group).not.toBeNull();
      expect(group).not.toBe(groupOfPid('self'));
    },
  );

  it('does not wait for a program that is stopped with the agent', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(canary.send(stop.signal)).rejects.toThrow('aborted');
    await expect.poll(childrenLeft).toEqual([]);
    expect(readdirSync(join(state, 'canary'))).toEqual([]);
  });
});

function groupOf(token: string): number | null {
  for (const entry of readdirSync('/proc')) {
    try {
      if (!readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(token)) continue;
      return groupOfPid(entry);
    } catch {
      // It is no process, or is gone.
    }
  }
  return null;
}

function groupOfPid(pid: string): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2]);
}
