import { ConfigError } from '../config.ts';
import { LogFileError } from '../health/log-file.ts';
import { InputError } from '../knowledge.ts';
import { StateError } from '../store/state-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Output, printable } from './terminal.ts';

/** An error of what the user named, whose message is the one line that is printed; any other is a fault of the program. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof StateError ||
    error instanceof InputError ||
    error instanceof LogFileError
  );
}

/** Says an expected error in its one line; throws any other. */
export function refused(error: unknown, output: Output): ExitCode {
  if (!isExpected(error)) throw error;
  output.err(`${printable(error.message)}\n`);
  return EXIT.unreadable;
}
