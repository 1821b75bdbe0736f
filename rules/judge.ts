import type { Confidence, Severity } from './finding.ts';
import { CONFIDENCES, SEVERITIES } from './finding.ts';
import type { DataMovement, Verdict } from './observation.ts';
import type { CompiledException } from './sigma/compile.ts';
import { isInForce } from './sigma/exception.ts';
import type { Fields } from './sigma/fields.ts';
import { DATA_MOVEMENT, movementFields } from './sigma/fields.ts';
import type { RuleIndex } from './sigma/index.ts';
import type { Adjustment } from './sigma/policy.ts';

/**
 * Says what one step of a chain is worth, `null` when no row of the policy matches it. Of several matching rows one without
 * an exception wins, then the highest severity, then the highest confidence, then file order; adjustments follow by `order`,
 * then by id, and each one ends between informational and critical and between low and high. A step of which every
 * matching row has an exception at the time of the step is silent.
 */
export function judge(rules: RuleIndex, movement: DataMovement): Verdict | null {
  let row: MatchedRow | null = null;
  const adjustments: MatchedAdjustment[] = [];
  const silenced = new Set<string>();
  const fields = movementFields(movement);
  for (const { rule } of rules.matching(DATA_MOVEMENT, fields)) {
    const { id, title, level, policy } = rule;
    if (id === null || policy === null) continue;
    if (policy.kind === 'adjust') {
      adjustments.push({ id, adjustment: policy });
    } else if (level !== null) {
      const against = exceptionsAgainst(rules.exceptionsOf(rule), fields, movement.timeUs);
      for (const exception of against) silenced.add(exception);
      const { confidence } = policy;
      const candidate = { severity: level, confidence, id, title, excepted: against.length > 0 };
      if (row === null || isHigher(candidate, row)) row = candidate;
    }
  }
  if (row === null) return null;
  adjustments.sort(compareAdjustments);
  let { severity, confidence } = row;
  let silent = row.excepted;
  for (const { adjustment } of adjustments) {
    severity = cap(step(SEVERITIES, severity, adjustment.severity), adjustment.severityMax);
    confidence = step(CONFIDENCES, confidence, adjustment.confidence);
    silent ||= adjustment.silent;
  }
  return {
    row: { severity: row.severity, confidence: row.confidence },
    severity,
    confidence,
    silent,
    rule: { id: row.id, title: row.title },
    adjustments: adjustments.map(({ id }) => id),
    exceptions: row.excepted ? [...silenced] : [],
  };
}

interface MatchedRow {
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly id: string;
  readonly title: string;
  readonly excepted: boolean;
}

interface MatchedAdjustment {
  readonly id: string;
  readonly adjustment: Adjustment;
}

function exceptionsAgainst(
  exceptions: readonly CompiledException[],
  fields: Fields,
  timeUs: number,
): readonly string[] {
  return exceptions
    .filter(({ exception, passes }) => isInForce(exception, timeUs) && !passes(fields))
    .map(({ exception }) => exception.id);
}

function isHigher(candidate: MatchedRow, row: MatchedRow): boolean {
  if (candidate.excepted !== row.excepted) return row.excepted;
  if (candidate.severity !== row.severity)
    return SEVERITIES.indexOf(candidate.severity) > SEVERITIES.indexOf(row.severity);
  return CONFIDENCES.indexOf(candidate.confidence) > CONFIDENCES.indexOf(row.confidence);
}

function compareAdjustments(a: MatchedAdjustment, b: MatchedAdjustment): number {
  const byOrder = a.adjustment.order - b.adjustment.order;
  if (byOrder !== 0) return byOrder;
  return a.id < b.id ? -1 : 1;
}

function step<Word>(scale: readonly Word[], word: Word, by: number): Word {
  const at = Math.min(Math.max(scale.indexOf(word) + by, 0), scale.length - 1);
  return scale[at] ?? word;
}

function cap(severity: Severity, most: Severity | null): Severity {
  if (most === null || SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(most)) return severity;
  return most;
}
