/**
 * The fields of the Elastic Common Schema that are written, with its types: arrays where ECS wants arrays, dates as RFC 3339
 * in milliseconds. Source: elastic/ecs, docs/reference/ecs-*.md (field reference 9.3.0; 9.4.0 changed none of these).
 *
 * `ocsf` holds the whole OCSF document and `spillwatch` numbers of the agent; both are custom fields below a proper name, as
 * ECS advises. `pkg/collector/mappings/` has index templates for them: with dynamic mapping alone, `ocsf` would make a field of
 * every attribute. Its texts are far below the 32,766 bytes that Lucene takes as one term.
 */
export interface EcsDocument {
  /** First of all keys: a transport may look for it at the beginning of the text. */
  readonly '@timestamp': string;
  readonly ecs: { readonly version: typeof ECS_VERSION };
  readonly message: string;
  readonly tags?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly event: EcsEvent;
  readonly rule?: EcsRule;
  readonly threat?: EcsThreat;
  readonly process?: EcsProcess;
  readonly file?: EcsFile;
  readonly user?: {
    readonly id: string;
    readonly name?: string;
    readonly roles?: readonly string[];
  };
  readonly destination?: EcsDestination;
  readonly cloud?: { readonly provider: string; readonly target: { readonly provider: string } };
  readonly error?: { readonly code: string; readonly message: string };
  readonly host: EcsHost;
  readonly agent: { readonly type: 'spillwatch'; readonly version: string };
  readonly related: {
    readonly user: readonly string[];
    readonly hosts: readonly string[];
    readonly ip: readonly string[];
  };
  readonly spillwatch?: object;
  readonly ocsf: object;
}

export const ECS_VERSION = '9.4.0';

export interface EcsEvent {
  readonly kind: 'alert' | 'event' | 'metric';
  readonly category?: readonly ('file' | 'intrusion_detection' | 'network' | 'process')[];
  readonly type: readonly ('info' | 'error')[];
  readonly action: string;
  readonly code?: string;
  /** `metadata.uid`. */
  readonly id: string;
  readonly sequence: number;
  readonly dataset: string;
  readonly module: 'spillwatch';
  /** 0, 21, 47, 73 or 99, the numbers that Elastic's rule for external alerts reads (`ecs-common.ts`). */
  readonly severity: number;
  readonly risk_score: number;
  readonly reason?: string;
  readonly start?: string;
  readonly end?: string;
}

export interface EcsRule {
  readonly id: string;
  readonly uuid?: string;
  readonly name: string;
  readonly version?: string;
  readonly ruleset: string;
  readonly reference?: string;
}

interface EcsThreatObject {
  readonly id: readonly string[];
  readonly name: readonly string[];
  readonly reference: readonly string[];
}

export interface EcsThreat {
  readonly framework: 'MITRE ATT&CK';
  readonly tactic: EcsThreatObject;
  readonly technique: EcsThreatObject & { readonly subtechnique: EcsThreatObject };
}

export interface EcsProcess {
  readonly pid?: number;
  readonly entity_id?: string;
  readonly name: string;
  readonly executable?: string;
  readonly start?: string;
  readonly user: { readonly id: string; readonly name?: string };
  readonly code_signature?: {
    readonly exists: true;
    readonly signing_id?: string;
    readonly team_id?: string;
  };
}

export interface EcsFile {
  readonly path: string;
  readonly name: string;
  readonly directory?: string;
  readonly extension?: string;
  readonly type: 'dir' | 'file';
}

export interface EcsDestination {
  readonly address: string;
  readonly domain?: string;
  readonly ip?: string;
  readonly port?: number;
}

export interface EcsHost {
  readonly name: string;
  readonly hostname: string;
  readonly id: string;
  readonly os: {
    readonly type: 'macos';
    readonly platform: 'darwin';
    readonly name: 'macOS';
    readonly version: string;
    readonly full: string;
  };
}
