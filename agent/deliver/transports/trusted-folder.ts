import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';

/** Links on the way to a folder; a longer chain is a loop. */
const MAX_LINKS = 32;
const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Why a file in `folder` is not safe from other users: one line that says what to do; `null` when only root and the user of
 * this process can put anything there. That asks for every folder on the way, links followed as the system does: whoever can
 * write to one of them can put another in the place of the next. A sticky folder such as /tmp is fine on the way, since in it
 * nobody can move what belongs to another, but not as `folder` itself. Rejects with the error of the system when something on
 * the way is missing. Access control lists are not looked at.
 */
export async function folderFault(folder: string): Promise<string | null> {
  let links = 0;
  /** What is left of the path, next name first. */
  const names = namesOf(resolve(folder));
  let place = '/';
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- from the root down
    const stats = await lstat(place);
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) return `${place}: links lead around; name the folder itself`;
      // oxlint-disable-next-line no-await-in-loop -- as above
      const target = resolve(dirname(place), await readlink(place));
      names.unshift(...namesOf(target));
      place = '/';
      continue;
    }
    const isLast = names.length === 0;
    if (!stats.isDirectory()) return `${place}: is not a folder; name a file in a folder`;
    if (stats.uid !== 0 && stats.uid !== process.geteuid?.())
      return `${place}: belongs to uid ${stats.uid}, who could replace the file; name a folder of root`;
    const isOpen = (stats.mode & GROUP_OR_OTHERS_WRITE) !== 0;
    if (isOpen && (isLast || (stats.mode & STICKY) === 0))
      return `${place}: others can write there (mode ${(stats.mode & 0o7777).toString(8)}); "chmod go-w" it or name another folder`;
    if (isLast) return null;
    place = join(place, names.shift() ?? '');
  }
}

function namesOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split('/')
    .filter((name) => name !== '');
}
