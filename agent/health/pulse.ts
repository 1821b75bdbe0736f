/**
 * Watches the agent's own footing, once every few seconds: the machine's clock against the one that nobody can set, and
 * whether the event loop came round in time.
 */
import type { Health } from './health.ts';

/** A difference of the two clocks that a busy machine or the network time service do not make. */
const STEP_MS = 5000;
/** The loop may be late by that much before it is said. */
const LATE_MS = 1000;

export interface PulseClocks {
  /** Milliseconds since 1970; anybody with the right may set it. */
  readonly wall: () => number;
  /** Milliseconds of a clock that only goes forward; it may stand still while the machine sleeps. */
  readonly steady: () => number;
}

export class Pulse {
  readonly #health: Health;
  readonly #clocks: PulseClocks;
  readonly #everyMs: number;
  #wall: number;
  #steady: number;
  #worstLateMs = 0;
  /** The latest time that the clock ever showed before it was set back; `null` when it was not. */
  #highest: number | null = null;

  constructor(health: Health, clocks: PulseClocks, everyMs: number) {
    this.#health = health;
    this.#clocks = clocks;
    this.#everyMs = everyMs;
    this.#wall = clocks.wall();
    this.#steady = clocks.steady();
  }

  /** How late the loop was at most, in milliseconds: looked at with every beat, so that nothing has to wake for it. */
  get worstLateMs(): number {
    return this.#worstLateMs;
  }

  /** To be called every `everyMs`. A clock that was set back is a trouble until it shows a later time than it ever did. */
  beat(): void {
    const wall = this.#clocks.wall();
    const steady = this.#clocks.steady();
    const passedMs = steady - this.#steady;
    const stepMs = wall - this.#wall - passedMs;
    if (stepMs < -STEP_MS) {
      this.#highest = Math.max(this.#highest ?? 0, this.#wall);
      const detail = `the clock was set back by ${seconds(-stepMs)} s`;
      this.#health.raise('clock', 'clock-step', detail);
    } else if (stepMs > STEP_MS) {
      const detail = `the clock went ${seconds(stepMs)} s ahead: it was set, or the machine slept`;
      this.#health.note('clock', 'clock-step', detail);
    }
    if (this.#highest !== null && wall >= this.#highest) {
      this.#highest = null;
      this.#health.clear('clock', 'clock-step');
    }
    const lateMs = passedMs - this.#everyMs;
    this.#worstLateMs = Math.max(this.#worstLateMs, lateMs);
    if (lateMs > LATE_MS)
      this.#health.note('agent', 'loop-blocked', `nothing was read for ${seconds(lateMs)} s`);
    this.#wall = wall;
    this.#steady = steady;
  }
}

function seconds(ms: number): string {
  return String(Math.round(ms / 100) / 10);
}
