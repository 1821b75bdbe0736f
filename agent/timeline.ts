/**
 * Puts records in the order in which they happened.
 *
 * Records arrive up to `LATENESS_US` late and are released in order of their own clock once nothing earlier can come any
 * more. Endpoint Security lines of one run of the sensor keep the order of their numbers: when the wall clock of the
 * Mac is set back, the timeline goes on (`clockUs`), so no window grows or shrinks by the step and no lineage is lost; the
 * same holds when it is set back while the sensor begins anew.
 * A line far ahead of the one before is believed when the next one is there too; alone, it has a wrong date and is placed by
 * its number. A clock that went ahead for longer and comes back shows that the time in between did not pass (`undone`).
 * While there is a stream, its lines alone move the timeline on; without one, a record moves it as far as another one
 * confirms. So a record with a wrong date waits, and costs only itself. Time comes from the records alone, so a capture gives
 * the same order on every machine.
 *
 * Bounds: `MAX_HELD` records are held; at the bound the oldest is released early and counted. `MAX_LEAPS` leaps ahead are
 * remembered; what the oldest pretended counts as time that passed.
 */
import type { SourceRecord } from '../collectors/collector.ts';
import type { Coverage } from './context/coverage.ts';
import { type Held, HeldRecords } from './held-records.ts';

export const LATENESS_US = 2_000_000;
export const MAX_HELD = 100_000;

/**
 * Numbers that rise while the time falls by more than this mean that the clock was set; less is jitter between cores. Between
 * two runs of the sensor there is no number to tell, so there it takes more than `LATENESS_US`.
 */
const CLOCK_STEP_US = 1_000_000;

/** A line that is further ahead of the one before: time passed without lines, or its clock is wrong. */
const LEAP_US = 60_000_000;
const MAX_LEAPS = 32;

interface Leap {
  /** First moment behind it. */
  readonly clockUs: number;
  readonly byUs: number;
}

/** Takes one record with its moment on the timeline, in microseconds. */
export type Release = (record: SourceRecord, clockUs: number) => void;

/** Takes what a leap pretended and a step back undid: the first moment behind the leap, and how much, in microseconds. */
export type Undone = (clockUs: number, byUs: number) => void;

export interface TimelineState {
  readonly offsetUs: number;
  readonly maxClockUs: number;
  readonly lastSequence: number | null;
  readonly lastClockUs: number;
  readonly leaps?: readonly Leap[];
}

interface Doubted {
  readonly record: SourceRecord;
  readonly sequence: number;
  readonly arrival: number;
}

export class Timeline {
  readonly #release: Release;
  readonly #coverage: Coverage;
  readonly #undone: Undone;
  readonly #heap = new HeldRecords();
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
  /** A line that leaps ahead, until the next one says whether its time is right. */
  #doubted: Doubted | null = null;
  #leaps: readonly Leap[] = [];
  /** The sensor has spoken in this run, so its lines move the timeline. */
  #hasStream = false;
  /** How many records had arrived at the last two calls of `settle`. */
  #marks: readonly number[] = [];
  #late = 0;
  #releasedEarly = 0;

  constructor(release: Release, coverage: Coverage, undone: Undone = () => {}) {
    this.#release = release;
    this.#coverage = coverage;
    this.#undone = undone;
  }

  /** Records that wait for their turn. */
  get held(): number {
    return this.#heap.size + (this.#doubted ? 1 : 0);
  }

  /** Records that came later than `LATENESS_US`, and records that had to go before their time was up. */
  counts(): { readonly late: number; readonly releasedEarly: number } {
    return { late: this.#late, releasedEarly: this.#releasedEarly };
  }

  push(record: SourceRecord): void {
    if (isNotice(record, 'restarted')) {
      this.#believe();
      this.#restart();
    }
    this.#arrivals += 1;
    const { sequence, timeUs } = record;
    if (sequence === null) {
      const clockUs = this.#nearest(timeUs);
      this.#seeOpens(record, clockUs);
      this.#take(record, clockUs, this.#arrivals);
      return;
    }
    if (this.#doubted && sequence > this.#doubted.sequence) this.#decide(timeUs);
    if (!this.#doubted && this.#isLeap(sequence, timeUs))
      this.#doubted = { record, sequence, arrival: this.#arrivals };
    else this.#take(record, this.#place(sequence, timeUs), this.#arrivals);
  }

  /** A line that could not be read, but shows its number: it is lost, and counted as such, and its number is not missing. */
  lostLine(sequence: number): void {
    this.#believe();
    if (this.#lastSequence === null) return;
    if (sequence <= this.#lastSequence) {
      this.#coverage.late(sequence, this.#lastClockUs);
      return;
    }
    this.#coverage.numbered(sequence, this.#lastClockUs);
    this.#lastSequence = sequence;
  }

  /** The same of the run of opens. */
  lostOpens(sequence: number): void {
    this.#coverage.opensNumbered(sequence, null, this.#maxClockUs);
  }

  /**
   * Releases what was already held two calls ago: the sources are quiet, so nothing else moves the timeline. Called every
   * `LATENESS_US` of the wall clock by whoever runs live.
   */
  settle(): void {
    const [mark = 0] = this.#marks;
    this.#marks = [...this.#marks.slice(-1), this.#arrivals];
    if (this.#doubted && this.#doubted.arrival <= mark) this.#believe();
    for (let next = this.#heap.peek(); next && next.arrival <= mark; next = this.#heap.peek()) {
      this.#heap.pop();
      this.#letGo(next);
    }
  }

  /** Releases everything: the source has ended, nothing earlier can come. */
  flush(): void {
    this.#believe();
    this.#drain(Number.POSITIVE_INFINITY);
  }

  state(): TimelineState {
    return {
      offsetUs: this.#offsetUs,
      maxClockUs: this.#maxClockUs,
      lastSequence: this.#lastSequence,
      lastClockUs: this.#lastClockUs,
      leaps: this.#leaps,
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
    this.#leaps = state.leaps ?? [];
  }

  #take(record: SourceRecord, clockUs: number, arrival: number): void {
    if (record.skipped === null) this.#hold(record, clockUs, arrival);
    if (record.sequence !== null) this.#moveTo(clockUs);
    else if (!this.#hasStream) {
      this.#moveTo(Math.min(clockUs, this.#highestUs));
      this.#highestUs = Math.max(this.#highestUs, clockUs);
    }
    this.#drain(this.#maxClockUs - LATENESS_US);
  }

  /** What a record says of the run of opens. A gap counts from the line behind it, and for nothing that came before that. */
  #seeOpens(record: SourceRecord, clockUs: number): void {
    const knownUs = clockUs < this.#maxClockUs ? this.#maxClockUs + 1 : clockUs;
    const { opensSequence = null } = record;
    if (opensSequence !== null) this.#coverage.opensNumbered(opensSequence, clockUs, knownUs);
    else if (isNotice(record, 'opens-started')) this.#coverage.opensStarted(clockUs);
    else if (isNotice(record, 'opens-restarted')) this.#coverage.opensRestarted(clockUs, knownUs);
  }

  /** What a leap is measured from: the line before, or what the other sources showed before the first one. */
  #before(): number {
    return Number.isFinite(this.#lastClockUs) ? this.#lastClockUs : this.#highestUs;
  }

  #isLeap(sequence: number, timeUs: number): boolean {
    const beforeUs = this.#before();
    const isNext = this.#lastSequence === null || sequence > this.#lastSequence;
    return isNext && Number.isFinite(beforeUs) && timeUs + this.#offsetUs - beforeUs > LEAP_US;
  }

  /** The next line is there: when its clock is back, the doubted line had a wrong date, and its number says where it belongs. */
  #decide(nextUs: number): void {
    const doubted = this.#doubted;
    if (!doubted) return;
    const beforeUs = this.#before();
    const { sequence, record, arrival } = doubted;
    if (!isUndoing(record.timeUs - nextUs, record.timeUs + this.#offsetUs - beforeUs)) {
      this.#believe();
      return;
    }
    this.#doubted = null;
    this.#number(sequence, beforeUs);
    this.#take(record, beforeUs, arrival);
  }

  /** The doubted line, if there is one, is where its time says. */
  #believe(): void {
    const doubted = this.#doubted;
    if (!doubted) return;
    this.#doubted = null;
    const { record, sequence, arrival } = doubted;
    this.#take(record, this.#place(sequence, record.timeUs), arrival);
  }

  #moveTo(clockUs: number): void {
    this.#maxClockUs = Math.max(this.#maxClockUs, clockUs);
  }

  #hold(record: SourceRecord, clockUs: number, arrival: number): void {
    const watermark = this.#maxClockUs - LATENESS_US;
    if (clockUs < watermark) this.#late += 1;
    const placedUs = Math.max(clockUs, watermark);
    this.#heap.push({ record, clockUs: placedUs, dueUs: placedUs, arrival });
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
    const leapUs = clockUs - this.#before();
    if (Number.isFinite(leapUs) && leapUs > LEAP_US)
      this.#leaps = [...this.#leaps, { clockUs, byUs: leapUs }].slice(-MAX_LEAPS);
    const backUs = this.#lastClockUs - clockUs;
    if (this.#lastSequence !== null) {
      if (backUs > CLOCK_STEP_US) this.#stepBack(backUs);
      if (backUs > 0) clockUs = this.#lastClockUs;
    } else if (backUs > LATENESS_US) {
      this.#stepBack(backUs);
      // Numbers of two runs say nothing of each other, so the new run begins a moment later.
      clockUs = this.#lastClockUs + 1;
    }
    this.#number(sequence, clockUs);
    return clockUs;
  }

  /** The clock of the Mac was set back: the timeline goes on where it was. */
  #stepBack(backUs: number): void {
    this.#offsetBeforeStepUs = this.#offsetUs;
    this.#offsetUs += backUs;
    this.#stepClockUs = this.#lastClockUs;
    this.#undo(backUs);
  }

  #number(sequence: number, clockUs: number): void {
    this.#coverage.numbered(sequence, clockUs);
    this.#hasStream = true;
    this.#lastSequence = sequence;
    this.#lastClockUs = clockUs;
  }

  /**
   * A step back of the clock undoes the last leap that is not much shorter, or so much of it. Between lines of before the leap
   * and after the step as much time passes as their dates say.
   */
  #undo(backUs: number): void {
    const at = this.#leaps.findLastIndex(({ byUs }) => backUs <= 2 * byUs);
    const leap = this.#leaps[at];
    if (!leap) return;
    const byUs = Math.min(backUs, leap.byUs);
    this.#leaps = this.#leaps.with(at, { ...leap, byUs: leap.byUs - byUs });
    this.#undone(leap.clockUs, byUs);
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
      this.#letGo(next);
    }
  }

  /**
   * Releases a record whose turn it is. The folder watcher names no process, so what it saw waits when a line that is held
   * says who did it, and keeps its moment.
   */
  #letGo(next: Held): void {
    const { record, clockUs, dueUs } = next;
    const isExplained = record.events.some(
      (event) => event.kind === 'file.watched' && this.#heap.explains(event),
    );
    if (isExplained && dueUs === clockUs)
      this.#heap.push({ ...next, dueUs: clockUs + LATENESS_US });
    else this.#release(record, clockUs);
  }
}

function isNotice(record: SourceRecord, code: string): boolean {
  return record.events.some(
    (event) =>
      event.kind === 'collector.notice' &&
      event.about === 'endpoint-security' &&
      event.code === code,
  );
}

/** Whether a step back of the clock is about as long as the leap before it, so that the one takes the other back. */
function isUndoing(backUs: number, leapUs: number): boolean {
  return backUs > CLOCK_STEP_US && 2 * backUs >= leapUs && backUs <= 2 * leapUs;
}
