/**
 * Keeps the database within its age and size, in slices between which the agent goes on with its work.
 *
 * A chain is kept or removed as a whole: its findings, events and paths go first, its own row last, so a crash in between
 * leaves a chain that is still the next to go. Oldest last step first.
 * Invariants: a live chain is only removed for size, and only when nothing else is left; the newest finding always stays,
 * because its number is where the next one continues; baseline, hits of exceptions and snapshots are never touched.
 * Bounds of a slice: `MAX_ROWS` rows and about `MAX_PAGES` pages deleted in one transaction, `VACUUM_PAGES` pages given back
 * to the disk. The rest waits for the next slice. Measured on 330 MB: 1 ms without work, 3 ms with (nine of ten below
 * 10 ms); the slice in whose commit SQLite writes its log back, about one in ten, takes 10 to 40 ms, as any commit may.
 */
import { statSync } from 'node:fs';
import type { Transaction } from 'better-sqlite3';
import { OldFiles } from './old-files.ts';
import type { Connection } from './sqlite.ts';

/** Most rows a slice deletes. */
export const MAX_ROWS = 500;
/** A slice ends after the row that frees this many pages: what costs time is the pages, not the rows. */
export const MAX_PAGES = 250;
/** Pages given back to the disk in a slice. */
const VACUUM_PAGES = 200;
/** A write-ahead log above this is written back and cut; only an open reader lets it grow so far. */
export const MAX_WAL_BYTES = 32 * 1_048_576;
/** Chains looked at in a slice. */
const CHAINS_A_SLICE = 500;
/** Of the oldest findings, how many are looked at in a slice for a chain that is gone. */
const FINDINGS_A_SLICE = 100;

const DAY_US = 24 * 3600 * 1_000_000;
const MEGABYTE = 1_000_000;

/** What may be kept. */
export interface RetentionLimits {
  /** Days since the last step of a chain. */
  readonly days: number;
  /** Of 1,000,000 bytes. */
  readonly maxMegabytes: number;
  /** Days since the last touch of a tracked file. */
  readonly lineageDays: number;
}

/** What a slice did. */
export interface Slice {
  /** Rows. */
  readonly deleted: number;
  /** Nothing is left that another slice at once would change. */
  readonly done: boolean;
}

interface Deletion extends Slice {
  /** The bound of the slice was reached, so giving pages back waits for a lighter one. */
  readonly isSpent: boolean;
}

interface OldChain {
  readonly id: string;
  readonly lastUs: number;
}

const FIRST: OldChain = { id: '', lastUs: Number.MIN_SAFE_INTEGER };

export class Retention {
  readonly #connection: Connection;
  readonly #limits: RetentionLimits;
  readonly #isLive: (chainId: string) => boolean;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #oldFiles: OldFiles;
  readonly #transaction: Transaction<(nowUs: number) => Deletion>;
  /** The last chain that was looked at; a slice goes on behind it. */
  #passed = FIRST;
  /** The chain of which a slice deleted only a part; the next one takes the rest, unless the chain grew since. */
  #begun: OldChain | null = null;
  #rowsLeft = 0;
  #freeAtStart = 0;

  /** `isLive` says whether a chain may still grow, or is needed for another reason. */
  constructor(
    connection: Connection,
    limits: RetentionLimits,
    isLive: (chainId: string) => boolean,
  ) {
    this.#connection = connection;
    this.#limits = limits;
    this.#isLive = isLive;
    this.#statements = prepare(connection);
    this.#oldFiles = new OldFiles(connection);
    this.#transaction = connection.transaction((nowUs: number) => this.#delete(nowUs));
  }

  /** One slice at a moment of the Mac's clock, in microseconds since 1970. Throws what SQLite throws, with nothing changed. */
  slice(nowUs: number): Slice {
    const { deleted, done, isSpent } = this.#transaction.immediate(nowUs);
    if (isSpent) return { deleted, done: false };
    const before = this.#free();
    // As text, because a prepared statement would stop after the first page.
    this.#connection.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    const after = this.#free();
    this.#cutLog();
    return { deleted, done: done && (after === 0 || after === before) };
  }

  #delete(nowUs: number): Deletion {
    this.#rowsLeft = MAX_ROWS;
    this.#freeAtStart = this.#free();
    const { days, lineageDays } = this.#limits;
    const cutoffUs = Math.floor(nowUs - days * DAY_US);
    const chainsDone = this.#deleteChains(cutoffUs, this.#isLive) && this.#deleteOrphans(cutoffUs);
    const filesDone = this.#deleteFiles(Math.floor(nowUs - lineageDays * DAY_US));
    // Nothing else is left to make room.
    if (chainsDone && this.#isOver()) this.#deleteChains(Number.NEGATIVE_INFINITY, () => false);
    const deleted = MAX_ROWS - this.#rowsLeft;
    return { deleted, done: chainsDone && filesDone, isSpent: this.#isSpent() };
  }

  /** Goes on from the chain that was looked at last; `true` when every chain that may go is gone. */
  #deleteChains(cutoffUs: number, isKept: (chainId: string) => boolean): boolean {
    const { lastUs, id } = this.#passed;
    const page = this.#statements.chains.all(lastUs, id);
    for (const chain of page) {
      const isBegun = chain.id === this.#begun?.id && chain.lastUs === this.#begun.lastUs;
      if (!isBegun && chain.lastUs >= cutoffUs && !this.#isOver()) {
        this.#passed = FIRST;
        return true;
      }
      if ((isBegun || !isKept(chain.id)) && !this.#deleteChain(chain)) return false;
      this.#passed = chain;
    }
    const isEnd = page.length < CHAINS_A_SLICE;
    if (isEnd) this.#passed = FIRST;
    return isEnd;
  }

  /** `false` when the slice ended before the last row of the chain. */
  #deleteChain(old: OldChain): boolean {
    const { findings, events, paths, chain } = this.#statements;
    this.#begun = old;
    for (const next of [findings, events, paths, chain]) {
      for (;;) {
        if (this.#isSpent()) return false;
        const { changes } = next.run(old.id);
        if (changes === 0) break;
        this.#rowsLeft -= changes;
      }
    }
    this.#begun = null;
    return true;
  }

  /** Findings whose chain is gone: one that was the newest then. `true` when none of the oldest findings is one. */
  #deleteOrphans(cutoffUs: number): boolean {
    for (const { sequence, id, timeUs } of this.#statements.orphans.all()) {
      if (this.#isSpent()) return false;
      if (this.#isLive(id) || (timeUs >= cutoffUs && !this.#isOver())) continue;
      this.#rowsLeft -= this.#statements.finding.run(sequence).changes;
    }
    return true;
  }

  #deleteFiles(cutoffUs: number): boolean {
    const { deleted, done } = this.#oldFiles.deleteSome(cutoffUs, this.#rowsLeft);
    this.#rowsLeft -= deleted;
    return done;
  }

  #isSpent(): boolean {
    return this.#rowsLeft <= 0 || this.#free() - this.#freeAtStart >= MAX_PAGES;
  }

  /** Free pages are on their way back to the disk already, and the outbox has a bound of its own: neither counts. */
  #isOver(): boolean {
    const { pages, pageSize, outbox } = this.#statements;
    const used = ((pages.get() ?? 0) - this.#free()) * pageSize - (outbox.get() ?? 0);
    return used > this.#limits.maxMegabytes * MEGABYTE;
  }

  #free(): number {
    return this.#statements.freePages.get() ?? 0;
  }

  /** Does not wait for a reader: while one is at work the log stays, and the next slice tries again. */
  #cutLog(): void {
    const connection = this.#connection;
    if (connection.memory || sizeOf(`${connection.name}-wal`) <= MAX_WAL_BYTES) return;
    const patience = Number(connection.pragma('busy_timeout', { simple: true }));
    connection.pragma('busy_timeout = 0');
    try {
      connection.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      connection.pragma(`busy_timeout = ${patience}`);
    }
  }
}

/** Rows are deleted one at a time, so that a slice can end behind any of them. */
function prepare(connection: Connection) {
  return {
    chains: connection.prepare<[number, string], OldChain>(
      `SELECT id, last_us AS lastUs FROM chains WHERE (last_us, id) > (?, ?)
       ORDER BY last_us, id LIMIT ${CHAINS_A_SLICE}`,
    ),
    findings: connection.prepare<[string]>(
      `DELETE FROM findings WHERE sequence = (
         SELECT sequence FROM findings
         WHERE finding_id = ? AND sequence < (SELECT max(sequence) FROM findings) LIMIT 1)`,
    ),
    events: connection.prepare<[string]>(
      'DELETE FROM events WHERE id = (SELECT id FROM events WHERE chain_id = ? LIMIT 1)',
    ),
    paths: connection.prepare<[string]>(
      'DELETE FROM paths WHERE id = (SELECT id FROM paths WHERE chain_id = ? LIMIT 1)',
    ),
    chain: connection.prepare<[string]>('DELETE FROM chains WHERE id = ?'),
    finding: connection.prepare<[number]>('DELETE FROM findings WHERE sequence = ?'),
    orphans: connection.prepare<[], { sequence: number; id: string; timeUs: number }>(
      `SELECT sequence, finding_id AS id, time_us AS timeUs
       FROM (SELECT sequence, finding_id, time_us FROM findings ORDER BY sequence LIMIT ${FINDINGS_A_SLICE})
       WHERE sequence < (SELECT max(sequence) FROM findings)
         AND NOT EXISTS (SELECT 1 FROM chains WHERE chains.id = finding_id)
       ORDER BY sequence`,
    ),
    pages: connection.prepare<[], number>('PRAGMA page_count').pluck(),
    freePages: connection.prepare<[], number>('PRAGMA freelist_count').pluck(),
    outbox: connection
      .prepare<[], number>('SELECT coalesce(sum(bytes), 0) FROM destinations')
      .pluck(),
    pageSize: Number(connection.pragma('page_size', { simple: true })),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
