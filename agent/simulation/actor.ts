import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** The user in whose name the simulation acts. */
export interface Actor {
  readonly uid: number;
  readonly gid: number;
  /** Absolute path of the home. */
  readonly home: string;
  /** Programs must be started with this user's ids, because the command itself runs as root. */
  readonly isOther: boolean;
}

/** What the process knows of who started it. */
export interface Invocation {
  readonly uid: number;
  readonly gid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The user who typed the command: behind sudo the login user, because the agent counts what happens for that one too. The
 * home is `home` when given; else that of the environment, or the usual one, when it belongs to the user; `null` without one.
 */
export function actorOf({ uid, gid, env }: Invocation, home?: string): Actor | null {
  const { SUDO_UID, SUDO_GID, SUDO_USER, HOME } = env;
  const sudoUid = uid === 0 ? idOf(SUDO_UID) : null;
  const isOther = sudoUid !== null && sudoUid !== 0;
  const own = isOther ? { uid: sudoUid, gid: idOf(SUDO_GID) ?? sudoUid } : { uid, gid };
  const usual = isOther && SUDO_USER !== undefined ? homesOf(SUDO_USER) : [];
  const candidates = home === undefined ? [HOME, ...usual] : [home];
  const found = candidates.find(
    (path) => path?.startsWith('/') && isFolder(path, home === undefined ? own.uid : null),
  );
  return found === undefined ? null : { ...own, home: found, isOther };
}

function homesOf(user: string): readonly string[] {
  const isPlainName = /^[\w.-]+$/.test(user) && !user.startsWith('.');
  return isPlainName ? [join('/Users', user), join('/home', user)] : [];
}

function idOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** A real folder, no link; of that owner, unless `owner` is `null`. */
function isFolder(path: string, owner: number | null): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && stats.isDirectory() && (owner === null || stats.uid === owner);
}
