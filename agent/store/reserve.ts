/**
 * Room that is kept for the moment in which the disk is full: SQLite needs some even to delete.
 *
 * Life: `ensure` allocates the file; when a commit finds no room, `release` gives it up and the commit is tried once more
 * (`commitWithReserve`); a later `ensure` makes it again as soon as three times its size is free, and does nothing before.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  lstatSync,
  openSync,
  rmSync,
  type Stats,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Size of the reserve. */
export const RESERVE_BYTES = 16 * 1_048_576;

const FILE_NAME = 'spillwatch.reserve';
const CHUNK = Buffer.alloc(1_048_576);
/** The file is only made when this many times its size is free, so that it is not taken from the next commit. */
const ROOM_FACTOR = 3;

/** Why there is no reserve. */
export type ReserveProblem = 'released' | 'no-room' | 'unusable';

export class Reserve {
  readonly #file: string;
  readonly #folder: string;
  readonly #bytes: number;
  #problem: ReserveProblem | null = 'released';

  /** In an existing state folder. Nothing happens before `ensure`. */
  constructor(folder: string, bytes = RESERVE_BYTES) {
    this.#folder = folder;
    this.#file = join(folder, FILE_NAME);
    this.#bytes = bytes;
  }

  /** The room is there. */
  get isHeld(): boolean {
    return this.#problem === null;
  }

  /** `null` while the reserve is held. */
  get problem(): ReserveProblem | null {
    return this.#problem;
  }

  /**
   * Makes the file (0600) unless it is there whole; never throws, `problem` says why there is none. Writing 16 MiB blocks
   * for 3 to 10 milliseconds, so it is for the start and for quiet moments.
   */
  ensure(): void {
    try {
      if (isWhole(lstatSync(this.#file, { throwIfNoEntry: false }), this.#bytes)) {
        this.#problem = null;
        return;
      }
      rmSync(this.#file, { force: true });
      this.#problem = hasRoom(this.#folder, this.#bytes * ROOM_FACTOR)
        ? allocate(this.#file, this.#bytes)
        : 'no-room';
    } catch (error) {
      this.#problem = isOutOfRoom(error) ? 'no-room' : 'unusable';
    }
  }

  /** Gives the room back to the disk. Never throws. */
  release(): void {
    this.#problem = 'released';
    // A file system that copies on write may need room to remove a name; cutting the file short needs less.
    attempt(() => {
      const handle = openSync(this.#file, constants.O_WRONLY | constants.O_NOFOLLOW);
      try {
        ftruncateSync(handle, 0);
      } finally {
        closeSync(handle);
      }
    });
    attempt(() => rmSync(this.#file, { force: true }));
  }
}

/**
 * Commits, and when the disk is full releases the reserve and commits once more. The error of the last attempt is thrown;
 * the commit must be all or nothing, as a transaction is.
 */
export function commitWithReserve<T>(reserve: Reserve, commit: () => T): T {
  try {
    return commit();
  } catch (error) {
    if (!isOutOfRoom(error) || !reserve.isHeld) throw error;
    reserve.release();
    return commit();
  }
}

/** SQLite's own code; the disk, the quota. */
const OUT_OF_ROOM: ReadonlySet<unknown> = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT']);

/** Whether an error of SQLite or the file system means that there is no room left. */
export function isOutOfRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && OUT_OF_ROOM.has(error.code);
}

/** Right size and really on the disk: a file with holes holds no room. */
function isWhole(stats: Stats | undefined, bytes: number): boolean {
  if (!stats?.isFile() || stats.size !== bytes || stats.nlink !== 1) return false;
  return stats.blocks * 512 >= bytes && (stats.mode & 0o777) === 0o600;
}

function hasRoom(folder: string, bytes: number): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= bytes;
}

function allocate(file: string, bytes: number): null {
  // O_EXCL: nothing that somebody put there since is written through.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const handle = openSync(file, flags, 0o600);
  try {
    fchmodSync(handle, 0o600);
    for (let left = bytes; left > 0; )
      left -= writeSync(handle, CHUNK, 0, Math.min(left, CHUNK.length));
  } catch (cause) {
    rmSync(file, { force: true });
    throw cause;
  } finally {
    closeSync(handle);
  }
  return null;
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // Without the file there is nothing to give back.
  }
}
