/**
 * A file to which whole lines are appended, at a path that others may rotate or remove.
 *
 * The file ends with a line end whenever nothing is being written: a line that does not fit on the disk is cut off again, and
 * where that failed too, or the machine stopped amid a line, the next opening ends the torn line, which then costs its reader
 * one line that is no JSON.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileRefusedError } from './file-fault.ts';
import { folderFault } from './trusted-folder.ts';

const LINE_END = Buffer.from('\n');
/** Appending only, for reading its own end; neither through a link nor waiting for the reader of a pipe. */
const FLAGS =
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK;
/** The group may read, for the collector that takes the lines on. */
const MODE = 0o640;
const GROUP_OR_OTHERS_WRITE = 0o022n;

export class LinesFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #device: bigint;
  readonly #inode: bigint;
  #size: number;

  private constructor(
    path: string,
    handle: FileHandle,
    stats: { readonly dev: bigint; readonly ino: bigint; readonly size: bigint },
  ) {
    this.#path = path;
    this.#handle = handle;
    this.#device = stats.dev;
    this.#inode = stats.ino;
    this.#size = Number(stats.size);
  }

  /**
   * Opens, or makes, the file. Rejects with a `FileRefusedError` for one that others can write or replace, and with errors of
   * the system.
   */
  static async open(path: string): Promise<LinesFile> {
    const fault = await folderFault(dirname(path));
    if (fault !== null) throw new FileRefusedError(fault);
    const handle = await openOrMake(path);
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile()) throw new FileRefusedError(`${path}: is not a file; name another path`);
      if (stats.uid !== 0n && stats.uid !== BigInt(process.geteuid?.() ?? 0))
        throw new FileRefusedError(`${path}: belongs to uid ${stats.uid}; "chown root" it`);
      if ((stats.mode & GROUP_OR_OTHERS_WRITE) !== 0n)
        throw new FileRefusedError(`${path}: others can write it; "chmod go-w" it`);
      await syncFolder(dirname(path));
      const file = new LinesFile(path, handle, stats);
      await file.#endTornLine();
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  /** Whether the path still leads to this file. Takes note of what others did to its size. */
  async isInPlace(): Promise<boolean> {
    const stats = await lstat(this.#path, { bigint: true }).catch(() => null);
    if (stats?.dev !== this.#device || stats.ino !== this.#inode) return false;
    this.#size = Number(stats.size);
    return true;
  }

  /** Adds one line with its end by one write; of a line that fails, nothing stays. */
  async append(line: Uint8Array): Promise<void> {
    let written = 0;
    try {
      while (written < line.length) {
        // oxlint-disable-next-line no-await-in-loop -- the rest of a line that the system took in part
        const { bytesWritten } = await this.#handle.write(line, written);
        if (bytesWritten === 0) throw new Error(`${this.#path}: the system takes nothing`);
        written += bytesWritten;
      }
    } catch (error) {
      if (written > 0) await this.#handle.truncate(this.#size).catch(() => {});
      throw error;
    }
    this.#size += line.length;
  }

  /** Resolves when the disk has everything. */
  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #endTornLine(): Promise<void> {
    if (this.#size === 0) return;
    const last = Buffer.alloc(1);
    await this.#handle.read(last, 0, 1, this.#size - 1);
    if (!last.equals(LINE_END)) await this.append(LINE_END);
  }
}

/** Makes room for a new file: `path` becomes `path.1`, that `path.2` and so on; the one behind `path.keep` is gone. */
export async function rotate(path: string, keep: number): Promise<void> {
  for (let number = keep - 1; number >= 0; number -= 1) {
    const from = number === 0 ? path : `${path}.${number}`;
    // oxlint-disable-next-line no-await-in-loop -- the oldest first
    await rename(from, `${path}.${number + 1}`).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
  }
}

/** A new file has its mode whatever the umask, which is 077 under launchd; one that is there keeps the mode it was given. */
async function openOrMake(path: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(path, FLAGS | constants.O_EXCL, MODE);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return open(path, FLAGS, MODE);
  }
  await handle.chmod(MODE);
  return handle;
}

/** Makes names last that were given or changed in a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
