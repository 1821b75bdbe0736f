/**
 * What the agent knows beside chains and files: processes, pipes, accounts, addresses, coverage. Taken whole on a clean stop,
 * so that the next run goes on as if there had been none, and in slices every few minutes, for a run that is killed.
 *
 * A snapshot is rows of processes and a head that names them. The head is written last, so a snapshot that was begun and not
 * finished leaves the one before in force.
 */
import type { Account, HostSeen, ProcessIdentity } from '../collectors/event.ts';
import type { BrowserOpen } from './context/browser-opens.ts';
import type { Coverage, CoverageState } from './context/coverage.ts';
import type { Facts } from './context/facts.ts';
import type { UndoneStep } from './context/passed-time.ts';
import type { ProcessNode } from './context/process-tree.ts';
import { fromJson } from './store/json.ts';
import type { Store } from './store/store.ts';
import type { Timeline, TimelineState } from './timeline.ts';

const HEAD = 'context';
/** The rows of the snapshot in force have one of these names, those of the next one the other. */
const ROWS = ['processes.a', 'processes.b'] as const;
/** So many that a slice takes a few milliseconds. */
const PROCESSES_PER_SLICE = 100;
const CHAINS_PER_SLICE = 50;

interface Snapshot {
  /** Moment of the timeline at which it was taken. */
  readonly takenUs: number;
  readonly timeline: TimelineState;
  readonly undone?: readonly UndoneStep[];
  readonly coverage: CoverageState;
  readonly host: SavedHost | null;
  readonly answers: ReturnType<Facts['cloud']['state']>;
  readonly processes: { readonly rows: (typeof ROWS)[number]; readonly count: number };
  readonly pipes: readonly {
    readonly id: string;
    readonly writers: readonly ProcessIdentity[];
    readonly readers: readonly ProcessIdentity[];
    readonly connectedUs: number;
  }[];
  readonly browserOpens: readonly BrowserOpen[];
  readonly recentWrites?: ReturnType<Facts['recentWrites']['state']>;
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

export interface SnapshotParts {
  readonly store: Store;
  readonly facts: Facts;
  readonly coverage: Coverage;
  readonly timeline: Timeline;
  /** Connections of the last network sample. */
  readonly connections: () => readonly string[];
}

export function saveSnapshot(parts: SnapshotParts): void {
  const slices = snapshotSlices(parts);
  while (slices.next().done === false);
}

/** The same, a few milliseconds of work at a time; between slices events may be taken in. */
export function* snapshotSlices(parts: SnapshotParts): Generator<void> {
  const { store, facts } = parts;
  const rows = headOf(store)?.processes.rows === ROWS[0] ? ROWS[1] : ROWS[0];
  store.dropSnapshots(`${rows}.`);
  let count = 0;
  // The iterator is live: processes that start in between are met at its end.
  for (const slice of slicesOf(facts.tree.nodes(), PROCESSES_PER_SLICE)) {
    store.saveSnapshot(`${rows}.${count}`, slice.map(savedNode));
    count += 1;
    yield;
  }
  // What was noted about chains without changing them.
  const nothing = { places: [], steps: [], files: [], findings: [], outgoing: [], runs: [] };
  const exceptionHits = new Map<string, never>();
  for (const chains of slicesOf(facts.chains.all(), CHAINS_PER_SLICE)) {
    store.commit({ ...nothing, exceptionHits, chains });
    yield;
  }
  store.saveSnapshot(HEAD, headFrom(parts, { rows, count }));
  yield;
  store.dropSnapshots(`${rows === ROWS[0] ? ROWS[1] : ROWS[0]}.`);
}

function headFrom(
  { facts, coverage, timeline, connections }: SnapshotParts,
  processes: Snapshot['processes'],
): Snapshot {
  const host = facts.accounts.seen();
  return {
    takenUs: timeline.state().maxClockUs,
    timeline: timeline.state(),
    undone: facts.time.state(),
    coverage: coverage.state(),
    host: host && {
      ...host,
      accounts: host.accounts.map((account) => ({ ...account, folders: [...account.folders] })),
    },
    answers: facts.cloud.state(),
    processes,
    pipes: facts.pipes.state().map(([id, pipe]) => ({
      id,
      writers: pipe.writers.map(identityOf),
      readers: pipe.readers.map(identityOf),
      connectedUs: pipe.connectedUs,
    })),
    browserOpens: facts.browserOpens.state(),
    recentWrites: facts.recentWrites.state(),
    connections: connections(),
  };
}

function headOf(store: Store): Snapshot | null {
  const text = store.snapshot(HEAD);
  return text === null ? null : fromJson<Snapshot>(text);
}

function savedNode(node: ProcessNode): SavedNode {
  return {
    ...node,
    created: [...node.created],
    opened: [...node.opened],
    redirects: [...node.redirects],
  };
}

function* slicesOf<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let slice: T[] = [];
  for (const item of items) {
    slice.push(item);
    if (slice.length < size) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

/** Takes up the snapshot, when there is one; gives the connections of the last network sample. */
export function restoreSnapshot(
  store: Store,
  facts: Facts,
  coverage: Coverage,
  timeline: Timeline,
  bootUs = Number.NEGATIVE_INFINITY,
): readonly string[] {
  const snapshot = headOf(store);
  if (snapshot === null) return [];
  timeline.resume(snapshot.timeline);
  facts.time.resume(snapshot.undone ?? []);
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
  facts.tree.resume(savedNodes(store, snapshot.processes));
  const known = (identities: readonly ProcessIdentity[]): ProcessNode[] =>
    identities.flatMap((identity) => facts.tree.get(identity) ?? []);
  for (const { id, writers, readers, connectedUs } of snapshot.pipes)
    facts.pipes.resume(id, known(writers), known(readers), connectedUs);
  facts.browserOpens.resume(snapshot.browserOpens);
  facts.recentWrites.resume(snapshot.recentWrites ?? []);
  return snapshot.connections;
}

function savedNodes(store: Store, { rows, count }: Snapshot['processes']): readonly ProcessNode[] {
  return Array.from({ length: count }, (_, index) => store.snapshot(`${rows}.${index}`))
    .flatMap((text) => (text === null ? [] : fromJson<readonly SavedNode[]>(text)))
    .map((node) => ({
      ...node,
      created: new Map(node.created),
      opened: new Map(node.opened),
      redirects: new Map(node.redirects),
    }));
}

function identityOf({ process }: ProcessNode): ProcessIdentity {
  return { pid: process.pid, pidversion: process.pidversion };
}
