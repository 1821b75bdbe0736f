import { setTimeout as sleep } from 'node:timers/promises';
import type { Surroundings } from '../../../agent/deliver/transport.ts';

/** The machine of a test: its real clocks and timers, and no proxy. */
export const SURROUNDINGS: Surroundings = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  pause: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch(() => {});
  },
  hostName: () => 'mac-17',
  environment: new Map(),
};

/** A signal that nothing aborts. */
export const NEVER: AbortSignal = new AbortController().signal;
