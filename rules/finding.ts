/** The words of a finding. Their order is their rank, weakest first (DESIGN section 4). */

export const STAGES = ['tool', 'export', 'suspected-upload', 'upload'] as const;
/** How far the data is known to have come. */
export type Stage = (typeof STAGES)[number];

export const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const CONFIDENCES = ['low', 'medium', 'high'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export const LINKS = ['temporal', 'pipe', 'lineage'] as const;
/** How a file, or the data itself, is tied to the database session. */
export type Link = (typeof LINKS)[number];

export const EVIDENCES = [
  'flow-only',
  'cloud-backed-folder',
  'opened-by-browser',
  'opened-by-sync-client',
  'landed-in-sync-folder',
  'named-in-upload-command',
  'piped-to-uploader',
] as const;
/** The observed fact that says the data left. */
export type Evidence = (typeof EVIDENCES)[number];

export const SERVICE_TIERS = ['storage', 'anonymous', 'tunnel', 'messenger'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

export const ROLES = ['developer', 'admin', 'unassigned', 'unknown'] as const;
/** What the organisation says the user is; `unknown` means that nobody could say, not that there is no role. */
export type Role = (typeof ROLES)[number];

export type RoleSource =
  | 'managed-user'
  | 'managed-group'
  | 'local-admin'
  | 'developer-group'
  | 'account-record'
  | 'none';

export const PRIVILEGE_LEVELS = ['alert', 'lower', 'ignore'] as const;
/** What the configuration says about a role: alert, alert one step lower, or stay silent. */
export type PrivilegeLevel = (typeof PRIVILEGE_LEVELS)[number];

export type Coverage = 'complete' | 'gaps';

export type ToolKind = 'gui' | 'cli' | 'dump';

/** A process as a step of a finding names it. Arguments are left out: they may hold secrets. */
export interface StepProcess {
  readonly pid: number;
  /** `null` when only a process list showed the process. */
  readonly pidversion: number | null;
  readonly name: string;
  readonly executable: string;
  readonly signingId: string | null;
  readonly teamId: string | null;
  /** Login user of the process. */
  readonly userId: number;
  readonly startUs: number | null;
}

export interface StepConnection {
  readonly protocol: string;
  readonly localAddress: string;
  readonly localPort: string;
  readonly peerAddress: string;
  readonly peerPort: string;
  /** Name from the resolver map, `null` when only the address is known. */
  readonly peerName: string | null;
}

/** What a step of a chain shows. `moved` covers rename, copy, clone, link and archive: the data has one more path. */
export type StepAction =
  | 'tool-started'
  | 'tool-repeated'
  | 'file-written'
  | 'file-moved'
  | 'file-copied'
  | 'file-archived'
  | 'file-opened'
  | 'uploaded'
  | 'connected';

/** One observed fact of a chain, in event order. */
export interface Step {
  readonly timeUs: number;
  readonly action: StepAction;
  readonly process: StepProcess | null;
  /** The path that the step gave to the data or read it from. */
  readonly path: string | null;
  /** Where the data was before, for moves, copies and archives. */
  readonly sourcePath: string | null;
  readonly connection: StepConnection | null;
  readonly link: Link | null;
  /** Set on the steps by which the data left. */
  readonly evidence: Evidence | null;
  readonly service: string | null;
  readonly destination: string | null;
}

/** The facts that people and `jq` read; `agent/deliver/summary.ts` writes them in the order of the contract. */
export interface Finding {
  /** Stable over the life of the chain (UUID). */
  readonly id: string;
  /** This version of the finding (UUID); a receiver may use it to drop repeats. */
  readonly versionId: string;
  /** Per-host counter over all emissions, from 1. */
  readonly sequence: number;
  readonly activity: 'create' | 'update';
  /** First and last step, microseconds since 1970 by the clock of the Mac. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly stage: Stage;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly user: string | null;
  readonly uid: number;
  readonly role: Role;
  readonly roleSource: RoleSource;
  /** When the account record was read that the role comes from; `null` without one. Microseconds since 1970. */
  readonly roleAsOfUs: number | null;
  readonly tool: string;
  readonly toolKind: ToolKind;
  readonly link: Link | null;
  /** Every path the data had, oldest first. */
  readonly files: readonly string[];
  readonly service: string | null;
  readonly serviceTier: ServiceTier | null;
  readonly evidence: Evidence | null;
  readonly destination: string | null;
  readonly sanctioned: boolean;
  readonly coverage: Coverage;
  /** Runs of the tool that this finding stands for. */
  readonly count: number;
  /** The Sigma rule that decided the row. */
  readonly rule: { readonly id: string; readonly title: string };
  readonly host: { readonly name: string; readonly id: string; readonly osVersion: string };
  readonly steps: readonly Step[];
  /** Steps that were left out of `steps` because the chain had more than its bound. */
  readonly stepsOmitted: number;
  /** Paths that were left out of `files` because the chain had more than its bound; absent when there is none. */
  readonly filesOmitted?: number;
  /** Places in which a secret was hidden; absent when there is none. */
  readonly redactions?: number;
}
