/**
 * Whether somebody who is neither root nor the agent's own user could put other content at a path. The agent does as root what
 * its configuration and rules say, so whoever can write them is root. By owner and mode; access control lists are not seen.
 */
import { existsSync, lstatSync, readdirSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Others may write: group or everybody. */
const WRITABLE = 0o022;
const GROUP_WRITABLE = 0o020;
/**
 * The group admin of macOS. On Macs that were migrated for years /Library/Application Support is root:admin 0775; whoever is in
 * that group becomes root with his own password, and an agent that does not start there would protect nobody.
 */
const ADMIN_GROUP = 80;
/** In such a folder (/tmp) others make files, but touch nobody else's. */
const STICKY = 0o1000;

/**
 * Why others could change a file or folder, in one line that says what to do; `null` when they cannot. Looks at the path itself,
 * at every folder above it, and at the same of what its links lead to. A path that is not there is nobody's: `null`. Folders
 * above it may be writable for the group admin of macOS.
 */
export function distrust(
  path: string,
  ownUid: number = process.geteuid?.() ?? 0,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const place = resolve(path);
  const real = realPath(place);
  if (real === null) return null;
  for (const part of new Set([...partsOf(place), ...partsOf(real)])) {
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

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** `/a/b` gives `/`, `/a`, `/a/b`. */
function partsOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [path] : [...partsOf(folder), path];
}
