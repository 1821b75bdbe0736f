import { type AppleArchitecture, PRODUCT } from '../product.ts';
import type { Entry, FileEntry } from '../staging/entry.ts';
import { inOrder } from '../staging/entry.ts';
import { bomOf } from './bom.ts';
import { cpioArchive } from './cpio.ts';
import { distribution } from './distribution.ts';
import { reproducibleGzip } from './gzip.ts';
import { installedKilobytes, packageInfo } from './package-info.ts';
import { xarArchive } from './xar.ts';

/** Name of the component inside of the product. */
export const COMPONENT = `${PRODUCT.command}.pkg`;

export interface PackageParts {
  readonly version: string;
  readonly architecture: AppleArchitecture;
  /** As `inOrder` gives them. */
  readonly payload: readonly Entry[];
  /** Installer scripts, by name without a folder. */
  readonly scripts: readonly FileEntry[];
  /** Seconds since 1970 that are the time of everything inside. */
  readonly time: number;
}

/** An unsigned product package with one component. The same Node makes the same bytes of the same parts. */
export function flatPackage({
  version,
  architecture,
  payload,
  scripts,
  time,
}: PackageParts): Buffer {
  const { identifier, name, minimumSystem } = PRODUCT;
  const product = distribution({
    name,
    identifier,
    version,
    architecture,
    minimumSystem,
    installKilobytes: installedKilobytes(payload),
    component: `#${COMPONENT}`,
  });
  const component = packageInfo({
    identifier,
    version,
    entries: payload,
    scripts: scripts.map(({ path }) => path),
  });
  const packed = reproducibleGzip(cpioArchive(payload, time));
  const packedScripts = reproducibleGzip(cpioArchive(inOrder(scripts), time));
  return xarArchive(
    [
      {
        kind: 'folder',
        name: COMPONENT,
        members: [
          { kind: 'file', name: 'Bom', content: bomOf(payload, time) },
          { kind: 'file', name: 'Payload', content: packed },
          { kind: 'file', name: 'Scripts', content: packedScripts },
          { kind: 'file', name: 'PackageInfo', content: Buffer.from(component) },
        ],
      },
      { kind: 'file', name: 'Distribution', content: Buffer.from(product) },
    ],
    time,
  );
}
