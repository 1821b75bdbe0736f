import { lstat, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TroubleCode } from '../collector.ts';
import { type Depth, entriesBelow } from './entries.ts';
import { errorCode, isMissing, troubleOf, unreadable } from './file-errors.ts';

/** A folder to watch: an absolute path whose last part must be a real folder that belongs to `uid`. */
export interface WatchRoot {
  readonly path: string;
  readonly uid: number;
}

/** What is at the path of a root: a folder that may be watched, or why it may not. */
export type RootState =
  | {
      readonly kind: 'folder';
      /** Device and inode, which stay while it is the same folder. */
      readonly identity: string;
      readonly realPath: string;
    }
  | { readonly kind: 'refused'; readonly code: TroubleCode; readonly detail: string };

/** Looks at a root without opening or following it. Never rejects. */
export async function inspectRoot({ path, uid }: WatchRoot): Promise<RootState> {
  // A slash at the end would follow a link. chokidar reads a backslash as a slash and would watch another folder.
  if (resolve(path) !== path || path === '/' || path.includes('\\'))
    return refused('root-unreadable', 'is not a plain absolute path: correct the list of folders');
  try {
    const stats = await lstat(path, { bigint: true });
    if (stats.isSymbolicLink())
      return refused('root-is-link', 'is a symbolic link and is not followed: put a folder there');
    if (!stats.isDirectory())
      return refused('not-a-file', 'is neither folder nor link: put a folder there');
    if (stats.uid !== BigInt(uid)) {
      const owner = `belongs to uid ${stats.uid}, not to uid ${uid}`;
      return refused('root-unreadable', `${owner}: correct its owner`);
    }
    return {
      kind: 'folder',
      identity: `${stats.dev}:${stats.ino}`,
      realPath: await realpath(path),
    };
  } catch (error) {
    const code = errorCode(error);
    return isMissing(code)
      ? refused('root-missing', 'does not exist and is watched as soon as it does')
      : refused(troubleOf(code), unreadable(code));
  }
}

/** The deepest watch that stays within the bound, or why there is none. */
export type Fit =
  | { readonly kind: 'fits'; readonly depth: Depth; readonly entries: number }
  | { readonly kind: 'refused'; readonly code: TroubleCode; readonly detail: string };

/**
 * Counts files and folders below a folder and finds the depth (the wanted one, else 1, else 0) at which they are no more
 * than `maxEntries`. Stops counting one above the bound, or when `isOver` says that nobody wants to know any more. Links
 * and unreadable subfolders are not entered. Never rejects.
 */
export async function fitDepth(
  path: string,
  wanted: Depth,
  maxEntries: number,
  isOver: () => boolean,
): Promise<Fit> {
  const depths = [wanted, 1, 0].filter((depth, at) => at === 0 || depth < wanted);
  try {
    for (const depth of depths) {
      // oxlint-disable-next-line no-await-in-loop -- most roots fit at the first depth
      const entries = await countEntries(path, depth, maxEntries, isOver);
      if (entries <= maxEntries) return { kind: 'fits', depth, entries };
    }
  } catch (error) {
    const code = errorCode(error);
    return isMissing(code)
      ? refused('root-missing', 'does not exist and is watched as soon as it does')
      : refused(troubleOf(code), unreadable(code));
  }
  return refused(
    'too-many-entries',
    `holds over ${maxEntries} entries and is not watched: tidy up`,
  );
}

async function countEntries(
  root: string,
  depth: Depth,
  maxEntries: number,
  isOver: () => boolean,
): Promise<number> {
  let count = 0;
  for await (const _ of entriesBelow(root, depth)) {
    count += 1;
    if (count > maxEntries || isOver()) break;
  }
  return count;
}

function refused(
  code: TroubleCode,
  detail: string,
): { readonly kind: 'refused'; readonly code: TroubleCode; readonly detail: string } {
  return { kind: 'refused', code, detail };
}
