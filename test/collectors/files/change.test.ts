import { describe, expect, it } from 'vitest';
import { readFileChange } from '../../../collectors/files/change.ts';
import { type JsonObject, MAX_PATH_LENGTH } from '../../../collectors/untrusted.ts';

const RECORD = {
  source: 'files',
  time: '2026-11-02T09:00:00Z',
  event: 'add',
  path: '/Users/maria/Downloads/x.csv',
  stats: { size: 1024, ino: 7, uid: 501, mtimeMs: 1_793_610_000_123.456 },
};

function read(changes: JsonObject = {}): ReturnType<typeof readFileChange> {
  return readFileChange({ ...RECORD, ...changes }, 5);
}

describe('readFileChange', () => {
  it.each(['add', 'change', 'unlink'] as const)('reads %s', (change) => {
    expect(read({ event: change })).toStrictEqual({
      kind: 'file.watched',
      collector: 'files',
      timeUs: 5,
      change,
      path: '/Users/maria/Downloads/x.csv',
      file: { inode: '7', size: 1024, ownerId: 501, modifiedUs: 1_793_610_000_123_456 },
    });
  });

  it.each([undefined, null, {}, 'x', []])('reads a change whose stats are %j', (stats) => {
    expect(read({ stats })?.file).toEqual({
      inode: null,
      size: null,
      ownerId: null,
      modifiedUs: null,
    });
  });

  it.each([
    ['addDir', { event: 'addDir' }],
    ['a change that no one knows', { event: 'toString' }],
    ['no change', { event: undefined }],
    ['no path', { path: undefined }],
    ['a path that is longer than any', { path: `/${'x'.repeat(MAX_PATH_LENGTH)}` }],
    ['a path in an array', { path: ['/Users/maria/Downloads/x.csv'] }],
  ])('does not read %s', (_what, changes) => {
    expect(read(changes)).toBeNull();
  });

  it.each([
    ['an inode that a double rounds', { ino: 2 ** 60 }, { inode: null }],
    ['an inode in text', { ino: '7' }, { inode: null }],
    ['a size below a byte', { size: 0.5 }, { size: null }],
    ['a time in text', { mtimeMs: '1' }, { modifiedUs: null }],
    ['a time before 1970', { mtimeMs: -0.001 }, { modifiedUs: -1 }],
    ['a time that overflows', { mtimeMs: 1e308 }, { modifiedUs: null }],
    ['a time that a double cannot hold', { mtimeMs: 1e15 }, { modifiedUs: null }],
  ])('reads %s exactly or not at all', (_what, changes, expected) => {
    expect(read({ stats: { ...RECORD.stats, ...changes } })?.file).toMatchObject(expected);
  });
});
