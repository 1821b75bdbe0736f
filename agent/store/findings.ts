import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../rules/finding.ts';
import { distrust } from '../trust.ts';
import { fromJson } from './json.ts';
import { type Connection, openSqlite } from './sqlite.ts';
import { StateError } from './state-error.ts';

/** Shortest beginning of an id that names a finding. */
export const MIN_PREFIX = 6;
/** Ids that an ambiguous beginning is answered with at most. */
export const MAX_CANDIDATES = 5;

/** What an id, or the beginning of one, stands for. */
export type FindingLookup =
  | { readonly kind: 'found'; readonly finding: Finding }
  | { readonly kind: 'none' }
  | { readonly kind: 'too-short' }
  /** `ids` are the first of the findings meant, at most `MAX_CANDIDATES`. */
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] };

/** The findings of a database, for readers; writes nothing. */
export class Findings {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * The latest version of every finding that `accepts` says yes to, the one emitted last first, at most `limit`. Documents
   * are read one by one, so what is not wanted is never all in memory.
   */
  latest(limit: number, accepts: (finding: Finding) => boolean = () => true): readonly Finding[] {
    if (limit <= 0) return [];
    const documents = this.#connection
      .prepare<[], string>(
        `SELECT document FROM findings
         WHERE sequence IN (SELECT max(sequence) FROM findings GROUP BY finding_id)
         ORDER BY sequence DESC`,
      )
      .pluck()
      .iterate();
    const findings: Finding[] = [];
    for (const document of documents) {
      const finding = fromJson<Finding>(document);
      if (!accepts(finding)) continue;
      findings.push(finding);
      if (findings.length >= limit) break;
    }
    return findings;
  }

  /** All versions of one finding, oldest first; empty when the id is not known. */
  versions(id: string): readonly Finding[] {
    return this.#connection
      .prepare<[string], string>(
        'SELECT document FROM findings WHERE finding_id = ? ORDER BY sequence',
      )
      .pluck()
      .all(id)
      .map((document) => fromJson<Finding>(document));
  }

  /** The latest version of the finding with this id, or with this beginning (`MIN_PREFIX` characters or more), in any case. */
  find(text: string): FindingLookup {
    const beginning = text.trim().toLowerCase();
    if (beginning.length < MIN_PREFIX) return { kind: 'too-short' };
    const ids = this.#connection
      .prepare<[string, string], string>(
        `SELECT DISTINCT finding_id FROM findings
         WHERE substr(lower(finding_id), 1, length(?)) = ?
         ORDER BY finding_id LIMIT ${MAX_CANDIDATES}`,
      )
      .pluck()
      .all(beginning, beginning);
    const exact = ids.find((id) => id.toLowerCase() === beginning);
    const [id] = exact === undefined ? ids : [exact];
    if (id === undefined) return { kind: 'none' };
    if (exact === undefined && ids.length > 1) return { kind: 'ambiguous', ids };
    const finding = this.versions(id).at(-1);
    return finding === undefined ? { kind: 'none' } : { kind: 'found', finding };
  }

  close(): void {
    this.#connection.close();
  }
}

const FILE_NAME = 'spillwatch.db';

/**
 * Opens the findings of a state folder for reading, also while the agent writes to it. Throws a `StateError`, and creates
 * nothing, when folder or database is missing, a link, unreadable, or not of this program; root reads none of a folder that
 * others could have filled. SQLite may leave the two small
 * companions of the database (`-wal`, `-shm`) behind; the next writer removes them.
 */
export function openFindings(folder: string): Findings {
  requireKind(folder, (stats) => stats.isDirectory(), 'folder');
  const fault = process.geteuid?.() === 0 ? distrust(folder) : null;
  if (fault !== null) throw new StateError(`${folder}: is not read by root, ${fault}`);
  const file = join(folder, FILE_NAME);
  requireKind(file, (stats) => stats.isFile(), 'file');
  let connection: Connection | undefined;
  try {
    connection = openSqlite(file, { readonly: true, fileMustExist: true });
    connection.pragma('trusted_schema = OFF');
    connection.prepare('SELECT sequence, finding_id, document FROM findings LIMIT 1').get();
    return new Findings(connection);
  } catch (cause) {
    connection?.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StateError(
      `${file}: cannot be read as a Spillwatch database (${reason}); check the folder and whose it is`,
      { cause },
    );
  }
}

type Stats = NonNullable<ReturnType<typeof lstatSync>>;

function requireKind(path: string, isRight: (stats: Stats) => boolean, kind: string): void {
  let stats: Stats;
  try {
    stats = lstatSync(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new StateError(
      `${path}: ${reason}; name the folder that holds ${FILE_NAME} with --state`,
      {
        cause,
      },
    );
  }
  if (!isRight(stats))
    throw new StateError(
      `${path}: is not a ${kind} (a link is not followed); name the folder that holds ${FILE_NAME} with --state`,
    );
}
