import type { Verdict } from './observation.ts';

/** How often an exception kept a step silent, and when it last did, microseconds since 1970 by the clock of the Mac. */
export interface ExceptionHits {
  readonly hits: number;
  readonly lastUs: number;
}

/** Counts the hits of exceptions until somebody takes them. It holds at most one entry for each exception in force. */
export class ExceptionTally {
  #hits = new Map<string, ExceptionHits>();

  /** Counts one hit for each exception that kept the step of a verdict silent; `timeUs` is the time of the step. */
  record(verdict: Verdict, timeUs: number): void {
    for (const id of verdict.exceptions)
      this.#hits.set(id, addHits(this.#hits.get(id) ?? NO_HITS, { hits: 1, lastUs: timeUs }));
  }

  /** Returns the hits by id of the exception since the last call, and starts again from nothing. */
  take(): ReadonlyMap<string, ExceptionHits> {
    const taken = this.#hits;
    this.#hits = new Map();
    return taken;
  }
}

/** Returns the sum of two counts; the later time stays, so late steps do no harm. */
export function addHits(a: ExceptionHits, b: ExceptionHits): ExceptionHits {
  return { hits: a.hits + b.hits, lastUs: Math.max(a.lastUs, b.lastUs) };
}

const NO_HITS: ExceptionHits = { hits: 0, lastUs: 0 };
