import { describe, expect, it } from 'vitest';
import { readProcessList } from '../../../collectors/processes/list.ts';
import type { JsonObject } from '../../../collectors/untrusted.ts';

const ROW = {
  pid: 412,
  ppid: 1,
  uid: 501,
  name: 'Dropbox',
  path: '/Applications/Dropbox.app/Contents/MacOS/Dropbox',
  cmd: '/Applications/Dropbox.app/Contents/MacOS/Dropbox -x',
  startTime: '2026-11-02T08:30:07.000Z',
};

function read(...rows: readonly unknown[]): ReturnType<typeof readProcessList> {
  return readProcessList({ processes: rows }, 5);
}

function readOne(changes: JsonObject): ReturnType<typeof readProcessList>['events'][number] {
  const [event] = read({ ...ROW, ...changes }).events;
  if (!event) throw new Error('the row was lost');
  return event;
}

describe('readProcessList', () => {
  it('reads a row; what a list cannot know is absent', () => {
    expect(read(ROW)).toStrictEqual({
      badRows: 0,
      events: [
        {
          kind: 'process.seen',
          collector: 'processes',
          timeUs: 5,
          commandLine: '/Applications/Dropbox.app/Contents/MacOS/Dropbox -x',
          process: {
            pid: 412,
            pidversion: null,
            parent: { pid: 1, pidversion: null },
            responsible: null,
            auditUserId: null,
            realUserId: 501,
            executable: '/Applications/Dropbox.app/Contents/MacOS/Dropbox',
            name: 'Dropbox',
            signingId: null,
            teamId: null,
            isPlatformBinary: false,
            cdhash: null,
            startUs: Date.parse('2026-11-02T08:30:07Z') * 1000,
          },
        },
      ],
    });
  });

  it.each([
    [
      'keeps the order of the list, which need be that of neither pids nor starts',
      [
        [9, 1],
        [2, 1],
        [5, 1],
      ],
      [9, 2, 5],
    ],
    [
      'puts a parent before its children',
      [
        [9, 5],
        [7, 5],
        [5, 1],
      ],
      [5, 9, 7],
    ],
    [
      'puts a whole line of parents first',
      [
        [4, 3],
        [3, 2],
        [9, 1],
        [2, 1],
      ],
      [2, 3, 4, 9],
    ],
    [
      'keeps a parent that is there already where it is',
      [
        [2, 1],
        [9, 1],
        [4, 2],
      ],
      [2, 9, 4],
    ],
    [
      'ends at a process that is its own parent',
      [
        [3, 3],
        [2, 3],
      ],
      [3, 2],
    ],
    [
      'ends at processes that are parents of each other',
      [
        [2, 3],
        [3, 2],
      ],
      [3, 2],
    ],
    [
      'keeps both rows of one pid',
      [
        [2, 1],
        [2, 1],
      ],
      [2, 2],
    ],
  ])('%s', (_what, list, pids) => {
    const rows = list.map(([pid, ppid]) => ({ ...ROW, pid, ppid }));
    expect(read(...rows).events.map(({ process }) => process.pid)).toEqual(pids);
  });

  it('gives every row the moment of the list and its own start', () => {
    const [first, second] = read(ROW, { ...ROW, startTime: '2026-11-01T00:00:00.000Z' }).events;
    expect([first?.timeUs, second?.timeUs]).toEqual([5, 5]);
    expect(second?.process.startUs).toBe(Date.parse('2026-11-01T00:00:00Z') * 1000);
  });

  it.each([undefined, null, 'Mon Nov  2 08:30:07 2026', 1_793_610_000])(
    'does not know the start of a row that says %j',
    (startTime) => {
      expect(readOne({ startTime }).process.startUs).toBeNull();
    },
  );

  it.each([
    ['no ppid', { ppid: undefined }, { process: { parent: null } }],
    ['no cmd', { cmd: undefined }, { commandLine: '' }],
    ['no name', { name: undefined }, { process: { name: 'Dropbox' } }],
    ['no path', { path: undefined }, { process: { executable: 'Dropbox', name: 'Dropbox' } }],
    ['a blank in its name', { name: 'Google Chrome' }, { process: { name: 'Google Chrome' } }],
  ])('reads a row with %s', (_what, changes, expected) => {
    expect(readOne(changes)).toMatchObject(expected);
  });

  it.each([
    ['no pid', { ...ROW, pid: undefined }],
    ['a pid in text', { ...ROW, pid: '412' }],
    ['no uid', { ...ROW, uid: null }],
    ['neither path nor name', { ...ROW, path: null, name: null }],
    ['no object', ['x']],
    ['null', null],
  ])('loses and counts a row with %s, and keeps the others', (_what, row) => {
    const { events, badRows } = read(row, ROW);
    expect(badRows).toBe(1);
    expect(events.map(({ process }) => process.pid)).toEqual([412]);
  });
});
