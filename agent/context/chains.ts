/**
 * The chains that may still grow.
 *
 * Bounds: `MAX_CHAINS_PER_USER`, so that one user cannot flush another's chains; at the bound the least grown, then the
 * oldest chain of that user is no longer followed and is counted.
 */
import { createHash } from 'node:crypto';
import { type Role, STAGES, type ToolKind } from '../../rules/finding.ts';
import type { Accounts } from './accounts.ts';
import { type Chain, stageOf } from './chain.ts';
import { PassedTime } from './passed-time.ts';

export const MAX_CHAINS_PER_USER = 1000;

/** One run of a database tool. */
export interface ToolRun {
  readonly userId: number;
  readonly tool: string;
  readonly toolKind: ToolKind;
  /** By the clock of the Mac, and on the timeline. */
  readonly startUs: number;
  readonly startClockUs: number;
  /** Pid with pidversion, or with start time. */
  readonly execution: string;
}

export class Chains {
  readonly #suppressUs: number;
  readonly #accounts: Accounts;
  readonly #time: PassedTime;
  readonly #byId = new Map<string, Chain>();
  readonly #byUser = new Map<number, Set<Chain>>();
  readonly #changed = new Set<Chain>();
  #evicted = 0;

  constructor(accounts: Accounts, suppressUs: number, time = new PassedTime()) {
    this.#accounts = accounts;
    this.#time = time;
    this.#suppressUs = suppressUs;
  }

  get evicted(): number {
    return this.#evicted;
  }

  get(id: string): Chain | null {
    return this.#byId.get(id) ?? null;
  }

  /** Chains of a user, oldest first. */
  ofUser(userId: number): Iterable<Chain> {
    return this.#byUser.get(userId) ?? [];
  }

  all(): Iterable<Chain> {
    return this.#byId.values();
  }

  /**
   * The chain of a new run: a repeat joins the user's last chain of that tool while that is still at stage `tool` and
   * its first run is not longer ago than the suppression window (the limit included). A user whose role has changed since
   * begins a new one: what is alerted, and how, depends on it.
   */
  start(run: ToolRun): { readonly chain: Chain; readonly isRepeat: boolean } {
    const { role, source, asOfUs } = this.#accounts.roleOf(run.userId);
    const last = [...this.ofUser(run.userId)].findLast((chain) => chain.tool === run.tool);
    const isRepeat =
      last !== undefined &&
      isSameRole(last.role, role) &&
      stageOf(last) === 'tool' &&
      this.#time.between(last.firstClockUs, run.startClockUs) <= this.#suppressUs;
    if (isRepeat) {
      last.runs += 1;
      last.lastRunClockUs = Math.max(last.lastRunClockUs, run.startClockUs);
      this.#changed.add(last);
      return { chain: last, isRepeat };
    }
    const chain: Chain = {
      id: chainId(this.#accounts.host().id, run),
      userId: run.userId,
      tool: run.tool,
      toolKind: run.toolKind,
      firstUs: run.startUs,
      firstClockUs: run.startClockUs,
      lastUs: run.startUs,
      lastRunClockUs: run.startClockUs,
      exportedClockUs: { lineage: null, temporal: null },
      runs: 1,
      role,
      roleSource: source,
      roleAsOfUs: asOfUs,
      user: this.#accounts.nameOf(run.userId),
      shown: null,
      severity: 'informational',
      emissions: 0,
      paths: [],
      pathKeys: new Set(),
      pathsOmitted: 0,
      steps: [],
      stepsOmitted: 0,
      misses: [],
      filesEvicted: 0,
    };
    this.#add(chain);
    this.#changed.add(chain);
    return { chain, isRepeat };
  }

  changed(chain: Chain): void {
    this.#changed.add(chain);
  }

  /** Chains that changed since the last call. */
  takeChanges(): readonly Chain[] {
    const changes = [...this.#changed];
    this.#changed.clear();
    return changes;
  }

  /** Takes up what an earlier run knew, oldest first. */
  resume(chains: Iterable<Chain>): void {
    for (const chain of chains) this.#add(chain);
  }

  #add(chain: Chain): void {
    this.#byId.set(chain.id, chain);
    const own = this.#byUser.get(chain.userId) ?? new Set();
    own.add(chain);
    this.#byUser.set(chain.userId, own);
    if (own.size <= MAX_CHAINS_PER_USER) return;
    const others = [...own].filter((other) => other !== chain);
    const [victim] = others.toSorted(
      (a, b) => STAGES.indexOf(stageOf(a)) - STAGES.indexOf(stageOf(b)),
    );
    if (!victim) return;
    own.delete(victim);
    this.#byId.delete(victim.id);
    this.#evicted += 1;
  }
}

/** A role that is not known yet may turn out to be any. */
function isSameRole(before: Role, now: Role): boolean {
  return before === now || before === 'unknown' || now === 'unknown';
}

/** Made of the run itself, so that a replay gives the same id; UUID version 8 (RFC 9562). */
function chainId(hostId: string, run: ToolRun): string {
  return uuidOf([hostId, run.userId, run.tool, run.execution, run.startUs].join('\n'));
}

/** A UUID version 8 whose bits are a SHA-256 of the text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(18, 20),
    hex.slice(20, 32),
  ].join('-');
}
