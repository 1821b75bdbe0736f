/**
 * Lets findings through one by one while they come at a rate that people can read, and counts those above it for a summary.
 * Every finding is in the database of the Mac either way.
 *
 * Each class of severity has an allowance of its own, so that many findings of little weight cannot hide one of great weight:
 * a store of `burst` findings that refills by `perMinute`. Bounds: `MAX_NAMES` tools and as many users are counted by name.
 */
import type { Finding, Severity } from '../../rules/finding.ts';
import { type FloodCount, type FloodNote, MAX_NAMES_OF_FLOOD } from './formats/flood-note.ts';

export interface Allowance {
  readonly burst: number;
  readonly perMinute: number;
}

const MINUTE_MS = 60_000;
/** Names counted for one note; what comes later is counted under `OTHERS`. */
const MAX_NAMES = 100;
const OTHERS = '(others)';

const EVERYDAY: Allowance = { burst: 200, perMinute: 20 };
/** What somebody should look at now. */
const URGENT: Allowance = { burst: 1000, perMinute: 100 };

export const ALLOWANCES: Readonly<Record<Severity, Allowance>> = {
  informational: EVERYDAY,
  low: EVERYDAY,
  medium: EVERYDAY,
  high: URGENT,
  critical: URGENT,
};

interface Held {
  first: Finding;
  last: Finding;
  readonly counts: Record<Severity, number>;
  readonly tools: Map<string, number>;
  readonly users: Map<string, number>;
}

export class FloodGate {
  readonly #allowances: Readonly<Record<Severity, Allowance>>;
  readonly #steadyMs: () => number;
  readonly #left = new Map<Severity, { tokens: number; sinceMs: number }>();
  #held: Held | null = null;

  constructor(steadyMs: () => number, allowances = ALLOWANCES) {
    this.#allowances = allowances;
    this.#steadyMs = steadyMs;
  }

  /** `true` when the finding is to be sent; one that is not is counted for the next note. */
  admits(finding: Finding): boolean {
    const left = this.#refilled(finding.severity);
    if (left.tokens >= 1) {
      left.tokens -= 1;
      return true;
    }
    this.#hold(finding);
    return false;
  }

  /** What was held back since the last note; `null` when nothing was. */
  take(): FloodNote | null {
    const held = this.#held;
    this.#held = null;
    if (held === null) return null;
    return {
      fromUs: held.first.lastUs,
      toUs: held.last.lastUs,
      counts: held.counts,
      firstSequence: held.first.sequence,
      lastSequence: held.last.sequence,
      tools: mostFrequent(held.tools),
      users: mostFrequent(held.users),
    };
  }

  #refilled(severity: Severity): { tokens: number; sinceMs: number } {
    const { burst, perMinute } = this.#allowances[severity];
    const nowMs = this.#steadyMs();
    const left = this.#left.get(severity) ?? { tokens: burst, sinceMs: nowMs };
    const gained = (Math.max(0, nowMs - left.sinceMs) / MINUTE_MS) * perMinute;
    left.tokens = Math.min(burst, left.tokens + gained);
    left.sinceMs = nowMs;
    this.#left.set(severity, left);
    return left;
  }

  #hold(finding: Finding): void {
    this.#held ??= {
      first: finding,
      last: finding,
      counts: { informational: 0, low: 0, medium: 0, high: 0, critical: 0 },
      tools: new Map(),
      users: new Map(),
    };
    const { counts, tools, users } = this.#held;
    this.#held.last = finding;
    counts[finding.severity] += 1;
    count(tools, finding.tool);
    count(users, finding.user ?? String(finding.uid));
  }
}

function count(counts: Map<string, number>, name: string): void {
  const key = counts.has(name) || counts.size < MAX_NAMES ? name : OTHERS;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function mostFrequent(counts: ReadonlyMap<string, number>): readonly FloodCount[] {
  return [...counts]
    .toSorted(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .slice(0, MAX_NAMES_OF_FLOOD)
    .map(([name, number]) => ({ name, count: number }));
}
