import type { Canary } from './canary.ts';
import type { Health } from './health.ts';

/** The first canary waits for the sensor's first line, but not longer; one that nobody watches says nothing. */
const FIRST_US = 20_000_000;
/** A stream that says nothing for so long is asked whether it lives: a canary makes it speak, unless nobody listens. */
const SILENT_US = 40_000_000;
/** While a canary is missing another is sent so often: its return says that the agent sees again. */
const AGAIN_US = 60_000_000;

/**
 * Sends canaries at the start, on demand, into a silent stream and again while one is missing, and says in `health` when one
 * did not come back.
 */
export class CanaryWatch {
  readonly #canary: Canary;
  readonly #health: Health;
  readonly #clock: () => number;
  readonly #signal: AbortSignal;
  readonly #startedUs: number;
  #sentUs: number | null = null;

  /**
   * `clock` gives microseconds and must never be set back; `signal` ends the program of a canary that is under way.
   */
  constructor(canary: Canary, health: Health, clock: () => number, signal: AbortSignal) {
    this.#canary = canary;
    this.#health = health;
    this.#clock = clock;
    this.#signal = signal;
    this.#startedUs = clock();
  }

  readonly send = (): void => {
    this.#sentUs = this.#clock();
    void this.#send();
  };

  /** To be called every few seconds. `silentUs` is how long the sensor said nothing; `null` when it has not spoken in this run. */
  look(silentUs: number | null): void {
    const missing = this.#canary.overdue();
    const isDue = this.#isDue(silentUs, missing !== null);
    if (missing !== null) {
      const cause = likelyCause(this.#health);
      const detail = `the canary's ${missing.join(', ')} did not come back; ${cause}`;
      this.#health.raise('canary', 'canary-missing', detail);
    } else if (!this.#canary.isWaiting) this.#health.clear('canary', 'canary-missing');
    if (isDue) this.send();
  }

  #isDue(silentUs: number | null, isMissing: boolean): boolean {
    const now = this.#clock();
    if (this.#sentUs === null) return silentUs !== null || now - this.#startedUs > FIRST_US;
    const sinceUs = now - this.#sentUs;
    if (isMissing) return sinceUs > AGAIN_US;
    return !this.#canary.isWaiting && silentUs !== null && Math.min(silentUs, sinceUs) > SILENT_US;
  }

  async #send(): Promise<void> {
    try {
      await this.#canary.send(this.#signal);
    } catch (error) {
      if (this.#signal.aborted) return;
      const detail = error instanceof Error ? error.message : String(error);
      this.#health.note('canary', 'canary-missing', detail);
    }
  }
}

/** What probably keeps the canary away: trouble of the sensor when there is any. */
function likelyCause(health: Health): string {
  const sensor = health.active().find((trouble) => trouble.part === 'endpoint-security');
  return sensor
    ? `likely because of ${sensor.code}`
    : 'the sensor says nothing of it: check the helper and its permissions';
}
