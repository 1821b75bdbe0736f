import { type Output, printable } from '../agent/commands/terminal.ts';

/** A call that asks for what there is not; the message is one line for people. */
export class UsageError extends Error {
  readonly code = 'ERR_SPILLWATCH_USAGE';
}

/** What `read` makes of the arguments. Says what is wrong with them and how they are meant, and gives `null`. */
export function readCall<T>(read: () => T, usage: string, output: Output): T | null {
  try {
    return read();
  } catch (error) {
    if (!isOfTheCall(error)) throw error;
    output.err(`${printable(error.message)}\n${usage}`);
    return null;
  }
}

/** Ours, or what `parseArgs` has against an option. */
function isOfTheCall(error: unknown): error is Error {
  if (!(error instanceof Error && 'code' in error)) return false;
  return error instanceof UsageError || String(error.code).startsWith('ERR_PARSE_ARGS_');
}
