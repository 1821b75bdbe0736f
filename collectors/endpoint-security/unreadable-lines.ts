/** Unreadable lines within one window that are no trouble yet. */
export const UNREADABLE_ALLOWED = 100;

const WINDOW_MS = 60_000;

/**
 * Counts lines that could not be read, in windows that begin with the first of them. At the end of a window, or at
 * `stop`, more than `UNREADABLE_ALLOWED` are reported once, with their number. Holds one timer at most, none after `stop`.
 */
export class UnreadableLines {
  readonly #report: (count: number) => void;
  readonly #windowMs: number;
  #timer: NodeJS.Timeout | null = null;
  #count = 0;

  constructor(report: (count: number) => void, windowMs = WINDOW_MS) {
    this.#report = report;
    this.#windowMs = windowMs;
  }

  add(): void {
    this.#count += 1;
    this.#timer ??= setTimeout(() => this.stop(), this.#windowMs);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const count = this.#count;
    this.#timer = null;
    this.#count = 0;
    if (count > UNREADABLE_ALLOWED) this.#report(count);
  }
}
