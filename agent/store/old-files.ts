import type { Connection } from './sqlite.ts';

/** Tracked files looked at in one call. */
const FILES_A_CALL = 1000;

interface FileRow {
  readonly key: string;
  readonly touchedUs: number;
}

/**
 * Removes tracked files that nobody touched for long. The lineage forgets them itself while it runs; this is for those
 * that were left over by a crash or by a time in which the agent did not run.
 */
export class OldFiles {
  readonly #page;
  readonly #delete;
  /** The last key that was looked at; the next call goes on behind it. */
  #passed = '';

  constructor(connection: Connection) {
    this.#page = connection.prepare<[string], FileRow>(
      `SELECT key, touched_clock_us AS touchedUs FROM files WHERE key > ? ORDER BY key LIMIT ${FILES_A_CALL}`,
    );
    this.#delete = connection.prepare<[string]>('DELETE FROM files WHERE key = ?');
  }

  /**
   * Deletes at most `limit` files whose last touch is before `cutoffUs`, both on the timeline, in microseconds. `done` when
   * the end of the table was reached; the next call begins anew.
   */
  deleteSome(
    cutoffUs: number,
    limit: number,
  ): { readonly deleted: number; readonly done: boolean } {
    let deleted = 0;
    const page = this.#page.all(this.#passed);
    for (const { key, touchedUs } of page) {
      if (touchedUs < cutoffUs) {
        if (deleted >= limit) return { deleted, done: false };
        deleted += this.#delete.run(key).changes;
      }
      this.#passed = key;
    }
    const done = page.length < FILES_A_CALL;
    if (done) this.#passed = '';
    return { deleted, done };
  }
}
