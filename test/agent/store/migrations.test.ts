import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../../agent/store/migrations.ts';
import { StateError } from '../../../agent/store/state-error.ts';

const TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";

function versionOf(connection: Database.Database): unknown {
  return connection.pragma('user_version', { simple: true });
}

describe('a migration', () => {
  it('brings an empty database up to this version', () => {
    const connection = new Database(':memory:');
    migrate(connection);
    expect(versionOf(connection)).toBeGreaterThan(0);
    expect(connection.prepare(TABLES).pluck().all()).toEqual(
      expect.arrayContaining([
        'chains',
        'events',
        'files',
        'findings',
        'meta',
        'paths',
        'snapshots',
      ]),
    );
  });

  it('done twice changes nothing', () => {
    const connection = new Database(':memory:');
    migrate(connection);
    const version = versionOf(connection);
    connection.exec("INSERT INTO meta VALUES ('kept', 'yes')");
    migrate(connection);
    expect(versionOf(connection)).toBe(version);
    expect(connection.prepare('SELECT value FROM meta').pluck().get()).toBe('yes');
  });

  it('that fails leaves nothing behind', () => {
    const connection = new Database(':memory:');
    connection.exec('CREATE TABLE snapshots (name TEXT)');
    expect(() => migrate(connection)).toThrow('snapshots');
    expect(connection.prepare(TABLES).pluck().all()).toEqual(['snapshots']);
    expect(versionOf(connection)).toBe(0);
  });

  it('refuses a newer schema in one line that names both versions and what to do, and touches nothing', () => {
    const connection = new Database(':memory:');
    connection.pragma('user_version = 99');
    expect(() => migrate(connection)).toThrow(StateError);
    expect(() => migrate(connection)).toThrow(
      /^the database has schema 99, this version knows \d+; [^\n]+$/,
    );
    expect(connection.prepare(TABLES).pluck().all()).toEqual([]);
    expect(versionOf(connection)).toBe(99);
  });
});
