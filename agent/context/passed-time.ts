/** A clock that was set forward by so much, and back again later: the time in between did not pass. In microseconds. */
export interface UndoneStep {
  /** First moment of the timeline behind the step forward. */
  readonly clockUs: number;
  readonly byUs: number;
}

/** Most steps that are remembered; the oldest go first. */
const MAX_UNDONE = 100;

/**
 * How much time passed between two moments of the timeline. That is their distance, but for what the clock of the Mac was set
 * forward and, as showed later, back. Moments that are kept stay as they are; whoever compares them asks here.
 */
export class PassedTime {
  /** In order of moment. */
  #undone: readonly UndoneStep[] = [];

  /** What a step forward pretended did not pass after all, or not all of it. */
  undo(clockUs: number, byUs: number): void {
    this.#undone = [...this.#undone, { clockUs, byUs }]
      .toSorted((a, b) => a.clockUs - b.clockUs)
      .slice(-MAX_UNDONE);
  }

  /** Microseconds from the one moment to the other; negative when the second is the earlier one. */
  between(fromUs: number, untilUs: number): number {
    if (fromUs > untilUs) return -this.between(untilUs, fromUs);
    let passedUs = untilUs - fromUs;
    for (const { clockUs, byUs } of this.#undone)
      if (fromUs < clockUs && clockUs <= untilUs) passedUs -= byUs;
    return Math.max(0, passedUs);
  }

  /** The moment from which so much time passed until the given one. */
  before(momentUs: number, passedUs: number): number {
    let fromUs = momentUs - passedUs;
    for (const { clockUs, byUs } of this.#undone.toReversed())
      if (fromUs < clockUs && clockUs <= momentUs) fromUs -= byUs;
    return fromUs;
  }

  state(): readonly UndoneStep[] {
    return this.#undone;
  }

  resume(undone: readonly UndoneStep[]): void {
    this.#undone = undone;
  }
}
