import type { Catalogue } from '../rules/catalogue/catalogue.ts';
import type { Finding } from '../rules/finding.ts';
import type { RuleIndex } from '../rules/sigma/index.ts';
import type { Config } from './config.ts';
import { Accounts } from './context/accounts.ts';
import { BrowserOpens } from './context/browser-opens.ts';
import { Chains } from './context/chains.ts';
import { CloudMap } from './context/cloud-map.ts';
import { Coverage } from './context/coverage.ts';
import { DatabaseTools } from './context/database-tool.ts';
import type { Facts, Windows } from './context/facts.ts';
import { Lineage, MAX_FILES } from './context/lineage.ts';
import { Refusals } from './context/misses.ts';
import { PassedTime } from './context/passed-time.ts';
import { Pipes } from './context/pipes.ts';
import { ProcessTree } from './context/process-tree.ts';
import { ProgramKinds } from './context/program-kinds.ts';
import { RecentWrites } from './context/recent-writes.ts';
import { RunLog } from './context/run-log.ts';
import { UploadTools } from './context/upload-command.ts';
import type { Ledger } from './health/ledger.ts';
import { Pipeline, type PipelineParts } from './pipeline.ts';
import { Privacy } from './redaction/privacy.ts';
import { restoreSnapshot } from './snapshot.ts';
import type { Store } from './store/store.ts';

/** The engine, put together and with everything the store remembers; live agent and replay use the same one. */
export interface Engine {
  readonly pipeline: Pipeline;
  readonly facts: Facts;
  readonly coverage: Coverage;
  /** State of the network collector at the end of the run that is continued. */
  readonly connections: readonly string[];
  /** For what a verb prints of chains. */
  readonly privacy: Privacy;
}

export interface EngineParts {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly rules: RuleIndex;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly outgoing?: PipelineParts['outgoing'];
  readonly emit: (finding: Finding) => void;
  readonly watch?: PipelineParts['watch'];
  readonly onStoreError?: PipelineParts['onStoreError'];
  /** Key of the state folder, for what stands in the place of secrets; without it they compare with those of everybody. */
  readonly key?: Uint8Array;
  /** When the Mac was started, for a live agent: what was known of processes before that is of no use any more. */
  readonly bootUs?: number;
}

/** Builds the engine and resumes the chains, files and context that the store holds. */
export function assemble(parts: EngineParts): Engine {
  const { config, store, ledger, rules, emit, outgoing } = parts;
  const { add, remove, sanctioned } = config.cloud;
  const catalogue: Catalogue = {
    ...parts.catalogue,
    domains: parts.catalogue.domains.withChanges({ add, remove }),
  };
  const { exportExtensions } = catalogue;
  const privacy = new Privacy(parts.key ?? NO_KEY, exportExtensions, config.redaction);
  store.guardWith(privacy);
  const windows = windowsOf(config);
  const accounts = new Accounts(config.roles);
  const time = new PassedTime();
  const facts: Facts = {
    windows,
    time,
    exportExtensions,
    accounts,
    tree: new ProcessTree(),
    pipes: new Pipes(),
    databaseTools: new DatabaseTools(catalogue.databaseTools),
    uploadTools: new UploadTools(catalogue.uploadTools, new Set(catalogue.services.keys())),
    kinds: new ProgramKinds(catalogue),
    cloud: new CloudMap(catalogue, accounts, time),
    lineage: new Lineage(windows.lineageUs, MAX_FILES, (path) => privacy.hiddenPath(path), time),
    chains: new Chains(accounts, windows.suppressUs, time),
    browserOpens: new BrowserOpens(time),
    recentWrites: new RecentWrites(),
    refusals: new Refusals(),
    runs: new RunLog(),
  };
  facts.chains.resume(store.chains());
  facts.lineage.resume(store.files());
  const coverage = new Coverage();
  const policy = { privilegeLevels: config.userPrivilegeLevel, sanctioned };
  const pipeline = new Pipeline({
    facts,
    coverage,
    rules,
    policy,
    store,
    ledger,
    redact: (finding) => privacy.finding(finding),
    emit,
    ...(outgoing && { outgoing }),
    ...(parts.watch && { watch: parts.watch }),
    ...(parts.onStoreError && { onStoreError: parts.onStoreError }),
  });
  const connections = restoreSnapshot(store, facts, coverage, pipeline.timeline, parts.bootUs);
  return { pipeline, facts, coverage, connections, privacy };
}

const NO_KEY = new Uint8Array(32);
const SECOND_US = 1_000_000;

function windowsOf({ windows }: Config): Windows {
  return {
    exportUs: windows.exportMinutes * 60 * SECOND_US,
    flowUs: windows.flowMinutes * 60 * SECOND_US,
    browserUs: windows.browserSeconds * SECOND_US,
    lineageUs: windows.lineageDays * 24 * 3600 * SECOND_US,
    suppressUs: windows.suppressHours * 3600 * SECOND_US,
  };
}
