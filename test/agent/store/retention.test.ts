import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInFolder, openInMemory } from '../../../agent/store/database.ts';
import { MAX_ROWS, MAX_WAL_BYTES, Retention } from '../../../agent/store/retention.ts';
import type { Connection } from '../../../agent/store/sqlite.ts';
import { Store } from '../../../agent/store/store.ts';

const DAY_US = 24 * 3600 * 1_000_000;
const NOW_US = 100 * DAY_US;
const LIMITS = { days: 30, maxMegabytes: 256, lineageDays: 7 };
const nobody = (): boolean => false;

interface Rows {
  readonly events?: number;
  readonly paths?: number;
  readonly findings?: number;
  /** Characters of each document. */
  readonly size?: number;
}

let sequence = 0;

/** A chain with its rows, `days` after the beginning of time. */
function addChain(connection: Connection, id: string, days: number, rows: Rows = {}): void {
  const { events = 1, paths = 1, findings = 1, size = 100 } = rows;
  const timeUs = Math.round(days * DAY_US);
  connection
    .prepare("INSERT INTO chains VALUES (?, 501, 'psql', 'tool', 'low', ?, ?, '{}')")
    .run(id, timeUs, timeUs);
  const event = connection.prepare(
    "INSERT INTO events (chain_id, time_us, kind, step) VALUES (?, ?, 'file.close', '{}')",
  );
  const path = connection.prepare('INSERT INTO paths (chain_id, clock_us, path) VALUES (?, ?, ?)');
  connection.transaction(() => {
    for (let n = 0; n < events; n += 1) event.run(id, timeUs);
    for (let n = 0; n < paths; n += 1) path.run(id, timeUs, '/Users/maria/x.csv');
    for (let n = 0; n < findings; n += 1) addFinding(connection, id, timeUs, size);
  })();
}

function addFinding(connection: Connection, id: string, timeUs: number, size: number): void {
  sequence += 1;
  connection
    .prepare("INSERT INTO findings VALUES (?, ?, ?, ?, 'tool', 'low', ?)")
    .run(sequence, id, `version ${sequence}`, timeUs, 'x'.repeat(size));
}

function addFile(connection: Connection, key: string, days: number): void {
  connection
    .prepare("INSERT INTO files VALUES (?, ?, ?, '[]')")
    .run(key, key, Math.round(days * DAY_US));
}

function idsIn(connection: Connection, table: 'chains' | 'events' | 'paths' | 'findings'): unknown {
  const column = { chains: 'id', events: 'chain_id', paths: 'chain_id', findings: 'finding_id' };
  return connection
    .prepare(`SELECT DISTINCT ${column[table]} FROM ${table} ORDER BY 1`)
    .pluck()
    .all();
}

function count(connection: Connection, table: string): number {
  return Number(connection.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
}

function pragma(connection: Connection, name: string): number {
  return Number(connection.pragma(name, { simple: true }));
}

/** Slices until there is nothing to do; the number of slices and of rows deleted. */
function runOut(retention: Retention): { slices: number; deleted: number; most: number } {
  let [deleted, most] = [0, 0];
  for (let slices = 1; slices <= 1000; slices += 1) {
    const slice = retention.slice(NOW_US);
    deleted += slice.deleted;
    most = Math.max(most, slice.deleted);
    if (slice.done) return { slices, deleted, most };
  }
  throw new Error('the retention never came to an end');
}

let connection = openInMemory();
beforeEach(() => {
  sequence = 0;
  connection = openInMemory();
});
afterEach(() => {
  connection.close();
});

describe('age', () => {
  it('takes a chain with everything that belongs to it, and leaves what is as old as allowed', () => {
    addChain(connection, 'old', 69.9);
    addChain(connection, 'edge', 70);
    addChain(connection, 'new', 99);
    expect(new Retention(connection, LIMITS, nobody).slice(NOW_US)).toEqual({
      deleted: 4,
      done: true,
    });
    for (const table of ['chains', 'events', 'paths', 'findings'] as const)
      expect([table, idsIn(connection, table)]).toEqual([table, ['edge', 'new']]);
  });

  it('leaves a live chain whole, also when more of them than a slice looks at come first', () => {
    for (let n = 0; n < 1200; n += 1) addChain(connection, `live ${n}`, 1 + n / 1e6);
    addChain(connection, 'old', 2);
    addChain(connection, 'new', 99);
    const { deleted } = runOut(new Retention(connection, LIMITS, (id) => id.startsWith('live')));
    expect(deleted).toBe(4);
    expect(count(connection, 'chains')).toBe(1201);
    expect(idsIn(connection, 'chains')).not.toContain('old');
  });

  it('takes a chain that was live when it is live no more', () => {
    addChain(connection, 'old', 2);
    addChain(connection, 'new', 99);
    let live = true;
    const retention = new Retention(connection, LIMITS, () => live);
    expect(retention.slice(NOW_US)).toEqual({ deleted: 0, done: true });
    live = false;
    expect(retention.slice(NOW_US)).toEqual({ deleted: 4, done: true });
  });

  it('deletes at most the bound in one slice, and comes to an end', () => {
    addChain(connection, 'old', 2, { events: 1300, paths: 40, findings: 10 });
    addChain(connection, 'new', 99);
    const first = new Retention(connection, LIMITS, nobody).slice(NOW_US);
    expect(first).toEqual({ deleted: MAX_ROWS, done: false });
    const rest = runOut(new Retention(connection, LIMITS, nobody));
    expect(rest.deleted).toBe(1351 - MAX_ROWS);
    expect(rest.most).toBeLessThanOrEqual(MAX_ROWS);
    expect(idsIn(connection, 'chains')).toEqual(['new']);
  });

  it('leaves the row of a chain to the last, so that an interrupted removal goes on', () => {
    addChain(connection, 'old', 2, { events: 1300 });
    new Retention(connection, LIMITS, nobody).slice(NOW_US);
    expect(idsIn(connection, 'chains')).toEqual(['old']);
  });

  it('stops in the middle of a chain that grows again', () => {
    addChain(connection, 'old', 2, { events: 1300 });
    let live = false;
    const retention = new Retention(connection, LIMITS, () => live);
    retention.slice(NOW_US);
    live = true;
    connection.prepare('UPDATE chains SET last_us = ?').run(NOW_US);
    expect(runOut(retention).deleted).toBe(0);
    expect(count(connection, 'events')).toBeGreaterThan(700);
  });

  it('never takes the newest finding, so that its number is not given twice', () => {
    addChain(connection, 'old', 2, { findings: 3 });
    runOut(new Retention(connection, LIMITS, nobody));
    expect(count(connection, 'chains')).toBe(0);
    expect(new Store(connection).lastSequence()).toBe(3);
  });

  it('takes a finding whose chain is gone as soon as it is old and not the newest', () => {
    addChain(connection, 'old', 2);
    runOut(new Retention(connection, LIMITS, nobody));
    expect(idsIn(connection, 'findings')).toEqual(['old']);
    addFinding(connection, 'alone', 99 * DAY_US, 10);
    addChain(connection, 'new', 99);
    runOut(new Retention(connection, LIMITS, nobody));
    expect(idsIn(connection, 'findings')).toEqual(['alone', 'new']);
  });

  it('takes files that nobody touched within the days of the lineage, also behind the first thousand', () => {
    connection.transaction(() => {
      for (let n = 0; n < 2500; n += 1) addFile(connection, `/a/${n}`, 93);
      addFile(connection, '/z/old', 92.9);
    })();
    expect(runOut(new Retention(connection, LIMITS, nobody))).toMatchObject({ deleted: 1 });
    expect(count(connection, 'files')).toBe(2500);
  });

  it('deletes no more files in one slice than the bound', () => {
    connection.transaction(() => {
      for (let n = 0; n < 1700; n += 1) addFile(connection, `/a/${n}`, 1);
    })();
    const { deleted, most } = runOut(new Retention(connection, LIMITS, nobody));
    expect({ deleted, most }).toEqual({ deleted: 1700, most: MAX_ROWS });
  });

  it('leaves baseline, exceptions and snapshots alone', () => {
    connection.exec(
      `INSERT INTO baseline VALUES (501, 'psql', 'maria', 'cli', 'unknown', 'none', 1, 1, 1, 1);
       INSERT INTO exception_hits VALUES ('a', 1, 1);
       INSERT INTO snapshots VALUES ('a', '{}')`,
    );
    const tight = { days: 1, maxMegabytes: 0, lineageDays: 1 };
    expect(runOut(new Retention(connection, tight, nobody)).deleted).toBe(0);
    for (const table of ['baseline', 'exception_hits', 'snapshots'])
      expect([table, count(connection, table)]).toEqual([table, 1]);
  });
});

/** 20 chains of 100 KB, the first one the oldest. */
function fill(): void {
  for (let n = 0; n < 20; n += 1)
    addChain(connection, `chain ${String(n).padStart(2, '0')}`, 80 + n / 10, { size: 100_000 });
}

const isOfFirstFive = (id: string): boolean => id < 'chain 05';

describe('size', () => {
  const SMALL = { ...LIMITS, maxMegabytes: 1 };

  it('takes the oldest chains first, and no more than needed', () => {
    fill();
    runOut(new Retention(connection, SMALL, nobody));
    const left = idsIn(connection, 'chains') as string[];
    expect(left.at(-1)).toBe('chain 19');
    expect(left[0]).toBe(`chain ${20 - left.length}`);
    expect(left.length).toBeGreaterThanOrEqual(7);
    expect(left.length).toBeLessThanOrEqual(9);
    // A chain of which a slice took a part is taken whole.
    expect(idsIn(connection, 'findings')).toEqual(left);
    expect(idsIn(connection, 'events')).toEqual(left);
  });

  it('gives the pages back to the disk', () => {
    fill();
    const before = pragma(connection, 'page_count');
    runOut(new Retention(connection, SMALL, nobody));
    expect(pragma(connection, 'freelist_count')).toBe(0);
    expect(pragma(connection, 'page_count') * pragma(connection, 'page_size')).toBeLessThan(1e6);
    expect(pragma(connection, 'page_count')).toBeLessThan(before / 2);
  });

  it('leaves live chains while others can go', () => {
    fill();
    runOut(new Retention(connection, SMALL, isOfFirstFive));
    const left = idsIn(connection, 'chains') as string[];
    expect(left.filter(isOfFirstFive)).toHaveLength(5);
    expect(left.length).toBeLessThanOrEqual(9);
  });

  it('takes the oldest live chains when nothing else is left, and stops as soon as there is room', () => {
    fill();
    runOut(new Retention(connection, { ...SMALL, days: 1 }, () => true));
    const left = idsIn(connection, 'chains') as string[];
    expect(left.at(-1)).toBe('chain 19');
    expect(left.length).toBeGreaterThanOrEqual(7);
    expect(left.length).toBeLessThanOrEqual(9);
  });

  it('is given up when only what is never touched is left', () => {
    connection.prepare("INSERT INTO snapshots VALUES ('a', ?)").run('x'.repeat(2_000_000));
    addChain(connection, 'new', 99);
    runOut(new Retention(connection, SMALL, nobody));
    expect(count(connection, 'chains')).toBe(0);
    expect(count(connection, 'snapshots')).toBe(1);
  });
});

describe('the write-ahead log of a database in a folder', () => {
  let root = '';
  let database = connection;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'spillwatch-retention-'));
    database = openInFolder(root);
  });
  afterEach(() => {
    database.close();
    rmSync(root, { recursive: true, force: true });
  });

  const logBytes = (): number => statSync(join(root, 'spillwatch.db-wal')).size;

  it('is written back and cut when it is above its bound, without waiting for a reader', () => {
    const reader = openInFolder(root);
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM meta').all();
    database.pragma('wal_autocheckpoint = 0');
    const big = 'x'.repeat(8_000_000);
    for (let n = 0; n < 5; n += 1)
      database.prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?)').run(`a${n}`, big);
    const patience = pragma(database, 'busy_timeout');
    expect(patience).toBeGreaterThan(0);
    expect(logBytes()).toBeGreaterThan(MAX_WAL_BYTES);

    const retention = new Retention(database, LIMITS, nobody);
    expect(retention.slice(NOW_US).done).toBe(true);
    expect(logBytes()).toBeGreaterThan(MAX_WAL_BYTES);
    reader.close();
    retention.slice(NOW_US);
    expect(logBytes()).toBe(0);
    expect(pragma(database, 'busy_timeout')).toBe(patience);
  });

  it('is left alone below its bound', () => {
    database.prepare('INSERT INTO snapshots VALUES (?, ?)').run('a', 'x'.repeat(100_000));
    const before = logBytes();
    new Retention(database, LIMITS, nobody).slice(NOW_US);
    expect(logBytes()).toBe(before);
  });
});
