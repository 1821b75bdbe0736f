import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timer } from '../../collectors/timer.ts';

/** A timer that stands still until it is told to advance, in milliseconds. */
export class VirtualTimer implements Timer {
  #now = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly end: () => void }>();

  now(): number {
    return this.#now;
  }

  /** Pauses that are not over. */
  get pauses(): number {
    return this.#waiting.size;
  }

  pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const entry = {
        at: this.#now + ms,
        end: (): void => {
          this.#waiting.delete(entry);
          signal.removeEventListener('abort', entry.end);
          resolve();
        },
      };
      this.#waiting.add(entry);
      signal.addEventListener('abort', entry.end, { once: true });
    });
  }

  /** Lets `ms` pass, pause by pause, each with the work that follows it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- what is ready runs before the next pause ends
      await settle();
      const [next] = [...this.#waiting].toSorted((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.#now = next.at;
      next.end();
    }
    this.#now = end;
  }
}

/** Runs everything that is ready without waiting for anything outside. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one turn after the other
    await nextTurn();
  }
}
