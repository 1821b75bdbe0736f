import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PRODUCT } from '../product.ts';
import { resourceFiles } from '../staging/agent-root.ts';
import { SourceError } from '../staging/source-file.ts';
import { type Target, targetName } from './target.ts';

/**
 * Puts an executable with its native modules and resources into a new folder, as in the bundle that is installed on a Mac,
 * and gives the path of the executable there. Throws a `SourceError` when the folder is there already.
 */
export function layOut(
  project: string,
  target: Target,
  { executable, folder }: { readonly executable: string; readonly folder: string },
): string {
  if (existsSync(folder))
    throw new SourceError(`${folder}: is there already; remove it or name another with --bundle`);
  const program = join(folder, 'Contents/MacOS', PRODUCT.command);
  mkdirSync(dirname(program), { recursive: true });
  copyFileSync(executable, program);
  chmodSync(program, 0o755);
  for (const [name, path] of nativeModules(project, target))
    copyFileSync(path, join(dirname(program), name));
  for (const { path, content } of resourceFiles(project)) {
    const place = join(folder, 'Contents/Resources', path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
  }
  return program;
}

function nativeModules(project: string, target: Target): ReadonlyMap<string, string> {
  const modules = join(project, 'node_modules');
  const permissions = join(modules, 'node-mac-permissions/build/Release/permissions.node');
  const found = new Map([
    [
      'better_sqlite3.node',
      join(modules, 'better-sqlite3/prebuilds', `${targetName(target)}.node`),
    ],
  ]);
  // Only a Mac can compile it, for itself.
  if (target.platform === 'darwin' && existsSync(permissions))
    found.set('permissions.node', permissions);
  return found;
}
