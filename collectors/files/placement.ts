import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, isMissing } from './file-errors.ts';

/** What is really at a path that a watcher named. */
export type Placement =
  | { readonly kind: 'file'; readonly stats: Stats }
  | { readonly kind: 'gone' }
  /** The folder that holds it lies outside the root: a link has taken the place of a folder. */
  | { readonly kind: 'redirected' }
  | { readonly kind: 'not-a-file' }
  | { readonly kind: 'unreadable'; readonly code: string };

/**
 * Looks at a path that came from a watcher, without opening it or following its last part. `realRoot` is the root's
 * path without links, as it was when the watch began. Never rejects.
 */
export async function placementOf(realRoot: string, path: string): Promise<Placement> {
  try {
    const folder = await realpath(dirname(path));
    if (folder !== realRoot && !folder.startsWith(`${realRoot}/`)) return { kind: 'redirected' };
    const stats = await lstat(join(folder, basename(path)));
    return stats.isFile() ? { kind: 'file', stats } : { kind: 'not-a-file' };
  } catch (error) {
    const code = errorCode(error);
    if (isMissing(code)) return { kind: 'gone' };
    return code === 'ELOOP' ? { kind: 'redirected' } : { kind: 'unreadable', code };
  }
}
