import { ConfigError } from '../config.ts';
import { LogFileError } from '../health/log-file.ts';
import { InputError } from '../knowledge.ts';
import { StateError } from '../store/state-error.ts';

/** An error of what the user named, whose message is the one line that is printed; any other is a fault of the program. */
export function isExpected(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof StateError ||
    error instanceof InputError ||
    error instanceof LogFileError
  );
}
