/**
 * The numbers of the second run of the sensor, which watches `open` alone and only while an export may be opened. Its runs
 * follow each other, each from 0, and each is announced; in a recording without announcements a number that falls far says
 * that a new run began.
 */

/** A number that is lower by more than this is not late: the run is a new one. */
const MAX_LATENESS = 1000;

export interface OpensState {
  readonly lastSequence: number | null;
  /** The last moment at which the run was known to watch. */
  readonly lastUs: number | null;
}

export class OpensNumbers {
  #lastSequence: number | null = null;
  #lastUs: number | null = null;

  /** A run begins: its first number is 0. */
  started(clockUs: number): void {
    this.#lastSequence = -1;
    this.#lastUs = clockUs;
  }

  /** A run that ended by itself begins anew; gives since when nobody watched, `null` when that is unknown. */
  restarted(clockUs: number): number | null {
    const since = this.#lastUs;
    this.started(clockUs);
    return since;
  }

  /**
   * A line with this number came; `clockUs` is `null` for one that could not be read. Gives since when numbers before it are
   * missing, `null` when none are. A line that comes late is not taken back from them.
   */
  see(sequence: number, clockUs: number | null): number | null {
    const last = this.#lastSequence;
    const isNewRun = last === null || sequence === 0 || last - sequence > MAX_LATENESS;
    if (!isNewRun && sequence <= last) return null;
    const since = !isNewRun && sequence > last + 1 ? this.#lastUs : null;
    this.#lastSequence = sequence;
    if (clockUs !== null) this.#lastUs = Math.max(this.#lastUs ?? clockUs, clockUs);
    return since;
  }

  state(): OpensState {
    return { lastSequence: this.#lastSequence, lastUs: this.#lastUs };
  }

  resume({ lastSequence, lastUs }: OpensState): void {
    this.#lastSequence = lastSequence;
    this.#lastUs = lastUs;
  }
}
