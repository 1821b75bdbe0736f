import { setTimeout as sleep } from 'node:timers/promises';

/** Time that only passes: what a live source measures and waits with. Tests give their own. */
export interface Timer {
  /** Milliseconds since any fixed moment; never goes back. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts; never rejects and leaves no timer behind. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** The timer of the machine. */
export const systemTimer: Timer = {
  now: () => performance.now(),
  pause: async (ms, signal) => {
    try {
      await sleep(ms, undefined, { signal });
    } catch {
      // The only error is the abort.
    }
  },
};
