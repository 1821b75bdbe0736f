import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { resolve } from 'node:path';
import { distrust } from '../trust.ts';
import { StateError } from './state-error.ts';

const GROUP_OR_OTHERS_WRITE = 0o022;

/**
 * The absolute path of a state folder, which is made for its owner alone (0700) when it is not there. Throws a `StateError` for
 * a link, and for a folder that somebody else owns or can write to; root asks the same of every folder above it. Whoever can
 * put a file into it chooses what the agent trusts: the settings it kept, its key, where a link leads that SQLite follows.
 */
export function ownStateFolder(folder: string, uid: number = process.geteuid?.() ?? 0): string {
  // Without the trailing slash or dot, with which the system would look behind a link.
  const place = resolve(folder);
  const stats = made(place, folder);
  if (!stats.isDirectory())
    throw new StateError(`${folder}: is not a folder (a link is not followed); name a folder`);
  const fault = faultOf(stats, uid) ?? (uid === 0 ? distrust(place, uid) : null);
  if (fault !== null) throw new StateError(`${folder}: is not used as state, ${fault}`);
  return place;
}

function made(place: string, folder: string): Stats {
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    return lstatSync(place);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StateError(`${folder}: cannot be used as state (${reason}); check owner and space`, {
      cause,
    });
  }
}

function faultOf({ uid, mode }: Stats, ownUid: number): string | null {
  if (uid !== 0 && uid !== ownUid) return `it belongs to uid ${uid}; name a folder of your own`;
  return (mode & GROUP_OR_OTHERS_WRITE) === 0
    ? null
    : `others can write to it (mode ${(mode & 0o7777).toString(8)}); "chmod go-w" it`;
}
