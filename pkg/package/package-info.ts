import type { Entry } from '../staging/entry.ts';
import { xml } from './xml.ts';

const SCRIPTS = ['preinstall', 'postinstall'];

/**
 * `PackageInfo` of the component. Bundles are left out: then the installer neither looks for a moved copy of the bundle nor
 * skips what seems older. `scripts` are the names in the archive of scripts.
 */
export function packageInfo({
  identifier,
  version,
  entries,
  scripts,
}: {
  readonly identifier: string;
  readonly version: string;
  readonly entries: readonly Entry[];
  readonly scripts: readonly string[];
}): string {
  const run = SCRIPTS.filter((name) => scripts.includes(name)).map(
    (name) => `    <${name} file="./${name}"/>\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<pkg-info overwrite-permissions="true" relocatable="false" identifier="${xml(identifier)}" postinstall-action="none" version="${xml(version)}" format-version="2" install-location="/" auth="root">
  <payload numberOfFiles="${entries.length}" installKBytes="${installedKilobytes(entries)}"/>
  <scripts>
${run.join('')}  </scripts>
  <bundle-version/>
  <upgrade-bundle/>
  <update-bundle/>
  <atomic-update-bundle/>
  <strict-identifier/>
  <relocate/>
</pkg-info>
`;
}

/** As pkgbuild counts: blocks of 512 bytes, one for every folder but the volume, in whole kilobytes upwards. */
export function installedKilobytes(entries: readonly Entry[]): number {
  let blocks = 0;
  for (const entry of entries) {
    if (entry.kind === 'file') blocks += Math.ceil(entry.content.length / 512);
    else if (entry.path !== '') blocks += 1;
  }
  return Math.ceil(blocks / 2);
}
