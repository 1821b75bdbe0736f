/**
 * What the agent knows beside chains and files when it stops: processes, pipes, accounts, addresses, coverage. Taken on a
 * clean stop, so that the next run goes on as if there had been none.
 */
import type { Account, HostSeen, ProcessIdentity } from '../collectors/event.ts';
import type { BrowserOpen } from './context/browser-opens.ts';
import type { Coverage, CoverageState } from './context/coverage.ts';
import type { Facts } from './context/facts.ts';
import type { ProcessNode } from './context/process-tree.ts';
import { fromJson } from './store/json.ts';
import type { Store } from './store/store.ts';
import type { Timeline, TimelineState } from './timeline.ts';

const NAME = 'context';

interface Snapshot {
  /** Moment of the timeline at which it was taken. */
  readonly takenUs: number;
  readonly timeline: TimelineState;
  readonly coverage: CoverageState;
  readonly host: SavedHost | null;
  readonly answers: ReturnType<Facts['cloud']['state']>;
  readonly processes: readonly SavedNode[];
  readonly pipes: readonly {
    readonly id: string;
    readonly writers: readonly ProcessIdentity[];
    readonly readers: readonly ProcessIdentity[];
  }[];
  readonly browserOpens: readonly BrowserOpen[];
  readonly connections: readonly string[];
}

/** JSON knows no maps, so they are kept as their entries. */
type SavedHost = Omit<HostSeen, 'accounts'> & {
  readonly accounts: readonly (Omit<Account, 'folders'> & {
    readonly folders: readonly (readonly [string, string])[];
  })[];
};

type SavedNode = Omit<ProcessNode, 'created' | 'opened' | 'redirects'> & {
  readonly created: readonly (readonly [string, string])[];
  readonly opened: readonly (readonly [string, number])[];
  readonly redirects: readonly (readonly [string, string])[];
};

export function saveSnapshot(
  store: Store,
  facts: Facts,
  coverage: Coverage,
  timeline: Timeline,
  connections: readonly string[],
): void {
  const host = facts.accounts.seen();
  const snapshot: Snapshot = {
    takenUs: timeline.state().maxClockUs,
    timeline: timeline.state(),
    coverage: coverage.state(),
    host: host && {
      ...host,
      accounts: host.accounts.map((account) => ({ ...account, folders: [...account.folders] })),
    },
    answers: facts.cloud.state(),
    processes: [...facts.tree.nodes()].map((node) => ({
      ...node,
      created: [...node.created],
      opened: [...node.opened],
      redirects: [...node.redirects],
    })),
    pipes: facts.pipes.state().map(([id, pipe]) => ({
      id,
      writers: pipe.writers.map(identityOf),
      readers: pipe.readers.map(identityOf),
    })),
    browserOpens: facts.browserOpens.state(),
    connections,
  };
  store.saveSnapshot(NAME, snapshot);
  // What was noted about chains without changing them.
  const nothing = { places: [], steps: [], files: [], findings: [], runs: [] };
  const exceptionHits = new Map<string, never>();
  store.commit({ ...nothing, exceptionHits, chains: [...facts.chains.all()] });
}

/** Takes up the snapshot, when there is one; gives the connections of the last network sample. */
export function restoreSnapshot(
  store: Store,
  facts: Facts,
  coverage: Coverage,
  timeline: Timeline,
  bootUs = Number.NEGATIVE_INFINITY,
): readonly string[] {
  const text = store.snapshot(NAME);
  if (text === null) return [];
  const snapshot = fromJson<Snapshot>(text);
  timeline.resume(snapshot.timeline);
  coverage.resume(snapshot.coverage);
  const { host } = snapshot;
  if (host)
    facts.accounts.replace({
      ...host,
      accounts: host.accounts.map((account) => ({
        ...account,
        folders: new Map(account.folders),
      })),
    });
  facts.cloud.resume(snapshot.answers);
  // Pids, pipes and connections of before the last start of the Mac name other things now.
  if (snapshot.takenUs < bootUs) return [];
  facts.tree.resume(
    snapshot.processes.map((node) => ({
      ...node,
      created: new Map(node.created),
      opened: new Map(node.opened),
      redirects: new Map(node.redirects),
    })),
  );
  const known = (identities: readonly ProcessIdentity[]): ProcessNode[] =>
    identities.flatMap((identity) => facts.tree.get(identity) ?? []);
  for (const { id, writers, readers } of snapshot.pipes)
    facts.pipes.resume(id, known(writers), known(readers));
  facts.browserOpens.resume(snapshot.browserOpens);
  return snapshot.connections;
}

function identityOf({ process }: ProcessNode): ProcessIdentity {
  return { pid: process.pid, pidversion: process.pidversion };
}
