import { foldersAbove } from './paths.ts';

interface Folder {
  /** Files at any depth. */
  count: number;
  readonly files: Set<string>;
  readonly folders: Set<string>;
}

/**
 * Files by the folders that hold them, all by path key. Invariant: a folder is known exactly as long as it holds a file, at
 * any depth; so the index is bounded by its files.
 */
export class FolderIndex {
  readonly #folders = new Map<string, Folder>();

  /** How many folders hold a file. */
  get size(): number {
    return this.#folders.size;
  }

  /** How many files lie below the folder. */
  count(folderKey: string): number {
    return this.#folders.get(folderKey)?.count ?? 0;
  }

  /** Adds a file that is not in the index. */
  add(key: string): void {
    let isNearest = true;
    let begun: string | null = null;
    for (const folderKey of foldersAbove(key)) {
      const known = this.#folders.get(folderKey);
      const folder = known ?? { count: 0, files: new Set(), folders: new Set() };
      folder.count += 1;
      if (isNearest) folder.files.add(key);
      else if (begun !== null) folder.folders.add(begun);
      isNearest = false;
      begun = known ? null : folderKey;
      if (!known) this.#folders.set(folderKey, folder);
    }
  }

  /** Removes a file that is in the index. */
  remove(key: string): void {
    let gone: string | null = null;
    let isNearest = true;
    for (const folderKey of foldersAbove(key)) {
      const folder = this.#folders.get(folderKey);
      if (!folder) return;
      folder.count -= 1;
      if (isNearest) folder.files.delete(key);
      else if (gone !== null) folder.folders.delete(gone);
      isNearest = false;
      gone = folder.count === 0 ? folderKey : null;
      if (gone !== null) this.#folders.delete(folderKey);
    }
  }

  /** The files below the folder, in no order. */
  *within(folderKey: string): Generator<string> {
    const open = [folderKey];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const folder = this.#folders.get(at);
      if (!folder) continue;
      yield* folder.files;
      open.push(...folder.folders);
    }
  }
}
