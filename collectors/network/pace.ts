/** Milliseconds between samples while a burst lasts. */
const BURST_INTERVAL_MS = 250;

/** How long one burst lasts, in milliseconds. */
export const BURST_MS = 5000;

/** Milliseconds between samples when no faster pace can be kept. */
const BACK_OFF_MS = 5000;

/** The intervals a network collector was given, in milliseconds. */
export interface Intervals {
  readonly idleMs: number;
  readonly activeMs: number;
}

/** How fast to sample, from start to start, and whether that is slower than it should be. */
export interface Pace {
  readonly intervalMs: number;
  readonly isBehind: boolean;
}

/**
 * The pace for what is wanted, given that the last sample took `tookMs`: sampling may take half of an interval. When it
 * takes more, a burst falls back to the active interval, and the active one to 5 s.
 */
export function paceOf(
  wanted: 'idle' | 'active' | 'burst',
  { idleMs, activeMs }: Intervals,
  tookMs: number,
): Pace {
  const burstMs = Math.min(BURST_INTERVAL_MS, activeMs);
  const wantedMs = { idle: idleMs, active: activeMs, burst: burstMs }[wanted];
  const kept = wanted === 'burst' ? [burstMs, activeMs] : [wantedMs];
  const intervalMs =
    kept.find((ms) => tookMs <= ms / 2) ?? Math.max(wantedMs, activeMs, BACK_OFF_MS);
  return { intervalMs, isBehind: intervalMs > wantedMs || tookMs > wantedMs / 2 };
}
