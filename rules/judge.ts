import type { Confidence, Severity } from './finding.ts';
import { CONFIDENCES, SEVERITIES } from './finding.ts';
import type { DataMovement, Verdict } from './observation.ts';
import { DATA_MOVEMENT, movementFields } from './sigma/fields.ts';
import type { RuleIndex } from './sigma/index.ts';
import type { Adjustment } from './sigma/policy.ts';

/**
 * Says what one step of a chain is worth, `null` when no row of the policy matches it. Of several matching rows the highest
 * severity wins, then the highest confidence, then file order; adjustments follow by `order`, then by id, and each one
 * ends between informational and critical and between low and high.
 */
export function judge(rules: RuleIndex, movement: DataMovement): Verdict | null {
  let row: MatchedRow | null = null;
  const adjustments: MatchedAdjustment[] = [];
  for (const { rule } of rules.matching(DATA_MOVEMENT, movementFields(movement))) {
    const { id, title, level, policy } = rule;
    if (id === null || policy === null) continue;
    if (policy.kind === 'adjust') {
      adjustments.push({ id, adjustment: policy });
    } else if (level !== null) {
      const candidate = { severity: level, confidence: policy.confidence, id, title };
      if (row === null || isHigher(candidate, row)) row = candidate;
    }
  }
  if (row === null) return null;
  adjustments.sort(compareAdjustments);
  let { severity, confidence } = row;
  let silent = false;
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
  };
}

interface MatchedRow {
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly id: string;
  readonly title: string;
}

interface MatchedAdjustment {
  readonly id: string;
  readonly adjustment: Adjustment;
}

function isHigher(candidate: MatchedRow, row: MatchedRow): boolean {
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
