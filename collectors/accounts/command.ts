import type { ExecException } from 'node:child_process';
import { outcomeOf } from '../command.ts';

/** How a command ended. `status` is its exit code, `null` when it had none. */
export type CommandResult =
  | { readonly kind: 'done'; readonly text: string }
  | {
      readonly kind: 'failed';
      readonly code: CommandFault;
      readonly status: number | null;
      readonly detail: string;
    };

type CommandFault = 'command-missing' | 'command-failed' | 'command-slow';

/** Output above it ends the command (`command-failed`). */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/**
 * Runs one program without a shell and gives what it wrote. Above `timeoutMs` milliseconds, above 4 MiB of output and
 * when `signal` aborts it is killed. Resolves when it is gone; never rejects.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CommandResult> {
  if (signal.aborted) return failed('command-failed', null, 'was stopped');
  const limits = { signal, timeoutMs, maxBytes: MAX_OUTPUT_BYTES };
  const outcome = await outcomeOf(file, args, limits);
  return outcome.kind === 'done' ? outcome : failureOf(outcome.error, timeoutMs);
}

function failureOf(error: ExecException, timeoutMs: number): CommandResult {
  const { code } = error;
  if (code === 'ENOENT' || code === 'EACCES')
    return failed('command-missing', null, `cannot be run (${code})`);
  if (typeof code === 'number') return failed('command-failed', code, `exit ${code}`);
  if (typeof code === 'string') return failed('command-failed', null, code);
  return error.killed === true
    ? failed('command-slow', null, `gave no answer in ${timeoutMs} ms`)
    : failed('command-failed', null, `ended by ${error.signal ?? 'an unknown signal'}`);
}

function failed(code: CommandFault, status: number | null, detail: string): CommandResult {
  return { kind: 'failed', code, status, detail };
}
