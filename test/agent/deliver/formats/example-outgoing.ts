import type { FloodNote } from '../../../../agent/deliver/formats/flood-note.ts';
import type { Outgoing } from '../../../../agent/deliver/formats/outgoing.ts';
import type { Sender } from '../../../../agent/deliver/formats/sender.ts';
import type { HealthEvent } from '../../../../agent/health/health.ts';
import { HEALTHY, troubleOf } from '../../health/example-report.ts';
import { START_US, UPLOAD } from './example-finding.ts';

/** The Mac of the example finding. */
export const SENDER: Sender = { host: UPLOAD.host, version: '0.1.0' };

/** The sensor may not see anything. */
export const NOT_PERMITTED: HealthEvent = troubleOf('not-permitted', {
  part: 'endpoint-security',
  detail: 'eslogger: Not permitted to create an ES Client',
});

/** Much of little weight, and two findings that somebody should see. */
export const FLOOD: FloodNote = {
  fromUs: START_US,
  toUs: START_US + 60_000_000,
  counts: { informational: 0, low: 300, medium: 20, high: 2, critical: 0 },
  firstSequence: 10,
  lastSequence: 340,
  tools: [
    { name: 'psql', count: 320 },
    { name: 'DBeaver', count: 2 },
  ],
  users: [{ name: 'maria', count: 322 }],
};

/** One event of each kind. */
export const EXAMPLES = {
  finding: { kind: 'finding', finding: UPLOAD },
  health: { kind: 'health', number: 3, event: NOT_PERMITTED },
  heartbeat: { kind: 'heartbeat', number: 12, timeUs: START_US, report: HEALTHY },
  flood: { kind: 'flood', number: 1, note: FLOOD },
  test: { kind: 'test', number: 7, timeUs: START_US },
} as const satisfies { readonly [Kind in Outgoing['kind']]: Extract<Outgoing, { kind: Kind }> };
