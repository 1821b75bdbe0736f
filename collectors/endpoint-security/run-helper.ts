/**
 * Runs the helper as a child process of its own and takes what it writes.
 *
 * No shell, no input, not detached (the helper leaves out what its own process group does), an environment of three
 * variables. The promise settles only when the child is gone: it gets SIGTERM when the signal aborts and SIGKILL after
 * `KILL_AFTER_MS`; one that not even that ends (it belongs to another user, or hangs in the kernel) is let go of after
 * `GIVE_UP_AFTER_MS`, with its pipes closed. Nothing is kept: chunks go to the output as they come, and while the output
 * works on one the pipe fills and the helper waits.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { CollectorError } from '../collector.ts';

/** From SIGTERM to SIGKILL. */
export const KILL_AFTER_MS = 2000;

/** From SIGTERM until the child is let go of, dead or not. */
export const GIVE_UP_AFTER_MS = 2800;

/** How long a child that closed its output may live on, and pipes that somebody else still holds may stay open. */
const LINGER_MS = 500;

/** How the helper ended; both are `null` when it could not be ended. */
export interface HelperEnd {
  readonly status: number | null;
  readonly signalName: NodeJS.Signals | null;
}

/** Where chunks go. A function that throws stops the helper, and its error rejects the run. */
export interface HelperOutput {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Runs `command` with `args` added until it ends or `signal` aborts. Rejects with a `CollectorError`: `helper-missing`
 * when there is no such program or it may not be run, `helper-exited` when the system cannot start it now.
 */
export function runHelper(
  command: readonly string[],
  args: readonly string[],
  output: HelperOutput,
  signal: AbortSignal,
): Promise<HelperEnd> {
  const [program = '', ...first] = command;
  return new Promise((resolve, reject) => {
    let child: Child;
    try {
      child = spawn(program, [...first, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: helperEnvironment(),
      });
    } catch (cause) {
      reject(startError(program, cause));
      return;
    }
    const timers: NodeJS.Timeout[] = [];
    let failure: { readonly error: unknown } | null = null;
    let isStopping = false;
    let isSettled = false;
    child.on('error', (cause) => {
      // Later errors are about signals that could not be sent.
      if (child.pid === undefined) settle(() => reject(startError(program, cause)));
    });
    // It was not started, for which the error is still to come; it may not even have pipes.
    if (child.pid === undefined) return;
    const pipes = [child.stdout, child.stderr];
    child.stdout
      .on(
        'data',
        guarded((chunk) => output.stdout(chunk)),
      )
      .on('close', () => later(LINGER_MS, stop));
    child.stderr.on(
      'data',
      guarded((chunk) => output.stderr(chunk)),
    );
    // A pipe that breaks is closed, and what follows from that is handled there.
    for (const pipe of pipes) pipe.on('error', () => {});
    child.on('exit', () => later(LINGER_MS, closePipes));
    child.on('close', (status, signalName) => finish({ status, signalName }));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();

    function guarded(take: (chunk: Buffer) => void): (chunk: Buffer) => void {
      return (chunk) => {
        if (failure) return;
        try {
          take(chunk);
        } catch (error) {
          failure = { error };
          stop();
        }
      };
    }

    function stop(): void {
      if (isStopping) return;
      isStopping = true;
      child.kill('SIGTERM');
      later(KILL_AFTER_MS, () => child.kill('SIGKILL'));
      later(GIVE_UP_AFTER_MS, () => {
        closePipes();
        child.unref();
        finish({ status: null, signalName: null });
      });
    }

    function closePipes(): void {
      for (const pipe of pipes) pipe.destroy();
    }

    function finish(end: HelperEnd): void {
      // An error of the output is thrown on as it is, whatever it is.
      settle(() => (failure ? reject(failure.error) : resolve(end)));
    }

    function later(ms: number, action: () => void): void {
      // A pipe's own end can come after that of the child.
      if (!isSettled) timers.push(setTimeout(action, ms));
    }

    function settle(how: () => void): void {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (!isSettled) how();
      isSettled = true;
    }
  });
}

/** The helper's whole environment. */
function helperEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
    LC_ALL: 'C',
    HOME: process.env['HOME'] ?? '/var/empty',
  };
}

const MISSING: ReadonlySet<string> = new Set([
  'ENOENT',
  'EACCES',
  'ENOTDIR',
  // An empty name, or one with a zero byte.
  'ERR_INVALID_ARG_VALUE',
]);

function startError(program: string, cause: unknown): CollectorError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return MISSING.has(reason)
    ? new CollectorError(
        'helper-missing',
        `${program}: cannot be run (${reason}); check endpointSecurity.command and that the file is there and executable`,
        { cause },
      )
    : new CollectorError('helper-exited', `${program}: cannot be started (${reason})`, { cause });
}
