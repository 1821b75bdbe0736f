/** What a person does with the outbox: looks at what waits and what was refused, and decides about it. */
import { SEVERITIES, type Severity } from '../../rules/finding.ts';
import type { ItemKind } from '../deliver/item.ts';
import { durably } from './database.ts';
import type { Connection } from './sqlite.ts';

/** An event that waits for a destination, or one that was refused there. */
export interface Letter {
  readonly id: number;
  readonly destination: string;
  readonly uid: string;
  readonly kind: ItemKind;
  readonly severity: Severity;
  /** Microseconds since 1970. */
  readonly timeUs: number;
  /** Why it was refused; `null` for one that waits. */
  readonly reason: string | null;
  readonly body: string;
}

/** Which letters: those of one destination or all, some ids or all. */
export interface Selection {
  readonly isDead: boolean;
  readonly destination: string | null;
  readonly ids: readonly number[] | 'all';
}

/** Rows changed in one transaction; the agent waits for the database meanwhile. */
const ROWS_AT_ONCE = 500;

/** The letters of a selection in the order of their ids, read one by one. */
export function* lettersOf(connection: Connection, selection: Selection): Generator<Letter> {
  const { isDead, destination, ids } = selection;
  const rows = connection
    .prepare<
      [{ destination: string | null }],
      Omit<Letter, 'severity'> & { readonly severity: number }
    >(
      `SELECT id, destination, uid, kind, severity, time_us AS timeUs,
         ${isDead ? 'reason' : 'NULL AS reason'}, body
       FROM ${isDead ? 'dead_letters' : 'outbox'}
       WHERE @destination IS NULL OR destination = @destination ORDER BY id`,
    )
    .iterate({ destination });
  const wanted = ids === 'all' ? null : new Set(ids);
  for (const { severity, ...row } of rows) {
    if (wanted !== null && !wanted.has(row.id)) continue;
    yield { ...row, severity: SEVERITIES[severity] ?? 'informational' };
  }
}

/** Puts dead letters back behind everything that waits; gives their number. */
export function retryLetters(connection: Connection, ids: readonly number[]): number {
  const clockMs = Number(
    connection.prepare("SELECT value FROM meta WHERE key = 'outbox.clockMs'").pluck().get() ?? 0,
  );
  const insert = connection.prepare<[number, number]>(
    `INSERT INTO outbox (destination, uid, series, kind, severity, time_us, queued_ms, bytes, body)
     SELECT destination, uid, series, kind, severity, time_us, ?, length(CAST(body AS BLOB)), body
     FROM dead_letters WHERE id = ? ON CONFLICT (destination, uid) DO NOTHING`,
  );
  const remove = connection.prepare<[number]>('DELETE FROM dead_letters WHERE id = ?');
  return inSlices(connection, ids, (id) => {
    insert.run(clockMs, id);
    return remove.run(id).changes;
  });
}

/** Gives letters up, dead or waiting ones; gives their number. */
export function dropLetters(
  connection: Connection,
  ids: readonly number[],
  isDead: boolean,
): number {
  const table = isDead ? 'dead_letters' : 'outbox';
  const count = connection.prepare<[number]>(
    `UPDATE destinations SET discarded = discarded + 1
     WHERE name = (SELECT destination FROM ${table} WHERE id = ?)`,
  );
  const remove = connection.prepare<[number]>(`DELETE FROM ${table} WHERE id = ?`);
  return inSlices(connection, ids, (id) => {
    count.run(id);
    return remove.run(id).changes;
  });
}

function inSlices(
  connection: Connection,
  ids: readonly number[],
  change: (id: number) => number,
): number {
  let changed = 0;
  for (let at = 0; at < ids.length; at += ROWS_AT_ONCE) {
    const slice = ids.slice(at, at + ROWS_AT_ONCE);
    durably(connection, () =>
      connection.transaction(() => {
        for (const id of slice) changed += change(id);
      })(),
    );
  }
  return changed;
}
