import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { MAX_FILE_BYTES } from './entry.ts';

/** A file that the package is made of and that cannot be used. `message` is one line: what, where, what to do. */
export class SourceError extends Error {
  readonly code = 'SOURCE_UNREADABLE';
}

/** The bytes of a regular file that is no link, at most `MAX_FILE_BYTES`. Throws a `SourceError`; `remedy` ends its line. */
export function sourceFile(path: string, remedy = 'name a file'): Buffer {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new SourceError(`${path}: cannot be read (${reason}); ${remedy}`, { cause });
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new SourceError(`${path}: is no file; ${remedy}`);
    if (stats.size > MAX_FILE_BYTES)
      throw new SourceError(`${path}: is longer than ${MAX_FILE_BYTES} bytes; ${remedy}`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
