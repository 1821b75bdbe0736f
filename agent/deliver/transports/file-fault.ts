import type { Outcome } from '../outcome.ts';

/** A file that is not used because of what it or its folder is. `message` says what to do. */
export class FileRefusedError extends Error {
  readonly code = 'ERR_SPILLWATCH_FILE';
}

/** Errors of the system that the configuration mends; every other one may pass by itself. */
const CONFIG: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'the agent may not write there; check owner and permissions'],
  ['EPERM', 'the agent may not write there; check owner, flags and Full Disk Access'],
  ['EROFS', 'the volume is read-only; name a file on another'],
  ['ENOENT', 'the folder is missing; make it, for root alone to write'],
  ['ENOTDIR', 'something on the way is not a folder; correct path'],
  ['EISDIR', 'there is a folder of that name; correct path'],
  ['ENOTEMPTY', 'there is a folder in the place of a rotated file; move it away'],
  ['ELOOP', 'is a link, and links are not followed; name the file itself'],
  ['ENXIO', 'is not a file; name another path'],
  ['ENAMETOOLONG', 'the name is too long; shorten path'],
]);

const RETRY: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the volume is full; make room'],
  ['EDQUOT', 'the quota is used up; make room'],
]);

/** What an error of the file system means for what was to be written to `path`. */
export function outcomeOfFileError(
  path: string,
  error: unknown,
): Extract<Outcome, { readonly kind: 'config' | 'retry' }> {
  if (error instanceof FileRefusedError) return { kind: 'config', detail: error.message };
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const advice = CONFIG.get(code);
  if (advice !== undefined) return { kind: 'config', detail: `${path}: ${advice} (${code})` };
  const detail = RETRY.get(code) ?? 'cannot be written';
  return { kind: 'retry', detail: `${path}: ${detail} (${code})`, retryAfterMs: null };
}
