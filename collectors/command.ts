import { type ExecException, execFile } from 'node:child_process';
import { asFailure } from './attempt.ts';

export interface CommandLimits {
  readonly signal: AbortSignal;
  /** Milliseconds; without it only the signal ends the command. */
  readonly timeoutMs?: number;
  /** A command that prints more is ended. */
  readonly maxBytes: number;
}

export type CommandOutcome =
  | { readonly kind: 'done'; readonly text: string }
  /** `complaint` is what the command wrote to its standard error, within the same bound. */
  | { readonly kind: 'failed'; readonly error: ExecException; readonly complaint: string };

/**
 * Runs `file` with `args`, without a shell, in `/`, under an environment of PATH, LC_ALL and HOME only. Ended with SIGKILL when
 * a limit is reached. Resolves when the process is gone; an exit code other than 0 is a failure.
 */
export function outcomeOf(
  file: string,
  args: readonly string[],
  { signal, timeoutMs = 0, maxBytes }: CommandLimits,
): Promise<CommandOutcome> {
  const options = {
    encoding: 'utf8',
    cwd: '/',
    env: {
      PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
      LC_ALL: 'C',
      HOME: process.env['HOME'] ?? '/var/empty',
    },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
  } as const;
  return new Promise((resolve) => {
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      signal.removeEventListener('abort', stop);
      resolve(
        error ? { kind: 'failed', error, complaint: stderr } : { kind: 'done', text: stdout },
      );
    });
    // The option `signal` would send SIGTERM, which a program need not heed, and report before the program is gone.
    const stop = (): void => {
      child.kill('SIGKILL');
      // What the program itself started may hold its output open.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * What a command prints, at most 16 MiB. Rejects with a `CollectorError` (`command-missing`, `command-failed`), also when
 * `signal` aborts.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const outcome = await outcomeOf(file, args, { signal, maxBytes: MAX_OUTPUT_BYTES });
  if (outcome.kind === 'failed') throw asFailure(file, outcome.error);
  return outcome.text;
}
