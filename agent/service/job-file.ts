/**
 * The property list at the place where launchd looks for it. launchd takes only a file that nobody but root can change, so the
 * same is asked for here; a link is neither read nor written through.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type JobFileState =
  | { readonly kind: 'same' | 'missing' }
  /** A file of other content, owner or mode; it can be written anew. */
  | { readonly kind: 'different'; readonly detail: string }
  /** No file, or one that cannot be read; nothing is changed there. */
  | { readonly kind: 'untrusted'; readonly detail: string };

export interface JobFileSettings {
  readonly path: string;
  /** The file of this version, among the resources. */
  readonly source: string;
  /** Root and wheel, except in tests. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** What cannot be read or written; `message` is a line for people. */
export class JobFileError extends Error {
  readonly code = 'JOB_FILE';
}

/** Bytes; a job needs one or two thousand. */
const MAX_BYTES = 65_536;
const MODE = 0o644;

export class JobFile {
  readonly path: string;
  readonly #source: string;
  readonly #owner: { readonly uid: number; readonly gid: number };

  constructor({ path, source, owner = { uid: 0, gid: 0 } }: JobFileSettings) {
    this.path = path;
    this.#source = source;
    this.#owner = owner;
  }

  /** Something lies at its place, whatever it is. */
  isThere(): boolean {
    return lstatSync(this.path, { throwIfNoEntry: false }) !== undefined;
  }

  /** How the file at its place compares with that of this version. Throws a `JobFileError` when the latter cannot be read. */
  state(): JobFileState {
    const wanted = this.#wanted();
    const found = read(this.path);
    switch (found.kind) {
      case 'none':
        return { kind: 'missing' };
      case 'refused':
        return { kind: 'untrusted', detail: `${this.path}: ${found.detail}` };
      case 'read': {
        const fault = this.#faultOf(found.stats);
        if (fault !== null) return { kind: 'different', detail: `${this.path}: ${fault}` };
        return found.content.equals(wanted)
          ? { kind: 'same' }
          : { kind: 'different', detail: `${this.path}: is not that of this version` };
      }
    }
  }

  /**
   * Puts the file of this version there as a whole, owned by root, mode 0644. Throws a `JobFileError` when the place or its
   * folder is not as it should be.
   */
  write(): void {
    const wanted = this.#wanted();
    const draft = join(dirname(this.path), `.${basename(this.path)}.draft`);
    try {
      this.#checkFolder();
      const stats = lstatSync(this.path, { throwIfNoEntry: false });
      if (stats && !stats.isFile()) throw new JobFileError(`${this.path}: ${kindOf(stats)}`);
      // Left by a run that was killed; a link is removed itself.
      rmSync(draft, { force: true });
      const file = openSync(draft, 'wx', 0o600);
      try {
        writeFileSync(file, wanted);
        fchownSync(file, this.#owner.uid, this.#owner.gid);
        fchmodSync(file, MODE);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, this.path);
    } catch (cause) {
      if (cause instanceof JobFileError) throw cause;
      throw new JobFileError(`${this.path}: cannot be written (${codeOf(cause)})`, { cause });
    }
  }

  #wanted(): Buffer {
    const found = read(this.#source);
    if (found.kind === 'read') return found.content;
    const why = found.kind === 'none' ? 'is not there' : found.detail;
    throw new JobFileError(`${this.#source}: ${why}; install the package again`);
  }

  /** Whoever may write the folder can put another file there. */
  #checkFolder(): void {
    const folder = dirname(this.path);
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    if (!stats?.isDirectory())
      throw new JobFileError(`${folder}: ${stats ? kindOf(stats) : 'is not there'}`);
    const fault = this.#faultOf(stats);
    if (fault !== null) throw new JobFileError(`${folder}: ${fault}`);
  }

  #faultOf({ uid, mode }: Stats): string | null {
    if (uid !== this.#owner.uid) return `belongs to user ${uid} and not to root`;
    if ((mode & 0o022) !== 0)
      return `others may change it (mode ${(mode & 0o777).toString(8)}), so launchd refuses it`;
    return null;
  }
}

type Reading =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'read'; readonly content: Buffer; readonly stats: Stats };

function read(path: string): Reading {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return { kind: 'none' };
    const detail = code === 'ELOOP' ? 'is a link' : `cannot be read (${code})`;
    return { kind: 'refused', detail };
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return { kind: 'refused', detail: kindOf(stats) };
    if (stats.size > MAX_BYTES)
      return { kind: 'refused', detail: `is longer than ${MAX_BYTES} bytes` };
    return { kind: 'read', content: readFileSync(file), stats };
  } finally {
    closeSync(file);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'is a link';
  return stats.isDirectory() ? 'is a folder' : 'is not a file';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
