/**
 * How much a destination is given, and how long it is left alone. After a failure it gets one item, then four times as many
 * with each success; waits are drawn at random, so that a fleet that lost its receiver does not come back as one.
 */
import type { Item } from './item.ts';

/** First wait after a failure, at most; it doubles with each further one. */
const FIRST_MS = 1000;
/** Longest wait of our own. */
export const MAX_BACKOFF_MS = 300_000;
/** Wait while only a person can mend what is wrong: from here to `MAX_BACKOFF_MS`. */
const CONFIG_MS = 60_000;
/** Between two batches while more is waiting, on average half of it. */
export const BETWEEN_MS = 400;
/** At the start, before the first batch. */
export const START_MS = 10_000;

/** Milliseconds to wait after that many failures in a row; `random` is from 0 up to 1. */
export function backoffMs(failures: number, random: number): number {
  return random * Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 20), MAX_BACKOFF_MS);
}

/** Milliseconds to wait while the configuration is wrong. */
export function configBackoffMs(random: number): number {
  return CONFIG_MS + random * (MAX_BACKOFF_MS - CONFIG_MS);
}

/** What a receiver asked for, and up to as much again, so that those that it told the same do not come as one. */
export function askedMs(retryAfterMs: number, random: number): number {
  return retryAfterMs * (1 + random);
}

const GROWTH = 4;

/** The size of the next batch. */
export class BatchSize {
  readonly #most: { readonly maxItems: number; readonly maxBytes: number };
  #items = 1;
  /** What the receiver showed to be too much, less one half. */
  #bytes: number;

  constructor(most: { readonly maxItems: number; readonly maxBytes: number }) {
    this.#most = most;
    this.#bytes = most.maxBytes;
  }

  get bounds(): { readonly maxItems: number; readonly maxBytes: number } {
    return { maxItems: this.#items, maxBytes: this.#bytes };
  }

  /** A batch was taken. */
  grow(): void {
    this.#items = Math.min(this.#items * GROWTH, this.#most.maxItems);
  }

  /** The next batch is a single item. */
  probe(): void {
    this.#items = 1;
  }

  /** Something in this batch was refused: half of it is tried. */
  halve(batch: readonly Item[]): void {
    this.#items = Math.max(1, Math.floor(batch.length / 2));
  }

  /** The batch had too many bytes: no later one has more than half of them. */
  lighten(batch: readonly Item[]): void {
    const bytes = batch.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    this.#bytes = Math.max(1, Math.floor(bytes / 2));
    this.halve(batch);
  }
}
