import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LockedPackage } from '../sbom/lockfile.ts';
import { SourceError, sourceFile } from './source-file.ts';

const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)(?:\.(?:md|txt))?$/i;

/**
 * The licences of the packages that are compiled into the executable, one after another, as most of them ask for. One that
 * has no file of its own is named with the id it states.
 */
export function notices(project: string, packages: readonly LockedPackage[]): string {
  const parts = packages.map((found) => {
    const texts = licenseFiles(join(project, found.folder));
    const license = texts.length > 0 ? texts : [`Licence: ${found.license ?? 'not stated'}`];
    return `${found.name} ${found.version}\n\n${license.join('\n\n')}`;
  });
  return `${parts.join(`\n\n${'-'.repeat(72)}\n\n`)}\n`;
}

function licenseFiles(folder: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw new SourceError(`${folder}: is not installed; run "npm run setup"`, { cause });
  }
  return names
    .filter((name) => LICENSE_FILE.test(name))
    .toSorted()
    .map((name) => sourceFile(join(folder, name)).toString('utf8').trim());
}
