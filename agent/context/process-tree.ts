/**
 * Every process the agent knows, by `(pid, pidversion)`.
 *
 * Invariants: the pid index names the newest execution of a pid; an exec makes a new node that takes over what its
 * predecessor belonged to; a process first met in some other event is "found running" and is built from that event; a
 * process list row and an Endpoint Security process of the same pid and start second are one node.
 * Bounds: `MAX_NODES` in all and `MAX_EXITED` that have exited (late events and children still ask for them); the longest
 * exited goes first, then the oldest.
 */
import type { Process, ProcessIdentity } from '../../collectors/event.ts';
import type { Link } from '../../rules/finding.ts';
import type { PlaceInTime } from './lineage.ts';
import type { Program } from './program.ts';
import type { Upload } from './upload-command.ts';

export const MAX_NODES = 50_000;
export const MAX_EXITED = 4096;
/** Paths remembered per process, for those it created and those it opened. */
const MAX_PATHS_PER_NODE = 32;
const MAX_DEPTH = 64;

/** Data of a chain that comes through a pipe: from the session itself, or from a file that a tool read into it. */
export interface Downstream {
  readonly chainId: string;
  readonly link: Link;
  /** Places of the data before the pipe. */
  readonly places: readonly PlaceInTime[];
}

/** A tracked file that an argument names, by key. */
export interface NamedInput {
  readonly key: string;
  /** The argument names a folder that holds the file. */
  readonly isInFolder: boolean;
  /** The arguments name nothing but this file and one more path, the target. */
  readonly isOnlySource: boolean;
}

export interface ProcessNode {
  readonly process: Process;
  /** By identity and not by reference, so that a long line of dead parents is not kept in memory. */
  readonly parent: ProcessIdentity | null;
  readonly userId: number;
  /** What runs, without its arguments: they may hold secrets, and what matters of them is in `inputs` and `upload`. */
  program: Omit<Program, 'args'> | null;
  /** Chains' files that the arguments of a file tool name. */
  inputs: readonly NamedInput[];
  workingDirectory: string | null;
  /** The chain whose session the process belongs to. */
  chainId: string | null;
  /** The chain whose data the process reads through a pipe. */
  downstreamOf: Downstream | null;
  /** Data of a chain's file that the process was told to read, and that it may pass on through its output. */
  passesOn: Downstream | null;
  upload: Upload | null;
  /** Files this pid created and has not closed yet, key to path: candidates for a shell's redirection. */
  readonly created: Map<string, string>;
  /** Keys of files this pid opened for reading, with the moment. */
  readonly opened: Map<string, number>;
  /** Redirected files of an ancestor, key to chain: closing one ties it to the session. */
  readonly redirects: Map<string, string>;
  exited: boolean;
}

/** The user of an event: the login user when one is set, so that `sudo` changes nothing. */
export function userOf(process: Process): number {
  return process.auditUserId ?? process.realUserId;
}

export class ProcessTree {
  readonly #nodes = new Map<string, ProcessNode>();
  readonly #byPid = new Map<number, ProcessNode>();
  /** Newest version of a pid whose node is known, also when it has exited: what comes late does not take the pid back. */
  readonly #newest = new Map<number, number>();
  /** Exited nodes in order of exit. */
  readonly #exited = new Set<ProcessNode>();
  #evicted = 0;

  get size(): number {
    return this.#nodes.size;
  }

  /** Nodes that were dropped although they had not exited. */
  get evicted(): number {
    return this.#evicted;
  }

  get(identity: ProcessIdentity): ProcessNode | null {
    const exact = this.#nodes.get(keyOf(identity));
    if (exact) return exact;
    if (identity.pidversion !== null) return null;
    return this.#byPid.get(identity.pid) ?? null;
  }

  /** The process that has this pid now. */
  current(pid: number): ProcessNode | null {
    return this.#byPid.get(pid) ?? null;
  }

  /** The node of a process that takes part in an event; `found` says that it was not known before. */
  meet(process: Process): { readonly node: ProcessNode; readonly found: boolean } {
    const exact = this.get(process);
    // Pids and their versions begin anew when the Mac does.
    if (exact && startsBefore(exact.process, process)) this.#forget(exact);
    else if (exact) return { node: exact, found: false };
    const seeded = this.#seed(process);
    if (seeded) return seeded;
    return { node: this.#add(process, process.parent), found: true };
  }

  fork(parent: ProcessNode, child: Process): ProcessNode {
    const node = this.#add(child, parent.process);
    node.program ??= parent.program;
    node.workingDirectory ??= parent.workingDirectory;
    // Until it runs another program, the child reads what the parent reads, and was told what the parent was.
    node.downstreamOf ??= node.chainId === null ? parent.downstreamOf : null;
    if (node.inputs.length === 0) node.inputs = parent.inputs;
    return node;
  }

  /** The image after an exec: same pid, same parent, same belonging; the image before is gone. */
  exec(before: ProcessNode, after: Process): ProcessNode {
    const node = this.#add(after, before.parent ?? after.parent);
    node.chainId = before.chainId ?? node.chainId;
    // A program that starts itself anew (`rsync --server`) goes on with what it was told.
    if (before.process.executable === after.executable) node.inputs = before.inputs;
    for (const [key, path] of before.created) node.created.set(key, path);
    for (const [key, at] of before.opened) node.opened.set(key, at);
    for (const [key, chain] of before.redirects) node.redirects.set(key, chain);
    this.exit(before);
    return node;
  }

  exit(node: ProcessNode): void {
    if (node.exited) return;
    node.exited = true;
    this.#exited.add(node);
    if (this.#byPid.get(node.process.pid) === node) this.#byPid.delete(node.process.pid);
  }

  /** A row of a process list. It joins the node that Endpoint Security made for the same execution. */
  see(process: Process): { readonly node: ProcessNode; readonly found: boolean } {
    const current = this.#byPid.get(process.pid);
    if (current && (process.startUs === null || !startsBefore(current.process, process)))
      return { node: current, found: false };
    if (current) this.exit(current);
    const gone = this.#gone(process);
    if (gone) return { node: gone, found: false };
    return { node: this.#add(process, process.parent), found: true };
  }

  /** The process and those above it, itself first. */
  *lineOf(node: ProcessNode): Generator<ProcessNode> {
    let at: ProcessNode | null = node;
    for (let depth = 0; at && depth < MAX_DEPTH; depth += 1) {
      yield at;
      at = this.parentOf(at);
    }
  }

  parentOf(node: ProcessNode): ProcessNode | null {
    const parent = node.parent && this.get(node.parent);
    return parent === node ? null : parent;
  }

  /** The process that the system holds responsible, when that is another one. One that was listed is known by its pid alone. */
  responsibleOf({ pid, responsible }: Process): ProcessNode | null {
    return responsible && responsible.pid !== pid ? this.#ancestor(responsible) : null;
  }

  nodes(): Iterable<ProcessNode> {
    return this.#nodes.values();
  }

  /** Takes up the nodes of an earlier run, in their order. */
  resume(nodes: Iterable<ProcessNode>): void {
    for (const node of nodes) {
      this.#nodes.set(keyOf(node.process), node);
      if (node.exited) this.#exited.add(node);
      this.#takePid(node);
    }
  }

  /** A listed process that an event now names with its pidversion: the event knows more, the node's belonging stays. */
  #seed(process: Process): { readonly node: ProcessNode; readonly found: boolean } | null {
    const listed = this.#byPid.get(process.pid);
    if (!listed || listed.process.pidversion !== null) return null;
    if (startsBefore(listed.process, process)) return null;
    const node: ProcessNode = { ...listed, process, userId: userOf(process) };
    node.chainId ??= this.responsibleOf(process)?.chainId ?? null;
    this.#nodes.delete(keyOf(listed.process));
    this.#nodes.set(keyOf(process), node);
    this.#byPid.delete(process.pid);
    this.#takePid(node);
    // A list shows the effective user (`sudo`); whose doing it is, only the event says.
    return { node, found: node.userId !== listed.userId && node.chainId === null };
  }

  /** The execution of a row that was listed while it ended. */
  #gone(process: Process): ProcessNode | null {
    const version = this.#newest.get(process.pid);
    if (version === undefined || process.startUs === null) return null;
    const node = this.#nodes.get(keyOf({ pid: process.pid, pidversion: version }));
    return node?.exited && isSameStart(node.process, process) ? node : null;
  }

  #add(process: Process, parentIdentity: ProcessIdentity | null): ProcessNode {
    const parent = parentIdentity && this.#ancestor(parentIdentity);
    const chainId = parent?.chainId ?? this.responsibleOf(process)?.chainId ?? null;
    // A fork or exec that is reported after other events of the same process completes what is known of it.
    const known = process.pidversion === null ? undefined : this.#nodes.get(keyOf(process));
    if (known) {
      known.chainId ??= chainId;
      return known;
    }
    const node: ProcessNode = {
      process,
      parent: parent ? parent.process : parentIdentity,
      userId: userOf(process),
      program: null,
      inputs: [],
      workingDirectory: null,
      chainId,
      downstreamOf: null,
      passesOn: null,
      upload: null,
      created: new Map(),
      opened: new Map(),
      redirects: new Map(),
      exited: false,
    };
    // Deleted first, so that a pid that was listed before does not keep the place of its predecessor.
    this.#nodes.delete(keyOf(process));
    this.#nodes.set(keyOf(process), node);
    this.#takePid(node);
    this.#shrink();
    return node;
  }

  /** Makes a node the one its pid stands for, unless a newer execution has the pid or had it. */
  #takePid(node: ProcessNode): void {
    const { pid, pidversion } = node.process;
    const newest = this.#newest.get(pid);
    if (pidversion !== null && newest !== undefined && newest > pidversion) {
      const other = this.#nodes.get(keyOf({ pid, pidversion: newest }));
      if (!other || !startsBefore(other.process, node.process)) return;
    }
    if (pidversion !== null) this.#newest.set(pid, pidversion);
    const before = this.#byPid.get(pid);
    // A pid has one process, so the exit of the one before was missed.
    if (before && before !== node && pidversion !== null) this.exit(before);
    if (!node.exited) this.#byPid.set(pid, node);
    else if (pidversion !== null) this.#byPid.delete(pid);
  }

  /** A parent that only the process list showed has no version yet, so its pid is asked when the version is not known. */
  #ancestor(identity: ProcessIdentity): ProcessNode | null {
    const exact = this.get(identity);
    if (exact) return exact;
    const current = this.#byPid.get(identity.pid);
    return current?.process.pidversion === null ? current : null;
  }

  #shrink(): void {
    while (this.#nodes.size > MAX_NODES || this.#exited.size > MAX_EXITED) {
      const [exited] = this.#exited;
      const victim = exited ?? this.#nodes.values().next().value;
      if (!victim) return;
      if (!exited) this.#evicted += 1;
      this.#forget(victim);
    }
  }

  #forget(node: ProcessNode): void {
    const { pid, pidversion } = node.process;
    this.#exited.delete(node);
    if (this.#byPid.get(pid) === node) this.#byPid.delete(pid);
    if (this.#newest.get(pid) === pidversion) this.#newest.delete(pid);
    if (this.#nodes.get(keyOf(node.process)) === node) this.#nodes.delete(keyOf(node.process));
  }
}

/** Remembers a path for a node, dropping the oldest at the bound. */
export function remember<T>(paths: Map<string, T>, key: string, value: T): void {
  paths.delete(key);
  paths.set(key, value);
  if (paths.size <= MAX_PATHS_PER_NODE) return;
  const [oldest] = paths.keys();
  if (oldest !== undefined) paths.delete(oldest);
}

function keyOf(identity: ProcessIdentity): string {
  return `${identity.pid}.${identity.pidversion ?? 'listed'}`;
}

const SECOND_US = 1_000_000;

function isSameStart(one: Process, other: Process): boolean {
  return one.startUs !== null && !startsBefore(one, other) && !startsBefore(other, one);
}

/**
 * Whether `later` began after `known`, that is: the pid was used again. Start times count to the second, and one second
 * apart is the same because the two sources round differently; without a start time the pid alone decides.
 */
function startsBefore(known: Process, later: Process): boolean {
  if (known.startUs === null || later.startUs === null) return false;
  return Math.floor(later.startUs / SECOND_US) - Math.floor(known.startUs / SECOND_US) > 1;
}
