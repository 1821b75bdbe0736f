/**
 * What a package installs, as values: every file, folder and link with its path, mode and content. Owner and group are root
 * and wheel without exception, so they are no part of it.
 *
 * A path is relative to the volume, without a slash or a dot in front: `Library/LaunchDaemons/x.plist`. The volume itself is
 * the empty path.
 */

/** Bytes of one file; the executable has about 120 MB. */
export const MAX_FILE_BYTES = 512 * 1_048_576;

export interface FolderEntry {
  readonly kind: 'folder';
  readonly path: string;
  /** Permission bits only. */
  readonly mode: number;
}

export interface FileEntry {
  readonly kind: 'file';
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

export interface LinkEntry {
  readonly kind: 'link';
  readonly path: string;
  readonly mode: number;
  readonly target: string;
}

export type Entry = FolderEntry | FileEntry | LinkEntry;

const FOLDER_MODE = 0o755;
/** PATH_MAX of macOS, with the `./` that archives put in front and the zero behind. */
const MAX_PATH_BYTES = 1024 - 3;

/**
 * The entries in the order of archives: the volume first, folders before what lies in them, names by their bytes. Folders that
 * no entry names are added with mode 0755. Throws when a path leaves the volume or is there twice.
 */
export function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    const problem = pathProblem(entry.path);
    if (problem !== null) throw new Error(`${JSON.stringify(entry.path)}: ${problem}`);
    if (byPath.has(entry.path)) throw new Error(`${entry.path}: is there twice`);
    byPath.set(entry.path, entry);
  }
  for (const { path } of entries) {
    for (const folder of foldersAbove(path)) {
      const there = byPath.get(folder);
      if (there === undefined)
        byPath.set(folder, { kind: 'folder', path: folder, mode: FOLDER_MODE });
      else if (there.kind !== 'folder') throw new Error(`${path}: ${folder} is no folder`);
    }
  }
  return [...byPath.values()].toSorted((a, b) => comparePaths(a.path, b.path));
}

/** Every folder a path lies in, the volume (`''`) first. */
export function foldersAbove(path: string): readonly string[] {
  const names = path === '' ? [] : path.split('/');
  return names.map((_, count) => names.slice(0, count).join('/'));
}

/** Why a path cannot be one of an entry, or `null`. */
export function pathProblem(path: string): string | null {
  if (path === '') return null;
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return 'is longer than a path of macOS';
  if (path.includes('\0')) return 'holds a zero byte';
  const names = path.split('/');
  if (names.includes('')) return 'has an empty name';
  return names.some((name) => name === '.' || name === '..') ? 'leaves its folder' : null;
}

/** By the names on the way, each by its bytes, so that a folder comes directly before what lies in it. */
function comparePaths(a: string, b: string): number {
  const others = b === '' ? [] : b.split('/');
  const names = a === '' ? [] : a.split('/');
  for (const [at, name] of names.entries()) {
    const other = others[at];
    if (other === undefined) return 1;
    const order = Buffer.compare(Buffer.from(name), Buffer.from(other));
    if (order !== 0) return order;
  }
  return names.length - others.length;
}
