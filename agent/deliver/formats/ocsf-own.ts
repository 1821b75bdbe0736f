import type { Severity } from '../../../rules/finding.ts';
import { boundSentence, MAX_INTEGER } from './ocsf-bounds.ts';
import { type Caption, OTHER_ID, SEVERITY_IDS } from './ocsf-captions.ts';
import { type OcsfDevice, toDevice } from './ocsf-device.ts';
import type { Sender } from './sender.ts';
import { toMilliseconds, toRfc3339 } from './time.ts';

/** What tells one event of the agent from every other. */
export interface OwnIdentity {
  readonly uid: string;
  /** What belongs together: raised and cleared of one trouble. */
  readonly correlationUid?: string;
  readonly number: number;
  readonly timeUs: number;
}

/** OCSF object `metadata` of what the agent says of itself. */
export interface OcsfOwnMetadata {
  readonly version: '1.7.0';
  readonly uid: string;
  readonly correlation_uid?: string;
  readonly sequence: number;
  readonly product: OcsfProduct;
  readonly profiles: readonly ['host'];
  readonly original_time: string;
  readonly is_truncated: boolean;
}

/** OCSF object `product`. */
export interface OcsfProduct {
  readonly name: 'Spillwatch';
  readonly vendor_name: 'Spillwatch';
  readonly version: string;
}

/**
 * What the classes of category Application Activity have in common. `status_id` is Other: the base event only knows Success
 * and Failure, and the word of `status` is then the source's own (ocsf/ocsf-schema 1.7.0, dictionary).
 */
export interface OcsfApplicationActivity {
  readonly activity_id: number;
  readonly activity_name: string;
  readonly category_uid: 6;
  readonly category_name: 'Application Activity';
  readonly class_uid: number;
  readonly class_name: string;
  readonly type_uid: number;
  readonly type_name: string;
  /** Stands before every nested `time`: Splunk's add-on takes the first one of the text. */
  readonly time: number;
  readonly severity_id: number;
  readonly severity: string;
  readonly status_id: 99;
  readonly status: string;
  readonly message: string;
  readonly metadata: OcsfOwnMetadata;
  readonly device: OcsfDevice;
}

interface OwnFacts {
  readonly classUid: number;
  readonly className: string;
  /** `typeName` is the caption of the type; `activity` may have a word of our own where its id is Other. */
  readonly activity: Caption & { readonly typeName: string };
  readonly identity: OwnIdentity;
  readonly severity: Severity;
  readonly status: string;
  readonly message: string;
  readonly isTruncated: boolean;
}

export function toApplicationActivity(facts: OwnFacts, sender: Sender): OcsfApplicationActivity {
  const { classUid, className, activity, identity } = facts;
  const severity = SEVERITY_IDS[facts.severity];
  return {
    activity_id: activity.id,
    activity_name: activity.caption,
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: classUid,
    class_name: className,
    type_uid: classUid * 100 + activity.id,
    type_name: `${className}: ${activity.typeName}`,
    time: toMilliseconds(identity.timeUs),
    severity_id: severity.id,
    severity: severity.caption,
    status_id: OTHER_ID,
    status: facts.status,
    message: boundSentence(facts.message),
    metadata: toOwnMetadata(identity, sender, facts.isTruncated),
    device: toDevice(sender.host),
  };
}

export function toOwnMetadata(
  { uid, correlationUid, number, timeUs }: OwnIdentity,
  sender: Sender,
  isTruncated: boolean,
): OcsfOwnMetadata {
  return {
    version: '1.7.0',
    uid,
    ...(correlationUid !== undefined && { correlation_uid: correlationUid }),
    sequence: Math.min(number, MAX_INTEGER),
    product: toProduct(sender),
    profiles: ['host'],
    original_time: toRfc3339(timeUs),
    is_truncated: isTruncated,
  };
}

export function toProduct({ version }: Pick<Sender, 'version'>): OcsfProduct {
  return { name: 'Spillwatch', vendor_name: 'Spillwatch', version };
}
