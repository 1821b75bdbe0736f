/**
 * Opens the state, and starts anew when the database is damaged: an agent that sees is worth more than its history. The
 * damaged files stay as evidence; a database of a newer version is whole and is never moved.
 */
import { lstatSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { faultIn, openInFolder, openInMemory } from './database.ts';
import { type Salvage, salvage } from './salvage.ts';
import { type Connection, openSqlite } from './sqlite.ts';
import { StateError } from './state-error.ts';
import { ownStateFolder } from './state-folder.ts';
import { isDamage } from './suspect.ts';

const FILE_NAME = 'spillwatch.db';
const SUFFIX = '.corrupt';
/** Characters of a reason. */
const MAX_REASON = 200;

/** A damaged database that was put aside. */
export interface Recovered {
  /** Its new path; `-wal` and `-shm` lie beside it. */
  readonly movedTo: string;
  /** What SQLite found, in one line of at most 200 characters. */
  readonly reason: string;
  /** What was not sent yet and is in the new database. */
  readonly salvaged: Salvage;
}

/**
 * Opens the database in a folder as `openInFolder` does. A damaged one is renamed to `spillwatch.db.corrupt`, with its
 * companions, in place of an older one, and a new one is made. Everything else that is wrong is a `StateError`.
 */
export function openOrRecover(folder: string): {
  readonly connection: Connection;
  readonly recovered: Recovered | null;
} {
  try {
    return { connection: openInFolder(folder), recovered: null };
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    // What others could have put there is not looked into.
    const file = join(ownStateFolder(folder), FILE_NAME);
    const reason = damageOf(file);
    if (reason === null) throw error;
    const movedTo = putAside(file);
    const connection = openInFolder(folder);
    return { connection, recovered: { movedTo, reason, salvaged: salvage(movedTo, connection) } };
  }
}

/** `null` when the file is no damaged database: whole, newer, a link, or not to be read at all. */
function damageOf(file: string): string | null {
  let connection: Connection | undefined;
  try {
    if (!lstatSync(file).isFile()) return null;
    connection = openSqlite(file, { fileMustExist: true });
    connection.pragma('trusted_schema = OFF');
    if (schemaOf(connection) > knownSchema()) return null;
    const fault = faultIn(connection);
    return fault === null ? null : oneLine(fault);
  } catch (error) {
    return isDamage(error) ? oneLine(error.message) : null;
  } finally {
    connection?.close();
  }
}

/** The log goes first: one that is left beside a new database could be taken for its own. */
function putAside(file: string): string {
  const movedTo = `${file}${SUFFIX}`;
  const companions = ['-wal', '-shm', ''];
  try {
    for (const companion of companions) rmSync(`${movedTo}${companion}`, { force: true });
    for (const companion of companions) {
      const from = `${file}${companion}`;
      if (lstatSync(from, { throwIfNoEntry: false })) renameSync(from, `${movedTo}${companion}`);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StateError(
      `${file}: is damaged and cannot be put aside (${reason}); move it away and start again`,
      { cause },
    );
  }
  return movedTo;
}

function schemaOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

/** The schema of this version is that of a new database. */
function knownSchema(): number {
  const connection = openInMemory();
  try {
    return schemaOf(connection);
  } finally {
    connection.close();
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, MAX_REASON);
}
