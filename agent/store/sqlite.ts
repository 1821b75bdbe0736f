import Database from 'better-sqlite3';
import { SQLITE_ADDON } from '../addons.ts';

export type Connection = Database.Database;

/**
 * Opens an SQLite database; `:memory:` is one that lives as long as the connection. Throws what better-sqlite3 throws. Every
 * connection of the agent is made here, because only here it is known where the native part is.
 */
export function openSqlite(
  file: string,
  options: Pick<Database.Options, 'readonly' | 'fileMustExist'> = {},
): Connection {
  return new Database(file, { ...options, nativeBinding: SQLITE_ADDON });
}
