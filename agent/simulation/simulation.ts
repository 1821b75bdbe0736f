import { setInterval } from 'node:timers/promises';
import type { Finding } from '../../rules/finding.ts';
import type { Findings } from '../store/findings.ts';
import type { Actor } from './actor.ts';
import { LEGS, type Leg, type Performed, perform, removeFiles } from './perform.ts';
import type { Scenario } from './scenario.ts';
import { lookFor } from './sightings.ts';
import { openSink } from './sink.ts';
import { makeWorkplace, removeWorkplace } from './workplace.ts';

/** Time that the findings have to appear after the last leg was done. */
export const APPEAR_MS = 30_000;
const LOOK_MS = 250;

export interface SimulationOptions {
  readonly token: string;
  readonly scenario: Scenario;
  readonly actor: Actor;
  /** Existing folder for the tool, and the Node.js it is copied from. */
  readonly parent: string;
  readonly runtime: string;
  /** Leave tool and files behind. */
  readonly keep: boolean;
  /** The database of the running agent; `null` does the legs without looking. */
  readonly findings: Findings | null;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** A leg that was seen: the first version of the finding that shows it, and how long that took. */
export interface Seen {
  readonly finding: Finding;
  /** From the start of the program that did the leg until the finding was in the database; at least 0. */
  readonly latencyMs: number;
}

export interface SimulationResult {
  readonly performed: readonly Performed[];
  readonly seen: ReadonlyMap<Leg, Seen>;
  /** Bytes that the upload command handed to the loopback server. */
  readonly bytesOnLoopback: number;
  /** Folder of the tool, which is there still when it was to be kept. */
  readonly folder: string;
  /** What could not be removed; `null` when everything was. */
  readonly leftBehind: string | null;
}

/**
 * Does the legs and looks for them in the findings, every 250 ms, until all that happened are seen or `APPEAR_MS` after the
 * last. What was made is removed in every case but `keep`. Rejects with the system's error when the tool cannot be made, and
 * when the signal aborts.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { token, scenario, actor, parent, runtime, keep, findings, nowMs, signal } = options;
  const workplace = makeWorkplace({
    parent,
    token,
    runtime,
    isShared: actor.isOther,
  });
  const parts = { token, scenario, actor, workplace, nowMs, signal };
  let leftBehind: string | null = null;
  try {
    const sink = await openSink();
    try {
      const play = perform({ ...parts, port: sink.port });
      const { performed, sightings } = await watched(play, options);
      const bytesOnLoopback = sink.received();
      if (!keep) leftBehind = await removeFiles(parts);
      const seen = findings === null ? new Map<Leg, Seen>() : timed(performed, sightings);
      return { performed, seen, bytesOnLoopback, folder: workplace.folder, leftBehind };
    } catch (error) {
      if (!keep) await removeFiles(parts);
      throw error;
    } finally {
      await sink.close();
    }
  } finally {
    if (!keep) removeWorkplace(workplace);
  }
}

interface Sighting {
  readonly finding: Finding;
  readonly atMs: number;
}

/** Looks while the legs are done and afterwards. */
async function watched(
  play: Promise<readonly Performed[]>,
  { token, scenario, findings, nowMs, signal }: SimulationOptions,
): Promise<{
  readonly performed: readonly Performed[];
  readonly sightings: ReadonlyMap<Leg, Sighting>;
}> {
  const sightings = new Map<Leg, Sighting>();
  const look = (): void => {
    if (findings === null) return;
    for (const [leg, finding] of lookFor(findings, { token, evidence: scenario.evidence }))
      if (!sightings.has(leg)) sightings.set(leg, { finding, atMs: nowMs() });
  };
  const progress: Progress = { performed: [], endedMs: null };
  const ended = follow(play, progress, nowMs);
  const isOver = (): boolean => {
    if (progress.endedMs === null) return false;
    if (findings === null || nowMs() - progress.endedMs >= APPEAR_MS) return true;
    return progress.performed.every(({ leg, problem }) => problem !== null || sightings.has(leg));
  };
  try {
    for await (const _ of setInterval(LOOK_MS, undefined, { signal })) {
      look();
      if (isOver()) break;
    }
    return { performed: await play, sightings };
  } finally {
    // Nothing is removed under a program that still runs; the signal has ended it already.
    await ended;
  }
}

interface Progress {
  performed: readonly Performed[];
  /** `null` as long as the legs are being done. */
  endedMs: number | null;
}

async function follow(
  play: Promise<readonly Performed[]>,
  progress: Progress,
  nowMs: () => number,
): Promise<void> {
  try {
    progress.performed = await play;
  } catch {
    // Whoever awaits `play` itself is told.
  } finally {
    progress.endedMs = nowMs();
  }
}

function timed(
  performed: readonly Performed[],
  sightings: ReadonlyMap<Leg, Sighting>,
): ReadonlyMap<Leg, Seen> {
  const seen = new Map<Leg, Seen>();
  for (const leg of LEGS) {
    const sighting = sightings.get(leg);
    const own = performed.find((done) => done.leg === leg);
    if (!sighting || !own) continue;
    const latencyMs = Math.max(0, sighting.atMs - own.startedMs);
    seen.set(leg, { finding: sighting.finding, latencyMs });
  }
  return seen;
}
