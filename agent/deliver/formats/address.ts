import { uuidOf } from '../../context/chains.ts';
import { severityOfHealth } from '../../health/severity.ts';
import type { Item } from '../item.ts';
import { worstOf } from './flood-note.ts';
import type { Outgoing, OwnOutgoing } from './outgoing.ts';

/** What the outbox must know of an event besides its body. */
export type Address = Omit<Item, 'id' | 'body'>;

/**
 * Findings have the ids that their chain gave them. Everything else has a UUID made of host, kind, number and time: the same
 * event has the same one, and another run whose numbers begin anew has others. Its series is its kind, so the end of a
 * trouble never overtakes its beginning.
 */
export function addressOf(outgoing: Outgoing, hostId: string): Address {
  if (outgoing.kind === 'finding') {
    const { versionId, id, severity, lastUs } = outgoing.finding;
    return { uid: versionId, series: id, kind: 'finding', severity, timeUs: lastUs };
  }
  const { kind, number } = outgoing;
  const timeUs = timeOf(outgoing);
  const uid = uuidOf([hostId, kind, number, timeUs].join('\n'));
  return { uid, series: kind, kind, severity: severityOf(outgoing), timeUs };
}

function timeOf(outgoing: OwnOutgoing): number {
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

function severityOf(outgoing: OwnOutgoing): Address['severity'] {
  switch (outgoing.kind) {
    case 'health':
      return severityOfHealth(outgoing.event);
    case 'flood':
      return worstOf(outgoing.note);
    case 'heartbeat':
    case 'test':
      return 'informational';
  }
}
