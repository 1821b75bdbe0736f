/**
 * Puts records in the order in which they happened.
 *
 * Records arrive up to `LATENESS_US` late and are released in order of their own clock once nothing earlier can come any
 * more. Endpoint Security lines of one run of the sensor keep the order of their numbers: when the wall clock of the
 * Mac is set back, the timeline goes on (`clockUs`), so no window grows or shrinks by the step and no lineage is lost.
 * While there is a stream, its lines alone move the timeline on; without one, a record moves it as far as another one
 * confirms. So a record with a wrong date waits, and costs only itself. Time comes from the records alone, so a capture gives the same order on every machine.
 *
 * Bounds: `MAX_HELD` records are held; at the bound the oldest is released early and counted.
 */
import type { SourceRecord } from '../collectors/collector.ts';
import type { Coverage } from './context/coverage.ts';

export const LATENESS_US = 2_000_000;
export const MAX_HELD = 100_000;

/** Numbers that rise while the time falls by more than this mean that the clock was set; less is jitter between cores. */
const CLOCK_STEP_US = 1_000_000;

interface Held {
  readonly record: SourceRecord;
  readonly clockUs: number;
  /** When it is due: later than its clock for sources that only confirm what another one knows better. */
  readonly dueUs: number;
  readonly arrival: number;
}

/** Takes one record with its moment on the timeline, in microseconds. */
export type Release = (record: SourceRecord, clockUs: number) => void;

export interface TimelineState {
  readonly offsetUs: number;
  readonly maxClockUs: number;
  readonly lastSequence: number | null;
  readonly lastClockUs: number;
}

export class Timeline {
  readonly #release: Release;
  readonly #coverage: Coverage;
  readonly #heap = new Heap();
  #arrivals = 0;
  /** How far the timeline has moved. */
  #maxClockUs = Number.NEGATIVE_INFINITY;
  /** Latest moment that a record showed while there was no stream; the next one as late confirms it. */
  #highestUs = Number.NEGATIVE_INFINITY;
  #offsetUs = 0;
  /** Highest number of the current run of the sensor and its moment. */
  #lastSequence: number | null = null;
  #lastClockUs = Number.NEGATIVE_INFINITY;
  /** Offset before the last step of the clock, and when the step was: records from before it may still come. */
  #offsetBeforeStepUs = 0;
  #stepClockUs = Number.NEGATIVE_INFINITY;
  /** The sensor has spoken in this run, so its lines move the timeline. */
  #hasStream = false;
  /** How many records had arrived at the last two calls of `settle`. */
  #marks: readonly number[] = [];
  #late = 0;
  #releasedEarly = 0;

  constructor(release: Release, coverage: Coverage) {
    this.#release = release;
    this.#coverage = coverage;
  }

  /** Records that wait for their turn. */
  get held(): number {
    return this.#heap.size;
  }

  /** Records that came later than `LATENESS_US`, and records that had to go before their time was up. */
  counts(): { readonly late: number; readonly releasedEarly: number } {
    return { late: this.#late, releasedEarly: this.#releasedEarly };
  }

  push(record: SourceRecord): void {
    if (isRestart(record)) this.#restart();
    const { sequence } = record;
    const clockUs =
      sequence === null ? this.#nearest(record.timeUs) : this.#place(sequence, record.timeUs);
    if (record.skipped === null) this.#hold(record, clockUs);
    if (sequence !== null) this.#moveTo(clockUs);
    else if (!this.#hasStream) {
      this.#moveTo(Math.min(clockUs, this.#highestUs));
      this.#highestUs = Math.max(this.#highestUs, clockUs);
    }
    this.#drain(this.#maxClockUs - LATENESS_US);
  }

  /** A line that could not be read, but shows its number: it is lost, and counted as such, and its number is not missing. */
  lostLine(sequence: number): void {
    if (this.#lastSequence === null) return;
    if (sequence <= this.#lastSequence) {
      this.#coverage.late(sequence, this.#lastClockUs);
      return;
    }
    this.#coverage.numbered(sequence, this.#lastClockUs);
    this.#lastSequence = sequence;
  }

  /**
   * Releases what was already held two calls ago: the sources are quiet, so nothing else moves the timeline. Called every
   * `LATENESS_US` of the wall clock by whoever runs live.
   */
  settle(): void {
    const [mark = 0] = this.#marks;
    this.#marks = [...this.#marks.slice(-1), this.#arrivals];
    for (let next = this.#heap.peek(); next && next.arrival <= mark; next = this.#heap.peek()) {
      this.#heap.pop();
      this.#release(next.record, next.clockUs);
    }
  }

  /** Releases everything: the source has ended, nothing earlier can come. */
  flush(): void {
    this.#drain(Number.POSITIVE_INFINITY);
  }

  state(): TimelineState {
    return {
      offsetUs: this.#offsetUs,
      maxClockUs: this.#maxClockUs,
      lastSequence: this.#lastSequence,
      lastClockUs: this.#lastClockUs,
    };
  }

  /** Goes on where an earlier timeline stopped. */
  resume(state: TimelineState): void {
    this.#offsetUs = state.offsetUs;
    this.#maxClockUs = state.maxClockUs;
    this.#highestUs = state.maxClockUs;
    this.#hasStream = state.lastSequence !== null;
    this.#lastSequence = state.lastSequence;
    this.#lastClockUs = state.lastClockUs;
  }

  #moveTo(clockUs: number): void {
    this.#maxClockUs = Math.max(this.#maxClockUs, clockUs);
  }

  #hold(record: SourceRecord, clockUs: number): void {
    const watermark = this.#maxClockUs - LATENESS_US;
    if (clockUs < watermark) this.#late += 1;
    const placedUs = Math.max(clockUs, watermark);
    // The folder watcher names no process, so what it saw waits until the stream had its chance to say who did it.
    const isConfirmation = record.collector === 'files' && this.#hasStream;
    const dueUs = isConfirmation ? placedUs + LATENESS_US : placedUs;
    this.#arrivals += 1;
    this.#heap.push({ record, clockUs: placedUs, dueUs, arrival: this.#arrivals });
  }

  /** The moment of a numbered line, and what its number says about lines that are missing. */
  #place(sequence: number, timeUs: number): number {
    const last = this.#lastSequence;
    if (last !== null && sequence <= last) {
      const clockUs = this.#nearest(timeUs);
      const gap = this.#coverage.gapOf(sequence);
      if (gap || clockUs <= this.#lastClockUs) {
        // The numbers around it say more about its place than its time does.
        const placedUs = gap ? Math.min(Math.max(clockUs, gap.fromUs), gap.untilUs) : clockUs;
        this.#coverage.late(sequence, placedUs);
        return placedUs;
      }
      // A lower number at a later time, and not one that was missing: the sensor began anew and nobody said so.
      this.#restart();
    }
    let clockUs = timeUs + this.#offsetUs;
    if (this.#lastSequence !== null && clockUs < this.#lastClockUs) {
      if (this.#lastClockUs - clockUs > CLOCK_STEP_US) {
        this.#offsetBeforeStepUs = this.#offsetUs;
        this.#offsetUs += this.#lastClockUs - clockUs;
        this.#stepClockUs = this.#lastClockUs;
      }
      clockUs = this.#lastClockUs;
    }
    this.#coverage.numbered(sequence, clockUs);
    this.#hasStream = true;
    this.#lastSequence = sequence;
    this.#lastClockUs = clockUs;
    return clockUs;
  }

  /** A time on the timeline. Soon after a step of the clock a record may be from before it: then the nearer place is meant. */
  #nearest(timeUs: number): number {
    const after = timeUs + this.#offsetUs;
    const isPast = this.#maxClockUs - this.#stepClockUs > LATENESS_US;
    if (isPast || this.#offsetBeforeStepUs === this.#offsetUs) return after;
    const before = timeUs + this.#offsetBeforeStepUs;
    const distance = (clockUs: number): number => Math.abs(clockUs - this.#lastClockUs);
    return distance(before) < distance(after) ? before : after;
  }

  #restart(): void {
    this.#coverage.restarted();
    this.#lastSequence = null;
  }

  #drain(watermark: number): void {
    for (;;) {
      const next = this.#heap.peek();
      const isFull = this.#heap.size > MAX_HELD;
      if (!next || (next.dueUs >= watermark && !isFull)) return;
      if (isFull) this.#releasedEarly += 1;
      this.#heap.pop();
      this.#release(next.record, next.clockUs);
    }
  }
}

function isRestart(record: SourceRecord): boolean {
  return record.events.some(
    (event) =>
      event.kind === 'collector.notice' &&
      event.about === 'endpoint-security' &&
      event.code === 'restarted',
  );
}

/** Smallest due moment first; of one moment numbered before unnumbered, the lower number, then the earlier arrival. */
class Heap {
  readonly #items: Held[] = [];

  get size(): number {
    return this.#items.length;
  }

  peek(): Held | undefined {
    return this.#items[0];
  }

  push(item: Held): void {
    let at = this.#items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  pop(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #swapIfBefore(a: number, b: number): boolean {
    const first = this.#items[a];
    const second = this.#items[b];
    if (!first || !second || !this.#isBefore(a, b)) return false;
    this.#items[a] = second;
    this.#items[b] = first;
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#items[a];
    const second = this.#items[b];
    if (!first || !second) return false;
    if (first.dueUs !== second.dueUs) return first.dueUs < second.dueUs;
    const [own, other] = [numberOf(first), numberOf(second)];
    return own === other ? first.arrival < second.arrival : own < other;
  }
}

function numberOf(held: Held): number {
  return held.record.sequence ?? Number.POSITIVE_INFINITY;
}
