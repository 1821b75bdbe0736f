import { Worker } from 'node:worker_threads';
import { CollectorError } from '../collector.ts';

/** Most threads that hang at the same time; while that many do, no more are started. */
const MAX_HANGING = 4;

/** Most memory for what a thread makes, in MiB; one that wants more ends. The two tables of ps may have 64 million characters each. */
const MAX_HEAP_MIB = 1024;

/** The script of a thread: a file, or its text where there are no files. */
export type ThreadScript =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string };

/**
 * Starts the threads that list processes, and counts those that were told to end and hang: a thread inside a call of the system
 * ends only when the call does. One of these for the whole process, so that the bound holds however often collectors start anew.
 */
export class ListThreads {
  readonly #script: ThreadScript;
  readonly #maxHeapMib: number;
  readonly #hanging = new Set<Worker>();

  constructor(script: ThreadScript, maxHeapMib = MAX_HEAP_MIB) {
    this.#script = script;
    this.#maxHeapMib = maxHeapMib;
  }

  /** Threads that were told to end and have not. */
  get hanging(): number {
    return this.#hanging.size;
  }

  /** A new thread, which keeps no process alive. Throws a `CollectorError` while too many hang. */
  start(): Worker {
    if (this.#hanging.size >= MAX_HANGING) throw hangs();
    const script = this.#script;
    const worker = new Worker(script.kind === 'file' ? script.path : script.text, {
      eval: script.kind === 'text',
      name: 'process-list',
      // Nothing that was meant for the agent's own start is done again.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#maxHeapMib },
    });
    worker.unref();
    return worker;
  }

  /** Tells a thread to end; waits for nothing. */
  end(worker: Worker): void {
    if (worker.threadId === -1) return;
    this.#hanging.add(worker);
    if (this.#hanging.size === 1) process.on('exit', leaveHanging);
    worker.once('exit', () => {
      this.#hanging.delete(worker);
      if (this.#hanging.size === 0) process.off('exit', leaveHanging);
    });
    void worker.terminate();
    // Telling it made it a reason to stay alive again.
    worker.unref();
  }
}

/** What is wrong when a thread hangs, and what to do. */
export function hangs(): CollectorError {
  const message = `listing processes hangs inside the system, as when a file system gives no answer: find it with "mount" and unmount it by force; no more lists are tried while ${MAX_HANGING} of them hang`;
  return new CollectorError('command-slow', message);
}

/** Node waits at its end for every thread. A shell that takes its place does not, and has its exit code. */
function leaveHanging(code: number): void {
  process.execve?.('/bin/sh', ['sh', '-c', `exit ${code}`], {});
}
