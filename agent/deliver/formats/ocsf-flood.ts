import { SEVERITIES } from '../../../rules/finding.ts';
import type { FloodCount, FloodNote } from './flood-note.ts';
import { AN0678 } from './ocsf-analytic.ts';
import { MAX_INTEGER } from './ocsf-bounds.ts';
import { type OcsfNotice, toNotice } from './ocsf-notice.ts';
import type { OwnIdentity } from './ocsf-own.ts';
import type { FloodSummary } from './own-summary.ts';
import type { Sender } from './sender.ts';

export type OcsfFlood = OcsfNotice<{ readonly spillwatch: FloodSummary }>;

/**
 * Writes the note as one Detection Finding with the severity of the gravest it stands for, and not as an error of the agent:
 * it must be read where findings are read, or a flood would hide what is in it. Throws a `RangeError` when a time is not a
 * safe integer.
 */
export function toOcsfFlood(
  summary: FloodSummary,
  note: FloodNote,
  identity: OwnIdentity,
  sender: Sender,
): OcsfFlood {
  const count = Math.min(summary.findings, MAX_INTEGER);
  return toNotice(
    {
      identity,
      fromUs: Math.min(note.fromUs, note.toUs),
      severity: summary.severity,
      count,
      title: 'Findings that were not sent one by one',
      desc: 'More findings came than are sent one by one. Each of them is in the database of the Mac.',
      message: toMessage(summary),
      info: { analytic: AN0678, related_events_count: count },
      unmapped: { spillwatch: summary },
    },
    sender,
  );
}

function toMessage(summary: FloodSummary): string {
  const severities = SEVERITIES.toReversed()
    .filter((severity) => summary[severity] > 0)
    .map((severity) => `${summary[severity]} ${severity}`)
    .join(', ');
  return `${summary.findings} findings were not sent one by one (${severities})${most('tools', summary.tools)}${most('users', summary.users)}`;
}

function most(what: string, counts: readonly FloodCount[]): string {
  if (counts.length === 0) return '';
  return `; ${what}: ${counts.map(({ name, count }) => `${name} ${count}`).join(', ')}`;
}
