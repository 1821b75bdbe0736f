/**
 * The log as a file: whole lines, written at once, so that what was logged before a crash is there after it. The system rotates
 * it by moving it away; then the next look opens a new one at the same place.
 *
 * Bounds: `MAX_LOG_BYTES` of one file. Above it lines are counted and left out until the file was moved away; nothing is lost
 * that only the log has: findings and health are in the database.
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';

/** Several times of what rotation leaves, so that only a flood reaches it. */
export const MAX_LOG_BYTES = 256 * 1024 * 1024;

const FLAGS =
  // What is read is the last byte, which tells whether the last line is whole.
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK;

/** A log that cannot be opened. `message` is one line that says what to do. */
export class LogFileError extends Error {
  readonly code = 'LOG_FILE';
}

export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #file: number;
  #bytes: number;
  /** The last line has no end: the disk was full, or the process was killed. */
  #isTorn: boolean;
  #left = 0;

  /** Appends to the file, or makes it for its owner alone. Throws a `LogFileError`. */
  constructor(path: string, maxBytes = MAX_LOG_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    ({ file: this.#file, bytes: this.#bytes, isTorn: this.#isTorn } = opened(path));
  }

  /** Lines that were left out since the last one that was written. */
  get leftOut(): number {
    return this.#left;
  }

  /** Writes a line with its line end. */
  write(line: string): void {
    const bytes = Buffer.from(this.#isTorn ? `\n${line}` : line);
    if (this.#bytes + bytes.length > this.#maxBytes) {
      this.#left += 1;
      return;
    }
    try {
      const written = writeSync(this.#file, bytes);
      this.#bytes += written;
      this.#isTorn = written < bytes.length;
      this.#left = this.#isTorn ? this.#left + 1 : 0;
    } catch {
      // No room on the disk, which is a trouble of its own.
      this.#left += 1;
    }
  }

  /** Opens the file anew when it was moved away, removed or emptied. */
  look(): void {
    const there = statsAt(this.#path);
    const own = fstatSync(this.#file, { bigint: true });
    if (there?.ino === own.ino && there.dev === own.dev) {
      this.#bytes = Number(own.size);
      return;
    }
    try {
      const { file, bytes, isTorn } = opened(this.#path);
      closeSync(this.#file);
      this.#file = file;
      this.#bytes = bytes;
      this.#isTorn = isTorn;
    } catch (error) {
      // Lines go to the old file until the next look.
      if (!(error instanceof LogFileError)) throw error;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Numbers of files go beyond what a number holds. `undefined` for what is not there or cannot be looked at. */
function statsAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

function opened(path: string): {
  readonly file: number;
  readonly bytes: number;
  readonly isTorn: boolean;
} {
  let file: number | null = null;
  try {
    file = openSync(path, FLAGS, 0o600);
    const stats = fstatSync(file);
    if (stats.isFile()) return { file, bytes: stats.size, isTorn: endsTorn(file, stats.size) };
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new LogFileError(
      `${path}: cannot be written (${reason}); name a file in a folder of root`,
      {
        cause,
      },
    );
  }
  closeSync(file);
  throw new LogFileError(`${path}: is not a file; name a file`);
}

function endsTorn(file: number, bytes: number): boolean {
  if (bytes === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, bytes - 1);
  return last.toString('latin1') !== '\n';
}
