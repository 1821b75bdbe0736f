import { hostname } from 'node:os';
import type { Surroundings } from '../deliver/transport.ts';
import { pause } from '../supervise.ts';
import { environmentOf } from './environment.ts';

/** This machine, for a verb that opens destinations itself. */
export function surroundings(): Surroundings {
  return {
    wallMs: Date.now,
    steadyMs: () => performance.now(),
    pause,
    hostName: hostname,
    environment: environmentOf(process.env),
  };
}
