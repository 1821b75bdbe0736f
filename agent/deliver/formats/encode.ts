import type { Finding, Severity } from '../../../rules/finding.ts';
import type { HostIdentity } from '../../context/accounts.ts';
import { uuidOf } from '../../context/chains.ts';
import type { HealthEvent } from '../../health/health.ts';
import type { StatusReport } from '../../health/report.ts';
import type { Item } from '../item.ts';
import type { Format } from '../transport.ts';
import type { FloodNote } from './flood-note.ts';
import { toDetectionFinding } from './ocsf.ts';
import { toSummary } from './summary.ts';

/** Who sends: this Mac and the version of the agent. */
export interface Sender {
  readonly host: HostIdentity;
  readonly version: string;
}

/**
 * Everything that goes out. `number` counts the events of its kind on this host, from 1, over restarts; it becomes
 * `metadata.sequence`.
 */
export type Outgoing =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'health'; readonly number: number; readonly event: HealthEvent }
  | {
      readonly kind: 'heartbeat';
      readonly number: number;
      readonly timeUs: number;
      readonly report: StatusReport;
    }
  | { readonly kind: 'flood'; readonly number: number; readonly note: FloodNote }
  /** Sent by a person to see whether it arrives. */
  | { readonly kind: 'test'; readonly number: number; readonly timeUs: number };

/** What goes out, as the outbox keeps it. */
export type Encoded = Omit<Item, 'id'>;

/** Writes one event in the format of a destination. The same event gives the same bytes. */
export function encode(outgoing: Outgoing, format: Format, sender: Sender): Encoded {
  return { ...addressOf(outgoing, sender.host.id), body: bodyOf(outgoing, format, sender) };
}

function addressOf(outgoing: Outgoing, hostId: string): Omit<Encoded, 'body'> {
  if (outgoing.kind === 'finding') {
    const { versionId, id, severity, lastUs } = outgoing.finding;
    return { uid: versionId, series: id, kind: 'finding', severity, timeUs: lastUs };
  }
  const { kind, number } = outgoing;
  const timeUs = timeOf(outgoing);
  return {
    uid: uuidOf([hostId, kind, number, timeUs].join('\n')),
    series: kind,
    kind,
    severity: severityOf(outgoing),
    timeUs,
  };
}

function timeOf(outgoing: Exclude<Outgoing, { kind: 'finding' }>): number {
  switch (outgoing.kind) {
    case 'health':
      return outgoing.event.timeUs;
    case 'flood':
      return outgoing.note.toUs;
    case 'heartbeat':
    case 'test':
      return outgoing.timeUs;
  }
}

function severityOf(outgoing: Exclude<Outgoing, { kind: 'finding' }>): Severity {
  return outgoing.kind === 'health' || outgoing.kind === 'flood' ? 'medium' : 'informational';
}

function bodyOf(outgoing: Outgoing, format: Format, { version }: Sender): string {
  if (outgoing.kind !== 'finding') return JSON.stringify(outgoing);
  return JSON.stringify(
    format === 'summary'
      ? toSummary(outgoing.finding)
      : toDetectionFinding(outgoing.finding, { version }),
  );
}
