import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { StateError } from './state-error.ts';

const FILE_NAME = 'redaction.key';
/** Bytes of a key. */
const SIZE = 32;

/**
 * The key of a state folder, which says what stands in the place of a secret there: made at the first use, for its owner
 * alone (0600), and the same from then on. A file that is no whole key is replaced: what was hidden with another key is then
 * not known again, and nothing else is lost. Throws a `StateError` for a link, for another thing at its place, and when the
 * folder cannot be written.
 */
export function stateKey(folder: string, random: (size: number) => Uint8Array): Uint8Array {
  const file = join(folder, FILE_NAME);
  try {
    const known = readKey(file);
    if (known) return known;
    const draft = `${file}.${Buffer.from(random(8)).toString('hex')}`;
    writeKey(draft, random(SIZE));
    try {
      // Takes no place that another process has taken meanwhile.
      linkSync(draft, file);
    } catch (error) {
      if (!isThere(error)) throw error;
      if (!readKey(file)) renameSync(draft, file);
    } finally {
      rmSync(draft, { force: true });
    }
    const key = readKey(file);
    if (key) return key;
  } catch (cause) {
    if (cause instanceof StateError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StateError(`${file}: cannot be used (${reason}); check owner and space`, { cause });
  }
  throw new StateError(`${file}: cannot be kept; check what else writes to this folder`);
}

/** `null` when there is none, or no whole one. */
function readKey(path: string): Uint8Array | null {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    if (!fstatSync(file).isFile())
      throw new StateError(`${path}: is not a file; remove it, a new key is made`);
    fchmodSync(file, 0o600);
    const bytes = Buffer.alloc(SIZE + 1);
    return readSync(file, bytes, 0, bytes.length, 0) === SIZE ? bytes.subarray(0, SIZE) : null;
  } finally {
    closeSync(file);
  }
}

function writeKey(path: string, key: Uint8Array): void {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeSync(file, key);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
