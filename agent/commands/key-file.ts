import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { InputError } from '../knowledge.ts';

/** Bounds of a key, in bytes. */
export const MIN_KEY_BYTES = 16;
export const MAX_KEY_BYTES = 4096;

/**
 * The bytes of a key file, without a newline at the end. Throws an `InputError` for a file that others can read or write,
 * for a link, and for a key that is too short or too long.
 */
export function readKeyFile(path: string): Buffer {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new InputError(`${path}: cannot be read (${reason}); name a key file, no link`, {
      cause,
    });
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new InputError(`${path}: is not a file; name a key file`);
    const mode = stats.mode & 0o777;
    if ((mode & 0o077) !== 0)
      throw new InputError(
        `${path}: others may read it (mode ${mode.toString(8)}); make a new key and "chmod 600" it`,
      );
    if (stats.size > MAX_KEY_BYTES)
      throw new InputError(`${path}: is longer than ${MAX_KEY_BYTES} bytes; name a key file`);
    const bytes = readFileSync(file);
    const key = bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
    if (key.length < MIN_KEY_BYTES)
      throw new InputError(
        `${path}: holds ${key.length} bytes; a key has at least ${MIN_KEY_BYTES}, made with "openssl rand -hex 32"`,
      );
    return key;
  } finally {
    closeSync(file);
  }
}
