import type { Finding } from '../rules/finding.ts';
import type { HostIdentity } from './context/accounts.ts';
import type { Chain, Shown } from './context/chain.ts';
import { uuidOf } from './context/chains.ts';

/** The finding of a chain as it stands now; `sequence` counts the emissions of this host. */
export function findingOf(
  chain: Chain,
  shown: Shown,
  sequence: number,
  host: HostIdentity,
): Finding {
  return {
    id: chain.id,
    versionId: uuidOf(`${chain.id}\n${chain.emissions}`),
    sequence,
    activity: chain.emissions === 1 ? 'create' : 'update',
    firstUs: chain.firstUs,
    lastUs: chain.lastUs,
    stage: shown.stage,
    severity: chain.severity,
    confidence: shown.confidence,
    user: chain.user,
    uid: chain.userId,
    role: chain.role,
    roleSource: chain.roleSource,
    roleAsOfUs: chain.roleAsOfUs,
    tool: chain.tool,
    toolKind: chain.toolKind,
    link: shown.link,
    files: chain.paths.map((place) => place.path),
    service: shown.service,
    serviceTier: shown.serviceTier,
    evidence: shown.evidence,
    destination: shown.destination,
    sanctioned: shown.sanctioned,
    coverage: shown.coverage,
    count: chain.runs,
    rule: shown.rule,
    host,
    steps: [...chain.steps],
    stepsOmitted: chain.stepsOmitted,
    ...(chain.pathsOmitted > 0 && { filesOmitted: chain.pathsOmitted }),
  };
}
