/**
 * A mark in the state folder: a run met damage in its database, so the next one looks at all of it before it trusts it.
 */
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE_NAME = 'spillwatch.suspect';

export function isSuspect(folder: string): boolean {
  return lstatSync(join(folder, FILE_NAME), { throwIfNoEntry: false }) !== undefined;
}

/** Never throws: without the mark the next run meets the damage itself. */
export function suspect(folder: string): void {
  try {
    writeFileSync(join(folder, FILE_NAME), '', { flag: 'wx', mode: 0o600 });
  } catch {
    // It is there already, or nothing can be written there.
  }
}

export function clearSuspicion(folder: string): void {
  rmSync(join(folder, FILE_NAME), { force: true });
}

/** Whether an error of SQLite says that the database itself is damaged. */
export function isDamage(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const code = String(error.code);
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
}
