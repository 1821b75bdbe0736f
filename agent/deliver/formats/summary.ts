import type { Finding } from '../../../rules/finding.ts';
import { toRfc3339 } from './time.ts';

/** One emission as one flat object, for people and `jq`; the order of the keys is part of the contract (DESIGN section 5). */
export interface Summary {
  readonly finding: string;
  readonly activity: Finding['activity'];
  /** RFC 3339 UTC of the last step, with microseconds. */
  readonly time: string;
  readonly analytic: 'AN0678';
  readonly stage: Finding['stage'];
  readonly severity: Finding['severity'];
  readonly confidence: Finding['confidence'];
  readonly user: string | null;
  readonly uid: number;
  readonly role: Finding['role'];
  readonly roleSource: Finding['roleSource'];
  readonly tool: string;
  readonly toolKind: Finding['toolKind'];
  readonly link: Finding['link'];
  readonly files: readonly string[];
  readonly service: string | null;
  readonly serviceTier: Finding['serviceTier'];
  readonly evidence: Finding['evidence'];
  readonly destination: string | null;
  readonly sanctioned: boolean;
  readonly coverage: Finding['coverage'];
  readonly count: number;
}

/**
 * Names the facts of a finding as the summary does, absent facts `null`. Texts are carried whole and uncleaned: escape them
 * before a terminal. Throws a `RangeError` when `lastUs` is not a safe integer.
 */
export function toSummary(finding: Finding): Summary {
  return {
    finding: finding.id,
    activity: finding.activity,
    time: toRfc3339(finding.lastUs),
    analytic: 'AN0678',
    stage: finding.stage,
    severity: finding.severity,
    confidence: finding.confidence,
    user: finding.user,
    uid: finding.uid,
    role: finding.role,
    roleSource: finding.roleSource,
    tool: finding.tool,
    toolKind: finding.toolKind,
    link: finding.link,
    files: [...finding.files],
    service: finding.service,
    serviceTier: finding.serviceTier,
    evidence: finding.evidence,
    destination: finding.destination,
    sanctioned: finding.sanctioned,
    coverage: finding.coverage,
    count: finding.count,
  };
}
