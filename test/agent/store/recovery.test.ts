import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInFolder } from '../../../agent/store/database.ts';
import { Outbox } from '../../../agent/store/outbox.ts';
import { openOrRecover } from '../../../agent/store/recovery.ts';
import { StateError } from '../../../agent/store/state-error.ts';
import { isSuspect, suspect } from '../../../agent/store/suspect.ts';

let root = '';
let file = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spillwatch-recovery-'));
  file = join(root, 'spillwatch.db');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A database with enough rows to have pages to damage. */
function fill(): void {
  const connection = openInFolder(root);
  const insert = connection.prepare('INSERT INTO snapshots VALUES (?, ?)');
  for (let n = 0; n < 100; n += 1) insert.run(`name ${n}`, 'x'.repeat(1000));
  connection.close();
}

function overwrite(from: number, length: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(length, 0xa5), 0, length, from);
  closeSync(handle);
}

function rowsAfter(): { rows: unknown; recovered: ReturnType<typeof openOrRecover>['recovered'] } {
  const { connection, recovered } = openOrRecover(root);
  try {
    connection.exec("INSERT OR REPLACE INTO meta VALUES ('works', 'yes')");
    const rows = connection.prepare('SELECT count(*) FROM snapshots').pluck().get();
    return { rows, recovered };
  } finally {
    connection.close();
  }
}

describe('a sound state', () => {
  it('is opened as it is', () => {
    fill();
    expect(rowsAfter()).toEqual({ rows: 100, recovered: null });
    expect(readdirSync(root)).toEqual(['spillwatch.db']);
  });

  it('is made where there is none', () => {
    rmSync(root, { recursive: true });
    expect(rowsAfter()).toEqual({ rows: 0, recovered: null });
  });
});

describe('a damaged database', () => {
  it.each<[string, () => void]>([
    ['that is none', () => writeFileSync(file, 'no database\n'.repeat(1000))],
    [
      'whose pages are overwritten',
      () => {
        fill();
        overwrite(statSync(file).size - 20_480, 20_480);
      },
    ],
    [
      'whose header is overwritten',
      () => {
        fill();
        overwrite(0, 100);
      },
    ],
    [
      'that was cut short',
      () => {
        fill();
        truncateSync(file, 8192);
      },
    ],
  ])('%s is put aside with a reason, and a new one works', (_, damage) => {
    damage();
    const before = readFileSync(file);
    const { rows, recovered } = rowsAfter();
    expect(rows).toBe(0);
    expect(recovered).toEqual({
      movedTo: `${file}.corrupt`,
      reason: expect.stringMatching(/^[^\n]{5,200}$/),
      salvaged: { rows: 0, bad: expect.any(Number) },
    });
    // SQLite may count up its header, the rest is as it was found.
    expect(readFileSync(`${file}.corrupt`).subarray(100).equals(before.subarray(100))).toBe(true);
    expect((statSync(`${file}.corrupt`).mode & 0o777).toString(8)).toBe('600');
    expect(rowsAfter().recovered).toBe(null);
  });

  it('takes its companions along and leaves none beside the new one', () => {
    writeFileSync(file, 'no database\n'.repeat(1000));
    writeFileSync(`${file}-wal`, 'log');
    writeFileSync(`${file}-shm`, 'index');
    const { connection, recovered } = openOrRecover(root);
    expect(recovered).not.toBe(null);
    expect(existsSync(`${file}.corrupt-wal`)).toBe(true);
    expect(readFileSync(`${file}.corrupt-wal`, 'utf8')).toBe('log');
    expect(existsSync(`${file}.corrupt-shm`)).toBe(true);
    expect(connection.pragma('quick_check', { simple: true })).toBe('ok');
    connection.close();
  });

  it('replaces an older one, so that one is kept', () => {
    for (const text of ['first', 'second']) {
      rmSync(file, { force: true });
      writeFileSync(file, `${text}\n`.repeat(1000));
      if (text === 'first') writeFileSync(`${file}-wal`, 'of the first');
      rowsAfter();
    }
    expect(readFileSync(`${file}.corrupt`, 'utf8')).toContain('second');
    expect(readdirSync(root).toSorted()).toEqual(['spillwatch.db', 'spillwatch.db.corrupt']);
  });

  it('that cannot be put aside is refused in one line and left as it is', () => {
    writeFileSync(file, 'no database\n'.repeat(1000));
    mkdirSync(`${file}.corrupt`);
    expect(() => openOrRecover(root)).toThrow(StateError);
    expect(() => openOrRecover(root)).toThrow(/^[^\n]+ cannot be put aside [^\n]+$/);
    expect(readFileSync(file, 'utf8')).toContain('no database');
  });
});

function makeNewer(): void {
  fill();
  const newer = new Database(file);
  newer.pragma('user_version = 12345');
  newer.close();
}

/** The error, when the state was refused and nothing was put aside. */
function refusal(): unknown {
  try {
    openOrRecover(root).connection.close();
  } catch (error) {
    if (!existsSync(`${file}.corrupt`)) return error;
  }
  return null;
}

describe('what is not damage', () => {
  it('a newer schema is refused and left as it is', () => {
    makeNewer();
    expect(refusal()).toBeInstanceOf(StateError);
    const again = new Database(file);
    expect(again.pragma('user_version', { simple: true })).toBe(12_345);
    expect(again.prepare('SELECT count(*) FROM snapshots').pluck().get()).toBe(100);
    again.close();
  });

  it('a newer schema with damaged pages is left to the newer version', () => {
    makeNewer();
    overwrite(statSync(file).size - 20_480, 20_480);
    expect(refusal()).toBeInstanceOf(StateError);
  });

  it('a link in the place of the database is refused, and its target left alone', () => {
    const target = join(root, 'target');
    writeFileSync(target, 'no database\n'.repeat(1000));
    symlinkSync(target, file);
    expect(refusal()).toBeInstanceOf(StateError);
    expect(readFileSync(target, 'utf8')).toContain('no database');
  });

  it('a folder in the place of the database is refused', () => {
    mkdirSync(file);
    expect(refusal()).toBeInstanceOf(StateError);
  });
});

function fillOutbox(): void {
  const connection = openInFolder(root);
  const outbox = new Outbox(connection, { maxRows: 10_000, maxMegabytes: 64, days: 30 });
  outbox.enqueue(() =>
    Array.from({ length: 500 }, (_, index) => ({
      destination: 'siem',
      uid: String(index),
      series: String(index),
      kind: 'finding' as const,
      severity: 'high' as const,
      timeUs: 0,
      body: 'x'.repeat(2000),
    })),
  );
  connection.close();
  // Beyond the tables that are made first lie only rows of the outbox.
  overwrite(40 * 4096, 20 * 4096);
}

describe('an outbox with damaged pages', () => {
  it('does not keep the agent from starting, and is looked at once a run met the damage', () => {
    fillOutbox();
    expect(rowsAfter().recovered).toBe(null);
    suspect(root);
    const { recovered } = rowsAfter();
    expect(recovered?.salvaged.rows).toBeGreaterThan(400);
    expect(rowsAfter().recovered).toBe(null);
  });

  it('is not suspected for ever when it is sound', () => {
    fill();
    suspect(root);
    expect(rowsAfter().recovered).toBe(null);
    expect(isSuspect(root)).toBe(false);
  });
});
