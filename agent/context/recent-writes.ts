import { pathKey } from './paths.ts';

/** Most files of one user that are remembered, and most users; the oldest go first. */
export const MAX_FILES = 64;
export const MAX_USERS = 64;

export interface RecentWrite {
  readonly path: string;
  readonly timeUs: number;
  /** When it was seen, on the timeline. */
  readonly clockUs: number;
  /** When its content was written. */
  readonly writtenClockUs: number;
}

/**
 * Files that would have been exports by time, had a run of a tool been known: one that a process list shows later may have
 * begun before them.
 */
export class RecentWrites {
  readonly #byUser = new Map<number, Map<string, RecentWrite>>();

  add(userId: number, write: RecentWrite): void {
    const known = this.#byUser.get(userId) ?? new Map<string, RecentWrite>();
    this.#byUser.delete(userId);
    this.#byUser.set(userId, known);
    dropOldest(this.#byUser, MAX_USERS);
    const key = pathKey(write.path);
    known.delete(key);
    known.set(key, write);
    dropOldest(known, MAX_FILES);
  }

  /** The file is no longer there, or has another name. */
  remove(path: string): void {
    const key = pathKey(path);
    for (const writes of this.#byUser.values()) writes.delete(key);
  }

  /** Files of the user that were written since, in the order in which they were seen; they are then forgotten. */
  takeSince(userId: number, clockUs: number): readonly RecentWrite[] {
    const writes = this.#byUser.get(userId) ?? new Map<string, RecentWrite>();
    const since = [...writes].filter(
      ([, write]) => write.clockUs >= clockUs && write.writtenClockUs >= clockUs,
    );
    for (const [key] of since) writes.delete(key);
    return since.map(([, write]) => write);
  }

  state(): readonly (readonly [userId: number, writes: readonly RecentWrite[]])[] {
    return [...this.#byUser].map(([userId, writes]) => [userId, [...writes.values()]] as const);
  }

  resume(state: Iterable<readonly [number, readonly RecentWrite[]]>): void {
    this.#byUser.clear();
    for (const [userId, writes] of state) for (const write of writes) this.add(userId, write);
  }
}

function dropOldest<Key>(entries: Map<Key, unknown>, most: number): void {
  if (entries.size <= most) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
