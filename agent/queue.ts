/**
 * Lines between the collectors that read them and the pipeline that judges them, so that reading never waits for judging.
 *
 * Bounds: `MAX_LINES` and `MAX_CHARACTERS`. At the bound a new line is not taken and the source counts it as dropped; for
 * Endpoint Security its number is then missing, and the coverage of every chain says so.
 */

export const MAX_LINES = 200_000;
export const MAX_CHARACTERS = 256 * 1024 * 1024;
/** Longest time that lines are judged in one go before the readers get their turn. */
export const SLICE_MS = 8;

/** How a queue gives up control and measures time; injected, so that tests need no waiting. */
export interface Turns {
  readonly now: () => number;
  readonly next: (run: () => void) => void;
}

export class LineQueue {
  readonly #take: (line: string) => void;
  readonly #turns: Turns;
  #lines: string[] = [];
  #head = 0;
  #characters = 0;
  #isScheduled = false;
  #peak = 0;

  constructor(take: (line: string) => void, turns: Turns) {
    this.#take = take;
    this.#turns = turns;
  }

  get size(): number {
    return this.#lines.length - this.#head;
  }

  get characters(): number {
    return this.#characters;
  }

  /** Most lines that ever waited. */
  get peak(): number {
    return this.#peak;
  }

  /** `false` when the queue is full: the line is lost and the caller counts it. */
  push(line: string): boolean {
    if (this.size >= MAX_LINES || this.#characters + line.length > MAX_CHARACTERS) return false;
    this.#lines.push(line);
    this.#characters += line.length;
    this.#peak = Math.max(this.#peak, this.size);
    this.#schedule();
    return true;
  }

  /**
   * Judges what waits, until `untilMs` on the clock of its turns, and forgets the rest: for a clean stop. Gives how many lines
   * were not judged.
   */
  drain(untilMs: number): number {
    while (this.size > 0 && this.#turns.now() < untilMs) this.#one();
    const left = this.size;
    this.#lines = [];
    this.#head = 0;
    this.#characters = 0;
    return left;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turns.next(() => {
      this.#isScheduled = false;
      this.#slice();
    });
  }

  #slice(): void {
    const until = this.#turns.now() + SLICE_MS;
    while (this.size > 0 && this.#turns.now() < until) this.#one();
    if (this.size > 0) this.#schedule();
  }

  #one(): void {
    const line = this.#lines[this.#head] ?? '';
    this.#head += 1;
    this.#characters -= line.length;
    // What was taken is let go in blocks, so that taking one line never moves all others.
    if (this.#head >= 4096 || this.#head === this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
    this.#take(line);
  }
}
