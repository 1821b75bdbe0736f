/**
 * What waits to be sent: one row for each event and destination, kept until that destination has it.
 *
 * Promises
 *  1. A finding is in the outbox when it is in `findings`: both are written in one transaction.
 *  2. At least once: a row goes only after its delivery is known, in a transaction of its own; the body is kept as it is
 *     sent, so every attempt has the same bytes and the same uid.
 *  3. A commit that holds a row is on the disk (`synchronous = FULL`) before anything else happens. On macOS a power cut can
 *     still cost what the drive holds in its own cache; checkpoints are written with F_FULLFSYNC.
 *  4. Bounded in rows and bytes over all destinations, and in age: the lowest severity goes first, of these the oldest. What
 *     goes is counted for its destination, and said. Counts live in the database, changed by triggers, never estimated.
 *  5. A full disk: the caller keeps what cannot be written and frees the reserve; deliveries go on and are settled later.
 *  6. Times between attempts are those of a clock that only goes forward (`deliver/drain.ts`); nothing of them is kept here.
 *  7. After a failure a destination gets one item, then more with each success (`deliver/drain.ts`).
 *  8. Rows of a destination leave in the order of their ids, and of one series at most one is under way.
 *  9. A row that a receiver refuses by name becomes a dead letter; nothing else does. Dead letters wait for a person.
 * 10. A damaged database is moved aside, and rows that can still be read are taken over (`store/salvage.ts`).
 * 11. Nothing is read at the start: pages are read when they are sent, so start and memory do not depend on what waits.
 * 12. A stop leaves what is under way in its row.
 * 13. A uid waits at most once for a destination (unique index); the same chain has the same finding id.
 * 14. Bodies are redacted before they come here; the database is its owner's alone (0600).
 * 15. Sizes, age, last success and failure of each destination can be asked for at any time.
 *
 * The age of a row is the time in which the agent ran since: the clock of the Mac, and its jumps, say nothing about it.
 */
import { SEVERITIES } from '../../rules/finding.ts';
import type { Item } from '../deliver/item.ts';
import { durably } from './database.ts';
import type { Connection } from './sqlite.ts';

/** One event for one destination, before it has a place. */
export interface OutboxRow extends Omit<Item, 'id'> {
  readonly destination: string;
}

export interface OutboxLimits {
  /** Over all destinations. */
  readonly maxRows: number;
  /** Bytes of bodies over all destinations, in units of 1,000,000. */
  readonly maxMegabytes: number;
  /** Days of the agent running. */
  readonly days: number;
}

/** What is known of one attempt: ids of rows. */
export interface Settlement {
  readonly delivered: readonly number[];
  readonly dead: readonly { readonly id: number; readonly reason: string }[];
  /** Refused, while a neighbour was taken; counted on the row. */
  readonly refused: readonly number[];
}

/** One destination as the outbox knows it. */
export interface OutboxStatus {
  readonly destination: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of the row that waits longest; `null` when none does. Seconds in which the agent ran. */
  readonly oldestAgeSeconds: number | null;
  /** The last id that was delivered, 0 before the first. */
  readonly cursor: number;
  readonly delivered: number;
  /** Lost to a bound of the outbox. */
  readonly dropped: number;
  /** Dead letters now. */
  readonly dead: number;
  /** Dead letters and waiting rows that a person gave up. */
  readonly discarded: number;
  /** Microseconds since 1970 by the Mac's clock. */
  readonly lastDeliveredUs: number | null;
}

/** Times that a row is refused before it becomes a dead letter, when the receiver does not say that the row is at fault. */
export const MAX_REFUSALS = 3;
const DAY_MS = 24 * 3600 * 1000;
const SAVE_EVERY_MS = 60_000;
const MEGABYTE = 1_000_000;
/** Rows deleted at once for age; the rest waits for the next tick. */
const OLD_ROWS = 500;
/** Rows looked at for one page, so that a long series of one finding cannot make a page slow. */
const MAX_LOOKED_AT = 10_000;
/** Dead letters over all destinations; above it the oldest go and are counted as dropped. */
export const MAX_DEAD_LETTERS = 10_000;

type Row = Omit<Item, 'severity'> & { readonly severity: number; readonly bytes: number };

export class Outbox {
  readonly #connection: Connection;
  readonly #limits: OutboxLimits;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #settle: (destination: string, settlement: Settlement, nowUs: number) => void;
  /** Milliseconds in which the agent ran, over all its runs. */
  #clockMs: number;
  /** What the database has of it. */
  #savedMs: number;

  constructor(connection: Connection, limits: OutboxLimits) {
    this.#connection = connection;
    this.#limits = limits;
    this.#statements = prepare(connection);
    this.#clockMs = Number(this.#statements.clock.get() ?? 0);
    this.#savedMs = this.#clockMs;
    this.#settle = connection.transaction(
      (destination: string, settlement: Settlement, nowUs: number) => {
        this.#apply(destination, settlement, nowUs);
      },
    );
  }

  /**
   * Adds rows, inside the transaction of what they report, and drops what is then over the bounds; a uid that waits already
   * is left as it is.
   */
  add(rows: readonly OutboxRow[]): void {
    const { insert } = this.#statements;
    for (const { destination, uid, series, kind, severity, timeUs, body } of rows)
      insert.run(
        destination,
        uid,
        series,
        kind,
        SEVERITIES.indexOf(severity),
        timeUs,
        this.#clockMs,
        Buffer.byteLength(body),
        body,
      );
    if (rows.length === 0) return;
    this.#saveClock();
    this.#dropExcess();
  }

  /** The same in a transaction of its own, in which the rows are made. Throws what SQLite throws, with nothing changed. */
  enqueue(make: () => readonly OutboxRow[]): void {
    durably(this.#connection, () => this.#connection.transaction(() => this.add(make()))());
  }

  /**
   * The next items of a destination in their order: at most `maxItems` and `maxBytes` of bodies, but one at least; none of
   * `except`, and of each series only the first.
   */
  page(
    destination: string,
    { maxItems, maxBytes }: { readonly maxItems: number; readonly maxBytes: number },
    except: ReadonlySet<number> = new Set(),
  ): readonly Item[] {
    const items: Item[] = [];
    const series = new Set<string>();
    let left = maxBytes;
    for (const { bytes, severity, ...row } of this.#statements.page.iterate(
      destination,
      MAX_LOOKED_AT,
    )) {
      if (items.length >= maxItems || (items.length > 0 && bytes > left)) break;
      if (series.has(row.series)) continue;
      // What is left out for now must not be overtaken by what follows in its series.
      if (row.kind === 'finding') series.add(row.series);
      if (except.has(row.id)) continue;
      items.push({ ...row, severity: SEVERITIES[severity] ?? 'informational' });
      left -= bytes;
    }
    return items;
  }

  /** Takes what was delivered or given up out of the outbox, at once or not at all. Throws what SQLite throws. */
  settle(destination: string, settlement: Settlement, nowUs: number): void {
    durably(this.#connection, () => this.#settle(destination, settlement, nowUs));
  }

  /** How often rows were refused so far. */
  refusalsOf(ids: readonly number[]): ReadonlyMap<number, number> {
    return new Map(ids.map((id) => [id, this.#statements.refusals.get(id) ?? 0]));
  }

  /** Gives a row other bytes, for a receiver that takes no more. */
  replaceBody(id: number, body: string): void {
    this.#statements.replace.run(body, Buffer.byteLength(body), id);
  }

  /**
   * Time went on while the agent ran. Once a minute, and only while something waits, that is written down, and rows that are
   * too old now are dropped, some at a time.
   */
  tick(elapsedMs: number): void {
    this.#clockMs += Math.max(0, Math.round(elapsedMs));
    const { total, oldest } = this.#statements;
    if (this.#clockMs - this.#savedMs < SAVE_EVERY_MS || (total.get()?.rows ?? 0) === 0) return;
    this.#connection.transaction(() => {
      this.#saveClock();
      const firstMs = this.#clockMs - this.#limits.days * DAY_MS;
      this.#drop(oldest.all(OLD_ROWS).filter(({ queuedMs }) => queuedMs < firstMs));
    })();
  }

  /** Every destination that ever had a row. */
  status(): readonly OutboxStatus[] {
    return this.#statements.status.all().map(({ queuedMs, ...row }) => ({
      ...row,
      oldestAgeSeconds: queuedMs === null ? null : Math.round((this.#clockMs - queuedMs) / 1000),
    }));
  }

  #apply(destination: string, { delivered, dead, refused }: Settlement, nowUs: number): void {
    const { remove, bury, refuse, count } = this.#statements;
    let removed = 0;
    for (const id of delivered) removed += remove.run(id).changes;
    for (const { id, reason } of dead) {
      bury.run(Math.floor(nowUs), reason, id);
      remove.run(id);
    }
    if (dead.length > 0) this.#dropOldDeadLetters();
    for (const id of refused) refuse.run(id);
    const last = delivered.at(-1) ?? 0;
    const lastUs = delivered.length === 0 ? null : Math.floor(nowUs);
    count.run(removed, last, lastUs, destination);
  }

  #saveClock(): void {
    this.#statements.saveClock.run(String(this.#clockMs));
    this.#savedMs = this.#clockMs;
  }

  #dropOldDeadLetters(): void {
    const { deadLetters, removeDead, countDropped } = this.#statements;
    for (const { id, destination } of deadLetters.all(MAX_DEAD_LETTERS)) {
      removeDead.run(id);
      countDropped.run(1, destination);
    }
  }

  #dropExcess(): void {
    for (;;) {
      const { rows, bytes } = this.#statements.total.get() ?? { rows: 0, bytes: 0 };
      const excess = rows - this.#limits.maxRows;
      const isTooMuch = bytes > this.#limits.maxMegabytes * MEGABYTE;
      if (excess <= 0 && !isTooMuch) return;
      const worthless = this.#statements.worthless.all(Math.max(excess, 1));
      if (worthless.length === 0) return;
      this.#drop(worthless);
    }
  }

  #drop(rows: readonly { readonly id: number; readonly destination: string }[]): void {
    for (const { id, destination } of rows) {
      this.#statements.remove.run(id);
      this.#statements.countDropped.run(1, destination);
    }
  }
}

/** Sizes are kept by triggers of the schema. */
function prepare(connection: Connection) {
  return {
    insert: connection.prepare(
      `INSERT INTO outbox (destination, uid, series, kind, severity, time_us, queued_ms, bytes, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (destination, uid) DO NOTHING`,
    ),
    page: connection.prepare<[string, number], Row>(
      `SELECT id, uid, series, kind, severity, time_us AS timeUs, bytes, body
       FROM outbox WHERE destination = ? ORDER BY id LIMIT ?`,
    ),
    remove: connection.prepare<[number]>('DELETE FROM outbox WHERE id = ?'),
    bury: connection.prepare<[number, string, number]>(
      `INSERT INTO dead_letters (destination, uid, series, kind, severity, time_us, died_us, reason, body)
       SELECT destination, uid, series, kind, severity, time_us, ?, ?, body FROM outbox WHERE id = ?`,
    ),
    refuse: connection.prepare<[number]>('UPDATE outbox SET refusals = refusals + 1 WHERE id = ?'),
    refusals: connection
      .prepare<[number], number>('SELECT refusals FROM outbox WHERE id = ?')
      .pluck(),
    replace: connection.prepare<[string, number, number]>(
      'UPDATE outbox SET body = ?, bytes = ? WHERE id = ?',
    ),
    count: connection.prepare<[number, number, number | null, string]>(
      `UPDATE destinations SET delivered = delivered + ?, cursor = max(cursor, ?),
         last_delivered_us = coalesce(?, last_delivered_us) WHERE name = ?`,
    ),
    countDropped: connection.prepare<[number, string]>(
      'UPDATE destinations SET dropped = dropped + ? WHERE name = ?',
    ),
    total: connection.prepare<[], { rows: number; bytes: number }>(
      'SELECT coalesce(sum(rows), 0) AS rows, coalesce(sum(bytes), 0) AS bytes FROM destinations',
    ),
    worthless: connection.prepare<[number], { id: number; destination: string }>(
      'SELECT id, destination FROM outbox ORDER BY severity, id LIMIT ?',
    ),
    oldest: connection.prepare<[number], { id: number; destination: string; queuedMs: number }>(
      'SELECT id, destination, queued_ms AS queuedMs FROM outbox ORDER BY id LIMIT ?',
    ),
    deadLetters: connection.prepare<[number], { id: number; destination: string }>(
      'SELECT id, destination FROM dead_letters ORDER BY id DESC LIMIT -1 OFFSET ?',
    ),
    removeDead: connection.prepare<[number]>('DELETE FROM dead_letters WHERE id = ?'),
    clock: connection
      .prepare<[], string>("SELECT value FROM meta WHERE key = 'outbox.clockMs'")
      .pluck(),
    saveClock: connection.prepare<[string]>(
      `INSERT INTO meta (key, value) VALUES ('outbox.clockMs', ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
    status: connection.prepare<
      [],
      Omit<OutboxStatus, 'oldestAgeSeconds'> & { readonly queuedMs: number | null }
    >(
      `SELECT name AS destination, rows, bytes, cursor, delivered, dropped, dead, discarded,
         last_delivered_us AS lastDeliveredUs,
         (SELECT queued_ms FROM outbox WHERE destination = name ORDER BY id LIMIT 1) AS queuedMs
       FROM destinations ORDER BY name`,
    ),
  };
}
