/**
 * Whether somebody who is neither root nor the agent's own user could put other content at a path. The agent does as root what
 * its configuration and rules say, so whoever can write them is root. By owner and mode; access control lists are not seen.
 */
import { existsSync, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Others may write: group or everybody. */
const WRITABLE = 0o022;
const GROUP_WRITABLE = 0o020;
/**
 * The group admin of macOS. On Macs that were migrated for years /Library/Application Support is root:admin 0775; whoever is in
 * that group becomes root with his own password, and an agent that does not start there would protect nobody.
 */
const ADMIN_GROUP = 80;
/** Links on the way to one file: more than any system follows (Linux 40, macOS 32), so behind them lies nothing. */
const MAX_LINKS = 64;
/** In such a folder (/tmp) others make files, but touch nobody else's. */
const STICKY = 0o1000;

/**
 * Why others could change a file or folder, in one line that says what to do; `null` when they cannot. Looks at the path itself,
 * at every folder above it, and at the same of each link on the way and of what it leads to. A path that is not there is
 * nobody's: `null`. Folders above it may be writable for the group admin of macOS.
 */
export function distrust(
  path: string,
  ownUid: number = process.geteuid?.() ?? 0,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const place = resolve(path);
  const way = wayTo(place);
  const real = way?.at(-1);
  if (way === null || real === undefined) return null;
  for (const part of new Set([...partsOf(place), ...way])) {
    const stats = lstatSync(part, { throwIfNoEntry: false });
    if (!stats) continue;
    const isAbove = part !== place && part !== real;
    if (platform === 'darwin' && isAbove && isOfAdministrators(stats)) continue;
    const fault = faultOf(stats, ownUid);
    if (fault !== null) return `${part}: ${fault}`;
  }
  return null;
}

function isOfAdministrators(stats: Stats): boolean {
  const { uid, gid, mode } = stats;
  return (
    stats.isDirectory() && uid === 0 && gid === ADMIN_GROUP && (mode & WRITABLE) === GROUP_WRITABLE
  );
}

/** As `distrust` of a folder, and of everything in it; one that is not there is nobody's. */
export function distrustBelow(folder: string, ownUid?: number): string | null {
  const fault = distrust(folder, ownUid);
  if (fault !== null || !existsSync(folder)) return fault;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const inner = distrust(join(folder, name), ownUid);
    if (inner !== null) return inner;
  }
  return null;
}

function faultOf(stats: Stats, ownUid: number): string | null {
  const { uid, mode } = stats;
  if (uid !== 0 && uid !== ownUid) return `belongs to uid ${uid}; "chown root" it`;
  // Links have no mode of their own.
  if (stats.isSymbolicLink() || (mode & WRITABLE) === 0) return null;
  if (stats.isDirectory() && (mode & STICKY) !== 0) return null;
  return `others can write it (mode ${(mode & 0o7777).toString(8)}); "chmod go-w" it`;
}

/** Every folder and link that the system looks at on its way to a path, and last what lies there; `null` when nothing does. */
function wayTo(path: string): readonly string[] | null {
  let at = '/';
  const way = [at];
  const names = namesOf(path);
  for (let links = 0; ; ) {
    const name = names.shift();
    if (name === undefined) return [...way, at];
    const part = join(at, name);
    const target = linkAt(part);
    if (target === undefined) return null;
    way.push(part);
    if (target === null) at = part;
    else {
      links += 1;
      if (links > MAX_LINKS) return null;
      if (target.startsWith('/')) at = '/';
      names.unshift(...namesOf(target));
    }
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

/** Where a link leads, `null` for what is no link, `undefined` for what is not there or cannot be looked at. */
function linkAt(path: string): string | null | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return undefined;
  }
}

/** `/a/b` gives `/`, `/a`, `/a/b`. */
function partsOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [path] : [...partsOf(folder), path];
}
