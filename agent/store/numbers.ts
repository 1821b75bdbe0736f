import type { Connection } from './sqlite.ts';

/** Counts the agent's own events of each kind, from 1, over all its runs. */
export class Numbers {
  readonly #next: (kind: string) => number;

  constructor(connection: Connection) {
    const statement = connection
      .prepare<[string], string>(
        `INSERT INTO meta (key, value) VALUES ('number.' || ?, '1')
         ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value`,
      )
      .pluck();
    this.#next = (kind) => Number(statement.get(kind));
  }

  /** Takes the next number of a kind; it is not given out again. */
  next(kind: string): number {
    return this.#next(kind);
  }
}
