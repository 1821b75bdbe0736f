import type Database from 'better-sqlite3';
import { StateError } from './state-error.ts';

/**
 * The schema, one step a version; a step that has shipped is never changed. Times are microseconds since 1970: `*_us` by the
 * clock of the Mac, `*_clock_us` on the timeline. JSON columns hold the records of the modules that own them.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   -- One row a chain: what it is, how far it came, and the rest of its state as JSON.
   CREATE TABLE chains (
     id TEXT PRIMARY KEY,
     user_id INTEGER NOT NULL,
     tool TEXT NOT NULL,
     stage TEXT NOT NULL,
     severity TEXT NOT NULL,
     first_us INTEGER NOT NULL,
     last_us INTEGER NOT NULL,
     state TEXT NOT NULL
   ) STRICT;
   CREATE INDEX chains_by_last ON chains (last_us);
   -- Every path the data of a chain had, in order of time.
   CREATE TABLE paths (
     id INTEGER PRIMARY KEY,
     chain_id TEXT NOT NULL REFERENCES chains (id) ON DELETE CASCADE,
     clock_us INTEGER NOT NULL,
     path TEXT NOT NULL
   ) STRICT;
   CREATE INDEX paths_by_chain ON paths (chain_id);
   -- Events that extended a chain; nothing else is kept of the stream.
   CREATE TABLE events (
     id INTEGER PRIMARY KEY,
     chain_id TEXT NOT NULL REFERENCES chains (id) ON DELETE CASCADE,
     time_us INTEGER NOT NULL,
     kind TEXT NOT NULL,
     step TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_by_chain ON events (chain_id);
   -- Files that hold data of a chain now; the key is the path in its one form.
   CREATE TABLE files (
     key TEXT PRIMARY KEY,
     path TEXT NOT NULL,
     touched_clock_us INTEGER NOT NULL,
     ties TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   -- Every emission, as it was.
   CREATE TABLE findings (
     sequence INTEGER PRIMARY KEY,
     finding_id TEXT NOT NULL,
     version_id TEXT NOT NULL UNIQUE,
     time_us INTEGER NOT NULL,
     stage TEXT NOT NULL,
     severity TEXT NOT NULL,
     document TEXT NOT NULL
   ) STRICT;
   CREATE INDEX findings_by_finding ON findings (finding_id);
   -- Which users run which tools, whatever their role.
   CREATE TABLE baseline (
     user_id INTEGER NOT NULL,
     tool TEXT NOT NULL,
     user TEXT,
     tool_kind TEXT NOT NULL,
     role TEXT NOT NULL,
     role_source TEXT NOT NULL,
     first_us INTEGER NOT NULL,
     last_us INTEGER NOT NULL,
     runs INTEGER NOT NULL,
     days INTEGER NOT NULL,
     PRIMARY KEY (user_id, tool)
   ) STRICT, WITHOUT ROWID;
   -- How often an exception kept a step silent.
   CREATE TABLE exception_hits (
     id TEXT PRIMARY KEY,
     hits INTEGER NOT NULL,
     last_us INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   -- What the agent knew when it was stopped.
   CREATE TABLE snapshots (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  `-- Events that wait for a destination, as they will be sent. \`queued_ms\` is the time the agent has run, over all runs.
   CREATE TABLE outbox (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     destination TEXT NOT NULL,
     uid TEXT NOT NULL,
     series TEXT NOT NULL,
     kind TEXT NOT NULL,
     severity INTEGER NOT NULL,
     time_us INTEGER NOT NULL,
     queued_ms INTEGER NOT NULL,
     refusals INTEGER NOT NULL DEFAULT 0,
     bytes INTEGER NOT NULL,
     body TEXT NOT NULL,
     UNIQUE (destination, uid)
   ) STRICT;
   CREATE INDEX outbox_by_destination ON outbox (destination, id);
   CREATE INDEX outbox_by_worth ON outbox (severity, id, destination);
   -- What a receiver refused by name, until a person decides.
   CREATE TABLE dead_letters (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     destination TEXT NOT NULL,
     uid TEXT NOT NULL,
     series TEXT NOT NULL,
     kind TEXT NOT NULL,
     severity INTEGER NOT NULL,
     time_us INTEGER NOT NULL,
     died_us INTEGER NOT NULL,
     reason TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   -- What became of the rows of each destination; rows, bytes and dead are what there is now, the others what there was.
   CREATE TABLE destinations (
     name TEXT PRIMARY KEY,
     rows INTEGER NOT NULL DEFAULT 0,
     bytes INTEGER NOT NULL DEFAULT 0,
     cursor INTEGER NOT NULL DEFAULT 0,
     delivered INTEGER NOT NULL DEFAULT 0,
     dropped INTEGER NOT NULL DEFAULT 0,
     dead INTEGER NOT NULL DEFAULT 0,
     discarded INTEGER NOT NULL DEFAULT 0,
     last_delivered_us INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE TRIGGER outbox_insert AFTER INSERT ON outbox BEGIN
     INSERT INTO destinations (name, rows, bytes) VALUES (NEW.destination, 1, NEW.bytes)
       ON CONFLICT (name) DO UPDATE SET rows = rows + 1, bytes = bytes + NEW.bytes;
   END;
   CREATE TRIGGER outbox_delete AFTER DELETE ON outbox BEGIN
     UPDATE destinations SET rows = rows - 1, bytes = bytes - OLD.bytes WHERE name = OLD.destination;
   END;
   CREATE TRIGGER outbox_update AFTER UPDATE OF bytes ON outbox BEGIN
     UPDATE destinations SET bytes = bytes + NEW.bytes - OLD.bytes WHERE name = NEW.destination;
   END;
   CREATE TRIGGER dead_letters_insert AFTER INSERT ON dead_letters BEGIN
     UPDATE destinations SET dead = dead + 1 WHERE name = NEW.destination;
   END;
   CREATE TRIGGER dead_letters_delete AFTER DELETE ON dead_letters BEGIN
     UPDATE destinations SET dead = dead - 1 WHERE name = OLD.destination;
   END;`,
];

/** Brings a database up to the schema of this version, each step in a transaction. Refuses one of a newer version. */
export function migrate(connection: Database.Database): void {
  const version = Number(connection.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length)
    throw new StateError(
      `the database has schema ${version}, this version knows ${MIGRATIONS.length}; install the newer version again or name another --state folder`,
    );
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    connection.transaction(() => {
      connection.exec(sql);
      connection.pragma(`user_version = ${index + 1}`);
    })();
  }
}
