/**
 * The way of one record, in the order in which it happens:
 *
 *   admit    account for it; put it on the timeline, which releases records in order of their own clock
 *   context  each of its events becomes movements: steps of chains (context/context.ts)
 *   judge    the rules say what each movement is worth (rules/macos/)
 *   finding  a chain that changed in stage, severity, confidence, link, evidence or service is emitted
 *   store    events, chains, files, findings and rows of the outbox commit in one transaction, then the findings are shown
 *
 * Invariants: received = stored + skipped + dropped; nothing is emitted that is not committed; no clock is read.
 */
import type { LostRecord, RecordOutput, SourceRecord } from '../collectors/collector.ts';
import type { Event } from '../collectors/event.ts';
import { ExceptionTally } from '../rules/exception-tally.ts';
import type { Finding, PrivilegeLevel, Role } from '../rules/finding.ts';
import { judge } from '../rules/judge.ts';
import type { DataMovement, Verdict } from '../rules/observation.ts';
import type { RuleIndex } from '../rules/sigma/index.ts';
import { addPaths, addStep, advance, type Chain } from './context/chain.ts';
import { observe } from './context/context.ts';
import type { Coverage } from './context/coverage.ts';
import type { Facts, Movement } from './context/facts.ts';
import { findingOf } from './finding.ts';
import type { Ledger } from './health/ledger.ts';
import type { OutboxRow } from './store/outbox.ts';
import type { Changes, Store } from './store/store.ts';
import { Timeline } from './timeline.ts';

/** What the organisation decided beforehand and the rules need to know. */
export interface Policy {
  readonly privilegeLevels: ReadonlyMap<Role, PrivilegeLevel>;
  readonly sanctioned: ReadonlySet<string>;
}

export interface PipelineParts {
  readonly facts: Facts;
  readonly coverage: Coverage;
  readonly rules: RuleIndex;
  readonly policy: Policy;
  readonly store: Store;
  readonly ledger: Ledger;
  /** Takes secrets out of a finding, before anything is done with it. */
  readonly redact?: (finding: Finding) => Finding;
  /** Rows of the outbox for a finding; without it nothing is sent. */
  readonly outgoing?: (finding: Finding) => readonly OutboxRow[];
  /** Takes each emission after it was committed. */
  readonly emit: (finding: Finding) => void;
  /** Looks at every event after the context took it into account (canary, triggers). */
  readonly watch?: (event: Event) => void;
  /**
   * Takes an error of the store. What could not be committed, and what comes after it, is kept up to `MAX_UNSAVED` records
   * and committed in order by `retry`; without this the error is thrown.
   */
  readonly onStoreError?: (error: unknown) => void;
}

/** Most records that wait for a store that cannot write; the oldest go first and are counted. */
export const MAX_UNSAVED = 10_000;
/** Most of them in one transaction, which is a few milliseconds. */
const MAX_AT_ONCE = 100;

type Pending = {
  -readonly [Key in 'places' | 'steps' | 'findings' | 'outgoing']: Changes[Key][number][];
};

export class Pipeline implements RecordOutput {
  readonly #parts: PipelineParts;
  readonly #timeline: Timeline;
  readonly #exceptions = new ExceptionTally();
  #unsaved: Changes[] = [];
  #unsavedLost = 0;
  #sequence: number;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#timeline = new Timeline(
      (record, clockUs) => this.#take(record, clockUs),
      parts.coverage,
      (clockUs, byUs) => parts.facts.time.undo(clockUs, byUs),
    );
    this.#sequence = parts.store.lastSequence();
  }

  get timeline(): Timeline {
    return this.#timeline;
  }

  record(record: SourceRecord): void {
    const { ledger } = this.#parts;
    ledger.received(record.collector, record.badRows);
    if (record.skipped !== null) ledger.skipped(record.collector, record.skipped);
    this.#timeline.push(record);
  }

  lost(record: LostRecord): void {
    const { ledger } = this.#parts;
    ledger.received(record.collector);
    ledger.dropped(record.collector, record.dropped);
    if (record.sequence !== null) this.#timeline.lostLine(record.sequence);
    const { opensSequence = null } = record;
    if (opensSequence !== null) this.#timeline.lostOpens(opensSequence);
  }

  /** The sources have ended: everything that is still held is judged. */
  end(): void {
    this.#timeline.flush();
  }

  #take(record: SourceRecord, clockUs: number): void {
    const { facts, ledger } = this.#parts;
    const pending: Pending = { places: [], steps: [], findings: [], outgoing: [] };
    for (const event of record.events) this.#judge(event, clockUs, pending);
    for (const id of facts.lineage.takeLosers()) loseFile(facts, id);
    const changes: Changes = {
      ...pending,
      chains: facts.chains.takeChanges(),
      files: facts.lineage.takeChanges(),
      runs: facts.runs.take(),
      exceptionHits: this.#exceptions.take(),
    };
    if (changes.chains.length + changes.files.length + changes.runs.length > 0) {
      this.#commit(changes);
    }
    if (changes.steps.length > 0) ledger.stored(record.collector);
    else ledger.skipped(record.collector, 'not-relevant');
  }

  /** Records that wait for the store, and records that were lost because it could not write for too long. */
  unsaved(): { readonly waiting: number; readonly lost: number } {
    return { waiting: this.#unsaved.length, lost: this.#unsavedLost };
  }

  /** Tries again to commit what the store refused, the oldest first, up to `MAX_AT_ONCE` records; `true` when it could. */
  retry(): boolean {
    return this.#save();
  }

  #commit(changes: Changes): void {
    this.#unsaved.push(changes);
    if (this.#unsaved.length > MAX_UNSAVED) {
      this.#unsaved.shift();
      this.#unsavedLost += 1;
    }
    // While others wait the store is left alone until `retry`: it would be asked to write all of them for each record.
    if (this.#unsaved.length === 1) this.#save();
  }

  #save(): boolean {
    const { store, emit, onStoreError } = this.#parts;
    const waiting = this.#unsaved.slice(0, MAX_AT_ONCE);
    if (waiting.length === 0) return true;
    try {
      const [only] = waiting;
      if (waiting.length === 1 && only) store.commit(only);
      else store.commitAll(waiting);
    } catch (error) {
      if (!onStoreError) throw error;
      onStoreError(error);
      return false;
    }
    this.#unsaved = this.#unsaved.slice(waiting.length);
    for (const { findings } of waiting) for (const finding of findings) emit(finding);
    return true;
  }

  /**
   * What one event shows of a chain is one emission, but for what happened at another moment: a tool that is found running
   * began before the file that it wrote.
   */
  #judge(event: Event, clockUs: number, pending: Pending): void {
    const due = new Set<Chain>();
    let lastUs: number | null = null;
    for (const movement of observe(this.#parts.facts, event, clockUs)) {
      if (movement.step.timeUs !== lastUs) this.#tell(due, pending);
      lastUs = movement.step.timeUs;
      if (this.#apply(movement, event.kind, clockUs, pending)) due.add(movement.chain);
    }
    this.#parts.watch?.(event);
    this.#tell(due, pending);
  }

  /** Makes the findings of these chains, and forgets the chains. */
  #tell(due: Set<Chain>, pending: Pending): void {
    for (const chain of due) {
      if (!chain.shown) continue;
      chain.emissions += 1;
      this.#sequence += 1;
      const host = this.#parts.facts.accounts.host();
      const whole = findingOf(chain, chain.shown, this.#sequence, host);
      const finding = this.#parts.redact?.(whole) ?? whole;
      pending.findings.push(finding);
      pending.outgoing.push(...(this.#parts.outgoing?.(finding) ?? []));
    }
    due.clear();
  }

  /** Adds a movement to its chain; `true` when the finding is to be emitted. */
  #apply(movement: Movement, kind: string, clockUs: number, pending: Pending): boolean {
    const { facts, coverage, rules } = this.#parts;
    const { chain } = movement;
    learnRole(facts, chain);
    const added = addPaths(chain, movement.places);
    for (const place of added) pending.places.push({ chainId: chain.id, place });

    const untilUs = movement.stage === 'tool' ? chain.firstClockUs : clockUs;
    const covered = chain.filesEvicted > 0 ? 'gaps' : coverage.between(chain.firstClockUs, untilUs);
    const observation = this.#observation(movement, covered);
    const verdict = judge(rules, observation);
    // What an exception keeps silent must not outrank, and so hide, a later step that it says nothing of.
    const changed =
      verdict !== null &&
      verdict.exceptions.length === 0 &&
      advance(chain, observation, verdict, covered);
    if (verdict !== null) this.#exceptions.record(verdict, observation.timeUs);
    if (changed || added.length > 0 || isRun(movement)) {
      chain.lastUs = movement.step.timeUs;
      if (addStep(chain, movement.step))
        pending.steps.push({ chainId: chain.id, kind, step: movement.step });
    }
    facts.chains.changed(chain);
    return isDue(chain, verdict, changed);
  }

  #observation(movement: Movement, coverage: DataMovement['coverage']): DataMovement {
    const { facts, policy } = this.#parts;
    const { chain, stage, link, evidence, service, destination } = movement;
    return {
      timeUs: movement.step.timeUs,
      stage,
      link,
      evidence,
      service,
      serviceTier: facts.cloud.tierOf(service),
      destination,
      sanctioned: service !== null && policy.sanctioned.has(service),
      userRole: chain.role,
      userRoleSource: chain.roleSource,
      userPrivilegeLevel: policy.privilegeLevels.get(chain.role) ?? 'alert',
      userId: chain.userId,
      user: chain.user,
      databaseTool: chain.tool,
      databaseToolKind: chain.toolKind,
      coverage,
      files: chain.paths.map((place) => place.path),
    };
  }
}

function loseFile(facts: Facts, chainId: string): void {
  const chain = facts.chains.get(chainId);
  if (!chain) return;
  chain.filesEvicted += 1;
  facts.chains.changed(chain);
}

/** The role is that of the first run; one that nobody could say then is asked again. */
function learnRole(facts: Facts, chain: Chain): void {
  chain.user ??= facts.accounts.nameOf(chain.userId);
  if (chain.role !== 'unknown') return;
  const { role, source, asOfUs } = facts.accounts.roleOf(chain.userId);
  chain.role = role;
  chain.roleSource = source;
  chain.roleAsOfUs = asOfUs;
}

function isRun(movement: Movement): boolean {
  const { action } = movement.step;
  return action === 'tool-started' || action === 'tool-repeated';
}

/** A policy that kept silent so far makes up for it with the next step. */
function isDue(chain: Chain, verdict: Verdict | null, changed: boolean): boolean {
  if (verdict === null || verdict.silent) return false;
  return changed || chain.emissions === 0;
}
