import type { Finding } from '../rules/finding.ts';
import type { Config } from './config.ts';
import type { Destination } from './deliver/destination.ts';
import type { HealthEvent } from './health/health.ts';
import type { StatusReport } from './health/report.ts';
import type { Knowledge } from './knowledge.ts';
import type { LiveNeeds } from './live-needs.ts';
import type { ConfigLook } from './running-config.ts';
import type { Recovered } from './store/recovery.ts';
import type { Connection } from './store/sqlite.ts';
import type { Supervised } from './supervise.ts';

/** What a run of the live agent is given. */
export interface DaemonOptions {
  readonly stateFolder: string;
  readonly connection: Connection;
  /** Of the state folder, for what stands in the place of secrets. */
  readonly key: Uint8Array;
  /** A damaged database that was moved aside at the start. */
  readonly recovered: Recovered | null;
  /** Lines about keys that could not be used. */
  readonly configProblems: readonly string[];
  /** Looks whether the configuration is another by now; `null` when nothing is new. With `isBusy` other values wait. */
  readonly lookAtConfig?: (isBusy: boolean) => Promise<ConfigLook | null>;
  /** How often that is, in milliseconds. */
  readonly lookMs?: number;
  /** How long it goes on without Full Disk Access, in milliseconds; for ever when not given. */
  readonly blindMs?: number;
  /** Lines that the log had no room for since the last one it took. */
  readonly logLeftOut?: () => number;
  readonly config: Config;
  readonly origins: StatusReport['configuration'];
  readonly knowledge: Knowledge;
  /** The sources, in the order in which they are started; `live` tells them what the engine needs now. */
  readonly sources: (live: LiveNeeds) => readonly Supervised[];
  readonly destinations: readonly Destination[];
  /** Of the process, for proxies. */
  readonly environment: ReadonlyMap<string, string>;
  readonly emit: (finding: Finding) => void;
  readonly log: (event: HealthEvent) => void;
  /** Takes secrets out of what helpers and the system say. */
  readonly redactText: (text: string) => string;
  /** Takes each heartbeat, the first one at the start. */
  readonly heartbeat: (report: StatusReport) => void;
  /** Is given what sends a canary at once. */
  readonly onCanaryWanted?: (send: () => void) => void;
  /** Called once after everything was started. */
  readonly onReady?: () => void;
}
