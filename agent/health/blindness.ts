/**
 * How long the agent has been without Full Disk Access. macOS answers a process as it did when it first asked (osquery tells
 * its users to restart), so a grant that comes later may need a new one.
 */
export class Blindness {
  readonly #limitMs: number;
  readonly #now: () => number;
  #sinceMs: number | null = null;

  /** `limitMs` is how long it may last; `now` is a clock in milliseconds that nobody can set. */
  constructor(limitMs: number, now: () => number) {
    this.#limitMs = limitMs;
    this.#now = now;
  }

  /** Takes what is so now; whether it has been blind without a break for as long as it may be. */
  lasts(isBlind: boolean): boolean {
    if (!isBlind) {
      this.#sinceMs = null;
      return false;
    }
    this.#sinceMs ??= this.#now();
    return this.#now() - this.#sinceMs >= this.#limitMs;
  }
}
