import type { Worker } from 'node:worker_threads';
import { CollectorError } from '../collector.ts';
import { type ListRequest, readAnswer } from './list-messages.ts';
import { hangs, type ListThreads } from './list-threads.ts';
import {
  type ListedProcess,
  MAX_PROCESSES,
  type ProcessList,
  type ProcessLists,
} from './process-list.ts';

/**
 * How long a thread that was stopped may take to end what it started, in milliseconds; one that takes longer hangs. Below the
 * second of `attempt`, so that the trouble says that it hangs.
 */
const STOP_MS = 800;

/**
 * Lists of one collector, taken in a thread that starts with the first one and is kept. One that failed in any way, or was
 * stopped, is ended, and the next list has a new one; see `ListThreads` for those that cannot be ended.
 */
export function threadLists(threads: ListThreads): ProcessLists {
  let thread: ListThread | null = null;
  let gone = Promise.resolve();
  const end = (): void => {
    if (!thread) return;
    gone = thread.gone;
    threads.end(thread.worker);
    thread = null;
  };
  return {
    list: async (signal) => {
      if (thread?.isOver !== false) thread = new ListThread(threads.start());
      try {
        return await stoppable(thread, signal);
      } catch (error) {
        end();
        throw error;
      }
    },
    close: async () => {
      end();
      await atMost(STOP_MS, gone);
    },
  };
}

/** A list; when `signal` aborts, the thread ends its children first. */
async function stoppable(thread: ListThread, signal: AbortSignal): Promise<ProcessList> {
  let timeout: NodeJS.Timeout | undefined;
  const over = new AbortController();
  const hung = new Promise<never>((_resolve, reject) => {
    const stop = (): void => {
      thread.tell('stop');
      timeout = setTimeout(() => reject(hangs()), STOP_MS);
    };
    signal.addEventListener('abort', stop, { once: true, signal: over.signal });
  });
  try {
    const list = await Promise.race([thread.list(), hung]);
    signal.throwIfAborted();
    return list;
  } finally {
    over.abort();
    clearTimeout(timeout);
  }
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timeout = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timeout);
}

/** A thread with at most one question to it. */
class ListThread {
  readonly worker: Worker;
  /** Resolves when it has ended. */
  readonly gone: Promise<void>;
  #isOver = false;
  #waiting: {
    readonly resolve: (message: unknown) => void;
    readonly reject: (error: CollectorError) => void;
  } | null = null;

  constructor(worker: Worker) {
    this.worker = worker;
    worker.on('message', (message: unknown) => this.#waiting?.resolve(message));
    worker.on('messageerror', () => this.#waiting?.resolve(null));
    worker.on('error', (error) => this.#end(codeOf(error)));
    this.gone = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#end(`exit ${code}`);
        resolve();
      });
    });
  }

  /** Whether it ended by itself. */
  get isOver(): boolean {
    return this.#isOver;
  }

  tell(request: ListRequest): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.worker.postMessage(request);
  }

  async list(): Promise<ProcessList> {
    const processes: ListedProcess[] = [];
    for (let request: ListRequest = 'list'; ; request = 'next') {
      // oxlint-disable-next-line no-await-in-loop -- the thread waits for each question
      const answer = readAnswer(await this.#ask(request));
      if (answer.kind === 'failed') throw new CollectorError(answer.code, answer.message);
      processes.push(...answer.rows);
      if (answer.isLast || processes.length >= MAX_PROCESSES)
        return { processes: processes.slice(0, MAX_PROCESSES), total: answer.total };
    }
  }

  #ask(request: ListRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.tell(request);
    });
  }

  #end(reason: string): void {
    this.#isOver = true;
    const message = `the thread that lists processes ended (${reason}); the next list has a new one`;
    this.#waiting?.reject(new CollectorError('command-failed', message));
  }
}

/** The name of an error, bounded: its message can hold command lines. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code).slice(0, 64) : 'error';
}
