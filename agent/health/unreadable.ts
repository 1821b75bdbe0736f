import type { Health } from './health.ts';

/** Unreadable records within one window that are no trouble yet, and the length of a window. */
const ALLOWED = 100;
const WINDOW_US = 60_000_000;

/**
 * Lines of the sensor that cannot be read are trouble as long as they come: raised as soon as more than `ALLOWED` came
 * within a window, over after a window with fewer.
 */
export class Unreadable {
  readonly #health: Health;
  #windowUs: number;
  #before = 0;

  constructor(health: Health, nowUs: number) {
    this.#health = health;
    this.#windowUs = nowUs;
  }

  /** `count` is how many there were since the start. */
  look(count: number, nowUs: number): void {
    if (count - this.#before > ALLOWED) {
      const detail = `over ${ALLOWED} lines within a minute could not be read; they are counted as dropped`;
      this.#health.raise('endpoint-security', 'unreadable-lines', detail);
    } else if (nowUs - this.#windowUs <= WINDOW_US) return;
    else this.#health.clear('endpoint-security', 'unreadable-lines');
    this.#windowUs = nowUs;
    this.#before = count;
  }
}
