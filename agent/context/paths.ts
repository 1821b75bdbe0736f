/**
 * Paths as text. Nothing here touches the disk: a path belongs to whoever wrote it, so it is compared, never resolved.
 *
 * Two spellings name one file when their keys are equal: NFC, lower case (APFS ignores case by default), the links
 * `/tmp`, `/var` and `/etc` followed to `/private`, the data volume's mount point taken off, `.` and `..` folded.
 */

const PRIVATE_LINKS = /^\/(tmp|var|etc)(?=\/|$)/i;
const DATA_VOLUME = /^\/System\/Volumes\/Data(?=\/)/i;

/** The form in which a path is shown: absolute, folded and in its real place, with the characters it came with. */
export function realPath(path: string): string {
  const folded = path.includes('/.') || path.includes('//') ? fold(path) : path;
  const trimmed = folded.length > 1 && folded.endsWith('/') ? folded.slice(0, -1) : folded;
  return trimmed.replace(DATA_VOLUME, '').replace(PRIVATE_LINKS, '/private/$1');
}

/** The form in which paths are compared. */
export function pathKey(path: string): string {
  return realPath(path).normalize('NFC').toLowerCase();
}

/** A path as somebody wrote it on a command line, against the working directory; `null` when it cannot be placed. */
export function resolvePath(written: string, workingDirectory: string | null): string | null {
  if (written === '') return null;
  if (written.startsWith('/')) return realPath(written);
  return workingDirectory === null ? null : realPath(`${workingDirectory}/${written}`);
}

/** Whether `key` is `folderKey` or lies below it; both are path keys. */
export function isWithin(key: string, folderKey: string): boolean {
  return (
    key === folderKey ||
    folderKey === '/' ||
    (key.length > folderKey.length && key.startsWith(folderKey) && key[folderKey.length] === '/')
  );
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Most folders above a path that are looked at: all above one that a program can name (1,024 bytes), and room to spare. */
export const MAX_FOLDERS_ABOVE = 1024;

/**
 * The folders above the path, nearest first and `/` last. Of a path with thousands, which only relative steps can make: the
 * nearest and the outermost, so that a folder always has the same one above it.
 */
export function* foldersAbove(key: string): Generator<string> {
  const ends: number[] = [];
  for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) ends.push(end);
  const tooMany = ends.length - MAX_FOLDERS_ABOVE;
  if (tooMany > 0) ends.splice(1, tooMany);
  for (const end of ends) yield key.slice(0, end);
  if (key.length > 1) yield '/';
}

function fold(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
