import type { StatusReport } from '../../health/report.ts';
import { boundedCopy } from './bounded-copy.ts';
import { OTHER_ID } from './ocsf-captions.ts';
import {
  type OcsfApplicationActivity,
  type OcsfProduct,
  type OwnIdentity,
  toApplicationActivity,
  toProduct,
} from './ocsf-own.ts';
import type { HeartbeatSummary } from './own-summary.ts';
import type { Sender } from './sender.ts';

/**
 * OCSF Application Lifecycle 1.7.0 (class 6002) with the activity Other, named Heartbeat: the schema has no class for a sign
 * of life.
 */
export interface OcsfHeartbeat extends OcsfApplicationActivity {
  /** Required by the class; 1.9.0 has `application` in its place. */
  readonly app: OcsfProduct;
  readonly unmapped: {
    readonly spillwatch: HeartbeatSummary;
    /** The status report without the configuration, within `REPORT_BUDGET`. */
    readonly report: unknown;
    /** Values of the report that are missing. */
    readonly reportOmitted: number;
  };
}

/** Of `boundedCopy`: at most 360 kB of JSON. A report of a busy agent costs a fifth of it. */
const REPORT_BUDGET = 60_000;

/** Writes a heartbeat; `summary` is the one of the same report. Throws a `RangeError` when its time is not a safe integer. */
export function toOcsfHeartbeat(
  summary: HeartbeatSummary,
  report: StatusReport,
  identity: OwnIdentity,
  sender: Sender,
): OcsfHeartbeat {
  const facts = Object.fromEntries(
    Object.entries(report).filter(([key]) => key !== 'configuration'),
  );
  const { copy, left } = boundedCopy(facts, REPORT_BUDGET);
  const { host, status, troubles, uptimeSeconds } = summary;
  const activity = toApplicationActivity(
    {
      classUid: 6002,
      className: 'Application Lifecycle',
      activity: { id: OTHER_ID, caption: 'Heartbeat', typeName: 'Other' },
      identity,
      severity: summary.severity,
      status,
      message: `Spillwatch on ${host} is ${status}: ${troubles} trouble${troubles === 1 ? '' : 's'}, up for ${uptimeSeconds} seconds`,
      isTruncated: left > 0,
    },
    sender,
  );
  return {
    ...activity,
    app: toProduct(sender),
    unmapped: { spillwatch: summary, report: copy, reportOmitted: left },
  };
}
