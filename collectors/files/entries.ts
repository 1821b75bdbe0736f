import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, troubleOf } from './file-errors.ts';

/** How deep a root is watched: 0 is the folder alone, 1 its subfolders too, `Infinity` all. */
export type Depth = number;

/** What is below a folder, one entry after the other. */
export interface Entry {
  readonly path: string;
  readonly entry: Dirent;
}

/**
 * Everything below `root` down to `depth`, in no order. Links are not followed and nothing is opened but folders, one at a
 * time. Subfolders that cannot be read are passed over; throws the error of the system for the root itself and when there
 * are no descriptors left.
 */
export async function* entriesBelow(root: string, depth: Depth): AsyncGenerator<Entry> {
  const folders = [{ path: root, level: 0 }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one folder is open at a time
      for await (const entry of await opendir(folder.path)) {
        const path = join(folder.path, entry.name);
        if (entry.isDirectory() && folder.level < depth)
          folders.push({ path, level: folder.level + 1 });
        yield { path, entry };
      }
    } catch (error) {
      if (folder.level === 0 || troubleOf(errorCode(error)) === 'watch-limit') throw error;
    }
  }
}
