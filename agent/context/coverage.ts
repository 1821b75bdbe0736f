/**
 * What the agent could not see. Endpoint Security numbers its messages; numbers that are missing within one run of the
 * sensor are messages the kernel dropped, and between two runs nobody watched.
 *
 * A gap lies strictly between the last line seen before and the first line seen after it. Bounds: `MAX_GAPS`; at the
 * bound the two oldest become one that spans both, so that coverage is never claimed where there was none.
 */

export const MAX_GAPS = 1000;

export interface Gap {
  /** Microseconds on the timeline; the gap lies strictly between the two. */
  readonly fromUs: number;
  readonly untilUs: number;
  readonly reason: 'missing-numbers' | 'sensor-restarted';
  /** First and last missing number; both 0 for a restart. */
  readonly first: number;
  readonly last: number;
}

export interface CoverageState {
  readonly gaps: readonly Gap[];
  readonly lastSequence: number | null;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
}

export class Coverage {
  #gaps: Gap[] = [];
  #lastSequence: number | null = null;
  /** First and last moment at which the sensor said anything. */
  #firstUs: number | null = null;
  #lastUs: number | null = null;

  /** A line with the highest number so far. */
  numbered(sequence: number, clockUs: number): void {
    const last = this.#lastSequence;
    if (last !== null && this.#lastUs !== null && sequence > last + 1)
      this.#add({
        fromUs: this.#lastUs,
        untilUs: clockUs,
        reason: 'missing-numbers',
        first: last + 1,
        last: sequence - 1,
      });
    this.#lastSequence = sequence;
    this.#firstUs ??= clockUs;
    this.#lastUs = clockUs;
  }

  /** A line that came after ones with higher numbers: it was late, not lost. */
  late(sequence: number, clockUs: number): void {
    if (this.#firstUs !== null) this.#firstUs = Math.min(this.#firstUs, clockUs);
    const at = this.#gaps.findLastIndex(
      (gap) => gap.reason === 'missing-numbers' && gap.first <= sequence && sequence <= gap.last,
    );
    const gap = this.#gaps[at];
    if (!gap) return;
    const rest = [
      { ...gap, last: sequence - 1 },
      { ...gap, first: sequence + 1 },
    ].filter((part) => part.first <= part.last);
    this.#gaps.splice(at, 1, ...rest);
  }

  /** The sensor began anew, or came up after the agent was away: numbers start again. */
  restarted(clockUs: number): void {
    // Before the first line nothing was watched that anybody could have missed.
    if (this.#lastUs !== null && clockUs > this.#lastUs)
      this.#add({
        fromUs: this.#lastUs,
        untilUs: clockUs,
        reason: 'sensor-restarted',
        first: 0,
        last: 0,
      });
    // What is still missing of the old run will not come any more and must not be taken for a late line of the new one.
    this.#gaps = this.#gaps.map((gap) => ({ ...gap, first: 0, last: 0 }));
    this.#lastSequence = null;
  }

  /** Whether everything between the two moments could be seen. */
  between(fromUs: number, untilUs: number): 'complete' | 'gaps' {
    const watched =
      this.#firstUs !== null &&
      this.#lastUs !== null &&
      this.#firstUs <= untilUs &&
      this.#lastUs >= fromUs;
    if (!watched) return 'gaps';
    const hasGap = this.#gaps.some((gap) => gap.fromUs < untilUs && gap.untilUs > fromUs);
    return hasGap ? 'gaps' : 'complete';
  }

  gaps(): readonly Gap[] {
    return this.#gaps;
  }

  state(): CoverageState {
    return {
      gaps: this.#gaps,
      lastSequence: this.#lastSequence,
      firstUs: this.#firstUs,
      lastUs: this.#lastUs,
    };
  }

  resume(state: CoverageState): void {
    this.#gaps = [...state.gaps];
    this.#lastSequence = state.lastSequence;
    this.#firstUs = state.firstUs;
    this.#lastUs = state.lastUs;
  }

  #add(gap: Gap): void {
    this.#gaps.push(gap);
    if (this.#gaps.length <= MAX_GAPS) return;
    const [oldest, next] = this.#gaps;
    if (!oldest || !next) return;
    const untilUs = Math.max(oldest.untilUs, next.untilUs);
    this.#gaps.splice(0, 2, { ...oldest, untilUs, first: 0, last: 0 });
  }
}
