import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInFolder, openInMemory } from '../../../agent/store/database.ts';
import { Numbers } from '../../../agent/store/numbers.ts';
import { Outbox } from '../../../agent/store/outbox.ts';
import { salvage } from '../../../agent/store/salvage.ts';
import type { Connection } from '../../../agent/store/sqlite.ts';
import { Store } from '../../../agent/store/store.ts';
import { UPLOAD } from '../deliver/formats/example-finding.ts';
import { keepFindings } from './keep-findings.ts';

const LIMITS = { maxRows: 100_000, maxMegabytes: 64, days: 30 };
const ROWS = 300;
const PAGE = 4096;

let root = '';
let file = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spillwatch-salvage-'));
  file = join(root, 'spillwatch.db');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function bodyOf(index: number): string {
  return JSON.stringify({ index, text: 'x'.repeat(1000) });
}

/** A state with rows in the outbox, one delivered, one refused. */
function fill(): void {
  const connection = openInFolder(root);
  const outbox = new Outbox(connection, LIMITS);
  outbox.enqueue(() =>
    Array.from({ length: ROWS }, (_, index) => ({
      destination: 'siem',
      uid: `uid ${index}`,
      series: `finding ${index}`,
      kind: 'finding' as const,
      severity: 'high' as const,
      timeUs: index,
      body: bodyOf(index),
    })),
  );
  outbox.settle('siem', { delivered: [1], dead: [{ id: 2, reason: 'no' }], refused: [] }, 5);
  outbox.tick(70_000);
  new Numbers(connection).next('heartbeat');
  keepFindings(connection, [{ ...UPLOAD, sequence: 41 }]);
  connection.close();
}

function damage(page: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(PAGE, 0xa5), 0, PAGE, page * PAGE);
  closeSync(handle);
}

function rowsIn(connection: Connection): readonly { uid: string; body: string }[] {
  return connection
    .prepare<[], { uid: string; body: string }>('SELECT uid, body FROM outbox ORDER BY id')
    .all();
}

it('takes over everything that was not sent, and the numbers', () => {
  fill();
  const fresh = openInMemory();
  expect(salvage(file, fresh)).toEqual({ rows: ROWS - 1, bad: 0 });
  const [first] = rowsIn(fresh);
  expect(first).toEqual({ uid: 'uid 2', body: bodyOf(2) });
  expect(new Outbox(fresh, LIMITS).status()).toMatchObject([
    {
      destination: 'siem',
      rows: ROWS - 2,
      delivered: 1,
      dead: 1,
      cursor: 1,
      oldestAgeSeconds: 70,
    },
  ]);
  expect(new Numbers(fresh).next('heartbeat')).toBe(2);
  expect(new Store(fresh).lastSequence()).toBe(41);
});

describe('of a damaged database', () => {
  it('every single page costs its rows and no others', () => {
    fill();
    const pages = Math.floor(statSync(file).size / PAGE);
    let worst = ROWS;
    // The first page is the schema; without it nothing can be read.
    for (let page = 1; page < pages; page += 7) {
      rmSync(root, { recursive: true, force: true });
      fill();
      damage(page);
      const fresh = openInMemory();
      const { rows } = salvage(file, fresh);
      for (const { uid, body } of rowsIn(fresh)) expect(body).toBe(bodyOf(Number(uid.slice(4))));
      worst = Math.min(worst, rows);
    }
    expect(worst).toBeGreaterThan(ROWS / 2);
  });

  it('that is none any more nothing is taken, and nothing is thrown', () => {
    writeFileSync(file, 'no database');
    const fresh = openInMemory();
    expect(salvage(file, fresh)).toEqual({ rows: 0, bad: 1 });
    expect(salvage(join(root, 'missing'), fresh)).toEqual({ rows: 0, bad: 1 });
  });

  it('of an older version nothing is taken', () => {
    const old = new Database(file);
    old.exec('CREATE TABLE meta (key TEXT, value TEXT)');
    old.close();
    expect(salvage(file, openInMemory())).toEqual({ rows: 0, bad: 1 });
  });
});
