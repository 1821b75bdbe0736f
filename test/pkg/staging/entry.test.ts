import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRoot, writeRoot } from '../../../pkg/staging/disk.ts';
import { type Entry, inOrder } from '../../../pkg/staging/entry.ts';

function file(path: string, mode = 0o644): Entry {
  return { kind: 'file', path, mode, content: Buffer.from(path) };
}

describe('the order of archives', () => {
  it('has the volume first and each folder before what lies in it, also those that nobody named', () => {
    expect(inOrder([file('b/c/d'), file('a.b'), file('a/z'), file('a/é')]).map(pathOf)).toEqual([
      '',
      'a',
      'a/z',
      'a/é',
      'a.b',
      'b',
      'b/c',
      'b/c/d',
    ]);
  });

  it('keeps the mode of a folder that is named', () => {
    const closed: Entry = { kind: 'folder', path: 'a', mode: 0o700 };
    expect(inOrder([file('a/b'), closed]).find(({ path }) => path === 'a')).toBe(closed);
  });

  it.each([
    ['/a', /empty name/],
    ['a//b', /empty name/],
    ['a/../b', /leaves its folder/],
    ['./a', /leaves its folder/],
    ['a\0b', /zero byte/],
    ['a/'.repeat(600) + 'b', /longer than a path/],
  ])('refuses %j', (path, reason) => {
    expect(() => inOrder([file(path)])).toThrow(reason);
  });

  it('refuses a path that is there twice, or in a file', () => {
    expect(() => inOrder([file('a'), file('a')])).toThrow(/twice/);
    expect(() => inOrder([file('a'), file('a/b')])).toThrow(/a is no folder/);
  });
});

function pathOf({ path }: Entry): string {
  return path;
}

describe('a root on the disk', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillwatch-root-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is read back as it was written, whatever the umask', () => {
    const entries = inOrder([
      file('Library/a b', 0o700),
      file('Library/ü'),
      { kind: 'folder', path: 'closed', mode: 0o700 },
      { kind: 'link', path: 'link', mode: 0o755, target: 'Library/a b' },
    ]);
    const before = process.umask(0o077);
    try {
      writeRoot(entries, join(folder, 'root'));
    } finally {
      process.umask(before);
    }
    expect(readRoot(join(folder, 'root'))).toEqual(entries);
    expect(statSync(join(folder, 'root/Library/a b')).mode & 0o777).toBe(0o700);
  });

  it('shows what was added and changed since', () => {
    writeRoot(inOrder([file('a/b')]), join(folder, 'root'));
    writeFileSync(join(folder, 'root/a/signature'), 'x', { mode: 0o644 });
    writeFileSync(join(folder, 'root/a/b'), 'other');
    const read = readRoot(join(folder, 'root'));
    expect(read.map(pathOf)).toEqual(['', 'a', 'a/b', 'a/signature']);
    expect(read[2]).toMatchObject({ content: Buffer.from('other') });
  });

  it('is not written over another', () => {
    expect(() => writeRoot(inOrder([file('a')]), folder)).toThrow(/EEXIST/);
  });
});
