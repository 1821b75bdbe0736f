/** One block of values, both ends known: `start` belongs to it, `end` no more. */
export interface Block<T extends number | bigint> {
  readonly start: T;
  readonly end: T;
  /** What to say of a value in the block; a position in a list of the caller, from 0. */
  readonly owner: number;
}

const NOBODY = -1;

/**
 * Nested blocks laid out side by side, so that one binary search finds the innermost block of a value.
 *
 * The blocks must nest as prefixes do: two of them are disjoint, or one holds the other, or they are equal.
 */
export class FlatIntervals<T extends number | bigint> {
  /** Ascending, and each the first value that `#owners` at the same position owns. */
  readonly #starts: T[] = [];
  readonly #owners: number[] = [];

  /** `blocks` is ordered by start, outer blocks before inner ones; of equal blocks the last one owns the values. */
  constructor(blocks: Iterable<Block<T>>) {
    const open: Block<T>[] = [];
    for (const block of blocks) {
      this.#close(open, block.start);
      open.push(block);
      this.#begin(block.start, block.owner);
    }
    this.#close(open, null);
  }

  /** Owner of the innermost block that holds `value`, or -1. */
  ownerOf(value: T): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = this.#starts[middle];
      if (start !== undefined && start <= value) low = middle + 1;
      else high = middle;
    }
    return this.#owners[low - 1] ?? NOBODY;
  }

  /** Ends the blocks of `open`, innermost first, as long as they end at or before `until`; all of them without it. */
  #close(open: Block<T>[], until: T | null): void {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      if (until !== null && last.end > until) return;
      open.pop();
      this.#begin(last.end, open.at(-1)?.owner ?? NOBODY);
    }
  }

  #begin(start: T, owner: number): void {
    const last = this.#starts.length - 1;
    if (this.#starts[last] === start) {
      this.#owners[last] = owner;
    } else {
      this.#starts.push(start);
      this.#owners.push(owner);
    }
  }
}
