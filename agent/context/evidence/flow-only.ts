import type { StepConnection } from '../../../rules/finding.ts';
import type { CloudPlace } from '../cloud-map.ts';
import { type EventOf, type Facts, type Moment, type Movement, step } from '../facts.ts';
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
      const sinceUs = at.clockUs - exportedUs;
      return sinceUs >= 0 && sinceUs <= facts.windows.flowUs;
    });
    if (link === undefined) continue;
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

export function connectionOf(
  flow: EventOf<'network.flow'>,
  peerName: string | null,
): StepConnection {
  const { protocol, localAddress, localPort, peerAddress, peerPort } = flow;
  return { protocol, localAddress, localPort, peerAddress, peerPort, peerName };
}
