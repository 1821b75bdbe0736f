/**
 * OCSF's Detection Finding (class 2004) as a whole; its objects have files of their own. The mapping is pure: the same
 * finding gives the same bytes. Attributes without a value are left out, none is `undefined`.
 */
import type { Finding } from '../../../rules/finding.ts';
import { isHeavy } from './heavy.ts';
import { AN0678, type OcsfAnalytic, toSigmaAnalytic } from './ocsf-analytic.ts';
import { type OcsfAttack, toAttacks } from './ocsf-attack.ts';
import { FEW_EVIDENCES, FEW_FILES, keepEnds, MAX_EVIDENCES, MAX_INTEGER } from './ocsf-bounds.ts';
import {
  ACTIVITIES,
  CONFIDENCE_IDS,
  DETECTED,
  OBSERVED,
  SEVERITY_IDS,
  STATUSES,
} from './ocsf-captions.ts';
import { type OcsfDevice, toDevice } from './ocsf-device.ts';
import { type OcsfEvidence, toEvidence } from './ocsf-evidence.ts';
import { type OcsfObservable, toObservables } from './ocsf-observables.ts';
import type { OcsfProcess } from './ocsf-process.ts';
import { type OcsfUnmapped, toUnmapped } from './ocsf-unmapped.ts';
import { type OcsfUser, toUser } from './ocsf-user.ts';
import { toMessage, wordingOf } from './ocsf-wording.ts';
import { toMilliseconds, toRfc3339 } from './time.ts';

/** OCSF Detection Finding 1.7.0, activities Create and Update. All times are whole milliseconds since 1970. */
export interface OcsfDetectionFinding {
  readonly activity_id: number;
  readonly activity_name: string;
  readonly category_uid: 2;
  readonly category_name: 'Findings';
  readonly class_uid: 2004;
  readonly class_name: 'Detection Finding';
  readonly type_uid: number;
  readonly type_name: string;
  /** The last step. Stands before every nested `time`: Splunk's add-on takes the first one of the text. */
  readonly time: number;
  readonly start_time: number;
  readonly end_time: number;
  readonly count: number;
  readonly severity_id: number;
  readonly severity: string;
  readonly confidence_id: number;
  readonly confidence: string;
  readonly status_id: number;
  readonly status: string;
  readonly message: string;
  /** False for informational findings only: a finding is emitted when something about it changed. */
  readonly is_alert: boolean;
  readonly action_id: number;
  readonly action: string;
  readonly disposition_id: number;
  readonly disposition: string;
  readonly metadata: {
    readonly version: '1.7.0';
    readonly uid: string;
    readonly correlation_uid: string;
    readonly sequence: number;
    readonly product: {
      readonly name: 'Spillwatch';
      readonly vendor_name: 'Spillwatch';
      readonly version: string;
    };
    readonly profiles: readonly ['host', 'security_control'];
    /** The last step with microseconds, RFC 3339 UTC. */
    readonly original_time: string;
    /** Steps or paths were left out; `unmapped` says how many. */
    readonly is_truncated: boolean;
  };
  readonly finding_info: {
    readonly uid: string;
    readonly title: string;
    readonly desc: string;
    readonly first_seen_time: number;
    readonly last_seen_time: number;
    readonly analytic: OcsfAnalytic;
    readonly related_analytics: readonly OcsfAnalytic[];
    readonly attacks: readonly OcsfAttack[];
  };
  readonly attacks: readonly OcsfAttack[];
  readonly device: OcsfDevice;
  readonly actor: {
    /** The first process of the chain: the database tool. */
    readonly process?: OcsfProcess;
    readonly user: OcsfUser;
  };
  /** At most `MAX_EVIDENCES` steps, of a heavy finding `FEW_EVIDENCES`, in event order. */
  readonly evidences: readonly OcsfEvidence[];
  readonly observables: readonly OcsfObservable[];
  readonly unmapped: OcsfUnmapped;
}

const CLASS_UID = 2004;

/**
 * Writes a finding as OCSF Detection Finding 1.7.0. `product.version` is the agent's version. Throws a `RangeError` when a
 * time of the finding is not a safe integer.
 */
export function toDetectionFinding(
  finding: Finding,
  product: { readonly version: string },
): OcsfDetectionFinding {
  const activity = ACTIVITIES[finding.activity];
  const severity = SEVERITY_IDS[finding.severity];
  const confidence = CONFIDENCE_IDS[finding.confidence];
  const status = STATUSES[finding.activity];
  const startTime = toMilliseconds(finding.firstUs);
  const endTime = toMilliseconds(finding.lastUs);
  const attacks = toAttacks(finding.stage);
  const user = toUser(finding);
  const heavy = isHeavy(finding);
  const steps = keepEnds(finding.steps, heavy ? FEW_EVIDENCES : MAX_EVIDENCES);
  const files = heavy ? keepEnds(finding.files, FEW_FILES) : finding.files;
  const evidences = steps.map((step) => toEvidence(step, finding));
  const toolProcess = evidences.find((evidence) => evidence.process !== undefined)?.process;
  const some = toUnmapped({ ...finding, files }, finding.steps.length - steps.length);
  const filesOmitted = some.filesOmitted + finding.files.length - files.length;
  const unmapped = { ...some, filesOmitted };
  return {
    activity_id: activity.id,
    activity_name: activity.caption,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS_UID,
    class_name: 'Detection Finding',
    type_uid: CLASS_UID * 100 + activity.id,
    type_name: `Detection Finding: ${activity.caption}`,
    time: endTime,
    start_time: startTime,
    end_time: endTime,
    count: Math.min(finding.count, MAX_INTEGER),
    severity_id: severity.id,
    severity: severity.caption,
    confidence_id: confidence.id,
    confidence: confidence.caption,
    status_id: status.id,
    status: status.caption,
    message: toMessage(finding),
    is_alert: finding.severity !== 'informational',
    action_id: OBSERVED.id,
    action: OBSERVED.caption,
    disposition_id: DETECTED.id,
    disposition: DETECTED.caption,
    metadata: {
      version: '1.7.0',
      uid: finding.versionId,
      correlation_uid: finding.id,
      sequence: finding.sequence,
      product: { name: 'Spillwatch', vendor_name: 'Spillwatch', version: product.version },
      profiles: ['host', 'security_control'],
      original_time: toRfc3339(finding.lastUs),
      is_truncated: unmapped.stepsOmitted > 0 || unmapped.filesOmitted > 0,
    },
    finding_info: {
      uid: finding.id,
      ...wordingOf(finding),
      first_seen_time: startTime,
      last_seen_time: endTime,
      analytic: AN0678,
      related_analytics: [toSigmaAnalytic(finding.rule)],
      attacks,
    },
    attacks,
    device: toDevice(finding.host),
    actor: { ...(toolProcess !== undefined && { process: toolProcess }), user },
    evidences,
    observables: toObservables(user, evidences),
    unmapped,
  };
}
