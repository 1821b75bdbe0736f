/**
 * Reads a flat package of any maker back and says what is wrong with it: in itself, and with a manifest at hand compared with
 * what it should be. Signatures are named and not verified; that is for `codesign`, `pkgutil` and `spctl` on a Mac.
 */
import type { Manifest } from '../staging/manifest.ts';
import type { ArchivedEntry } from './archive.ts';
import { bomFaults } from './checks/bom-agrees.ts';
import { entryFaults, placed } from './checks/entries.ts';
import { manifestFaults } from './checks/manifest-agrees.ts';
import { scriptFaults } from './checks/scripts.ts';
import { versionFaults } from './checks/versions.ts';
import type { Signature } from './code-signature.ts';
import { type Component, componentFolders, readComponent, xmlMember } from './component.ts';
import { type Distribution, distributionOf } from './distribution.ts';
import { attempt, attemptLong, type Fault } from './fault.ts';
import { checksumFaults } from './member-content.ts';
import { PackageFile } from './package-file.ts';
import { readXar, type Xar } from './xar.ts';

export interface Verdict {
  readonly faults: readonly Fault[];
  /** What was found: a line for the package, and one for every executable with its architecture and signature. */
  readonly facts: readonly string[];
}

/** Throws what opening the file throws. `manifest` is `null` when there is none to compare with. */
export async function verifyPackage(path: string, manifest: Manifest | null): Promise<Verdict> {
  const file = new PackageFile(path);
  try {
    const faults: Fault[] = [];
    const xar = attempt('package', faults, () => readXar(file));
    return xar === null ? { faults, facts: [] } : await verifyMembers(file, xar, manifest);
  } finally {
    file.close();
  }
}

async function verifyMembers(
  file: PackageFile,
  xar: Xar,
  manifest: Manifest | null,
): Promise<Verdict> {
  /** What cannot be read; the rest is compared. */
  const unreadable: Fault[] = [];
  const checksums: Fault[] = [];
  const components: Component[] = [];
  // oxlint-disable no-await-in-loop -- one after another, or all of them would be in memory
  for (const member of xar.members) checksums.push(...(await checksumFaults(file, member)));
  const distribution = await readDistribution(file, xar, unreadable);
  for (const folder of attempt('package', unreadable, () => componentFolders(xar)) ?? [])
    components.push(await readComponent(file, xar, folder, unreadable));
  // oxlint-enable no-await-in-loop
  const found = { distribution, components, signer: xar.signer };
  return {
    faults: distinct([
      ...xar.faults,
      ...checksums,
      ...unreadable,
      ...(components.length === 0 ? [{ where: 'package', what: 'has no component' }] : []),
      ...(distribution === null ? [] : productFaults(distribution)),
      ...components.flatMap(componentFaults),
      ...versionFaults(distribution, components),
      ...(manifest === null ? [] : manifestFaults(manifest, found)),
    ]),
    facts: factsOf(xar, components),
  };
}

/** A damaged member is met more than once. */
function distinct(faults: readonly Fault[]): readonly Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.where}\0${fault.what}`, fault])).values()];
}

function productFaults({ hostArchitectures }: Distribution): readonly Fault[] {
  if (hostArchitectures.length > 0) return [];
  const what = 'hostArchitectures is missing: Macs with Apple silicon ask for Rosetta';
  return [{ where: 'Distribution', what }];
}

async function readDistribution(
  file: PackageFile,
  { members }: Xar,
  faults: Fault[],
): Promise<Distribution | null> {
  const member = members.find(({ path }) => path === 'Distribution');
  if (member === undefined) return null;
  return attemptLong('Distribution', faults, async () =>
    distributionOf(await xmlMember(file, member.data)),
  );
}

function componentFaults(component: Component): readonly Fault[] {
  const { folder, payload, bom } = component;
  return [
    ...entryFaults(`${folder}Payload`, payload ?? []),
    ...(payload !== null && bom !== null ? bomFaults(`${folder}Bom`, bom, payload) : []),
    ...scriptFaults(component),
  ];
}

function factsOf({ signer }: Xar, components: readonly Component[]): readonly string[] {
  const lines = components.flatMap(({ folder, info, payload, bom }) => [
    `${folder}PackageInfo: ${info?.identifier ?? 'nobody'} ${info?.version ?? 'without version'}`,
    `${folder}Payload: ${payload?.length ?? 'unread'} entries, Bom: ${bom?.length ?? 'unread'}`,
    ...(payload ?? []).flatMap((entry) => codeFacts(`${folder}Payload`, entry)),
  ]);
  return [`package: signed by ${signer ?? 'nobody'}`, ...lines];
}

function codeFacts(where: string, { path, slices }: ArchivedEntry): readonly string[] {
  return (slices ?? []).map(
    ({ architecture, signature }) =>
      `${placed(where, path)}: ${architecture}, ${signatureText(signature)}`,
  );
}

function signatureText(signature: Signature): string {
  switch (signature.kind) {
    case 'none':
      return 'not signed';
    case 'ad-hoc':
      return `ad-hoc signed${signature.isLinkerSigned ? ' by the linker' : ''}`;
    case 'developer-id':
    case 'certificate':
      return [
        `says it is signed by ${signature.signer}`,
        signature.isHardened ? 'hardened runtime' : 'no hardened runtime',
        ...(signature.entitlements.length > 0
          ? [`entitlements ${signature.entitlements.join(' ')}`]
          : []),
      ].join(', ');
  }
}
