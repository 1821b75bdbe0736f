/**
 * What survives the process. One law: an event, the chain it extends, the files it ties and the finding it causes commit
 * together or not at all; `commit` is the only way in.
 *
 * No secret comes in: paths of files are hidden before (`Lineage`), findings and rows of the outbox are redacted, and every
 * other text, of snapshots too, is hidden here.
 */
import type { ExceptionHits } from '../../rules/exception-tally.ts';
import type { Finding, Step } from '../../rules/finding.ts';
import { type Chain, stageOf } from '../context/chain.ts';
import type { PlaceInTime, Tie, TrackedFile } from '../context/lineage.ts';
import { pathKey } from '../context/paths.ts';
import type { LoggedRun } from '../context/run-log.ts';
import { runCounter } from './baseline.ts';
import { durably } from './database.ts';
import { fromJson } from './json.ts';
import type { Outbox, OutboxRow } from './outbox.ts';
import type { Connection } from './sqlite.ts';

/** Everything one record of a source changed. */
export interface Changes {
  readonly chains: readonly Chain[];
  readonly places: readonly { readonly chainId: string; readonly place: PlaceInTime }[];
  readonly steps: readonly {
    readonly chainId: string;
    readonly kind: string;
    readonly step: Step;
  }[];
  readonly files: readonly { readonly key: string; readonly file: TrackedFile | null }[];
  readonly findings: readonly Finding[];
  /** Rows of the outbox that report the findings. */
  readonly outgoing: readonly OutboxRow[];
  readonly runs: readonly LoggedRun[];
  /** How often exceptions kept a step silent, by id. */
  readonly exceptionHits: ReadonlyMap<string, ExceptionHits>;
}

/** Keeps secrets out of what is written; findings come without them. */
export interface StoreGuard {
  /** JSON of a value, without the secrets in its texts. */
  readonly json: (value: unknown) => string;
}

type ChainState = Omit<Chain, 'steps' | 'paths' | 'pathKeys'>;

export class Store {
  readonly #connection: Connection;
  readonly #commit: (changes: Changes) => void;
  #guard: StoreGuard = { json: (value) => JSON.stringify(value) };

  /** Without an outbox nothing is sent. */
  constructor(connection: Connection, outbox: Outbox | null = null) {
    this.#connection = connection;
    const json = (value: unknown): string => this.#guard.json(value);
    const upsertChain = connection.prepare(
      `INSERT INTO chains (id, user_id, tool, stage, severity, first_us, last_us, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET stage = excluded.stage, severity = excluded.severity,
         last_us = excluded.last_us, state = excluded.state`,
    );
    const insertPath = connection.prepare(
      'INSERT INTO paths (chain_id, clock_us, path) VALUES (?, ?, ?)',
    );
    const insertEvent = connection.prepare(
      'INSERT INTO events (chain_id, time_us, kind, step) VALUES (?, ?, ?, ?)',
    );
    const upsertFile = connection.prepare(
      `INSERT INTO files (key, path, touched_clock_us, ties) VALUES (?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET path = excluded.path,
         touched_clock_us = excluded.touched_clock_us, ties = excluded.ties`,
    );
    const deleteFile = connection.prepare('DELETE FROM files WHERE key = ?');
    const insertFinding = connection.prepare(
      `INSERT INTO findings (sequence, finding_id, version_id, time_us, stage, severity, document)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    const countRun = runCounter(connection);
    const countHits = connection.prepare(
      `INSERT INTO exception_hits (id, hits, last_us) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET hits = hits + excluded.hits,
         last_us = max(last_us, excluded.last_us)`,
    );
    this.#commit = connection.transaction((changes: Changes) => {
      for (const chain of changes.chains) {
        const { steps: _steps, paths: _paths, pathKeys: _keys, ...state } = chain;
        upsertChain.run(
          chain.id,
          chain.userId,
          chain.tool,
          stageOf(chain),
          chain.severity,
          chain.firstUs,
          chain.lastUs,
          json(state satisfies ChainState),
        );
      }
      for (const run of changes.runs) countRun(run);
      for (const [id, { hits, lastUs }] of changes.exceptionHits) countHits.run(id, hits, lastUs);
      for (const { chainId, place } of changes.places)
        insertPath.run(chainId, place.clockUs, place.path);
      for (const { chainId, kind, step } of changes.steps)
        insertEvent.run(chainId, step.timeUs, kind, json(step));
      for (const { key, file } of changes.files) {
        if (file) upsertFile.run(key, file.path, file.touchedUs, JSON.stringify(file.ties));
        else deleteFile.run(key);
      }
      for (const finding of changes.findings)
        insertFinding.run(
          finding.sequence,
          finding.id,
          finding.versionId,
          finding.lastUs,
          finding.stage,
          finding.severity,
          JSON.stringify(finding),
        );
      outbox?.add(changes.outgoing);
    });
  }

  /** From now on everything is written through the guard; without one it is written as it comes. */
  guardWith(guard: StoreGuard): void {
    this.#guard = guard;
  }

  /** A commit that holds a finding is on the disk when it returns, others a little later. */
  commit(changes: Changes): void {
    if (changes.findings.length === 0) this.#commit(changes);
    else durably(this.#connection, () => this.#commit(changes));
  }

  /** Commits the changes of several records, all or none. */
  commitAll(all: readonly Changes[]): void {
    durably(this.#connection, () =>
      this.#connection.transaction(() => {
        for (const changes of all) this.#commit(changes);
      })(),
    );
  }

  /** Rows of the tables that a person asks for, and the size of the database in megabytes. */
  size(): { readonly findings: number; readonly events: number; readonly megabytes: number } {
    const count = (table: 'findings' | 'events'): number =>
      Number(this.#connection.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    const pragma = (name: string): number =>
      Number(this.#connection.pragma(name, { simple: true }));
    return {
      findings: count('findings'),
      events: count('events'),
      megabytes: (pragma('page_count') * pragma('page_size')) / 1e6,
    };
  }

  /** Number of the last emission, 0 before the first; also of one that only a damaged database before this one has. */
  lastSequence(): number {
    const row: unknown = this.#connection
      .prepare(
        `SELECT max(coalesce((SELECT max(sequence) FROM findings), 0),
           coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'findings.before'), 0))`,
      )
      .pluck()
      .get();
    return Number(row);
  }

  /** All chains, oldest first, with the steps and paths they had. */
  chains(): readonly Chain[] {
    const steps = this.#connection
      .prepare<[string], string>('SELECT step FROM events WHERE chain_id = ? ORDER BY id')
      .pluck();
    const paths = this.#connection.prepare<[string], PlaceInTime>(
      'SELECT path, clock_us AS clockUs FROM paths WHERE chain_id = ? ORDER BY clock_us, id',
    );
    return this.#connection
      .prepare<[], string>('SELECT state FROM chains ORDER BY first_us, id')
      .pluck()
      .all()
      .map((text) => {
        const state = fromJson<ChainState>(text);
        const places = paths.all(state.id);
        return {
          ...state,
          steps: steps.all(state.id).map((step) => fromJson<Step>(step)),
          paths: places,
          pathKeys: new Set(places.map((place) => pathKey(place.path))),
        };
      });
  }

  /** All tracked files, the one untouched longest first. */
  files(): readonly TrackedFile[] {
    return this.#connection
      .prepare<[], { key: string; path: string; touchedUs: number; ties: string }>(
        'SELECT key, path, touched_clock_us AS touchedUs, ties FROM files ORDER BY touched_clock_us, key',
      )
      .all()
      .map((row) => ({ ...row, ties: fromJson<readonly Tie[]>(row.ties) }));
  }

  /** How often each exception kept a step silent so far. */
  exceptionHits(): ReadonlyMap<string, ExceptionHits> {
    const rows = this.#connection
      .prepare<[], ExceptionHits & { readonly id: string }>(
        'SELECT id, hits, last_us AS lastUs FROM exception_hits',
      )
      .all();
    return new Map(rows.map(({ id, ...hits }) => [id, hits]));
  }

  saveSnapshot(name: string, value: unknown): void {
    this.#connection
      .prepare(
        'INSERT INTO snapshots (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      )
      .run(name, this.#guard.json(value));
  }

  snapshot(name: string): string | null {
    return (
      this.#connection
        .prepare<[string], string>('SELECT value FROM snapshots WHERE name = ?')
        .pluck()
        .get(name) ?? null
    );
  }

  /** Drops the snapshots whose names begin with `prefix`. */
  dropSnapshots(prefix: string): void {
    this.#connection
      .prepare('DELETE FROM snapshots WHERE name >= ? AND name < ?')
      .run(prefix, `${prefix}\u{10FFFF}`);
  }

  close(): void {
    this.#connection.close();
  }
}
