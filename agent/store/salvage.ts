/**
 * Takes what was not sent yet out of a damaged database, row by row, so that a bad page costs the rows on it and no others.
 * Numbers go on where they were, as far as they can be read. Everything else of the old database stays where it is.
 */
import { type Connection, openSqlite } from './sqlite.ts';

/** Rows that could not be read in one table; beyond that the rest is taken for lost. */
const MAX_BAD_ROWS = 1000;

/** How much was taken over. */
export interface Salvage {
  /** Rows of the outbox and dead letters. */
  readonly rows: number;
  /** Places at which nothing could be read. */
  readonly bad: number;
}

/** Copies into a new database; never throws: what cannot be read stays behind. */
export function salvage(damagedFile: string, connection: Connection): Salvage {
  let old: Connection | undefined;
  try {
    old = openSqlite(damagedFile, { readonly: true, fileMustExist: true });
    old.pragma('trusted_schema = OFF');
    const source = old;
    return connection.transaction(() => {
      copyNumbers(source, connection);
      const outbox = copyRows(source, connection, 'outbox');
      const letters = copyRows(source, connection, 'dead_letters');
      copyCounts(source, connection);
      return { rows: outbox.rows + letters.rows, bad: outbox.bad + letters.bad };
    })();
  } catch {
    // Not a database any more, or one of another time.
    return { rows: 0, bad: 1 };
  } finally {
    old?.close();
  }
}

const COLUMNS = {
  outbox: 'id, destination, uid, series, kind, severity, time_us, queued_ms, refusals, bytes, body',
  dead_letters: 'id, destination, uid, series, kind, severity, time_us, died_us, reason, body',
} as const;

function copyRows(old: Connection, fresh: Connection, table: keyof typeof COLUMNS): Salvage {
  const columns = COLUMNS[table];
  const next = old.prepare<[number], { id: number }>(
    `SELECT ${columns} FROM ${table} WHERE id > ? ORDER BY id LIMIT 1`,
  );
  const values = columns.replaceAll(/(\w+)/g, '@$1');
  const insert = fresh.prepare(`INSERT OR IGNORE INTO ${table} (${columns}) VALUES (${values})`);
  const last = attempt(() => lastId(old, table)) ?? Number.MAX_SAFE_INTEGER;
  let rows = 0;
  let bad = 0;
  for (let id = 0; id < last && bad < MAX_BAD_ROWS; ) {
    try {
      const row = next.get(id);
      if (row === undefined) break;
      rows += insert.run(row).changes;
      id = row.id;
    } catch {
      // The page of the next row; the one behind it may be on another.
      bad += 1;
      id += 1;
    }
  }
  return { rows, bad };
}

function lastId(old: Connection, table: string): number {
  return Number(old.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck().get(table));
}

/** Counters of the agent's events, and the number of the last finding. */
function copyNumbers(old: Connection, fresh: Connection): void {
  const keep = fresh.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  const rows =
    attempt(() =>
      old.prepare<[], { key: string; value: string }>('SELECT key, value FROM meta').all(),
    ) ?? [];
  for (const { key, value } of rows) keep.run(key, value);
  const sequence = attempt(() => old.prepare('SELECT max(sequence) FROM findings').pluck().get());
  if (typeof sequence === 'number') keep.run('findings.before', String(sequence));
}

/** After the rows, whose triggers have made the destinations. */
function copyCounts(old: Connection, fresh: Connection): void {
  const update = fresh.prepare(
    `INSERT INTO destinations (name, cursor, delivered, dropped, discarded, last_delivered_us)
     VALUES (@name, @cursor, @delivered, @dropped, @discarded, @last_delivered_us)
     ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, delivered = excluded.delivered,
       dropped = excluded.dropped, discarded = excluded.discarded,
       last_delivered_us = excluded.last_delivered_us`,
  );
  const rows =
    attempt(() =>
      old
        .prepare(
          'SELECT name, cursor, delivered, dropped, discarded, last_delivered_us FROM destinations',
        )
        .all(),
    ) ?? [];
  for (const row of rows) update.run(row);
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
