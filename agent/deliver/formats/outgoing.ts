import type { Finding } from '../../../rules/finding.ts';
import type { HealthEvent } from '../../health/health.ts';
import type { StatusReport } from '../../health/report.ts';
import type { FloodNote } from './flood-note.ts';

/**
 * Everything that goes out. `number` counts the events of its kind on this host, from 1, over restarts; it becomes
 * `metadata.sequence`, so that a receiver sees a gap.
 */
export type Outgoing =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | OutgoingHealth
  | OutgoingHeartbeat
  | OutgoingFlood
  | OutgoingTest;

/** What the agent says of itself. */
export type OwnOutgoing = Exclude<Outgoing, { readonly kind: 'finding' }>;

export interface OutgoingHealth {
  readonly kind: 'health';
  readonly number: number;
  readonly event: HealthEvent;
}

export interface OutgoingHeartbeat {
  readonly kind: 'heartbeat';
  readonly number: number;
  readonly timeUs: number;
  readonly report: StatusReport;
}

export interface OutgoingFlood {
  readonly kind: 'flood';
  readonly number: number;
  readonly note: FloodNote;
}

/** Sent by a person to see whether it arrives. */
export interface OutgoingTest {
  readonly kind: 'test';
  readonly number: number;
  readonly timeUs: number;
}
