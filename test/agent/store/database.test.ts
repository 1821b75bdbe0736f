import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInFolder, openInMemory } from '../../../agent/store/database.ts';
import { StateError } from '../../../agent/store/state-error.ts';
import { replayOnto } from '../../support/engine.ts';
import { wholeStory } from '../../support/whole-story.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spillwatch-state-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function refusal(folder: string): StateError {
  try {
    openInFolder(folder).close();
  } catch (error) {
    if (error instanceof StateError) return error;
    throw error;
  }
  throw new Error(`${folder} was not refused`);
}

describe('a state folder', () => {
  it('is made for its owner alone, and so is everything in it', () => {
    const folder = join(root, 'a/b');
    const connection = openInFolder(folder);
    connection.exec("INSERT INTO meta VALUES ('a', 'b')");
    expect(modeOf(folder)).toBe('700');
    for (const name of ['spillwatch.db', 'spillwatch.db-wal', 'spillwatch.db-shm'])
      expect([name, modeOf(join(folder, name))]).toEqual([name, '600']);
    connection.close();
  });

  it('keeps what was written', () => {
    const first = openInFolder(root);
    first.exec("INSERT INTO meta VALUES ('a', 'b')");
    first.close();
    const second = openInFolder(root);
    expect(second.prepare('SELECT value FROM meta').pluck().get()).toBe('b');
    second.close();
  });

  it('takes back rights that others had on the database', () => {
    openInFolder(root).close();
    const file = join(root, 'spillwatch.db');
    chmodSync(file, 0o644);
    openInFolder(root).close();
    expect(modeOf(file)).toBe('600');
  });

  it.each(['link', 'link/', 'link/.'])(
    'that is a link (%s) is refused and not followed',
    (name) => {
      const target = join(root, 'target');
      mkdirSync(target);
      symlinkSync(target, join(root, 'link'));
      expect(refusal(`${root}/${name}`).message).toContain('link');
      expect(existsSync(join(target, 'spillwatch.db'))).toBe(false);
    },
  );

  it('that holds a link in the place of the database is refused and the target left alone', () => {
    const target = join(root, 'target');
    writeFileSync(target, '');
    chmodSync(target, 0o644);
    const folder = join(root, 'state');
    mkdirSync(folder);
    symlinkSync(target, join(folder, 'spillwatch.db'));
    expect(refusal(folder).message).toContain('link');
    expect(modeOf(target)).toBe('644');
    expect(readFileSync(target, 'utf8')).toBe('');
  });

  it('that is a file, or lies below one, is refused with the reason', () => {
    const file = join(root, 'file');
    writeFileSync(file, 'x');
    expect(refusal(file).message).toMatch(/file: [^\n]+; [^\n]+$/);
    expect(refusal(join(file, 'below')).message).toContain('ENOTDIR');
  });
});

describe('a damaged database', () => {
  it('that is no database is refused in one line that names the folder, and left as it is', () => {
    const file = join(root, 'spillwatch.db');
    const junk = 'this is not a database\n'.repeat(500);
    writeFileSync(file, junk);
    expect(refusal(root).message).toMatch(new RegExp(`^${root}: cannot be used as state [^\\n]+$`));
    expect(readFileSync(file, 'utf8')).toBe(junk);
  });

  it('whose pages are overwritten is refused when it is opened', () => {
    const connection = openInFolder(root);
    replayOnto(connection, wholeStory().lines());
    connection.close();
    const file = join(root, 'spillwatch.db');
    const { size } = statSync(file);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(size - 8192, 0xa5), 0, size - 8192, 8192);
    closeSync(handle);
    expect(refusal(root).message).toContain(root);
  });

  it('of a newer version is refused and left as it is', () => {
    openInFolder(root).close();
    const file = join(root, 'spillwatch.db');
    const newer = new Database(file);
    newer.pragma('user_version = 12345');
    newer.close();
    expect(refusal(root).message).toContain('12345');
    const again = new Database(file);
    expect(again.pragma('user_version', { simple: true })).toBe(12_345);
    again.close();
  });
});

describe('a database', () => {
  it.each([
    ['in memory', () => openInMemory()],
    ['in a folder', () => openInFolder(root)],
  ])('%s checks references and trusts no schema', (_, open) => {
    const connection = open();
    expect(connection.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(connection.pragma('trusted_schema', { simple: true })).toBe(0);
    connection.close();
  });

  it('in a folder has a write-ahead log, so that a crash costs no history', () => {
    const connection = openInFolder(root);
    expect(connection.pragma('journal_mode', { simple: true })).toBe('wal');
    connection.close();
  });
});
