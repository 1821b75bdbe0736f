import { isWithin, pathKey, realPath } from './paths.ts';

/** Where a path lies in a user's home, or outside of every home. */
export interface Place {
  /** Home as recorded for the account, or `/Users/<name>` when no account is known. */
  readonly home: string | null;
  /** Downloads or Documents, with everything below. */
  readonly isWatched: boolean;
  /** Settings, caches and other files that programs keep for themselves (rule: not an export). */
  readonly isApplicationState: boolean;
}

const WATCHED_FOLDERS = ['downloads', 'documents'];
/** Folders of `~/Library` that hold the user's cloud files, not the state of programs. */
const CLOUD_FOLDERS = ['library/cloudstorage', 'library/mobile documents'];
const SYSTEM_STATE = ['/library', '/private/var/folders'];

/** `homeKey` is the key of the home the path was found to lie in, or `null`. */
export function placeOf(key: string, home: string | null): Place {
  if (home === null) {
    const isApplicationState = SYSTEM_STATE.some((folder) => isWithin(key, folder));
    return { home, isWatched: false, isApplicationState };
  }
  const inside = key.slice(pathKey(home).length + 1);
  return {
    home,
    isWatched: WATCHED_FOLDERS.some((folder) => isWithin(inside, folder)),
    isApplicationState:
      inside.startsWith('.') ||
      (isWithin(inside, 'library') && !CLOUD_FOLDERS.some((folder) => isWithin(inside, folder))),
  };
}

const USERS_HOME = /^\/users\/(?!shared\/)[^/]+\//i;

/** The home of a path by the macOS convention alone, spelled as in the path. */
export function conventionalHome(path: string): string | null {
  const real = realPath(path);
  return USERS_HOME.test(real) ? real.split('/').slice(0, 3).join('/') : null;
}
