/** Where a package differs from its manifest. */
import type { Manifest, ManifestEntry } from '../../staging/manifest.ts';
import type { ArchivedEntry } from '../archive.ts';
import type { Certified } from '../code-signature.ts';
import type { Component } from '../component.ts';
import type { Distribution } from '../distribution.ts';
import type { Fault } from '../fault.ts';
import { octal, placed } from './entries.ts';

/** Entitlements an executable may have: what JIT of the runtime needs, and nothing that lets others in. */
const ALLOWED_ENTITLEMENTS: ReadonlySet<string> = new Set([
  'com.apple.security.cs.allow-jit',
  'com.apple.security.cs.allow-unsigned-executable-memory',
]);

export function manifestFaults(
  manifest: Manifest,
  {
    distribution,
    components,
    signer,
  }: {
    readonly distribution: Distribution | null;
    readonly components: readonly Component[];
    readonly signer: string | null;
  },
): readonly Fault[] {
  const [component, second] = components;
  if (component === undefined || second !== undefined)
    return [{ where: 'package', what: `has ${components.length} components, not one` }];
  const payload = component.payload ?? [];
  const where = `${component.folder}Payload`;
  return [
    ...productFaults(manifest, distribution),
    ...infoFaults(manifest, component),
    ...(component.payload === null ? [] : entriesFaults(where, manifest.payload, payload)),
    ...payload.flatMap((entry) => [
      ...rootFaults(where, manifest, entry),
      ...codeFaults(where, manifest, entry),
    ]),
    ...(component.scripts === null
      ? []
      : entriesFaults(
          `${component.folder}Scripts`,
          manifest.scripts,
          component.scripts.filter(({ path }) => path !== ''),
        )),
    ...(manifest.isSigned && !signer?.startsWith('Developer ID Installer: ')
      ? [{ where: 'package', what: `is signed by ${signer ?? 'nobody'}, not by a Developer ID` }]
      : []),
  ];
}

function productFaults(manifest: Manifest, distribution: Distribution | null): readonly Fault[] {
  if (distribution === null) return [{ where: 'Distribution', what: 'is missing' }];
  const { architecture, minimumSystem, version, identifier } = manifest;
  const architectures = distribution.hostArchitectures.join(',');
  return mismatches('Distribution', [
    ['product', distribution.identifier, identifier],
    ['version', distribution.version, version],
    ['hostArchitectures', architectures, architecture],
    ['os-version min', distribution.minimumSystem, minimumSystem],
  ]);
}

function infoFaults(manifest: Manifest, { folder, info, payload }: Component): readonly Fault[] {
  if (info === null) return [];
  const where = `${folder}PackageInfo`;
  const idle = manifest.scripts
    // What is not executable is there for those that are run.
    .filter(({ path, mode }) => (mode & 0o100) !== 0 && !info.scripts.includes(path))
    .map(({ path }) => ({ where, what: `does not run ${path}` }));
  const unlike = mismatches(where, [
    ['identifier', info.identifier, manifest.identifier],
    ['version', info.version, manifest.version],
    ['install-location', info.installLocation, '/'],
    ...(payload === null
      ? []
      : [['numberOfFiles', info.numberOfFiles, String(payload.length)] as const]),
  ]);
  return [...unlike, ...idle];
}

function mismatches(
  where: string,
  rows: readonly (readonly [string, string | null, string])[],
): readonly Fault[] {
  return rows
    .filter(([, actual, wanted]) => actual !== wanted)
    .map(([name, actual, wanted]) => ({
      where,
      what: `${name} is ${actual === null || actual === '' ? 'missing' : actual}, manifest says ${wanted}`,
    }));
}

function entriesFaults(
  where: string,
  wanted: readonly ManifestEntry[],
  actual: readonly ArchivedEntry[],
): readonly Fault[] {
  const byPath = new Map(actual.map((entry) => [entry.path, entry]));
  const known = new Set(wanted.map(({ path }) => path));
  const faults = wanted
    .filter(({ path }) => path !== '' || byPath.has(''))
    .flatMap((entry) => {
      const found = byPath.get(entry.path);
      const differ = found === undefined ? ['is missing'] : differences(entry, found);
      return differ.map((what) => ({ where: placed(where, entry.path), what }));
    });
  const extra = actual
    .filter(({ path }) => !known.has(path))
    .map(({ path }) => ({ where: placed(where, path), what: 'is not in the manifest' }));
  return [...faults, ...extra];
}

function differences(wanted: ManifestEntry, actual: ArchivedEntry): readonly string[] {
  const faults: string[] = [];
  const differ = (what: string, is: string | number, says: string | number) => {
    if (is !== says) faults.push(`${what} is ${is}, manifest says ${says}`);
  };
  differ('kind', actual.kind, wanted.kind);
  differ('mode', octal(actual.mode), octal(wanted.mode));
  differ('owner', `${actual.uid}:${actual.gid}`, '0:0');
  if (wanted.target !== null) differ('target', actual.target ?? '', wanted.target);
  if (wanted.size !== null) differ('size', actual.size, wanted.size);
  if (wanted.sha256 !== null && actual.sha256 !== wanted.sha256)
    faults.push('content is another than that of the manifest');
  return faults;
}

/** In or below a root, or a folder on the way to one. */
function rootFaults(where: string, { roots }: Manifest, { path, kind }: ArchivedEntry) {
  const isInside = roots.some((root) => path === root || path.startsWith(`${root}/`));
  const isAbove =
    kind === 'folder' && (path === '' || roots.some((root) => root.startsWith(`${path}/`)));
  return isInside || isAbove
    ? []
    : [{ where: placed(where, path), what: 'lies outside of the allowed folders' }];
}

function codeFaults(where: string, manifest: Manifest, entry: ArchivedEntry): readonly Fault[] {
  const { slices, path } = entry;
  if (slices === null) return [];
  const faults: string[] = [];
  const [first, ...others] = slices.map(({ architecture }) => architecture);
  if (first !== undefined && (first !== manifest.architecture || others.length > 0))
    faults.push(`is for ${[first, ...others].join(', ')}, manifest says ${manifest.architecture}`);
  for (const { signature } of slices) {
    if (manifest.isSigned && signature.kind !== 'developer-id')
      faults.push('is not signed by a Developer ID');
    if (signature.kind === 'developer-id' || signature.kind === 'certificate')
      faults.push(...hardeningFaults(signature));
  }
  return faults.map((what) => ({ where: placed(where, path), what }));
}

function hardeningFaults({ isHardened, entitlements }: Certified): readonly string[] {
  const faults = entitlements
    .filter((key) => !ALLOWED_ENTITLEMENTS.has(key))
    .map((key) => `has the entitlement ${key}`);
  return isHardened ? faults : [...faults, 'has no hardened runtime'];
}
