import { uuidOf } from '../../context/chains.ts';
import type { HealthEvent } from '../../health/health.ts';
import type { Address } from './address.ts';
import { type OcsfDetectionFinding, toDetectionFinding } from './ocsf.ts';
import { type OcsfFlood, toOcsfFlood } from './ocsf-flood.ts';
import { type OcsfHealth, toOcsfHealth } from './ocsf-health.ts';
import { type OcsfHeartbeat, toOcsfHeartbeat } from './ocsf-heartbeat.ts';
import { type OcsfTest, toOcsfTest } from './ocsf-test.ts';
import type { Outgoing, OwnOutgoing } from './outgoing.ts';
import {
  toFloodSummary,
  toHealthSummary,
  toHeartbeatSummary,
  toTestSummary,
} from './own-summary.ts';
import type { Sender } from './sender.ts';

/** What goes out as OCSF, which every other format but the summary is made from. */
export type OcsfEvent =
  | { readonly kind: 'finding'; readonly ocsf: OcsfDetectionFinding }
  | OwnOcsfEvent;

/** What the agent says of itself. */
export type OwnOcsfEvent =
  | { readonly kind: 'health'; readonly ocsf: OcsfHealth }
  | { readonly kind: 'heartbeat'; readonly ocsf: OcsfHeartbeat }
  | { readonly kind: 'flood'; readonly ocsf: OcsfFlood }
  | { readonly kind: 'test'; readonly ocsf: OcsfTest };

/** `address` is that of the same event. Throws a `RangeError` when a time is not a safe integer. */
export function toOcsf(outgoing: Outgoing, address: Address, sender: Sender): OcsfEvent {
  return outgoing.kind === 'finding'
    ? { kind: 'finding', ocsf: toDetectionFinding(outgoing.finding, sender) }
    : toOwnOcsf(outgoing, address, sender);
}

function toOwnOcsf(outgoing: OwnOutgoing, { uid, timeUs }: Address, sender: Sender): OwnOcsfEvent {
  const { kind, number } = outgoing;
  const identity = { uid, number, timeUs };
  switch (kind) {
    case 'health': {
      const correlationUid = troubleUid(outgoing.event, sender.host.id);
      const summary = toHealthSummary(outgoing, sender);
      return { kind, ocsf: toOcsfHealth(summary, { ...identity, correlationUid }, sender) };
    }
    case 'heartbeat': {
      const summary = toHeartbeatSummary(outgoing, sender);
      return { kind, ocsf: toOcsfHeartbeat(summary, outgoing.report, identity, sender) };
    }
    case 'flood': {
      const summary = toFloodSummary(outgoing, sender);
      return { kind, ocsf: toOcsfFlood(summary, outgoing.note, identity, sender) };
    }
    case 'test':
      return { kind, ocsf: toOcsfTest(toTestSummary(outgoing, sender), identity, sender) };
  }
}

/** The same for raised and cleared of one trouble of this host. */
function troubleUid({ part, code, subject }: HealthEvent, hostId: string): string {
  return uuidOf([hostId, 'trouble', part, code, subject ?? ''].join('\n'));
}
