/**
 * One chain: the runs of a database tool by one user and all that became of the data. One chain is one finding.
 *
 * Invariants: stage and severity never go down; the row that is shown (link, evidence, service, confidence) is replaced
 * only by a higher one: later stage, better row of the policy, stronger evidence, then higher severity; a step that
 * replaces nothing and raises nothing is kept but not emitted.
 * Bounds: `MAX_PATHS` paths and `MAX_STEPS` steps; what is above is counted in `pathsOmitted` and `stepsOmitted`.
 */
import {
  CONFIDENCES,
  type Confidence,
  type Coverage,
  EVIDENCES,
  type Evidence,
  type Link,
  type Role,
  type RoleSource,
  SEVERITIES,
  type ServiceTier,
  type Severity,
  STAGES,
  type Stage,
  type Step,
  type ToolKind,
} from '../../rules/finding.ts';
import type { Verdict } from '../../rules/observation.ts';
import type { PlaceInTime, Tie } from './lineage.ts';
import type { Miss } from './misses.ts';
import { pathKey } from './paths.ts';

export const MAX_PATHS = 500;
export const MAX_STEPS = 200;

/** What one step claims: the facts that choose a row of the policy. */
export interface Claim {
  readonly stage: Stage;
  readonly link: Link | null;
  readonly evidence: Evidence | null;
  readonly service: string | null;
  readonly serviceTier: ServiceTier | null;
  readonly destination: string | null;
  readonly sanctioned: boolean;
}

/** The highest claim so far, with what the policy said of it. */
export interface Shown extends Claim {
  readonly row: Verdict['row'];
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly coverage: Coverage;
  readonly rule: Verdict['rule'];
}

/** A chain as it is kept in memory and, as JSON, in the store. */
export interface Chain {
  readonly id: string;
  readonly userId: number;
  readonly tool: string;
  readonly toolKind: ToolKind;
  /** First run, by the clock of the Mac and on the timeline. */
  readonly firstUs: number;
  readonly firstClockUs: number;
  lastUs: number;
  /** Start of the newest run, on the timeline. */
  lastRunClockUs: number;
  /** Last write of an export on the timeline, for each way of being tied; `null` as long as there is none. */
  exportedClockUs: Record<Tie['link'], number | null>;
  runs: number;
  role: Role;
  roleSource: RoleSource;
  /** When the account record behind the role was read. */
  roleAsOfUs: number | null;
  user: string | null;
  shown: Shown | null;
  severity: Severity;
  /** Emissions so far; 0 as long as the policy keeps silent. */
  emissions: number;
  paths: PlaceInTime[];
  /** Keys of `paths`, so that a path that is known costs one look-up. */
  readonly pathKeys: Set<string>;
  pathsOmitted: number;
  steps: Step[];
  stepsOmitted: number;
  readonly misses: Miss[];
  /** Files of the chain that are no longer followed because there were too many; its coverage has a gap from then on. */
  filesEvicted: number;
}

export function stageOf(chain: Chain): Stage {
  return chain.shown?.stage ?? 'tool';
}

/** Adds the places the data had, oldest first and none twice; gives those that were new. */
export function addPaths(chain: Chain, places: readonly PlaceInTime[]): readonly PlaceInTime[] {
  const added: PlaceInTime[] = [];
  const { pathKeys } = chain;
  for (const place of places) {
    const key = pathKey(place.path);
    if (pathKeys.has(key)) continue;
    if (chain.paths.length >= MAX_PATHS) {
      chain.pathsOmitted += 1;
      continue;
    }
    pathKeys.add(key);
    const at = chain.paths.findLastIndex((other) => other.clockUs <= place.clockUs);
    chain.paths.splice(at + 1, 0, place);
    added.push(place);
  }
  return added;
}

/** Keeps a step, or counts it when the chain has as many as it may; says which. */
export function addStep(chain: Chain, step: Step): boolean {
  if (chain.steps.length >= MAX_STEPS) {
    chain.stepsOmitted += 1;
    return false;
  }
  chain.steps.push(step);
  return true;
}

/** Takes over what the policy says of a claim; `true` when something changed that a finding is emitted for. */
export function advance(chain: Chain, claim: Claim, verdict: Verdict, coverage: Coverage): boolean {
  const { shown, severity } = chain;
  chain.severity = higher(SEVERITIES, severity, verdict.severity);
  const { stage, link, evidence, service, serviceTier, destination, sanctioned } = claim;
  const candidate: Shown = {
    stage,
    link,
    evidence,
    service,
    serviceTier,
    destination,
    sanctioned,
    row: verdict.row,
    severity: verdict.severity,
    confidence: verdict.confidence,
    coverage,
    rule: verdict.rule,
  };
  if (shown && !outranks(candidate, shown)) return chain.severity !== severity;
  chain.shown = candidate;
  return !shown || chain.severity !== severity || differs(candidate, shown);
}

function outranks(candidate: Shown, shown: Shown): boolean {
  const [a, b] = [rankOf(candidate), rankOf(shown)];
  const at = a.findIndex((rank, index) => rank !== b[index]);
  return at !== -1 && (a[at] ?? 0) > (b[at] ?? 0);
}

function rankOf(shown: Shown): readonly number[] {
  return [
    STAGES.indexOf(shown.stage),
    SEVERITIES.indexOf(shown.row.severity),
    CONFIDENCES.indexOf(shown.row.confidence),
    shown.evidence === null ? -1 : EVIDENCES.indexOf(shown.evidence),
    SEVERITIES.indexOf(shown.severity),
  ];
}

function differs(a: Shown, b: Shown): boolean {
  return (
    a.stage !== b.stage ||
    a.confidence !== b.confidence ||
    a.link !== b.link ||
    a.evidence !== b.evidence ||
    a.service !== b.service
  );
}

function higher<T>(order: readonly T[], a: T, b: T): T {
  return order.indexOf(b) > order.indexOf(a) ? b : a;
}
