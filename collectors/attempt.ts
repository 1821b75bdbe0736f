import { CollectorError, type TroubleCode } from './collector.ts';

/** How long an aborted attempt may take to clean up before nobody waits for it any more, in milliseconds. */
const GRACE_MS = 1000;

/**
 * Runs `work`, which must stop when its signal aborts, for at most `timeoutMs` milliseconds. Rejects with a
 * `CollectorError`: `command-slow` when time was up, `command-missing` or `command-failed` for what `work` threw.
 * `what` names the work in messages. Work that ignores its signal is left behind one second after the abort.
 */
export async function attempt<T>(
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new CollectorError('command-failed', `${what} was stopped`);
  const inner = new AbortController();
  const stop = (): void => inner.abort();
  signal.addEventListener('abort', stop, { once: true });
  let grace: NodeJS.Timeout | undefined;
  const leftBehind = new Promise<null>((resolve) => {
    inner.signal.addEventListener(
      'abort',
      () => {
        grace = setTimeout(() => resolve(null), GRACE_MS);
      },
      { once: true },
    );
  });
  const timeIsUp = new Error('time is up');
  const timeout = setTimeout(() => inner.abort(timeIsUp), timeoutMs);
  try {
    const done = await Promise.race([work(inner.signal).then((value) => ({ value })), leftBehind]);
    if (done && !inner.signal.aborted) return done.value;
    throw new CollectorError('command-failed', `${what} was stopped`);
  } catch (error) {
    if (inner.signal.reason === timeIsUp) {
      // Work that knows why it was slow says so.
      if (error instanceof CollectorError && error.code === 'command-slow') throw error;
      const message = `${what} gave no answer within ${timeoutMs} ms and was ended; look for a command that hangs`;
      throw new CollectorError('command-slow', message, { cause: error });
    }
    throw asFailure(what, error);
  } finally {
    clearTimeout(timeout);
    clearTimeout(grace);
    signal.removeEventListener('abort', stop);
  }
}

/**
 * What an error of a child process or a library means to a live source. The error's own message stays in `cause`: it can
 * hold the command lines of other people.
 */
export function asFailure(what: string, error: unknown): CollectorError {
  if (error instanceof CollectorError) return error;
  const code = codeOf(error);
  const meaning: TroubleCode = MISSING.has(code) ? 'command-missing' : 'command-failed';
  const message =
    meaning === 'command-missing'
      ? `${what} cannot be started (${code}); install the command or repair its permissions`
      : `${what} failed${code === '' ? '' : ` (${code})`}; run it by hand to see why`;
  return new CollectorError(meaning, message, { cause: error });
}

const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'ENOTDIR', 'ENOEXEC']);

/** The `code` of an error: a name such as `ENOENT`, or the exit code of a command. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' || typeof error.code === 'number' ? String(error.code) : '';
}
