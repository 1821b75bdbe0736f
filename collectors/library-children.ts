import { AsyncLocalStorage } from 'node:async_hooks';
import { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';

/**
 * Runs `work` of a library that starts child processes and offers no way to end them. When `signal` aborts, all
 * children that `work` started are killed, and those it starts later too, so that it settles by itself. Settles when
 * they are gone, also those that `work` left running when it failed. The children of a shell are found on Linux only;
 * on macOS a command that hangs inside a shell outlives the shell.
 */
export async function withChildrenEnded<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const scope = new AsyncLocalStorage<true>();
  const children = new Map<ChildProcess, Promise<void>>();
  const started = (message: unknown): void => {
    const child = scope.getStore() === true ? childOf(message) : null;
    if (!child) return;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      // It could not be started; then there is no exit.
      child.once('error', () => resolve());
    });
    children.set(child, gone);
    void gone.then(() => children.delete(child));
    child.once('spawn', () => {
      if (signal.aborted) end(child);
    });
  };
  const endAll = (): void => {
    for (const child of children.keys()) end(child);
  };
  subscribe(CHANNEL, started);
  signal.addEventListener('abort', endAll, { once: true });
  try {
    return await scope.run(true, work);
  } finally {
    unsubscribe(CHANNEL, started);
    signal.removeEventListener('abort', endAll);
    endAll();
    await Promise.all(children.values());
  }
}

/** https://nodejs.org/api/diagnostics_channel.html#child-process: told of every child process that is made. */
const CHANNEL = 'child_process';

function childOf(message: unknown): ChildProcess | null {
  return typeof message === 'object' &&
    message !== null &&
    'process' in message &&
    message.process instanceof ChildProcess
    ? message.process
    : null;
}

function end(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  for (const descendant of descendantsOf(pid)) kill(descendant);
  child.kill('SIGKILL');
  // A descendant that is still there would keep these open, and with them the call that waits for their end.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function descendantsOf(pid: number, depth = 0): readonly number[] {
  if (depth === 4) return [];
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const pids = children.split(' ').map(Number).filter(Boolean).slice(0, 64);
    return pids.flatMap((child) => [...descendantsOf(child, depth + 1), child]);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
