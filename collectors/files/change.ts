import type { FileWatched } from '../event.ts';
import {
  asInteger,
  asObject,
  asText,
  type JsonObject,
  MAX_PATH_LENGTH,
  own,
} from '../untrusted.ts';

/** One change that the folder watcher reported, or `null` when it names no path, one that is too long, or an unknown kind of change. */
export function readFileChange(record: JsonObject, timeUs: number): FileWatched | null {
  const change = own(record, 'event');
  const path = asText(own(record, 'path'));
  if (path === null || (change !== 'add' && change !== 'change' && change !== 'unlink'))
    return null;
  if (path.length > MAX_PATH_LENGTH) return null;
  const stats = asObject(own(record, 'stats'));
  const modifiedMs = stats && own(stats, 'mtimeMs');
  const inode = stats && asInteger(own(stats, 'ino'));
  return {
    kind: 'file.watched',
    collector: 'files',
    timeUs,
    change,
    path,
    file: {
      inode: inode === null ? null : String(inode),
      size: stats && asInteger(own(stats, 'size')),
      ownerId: stats && asInteger(own(stats, 'uid')),
      modifiedUs:
        typeof modifiedMs === 'number' && Number.isFinite(modifiedMs)
          ? asInteger(Math.round(modifiedMs * 1000))
          : null,
    },
  };
}
