/** Everything that is known at one moment, shared by the parts that draw conclusions from events. */
import type { Event } from '../../collectors/event.ts';
import type { Evidence, Link, Stage, Step, StepProcess } from '../../rules/finding.ts';
import type { Accounts } from './accounts.ts';
import type { BrowserOpens } from './browser-opens.ts';
import type { Chain } from './chain.ts';
import type { Chains } from './chains.ts';
import type { CloudMap } from './cloud-map.ts';
import type { DatabaseTools } from './database-tool.ts';
import type { Lineage, PlaceInTime } from './lineage.ts';
import type { Refusals } from './misses.ts';
import type { PassedTime } from './passed-time.ts';
import type { Pipes } from './pipes.ts';
import type { ProcessNode, ProcessTree } from './process-tree.ts';
import type { ProgramKinds } from './program-kinds.ts';
import type { RecentWrites } from './recent-writes.ts';
import type { RunLog } from './run-log.ts';
import type { UploadTools } from './upload-command.ts';

/** Time limits in microseconds; each includes its limit. */
export interface Windows {
  readonly exportUs: number;
  readonly flowUs: number;
  readonly browserUs: number;
  readonly lineageUs: number;
  readonly suppressUs: number;
}

export interface Facts {
  readonly windows: Windows;
  readonly time: PassedTime;
  readonly exportExtensions: ReadonlySet<string>;
  readonly accounts: Accounts;
  readonly tree: ProcessTree;
  readonly pipes: Pipes;
  readonly databaseTools: DatabaseTools;
  readonly uploadTools: UploadTools;
  readonly kinds: ProgramKinds;
  readonly cloud: CloudMap;
  readonly lineage: Lineage;
  readonly chains: Chains;
  readonly browserOpens: BrowserOpens;
  readonly recentWrites: RecentWrites;
  readonly refusals: Refusals;
  readonly runs: RunLog;
}

/** When an event happened: by the clock of the Mac and on the timeline, both in microseconds. */
export interface Moment {
  readonly timeUs: number;
  readonly clockUs: number;
}

/** One step of a chain that an event showed, before the rules judged it. */
export interface Movement {
  readonly chain: Chain;
  readonly stage: Stage;
  readonly link: Link | null;
  readonly evidence: Evidence | null;
  readonly service: string | null;
  readonly destination: string | null;
  readonly step: Step;
  /** Places of the data that the step made known. */
  readonly places: readonly PlaceInTime[];
}

export function stepProcess(node: ProcessNode): StepProcess {
  const { process } = node;
  return {
    pid: process.pid,
    pidversion: process.pidversion,
    name: node.program?.name ?? process.name,
    executable: process.executable,
    signingId: process.signingId,
    teamId: process.teamId,
    userId: node.userId,
    startUs: process.startUs,
  };
}

/** A step with everything absent that is not given. */
export function step(
  at: Moment,
  action: Step['action'],
  node: ProcessNode | null,
  rest: Partial<Step> = {},
): Step {
  return {
    timeUs: at.timeUs,
    action,
    process: node && stepProcess(node),
    path: null,
    sourcePath: null,
    connection: null,
    link: null,
    evidence: null,
    service: null,
    destination: null,
    ...rest,
  };
}

export type EventOf<Kind extends Event['kind']> = Extract<Event, { readonly kind: Kind }>;
