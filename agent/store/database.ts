import { closeSync, constants, existsSync, fchmodSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from './migrations.ts';
import { type Connection, openSqlite } from './sqlite.ts';
import { StateError } from './state-error.ts';
import { ownStateFolder } from './state-folder.ts';
import { clearSuspicion, isSuspect } from './suspect.ts';

const FILE_NAME = 'spillwatch.db';

/** A database that lives as long as the process, for replays without `--state`. */
export function openInMemory(): Connection {
  return prepare(openSqlite(':memory:'));
}

/**
 * Opens, or creates, the database in a folder. The folder is one of its owner alone (`state-folder.ts`), the file has mode
 * 0600; a newer schema or a damaged file is refused with a `StateError`.
 *
 * What waits to be sent is looked at only when a run met damage (`suspect.ts`), so that a long outbox does not make a long
 * start.
 */
export function openInFolder(folder: string): Connection {
  try {
    const place = ownStateFolder(folder);
    const file = join(place, FILE_NAME);
    keepPrivate(file);
    const connection = prepare(openSqlite(file));
    const fault = isSuspect(place) ? faultIn(connection) : faultBesideOutbox(connection);
    if (fault === null) {
      clearSuspicion(place);
      return connection;
    }
    connection.close();
    throw new StateError(`${file}: is damaged (${fault}); move it aside and start anew`);
  } catch (cause) {
    if (cause instanceof StateError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StateError(`${folder}: cannot be used as state (${reason}); check owner and space`, {
      cause,
    });
  }
}

/** The first fault of a whole database, `null` when it is sound. */
export function faultIn(connection: Connection): string | null {
  const [fault] = connection.prepare<[], string>('PRAGMA quick_check(1)').pluck().all();
  return fault === 'ok' ? null : (fault ?? 'no answer');
}

const OUTBOX: ReadonlySet<string> = new Set(['outbox', 'dead_letters']);

function faultBesideOutbox(connection: Connection): string | null {
  const tables = connection
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all();
  for (const table of tables) {
    if (OUTBOX.has(table) || table.startsWith('sqlite_')) continue;
    // The names are those of our own schema, or of one that somebody else made: quoted all the same.
    const check = `PRAGMA quick_check("${table.replaceAll('"', '""')}")`;
    const [fault] = connection.prepare<[], string>(check).pluck().all();
    if (fault !== 'ok') return fault ?? 'no answer';
  }
  return null;
}

/** Makes the file when it is not there, and makes it its owner's alone; a link in its place is refused. */
function keepPrivate(file: string): void {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = openSync(file, flags, 0o600);
  try {
    fchmodSync(handle, 0o600);
  } finally {
    closeSync(handle);
  }
}

/** Opens the database of a state folder to look at it; a folder without one is a `StateError`, and nothing is created. */
export function openExisting(folder: string): Connection {
  const file = join(folder, FILE_NAME);
  if (!existsSync(file))
    throw new StateError(
      `${folder}: holds no database; name the folder a replay or agent wrote to`,
    );
  return openInFolder(folder);
}

/** One writer, write-ahead log: history survives a crash of the process, and a crash of the system up to the last moments. */
function prepare(connection: Connection): Connection {
  // Only counts before the first table is made.
  connection.pragma('auto_vacuum = INCREMENTAL');
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = NORMAL');
  // Only macOS has a stronger fsync; it is spent where the log goes into the database.
  connection.pragma('checkpoint_fullfsync = ON');
  connection.pragma('journal_size_limit = 16777216');
  connection.pragma('trusted_schema = OFF');
  connection.pragma('cell_size_check = ON');
  connection.pragma('foreign_keys = ON');
  migrate(connection);
  return connection;
}

/** Writes a number of the database as it is. Throws while the database cannot be written. */
export function probe(connection: Connection): void {
  const version = Number(connection.pragma('user_version', { simple: true }));
  connection.pragma(`user_version = ${version}`);
}

/** Commits of `act` are on the disk when it returns; outside of a transaction only. */
export function durably<T>(connection: Connection, act: () => T): T {
  connection.pragma('synchronous = FULL');
  try {
    return act();
  } finally {
    connection.pragma('synchronous = NORMAL');
  }
}
