import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { FormatError } from './fault.ts';

const PIECE_BYTES = 1_048_576;

/** A package on the disk, read at places. */
export class PackageFile {
  readonly #handle: number;
  readonly size: number;

  /** A regular file that is no link. Throws what `open` throws, or a `FormatError`. */
  constructor(path: string) {
    this.#handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(this.#handle);
    if (!stats.isFile()) {
      this.close();
      throw new FormatError('is no file');
    }
    this.size = stats.size;
  }

  read(at: number, length: number): Buffer {
    if (at < 0 || length < 0 || at + length > this.size)
      throw new FormatError(`ends before byte ${at + length}`);
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#handle, bytes, done, length - done, at + done);
      if (count === 0) throw new FormatError('became shorter while it was read');
      done += count;
    }
    return bytes;
  }

  /** The bytes from `at` on, in pieces of at most 1 MiB. */
  *pieces(at: number, length: number): Generator<Buffer> {
    for (let done = 0; done < length; done += PIECE_BYTES)
      yield this.read(at + done, Math.min(PIECE_BYTES, length - done));
  }

  close(): void {
    closeSync(this.#handle);
  }
}
