/**
 * What the agent could not see. Endpoint Security numbers its messages; numbers that are missing within one run of the
 * sensor are messages the kernel dropped, and between two runs nobody watched. The same holds for its second run, of opens.
 *
 * A gap lies between the last line seen before and the first line seen after it, and it counts for a chain from the moment
 * of that later line on: only then is it known, also when the capture is replayed in parts. Bounds: `MAX_GAPS`; at the
 * bound the two oldest become one that spans both, so that coverage is never claimed where there was none.
 */

import { OpensNumbers, type OpensState } from './opens-numbers.ts';

export const MAX_GAPS = 1000;

export interface Gap {
  /** Microseconds on the timeline: last line before and first line after the gap. */
  readonly fromUs: number;
  readonly untilUs: number;
  /** From when on the gap is known: `untilUs`, or the earliest of the gaps that were merged into this one. */
  readonly knownUs: number;
  readonly reason: 'missing-numbers' | 'sensor-restarted' | 'opens-lost';
  /** First and last number that may still come; none when `last` is below `first`. */
  readonly first: number;
  readonly last: number;
}

export interface CoverageState {
  readonly gaps: readonly Gap[];
  readonly lastSequence: number | null;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
  readonly restartedFromUs: number | null;
  /** Not in snapshots of earlier versions. */
  readonly opens?: OpensState;
}

/** The numbers of a gap that no late line can fill any more. */
const CLOSED = { first: 1, last: 0 } as const;

export class Coverage {
  #gaps: Gap[] = [];
  #lastSequence: number | null = null;
  /** First and last moment at which the sensor said anything. */
  #firstUs: number | null = null;
  #lastUs: number | null = null;
  /** Last line of the run before, as long as the new run has not spoken. */
  #restartedFromUs: number | null = null;
  readonly #opens = new OpensNumbers();

  /** A line with the highest number so far. */
  numbered(sequence: number, clockUs: number): void {
    if (this.#restartedFromUs !== null) {
      const fromUs = this.#restartedFromUs;
      this.#add({ fromUs, ...until(clockUs), reason: 'sensor-restarted', ...CLOSED });
      this.#restartedFromUs = null;
    }
    const last = this.#lastSequence;
    if (last !== null && this.#lastUs !== null && sequence > last + 1)
      this.#add({
        fromUs: this.#lastUs,
        ...until(clockUs),
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
      { ...gap, last: sequence - 1, ...until(Math.min(gap.untilUs, clockUs)) },
      { ...gap, first: sequence + 1, fromUs: Math.max(gap.fromUs, clockUs) },
    ].filter((part) => part.first <= part.last);
    this.#gaps.splice(at, 1, ...rest);
  }

  /**
   * A line of the run of opens, `null` for the moment of one that could not be read. What is missing before it is known from
   * `knownUs` on.
   */
  opensNumbered(sequence: number, clockUs: number | null, knownUs: number): void {
    this.#addOpens(this.#opens.see(sequence, clockUs), clockUs ?? knownUs, knownUs);
  }

  /** A run of opens begins, because opens are wanted. */
  opensStarted(clockUs: number): void {
    this.#opens.started(clockUs);
  }

  /** The run of opens ended although they were wanted, and begins anew. */
  opensRestarted(clockUs: number, knownUs: number): void {
    this.#addOpens(this.#opens.restarted(clockUs), clockUs, knownUs);
  }

  /** The gap that a late line with this number would fill. */
  gapOf(sequence: number): Gap | null {
    return this.#gaps.find((gap) => gap.first <= sequence && sequence <= gap.last) ?? null;
  }

  /** The sensor began anew: numbers start again, and nobody watched until its first line. */
  restarted(): void {
    this.#restartedFromUs ??= this.#lastUs;
    // What is still missing of the old run will not come any more and must not be taken for a late line of the new one.
    this.#gaps = this.#gaps.map((gap) => ({ ...gap, ...CLOSED }));
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
    const isDown = this.#restartedFromUs !== null && this.#restartedFromUs < untilUs;
    const hasGap = this.#gaps.some((gap) => gap.untilUs > fromUs && gap.knownUs <= untilUs);
    return isDown || hasGap ? 'gaps' : 'complete';
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
      restartedFromUs: this.#restartedFromUs,
      opens: this.#opens.state(),
    };
  }

  resume(state: CoverageState): void {
    this.#gaps = [...state.gaps];
    this.#lastSequence = state.lastSequence;
    this.#firstUs = state.firstUs;
    this.#lastUs = state.lastUs;
    this.#restartedFromUs = state.restartedFromUs;
    if (state.opens) this.#opens.resume(state.opens);
  }

  #addOpens(fromUs: number | null, clockUs: number, knownUs: number): void {
    if (fromUs === null) return;
    const gap = { fromUs, untilUs: Math.max(fromUs, clockUs), knownUs: Math.max(fromUs, knownUs) };
    this.#add({ ...gap, reason: 'opens-lost', ...CLOSED });
  }

  #add(gap: Gap): void {
    this.#gaps.push(gap);
    if (this.#gaps.length <= MAX_GAPS) return;
    const [oldest, next] = this.#gaps;
    if (!oldest || !next) return;
    const untilUs = Math.max(oldest.untilUs, next.untilUs);
    this.#gaps.splice(0, 2, { ...oldest, untilUs, ...CLOSED });
  }
}

function until(clockUs: number): Pick<Gap, 'untilUs' | 'knownUs'> {
  return { untilUs: clockUs, knownUs: clockUs };
}
