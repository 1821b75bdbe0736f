import type { HealthEvent } from '../../health/health.ts';
import { GENERAL_ERROR } from './ocsf-captions.ts';
import {
  type OcsfApplicationActivity,
  type OwnIdentity,
  toApplicationActivity,
} from './ocsf-own.ts';
import type { HealthSummary } from './own-summary.ts';
import type { Sender } from './sender.ts';

/** OCSF Application Error 1.7.0 (class 6008): a trouble of the agent that begins, ends or is told of. */
export interface OcsfHealth extends OcsfApplicationActivity {
  /** The code of the trouble. */
  readonly status_code: string;
  readonly status_detail: string;
  readonly unmapped: { readonly spillwatch: HealthSummary };
}

/** The words of Finding's `status_id` where there is one, since they are what analysts know. */
const STATUSES = {
  raised: 'New',
  cleared: 'Resolved',
  noted: 'Noted',
} as const satisfies Record<HealthEvent['state'], string>;

/** Writes a health event; `summary` is the one of the same event. Throws a `RangeError` when its time is not a safe integer. */
export function toOcsfHealth(
  summary: HealthSummary,
  identity: OwnIdentity,
  sender: Sender,
): OcsfHealth {
  const { part, code, state, subject, detail, severity } = summary;
  const about = subject === null ? part : `${part} (${subject})`;
  const activity = toApplicationActivity(
    {
      classUid: 6008,
      className: 'Application Error',
      activity: { ...GENERAL_ERROR, typeName: GENERAL_ERROR.caption },
      identity,
      severity,
      status: STATUSES[state],
      message: state === 'cleared' ? `${about}: ${code} is over` : `${about}: ${code}: ${detail}`,
      isTruncated: false,
    },
    sender,
  );
  return {
    ...activity,
    status_code: code,
    status_detail: detail,
    unmapped: { spillwatch: summary },
  };
}
