import type { Severity } from '../../../rules/finding.ts';
import type { OcsfAnalytic } from './ocsf-analytic.ts';
import { boundSentence } from './ocsf-bounds.ts';
import { ACTIVITIES, SEVERITY_IDS, STATUSES } from './ocsf-captions.ts';
import { type OcsfDevice, toDevice } from './ocsf-device.ts';
import { type OcsfOwnMetadata, type OwnIdentity, toOwnMetadata } from './ocsf-own.ts';
import type { Sender } from './sender.ts';
import { toMilliseconds } from './time.ts';

/** A Detection Finding (class 2004) that is no chain: it has no evidence, no ATT&CK technique and no actor. */
export interface OcsfNotice<Unmapped> {
  readonly activity_id: number;
  readonly activity_name: string;
  readonly category_uid: 2;
  readonly category_name: 'Findings';
  readonly class_uid: 2004;
  readonly class_name: 'Detection Finding';
  readonly type_uid: number;
  readonly type_name: string;
  /** Stands before every nested `time`: Splunk's add-on takes the first one of the text. */
  readonly time: number;
  readonly start_time: number;
  readonly end_time: number;
  readonly count: number;
  readonly severity_id: number;
  readonly severity: string;
  readonly status_id: number;
  readonly status: string;
  readonly message: string;
  readonly is_alert: boolean;
  readonly metadata: OcsfOwnMetadata;
  readonly finding_info: {
    readonly uid: string;
    readonly title: string;
    readonly desc: string;
    readonly first_seen_time: number;
    readonly last_seen_time: number;
    readonly analytic?: OcsfAnalytic;
    readonly related_events_count?: number;
  };
  readonly device: OcsfDevice;
  readonly unmapped: Unmapped;
}

interface NoticeFacts<Unmapped> {
  readonly identity: OwnIdentity;
  /** When what it tells of began; it ends at the time of the identity. */
  readonly fromUs: number;
  readonly severity: Severity;
  readonly count: number;
  readonly title: string;
  readonly desc: string;
  readonly message: string;
  readonly info: Pick<OcsfNotice<unknown>['finding_info'], 'analytic' | 'related_events_count'>;
  readonly unmapped: Unmapped;
}

export function toNotice<Unmapped>(
  facts: NoticeFacts<Unmapped>,
  sender: Sender,
): OcsfNotice<Unmapped> {
  const { identity } = facts;
  const activity = ACTIVITIES.create;
  const severity = SEVERITY_IDS[facts.severity];
  const startTime = toMilliseconds(facts.fromUs);
  const endTime = toMilliseconds(identity.timeUs);
  return {
    activity_id: activity.id,
    activity_name: activity.caption,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200_400 + activity.id,
    type_name: `Detection Finding: ${activity.caption}`,
    time: endTime,
    start_time: startTime,
    end_time: endTime,
    count: facts.count,
    severity_id: severity.id,
    severity: severity.caption,
    status_id: STATUSES.create.id,
    status: STATUSES.create.caption,
    message: boundSentence(facts.message),
    is_alert: facts.severity !== 'informational',
    metadata: toOwnMetadata(identity, sender, false),
    finding_info: {
      uid: identity.uid,
      title: facts.title,
      desc: facts.desc,
      first_seen_time: startTime,
      last_seen_time: endTime,
      ...facts.info,
    },
    device: toDevice(sender.host),
    unmapped: facts.unmapped,
  };
}
