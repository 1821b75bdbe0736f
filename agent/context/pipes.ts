/**
 * Pipes between processes, so that data is followed where no file is written.
 *
 * A process writes to the pipe on its descriptor 1 and reads the one on descriptor 0; both ends show the same id at
 * exec. A pipe that its arguments name (`/dev/fd/63`, a substituted process of the shell) it may read or write. The members of
 * a pipeline may be executed in any order. The kernel gives the id of a pipe that is gone to another one, so an id whose
 * processes have all exited some time ago stands for a new pipe. Bound: `MAX_PIPES`, the oldest goes first.
 */
import type { ProcessExec } from '../../collectors/event.ts';
import type { Downstream, ProcessNode } from './process-tree.ts';

export const MAX_PIPES = 4096;
/** Most processes that share one end of a pipe. */
const MAX_ENDS = 64;

/** How long after a process last took or left an end an id is still the same pipe, although all its processes have exited. */
const SAME_PIPE_US = 10_000_000;

interface Pipe {
  readonly writers: ProcessNode[];
  readonly readers: ProcessNode[];
  /** When a process last took an end, or exited with one. */
  connectedUs: number;
}

export class Pipes {
  readonly #pipes = new Map<string, Pipe>();
  readonly #inputs = new WeakMap<ProcessNode, readonly string[]>();
  readonly #outputs = new WeakMap<ProcessNode, readonly string[]>();

  /** Registers the ends a process holds after its exec. */
  connect(node: ProcessNode, exec: ProcessExec, clockUs: number): void {
    const inputs = pipesAt(exec, 0);
    for (const id of inputs) this.#end(id, clockUs).readers.push(node);
    if (inputs.length > 0) this.#inputs.set(node, inputs);
    const outputs = pipesAt(exec, 1);
    for (const id of outputs) this.#end(id, clockUs).writers.push(node);
    if (outputs.length > 0) this.#outputs.set(node, outputs);
  }

  /** A process exited. A subshell around it, of which nothing is known, may keep the end for its next program. */
  leave(node: ProcessNode, clockUs: number): void {
    for (const id of [...(this.#inputs.get(node) ?? []), ...(this.#outputs.get(node) ?? [])]) {
      const pipe = this.#pipes.get(id);
      if (pipe && [...pipe.readers, ...pipe.writers].includes(node)) pipe.connectedUs = clockUs;
    }
  }

  /** Chain whose data comes through the pipe that the process reads: its session's, or one that is passed on. */
  sourceOf(exec: ProcessExec, reader: ProcessNode): Downstream | null {
    for (const writer of pipesAt(exec, 0).flatMap((id) => this.#pipes.get(id)?.writers ?? [])) {
      if (writer === reader) continue;
      const source = outputOf(writer);
      if (source) return source;
    }
    return null;
  }

  /**
   * Marks every process behind `node` in the pipeline as reading the chain's data too, and names those that newly do.
   * A process of a session itself is left alone.
   */
  spread(node: ProcessNode): readonly ProcessNode[] {
    const source = outputOf(node);
    if (!source) return [];
    const reached: ProcessNode[] = [];
    const open = [node];
    for (let at = open.pop(); at; at = open.pop()) {
      const outputs = this.#outputs.get(at) ?? [];
      for (const reader of outputs.flatMap((id) => this.#pipes.get(id)?.readers ?? [])) {
        if (reader.chainId !== null || reader.downstreamOf !== null) continue;
        reader.downstreamOf = source;
        reached.push(reader);
        open.push(reader);
      }
    }
    return reached;
  }

  /** For a snapshot: the ends of every pipe. */
  state(): readonly (readonly [string, Pipe])[] {
    return [...this.#pipes];
  }

  resume(
    id: string,
    writers: readonly ProcessNode[],
    readers: readonly ProcessNode[],
    connectedUs: number,
  ): void {
    const pipe = this.#end(id, connectedUs);
    pipe.writers.push(...writers);
    pipe.readers.push(...readers);
    for (const reader of readers)
      this.#inputs.set(reader, [...(this.#inputs.get(reader) ?? []), id]);
    for (const writer of writers)
      this.#outputs.set(writer, [...(this.#outputs.get(writer) ?? []), id]);
  }

  #end(id: string, clockUs: number): Pipe {
    const known = this.#pipes.get(id);
    if (known && isSamePipe(known, clockUs)) {
      known.connectedUs = clockUs;
      if (known.readers.length >= MAX_ENDS) known.readers.shift();
      if (known.writers.length >= MAX_ENDS) known.writers.shift();
      return known;
    }
    const pipe: Pipe = { writers: [], readers: [], connectedUs: clockUs };
    this.#pipes.delete(id);
    this.#pipes.set(id, pipe);
    if (this.#pipes.size > MAX_PIPES) {
      const [oldest] = this.#pipes.keys();
      if (oldest !== undefined) this.#pipes.delete(oldest);
    }
    return pipe;
  }
}

const NAMED_DESCRIPTOR = /\/dev\/fd\/(\d+)/;

/** Pipes on a standard descriptor and on those that the arguments name. */
function pipesAt({ descriptors, args }: ProcessExec, standard: 0 | 1): readonly string[] {
  const pipes = descriptors.filter(
    ({ fd, pipeId }) => pipeId !== null && (fd === standard || fd > 2),
  );
  if (pipes.length === 0) return [];
  const named = new Set(args.map((arg) => Number(NAMED_DESCRIPTOR.exec(arg)?.[1])));
  return pipes.flatMap(({ fd, pipeId }) =>
    pipeId !== null && (fd === standard || named.has(fd)) ? [pipeId] : [],
  );
}

function isSamePipe({ writers, readers, connectedUs }: Pipe, clockUs: number): boolean {
  return (
    clockUs - connectedUs <= SAME_PIPE_US || [...writers, ...readers].some((end) => !end.exited)
  );
}

/** What a process puts into its pipe: data of its own session, what it reads from a pipe, or from a file. */
function outputOf(node: ProcessNode): Downstream | null {
  if (node.chainId !== null) return { chainId: node.chainId, link: 'pipe', places: [] };
  return node.downstreamOf ?? node.passesOn;
}
