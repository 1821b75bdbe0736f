import type { Change } from './watch.ts';

interface Pause {
  readonly timer: NodeJS.Timeout;
  readonly again: (() => void) | null;
}

/** Paths whose changes are held back at one time; above it the pause of the oldest ends early. */
const MAX_PAUSES = 4096;

/**
 * Lets one `change` of a path through at once and then no more than one in each `pauseMs` (milliseconds), the last of
 * which tells the file's final state. `add` and `unlink` always pass at once.
 */
export class ChangeThrottle {
  readonly #pauseMs: number;
  readonly #pauses = new Map<string, Pause>();

  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  note(change: Change, path: string, pass: () => void): void {
    const pause = this.#pauses.get(path);
    if (change !== 'change') {
      // What was held back is told by this change, or has been undone by it.
      if (pause) this.#pauses.set(path, { ...pause, again: null });
      pass();
    } else if (pause) this.#pauses.set(path, { ...pause, again: pass });
    else {
      pass();
      this.#begin(path);
    }
  }

  /** Forgets everything that is held back. */
  close(): void {
    for (const { timer } of this.#pauses.values()) clearTimeout(timer);
    this.#pauses.clear();
  }

  #begin(path: string): void {
    const [oldest] = this.#pauses.keys();
    if (this.#pauses.size >= MAX_PAUSES && oldest !== undefined) this.#take(oldest)?.again?.();
    const timer = setTimeout(() => {
      const again = this.#take(path)?.again;
      if (!again) return;
      again();
      this.#begin(path);
    }, this.#pauseMs);
    this.#pauses.set(path, { timer, again: null });
  }

  #take(path: string): Pause | undefined {
    const pause = this.#pauses.get(path);
    clearTimeout(pause?.timer);
    this.#pauses.delete(path);
    return pause;
  }
}
