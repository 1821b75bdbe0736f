/**
 * The Elastic Common Schema's alert document of a finding, made from its OCSF form alone. Attributes without a value are left
 * out, none is `undefined`. `event.outcome` is not there: ECS leaves it out where `event.type` is `info`.
 */
import type { Stage } from '../../../rules/finding.ts';
import { distinct, toEcsAgent, toEcsDate, toEcsEvent, toEcsHost } from './ecs-common.ts';
import {
  ECS_VERSION,
  type EcsDestination,
  type EcsDocument,
  type EcsEvent,
  type EcsRule,
} from './ecs-document.ts';
import { toEcsFile } from './ecs-file.ts';
import { toEcsProcess } from './ecs-process.ts';
import { toEcsThreat } from './ecs-threat.ts';
import type { OcsfDetectionFinding } from './ocsf.ts';
import type { OcsfAnalytic } from './ocsf-analytic.ts';
import type { OcsfEvidence } from './ocsf-evidence.ts';

/** `event.action` by how far the data is known to have come. */
const ACTIONS = {
  tool: 'database-tool-run',
  export: 'database-export',
  'suspected-upload': 'database-export-suspected-upload',
  upload: 'database-export-upload',
} as const satisfies Record<Stage, string>;

/** Writes a finding as ECS; the OCSF document becomes a part of it. */
export function toEcs(ocsf: OcsfDetectionFinding): EcsDocument {
  const { actor, device, evidences, finding_info: info, unmapped } = ocsf;
  const { spillwatch: summary } = unmapped;
  const lastPath = summary.files.findLast((path) => path !== '');
  const destination = toDestination(ocsf);
  const { name: userName, uid: userId } = actor.user;
  return {
    '@timestamp': toEcsDate(ocsf.time),
    ecs: { version: ECS_VERSION },
    message: ocsf.message,
    ...(unmapped.simulated && { tags: ['simulated'] }),
    labels: toLabels(ocsf),
    event: {
      // What is worth no alert in OCSF must not raise one in Elastic.
      kind: ocsf.is_alert ? 'alert' : 'event',
      category: toCategories(ocsf),
      type: ['info'],
      action: ACTIONS[summary.stage],
      ...toEcsEvent(ocsf, 'findings'),
      reason: info.desc,
      start: toEcsDate(ocsf.start_time),
      end: toEcsDate(ocsf.end_time),
    },
    rule: toRule(info.analytic, info.related_analytics[0]),
    threat: toEcsThreat(ocsf.attacks),
    ...(actor.process !== undefined && { process: toEcsProcess(actor.process) }),
    ...(lastPath !== undefined && { file: toEcsFile(lastPath) }),
    user: {
      id: userId,
      ...(userName !== undefined && { name: userName }),
      ...(summary.role !== 'unknown' && { roles: [summary.role] }),
    },
    ...(destination !== null && { destination }),
    ...(summary.service !== null && {
      cloud: { provider: summary.service, target: { provider: summary.service } },
    }),
    host: toEcsHost(device),
    agent: toEcsAgent(ocsf),
    related: {
      user: distinct([userName, userId]),
      hosts: distinct([device.hostname, ...evidences.map((step) => step.dst_endpoint?.hostname)]),
      ip: distinct(evidences.flatMap((step) => [step.dst_endpoint?.ip, step.src_endpoint?.ip])),
    },
    ocsf,
  };
}

/** What people filter findings by, as keywords. */
function toLabels({ unmapped }: OcsfDetectionFinding): Required<EcsDocument>['labels'] {
  const { stage, confidence, coverage, link, evidence, serviceTier } = unmapped.spillwatch;
  return {
    stage,
    confidence,
    coverage,
    ...(link !== null && { link }),
    ...(evidence !== null && { evidence }),
    ...(serviceTier !== null && { service_tier: serviceTier }),
  };
}

/** What kinds of things the steps are about; the run of the tool is in every finding. */
function toCategories({ evidences }: OcsfDetectionFinding): Required<EcsEvent>['category'] {
  return [
    'process',
    ...(evidences.some((step) => step.file !== undefined) ? (['file'] as const) : []),
    ...(evidences.some((step) => step.connection_info !== undefined) ? (['network'] as const) : []),
  ];
}

/** The analytic, named for the Sigma rule that decided: id and version are the analytic's, name and uuid the rule's. */
function toRule(analytic: OcsfAnalytic, sigma: OcsfAnalytic | undefined): EcsRule {
  return {
    id: analytic.uid,
    ...(sigma !== undefined && { uuid: sigma.uid }),
    name: sigma?.name ?? analytic.name,
    ...(analytic.version !== undefined && { version: analytic.version }),
    ruleset: analytic.category,
    reference: 'https://attack.mitre.org/detectionstrategies/DET0242#AN0678',
  };
}

/** The last peer that was reached, one of the finding's service before any other. */
function toDestination({ evidences, unmapped }: OcsfDetectionFinding): EcsDestination | null {
  const peers = evidences.flatMap(toPeer);
  const { service } = unmapped.spillwatch;
  const last = peers.findLast((peer) => peer.service === service) ?? peers.at(-1);
  return last?.destination ?? null;
}

function toPeer({
  dst_endpoint: peer,
}: OcsfEvidence): readonly { service: string | undefined; destination: EcsDestination }[] {
  const address = peer?.hostname ?? peer?.ip;
  if (peer === undefined || address === undefined) return [];
  const { hostname, ip, port, svc_name: service } = peer;
  const destination = {
    address,
    ...(hostname !== undefined && { domain: hostname }),
    ...(ip !== undefined && { ip }),
    ...(port !== undefined && { port }),
  };
  return [{ service, destination }];
}
