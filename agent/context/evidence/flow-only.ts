import type { StepConnection } from '../../../rules/finding.ts';
import { type Chain, stageOf } from '../chain.ts';
import type { CloudPlace } from '../cloud-map.ts';
import { type EventOf, type Facts, type Moment, type Movement, step } from '../facts.ts';
import { miss } from '../misses.ts';
import type { ProcessNode } from '../process-tree.ts';

/**
 * Some process of the user reached a cloud service soon after the export. Sync clients are always talking, so this is a
 * suspicion and never more.
 */
export function flowOnly(
  facts: Facts,
  node: ProcessNode,
  flow: EventOf<'network.flow'>,
  peer: CloudPlace & { readonly name: string | null },
  at: Moment,
): readonly Movement[] {
  const movements: Movement[] = [];
  for (const chain of facts.chains.ofUser(node.userId)) {
    const link = (['lineage', 'temporal'] as const).find((candidate) => {
      const exportedUs = chain.exportedClockUs[candidate];
      if (exportedUs === null) return false;
      const sinceUs = facts.time.between(exportedUs, at.clockUs);
      return sinceUs >= 0 && sinceUs <= facts.windows.flowUs;
    });
    if (link === undefined) {
      noteDistance(facts, chain, peer.destination, at);
      continue;
    }
    const evidence = 'flow-only';
    const { service, destination } = peer;
    movements.push({
      chain,
      stage: 'suspected-upload',
      link,
      evidence,
      service,
      destination,
      step: step(at, 'connected', node, {
        connection: connectionOf(flow, peer.name),
        link,
        evidence,
        service,
        destination,
      }),
      places: [],
    });
  }
  return movements;
}

/** An address that names no service, for the chains whose exports were recent enough. */
export function unnamedFlow(
  facts: Facts,
  node: ProcessNode,
  flow: EventOf<'network.flow'>,
  at: Moment,
): void {
  for (const chain of facts.chains.ofUser(node.userId)) {
    const sinceUs = sinceExport(facts, chain, at);
    if (sinceUs !== null && sinceUs <= facts.windows.flowUs)
      miss(chain, 'address-names-no-service', at.timeUs, flow.peerAddress);
  }
}

function noteDistance(facts: Facts, chain: Chain, subject: string, at: Moment): void {
  const sinceUs = sinceExport(facts, chain, at);
  if (sinceUs === null) return;
  const { flowUs: limitUs } = facts.windows;
  miss(chain, 'outside-flow-window', at.timeUs, subject, { beyondUs: sinceUs - limitUs, limitUs });
}

/** Time since the last export of a chain that is still growing; `null` when there is none yet. */
function sinceExport(facts: Facts, chain: Chain, at: Moment): number | null {
  const { lineage, temporal } = chain.exportedClockUs;
  const exportedUs = Math.max(
    lineage ?? Number.NEGATIVE_INFINITY,
    temporal ?? Number.NEGATIVE_INFINITY,
  );
  const sinceUs = facts.time.between(exportedUs, at.clockUs);
  return stageOf(chain) === 'export' && sinceUs >= 0 && Number.isFinite(sinceUs) ? sinceUs : null;
}

export function connectionOf(
  flow: EventOf<'network.flow'>,
  peerName: string | null,
): StepConnection {
  const { protocol, localAddress, localPort, peerAddress, peerPort } = flow;
  return { protocol, localAddress, localPort, peerAddress, peerPort, peerName };
}
