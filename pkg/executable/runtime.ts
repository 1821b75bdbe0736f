import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LockedPackage, lockedRuntime } from '../sbom/lockfile.ts';
import { SourceError, sourceFile } from '../staging/source-file.ts';
import { runtimePackage, type Target } from './target.ts';

/** Where a runtime lies inside its package. */
const PROGRAM = 'bin/node';

/** The version of Node.js that the project is pinned to for a target. */
export function pinnedVersion(project: string, target: Target): string {
  return locked(project, target).version;
}

/**
 * Path of the pinned Node.js for a target: of its package when that is installed, which npm does for its own platform only,
 * else of the package's archive, which npm fetches, which must be the one in package-lock.json, and of which the program is
 * unpacked into `folder`. Archives are kept below node_modules and checked each time. Throws a `SourceError`.
 */
export function runtimeOf(project: string, target: Target, folder: string): string {
  const wanted = locked(project, target);
  const installed = join(project, wanted.folder);
  if (existsSync(installed)) return installedProgram(installed, wanted);
  const archive = archiveOf(project, wanted);
  const { status, stderr } = spawnSync(
    'tar',
    ['-xzf', archive, '-C', folder, `package/${PROGRAM}`],
    { encoding: 'utf8' },
  );
  if (status !== 0)
    throw new SourceError(`${archive}: cannot be unpacked (${stderr.trim()}); tar is needed`);
  return join(folder, 'package', PROGRAM);
}

function locked(project: string, target: Target): LockedPackage {
  const lock = sourceFile(join(project, 'package-lock.json'), 'it belongs to the project');
  return lockedRuntime(lock.toString('utf8'), runtimePackage(target));
}

function installedProgram(folder: string, { name, version }: LockedPackage): string {
  const text = sourceFile(join(folder, 'package.json'), 'run "npm run setup"').toString('utf8');
  const found: unknown = JSON.parse(text);
  const isPinned =
    typeof found === 'object' && found !== null && 'version' in found && found.version === version;
  if (!isPinned) throw new SourceError(`${folder}: is not ${name} ${version}; run "npm ci"`);
  return join(folder, PROGRAM);
}

function archiveOf(project: string, wanted: LockedPackage): string {
  const cache = join(project, 'node_modules/.cache/spillwatch');
  const { name, version } = wanted;
  const archive = join(cache, `${name}-${version}.tgz`);
  if (existsSync(archive) && isLocked(archive, wanted)) return archive;
  mkdirSync(cache, { recursive: true });
  const { status, stderr, error } = spawnSync(
    'npm',
    ['pack', '--silent', '--pack-destination', cache, `${name}@${version}`],
    { cwd: project, encoding: 'utf8' },
  );
  if (error !== undefined || status !== 0) {
    const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
    throw new SourceError(
      `${name}@${version}: npm cannot fetch it (${reason}); look at the network`,
    );
  }
  if (isLocked(archive, wanted)) return archive;
  rmSync(archive);
  throw new SourceError(
    `${name}@${version}: what npm fetched is not what package-lock.json has; find out why before you go on`,
  );
}

function isLocked(archive: string, { sha512 }: LockedPackage): boolean {
  return createHash('sha512').update(readFileSync(archive)).digest('hex') === sha512;
}
