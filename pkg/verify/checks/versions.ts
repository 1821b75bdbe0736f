import type { Component } from '../component.ts';
import type { Distribution } from '../distribution.ts';
import { attempt, type Fault } from '../fault.ts';
import { readPlist } from '../plist.ts';
import { placed } from './entries.ts';

/**
 * Where version and identifier differ between product, component and the bundle that carries the component's identifier.
 * Receipts, Munki and device management compare them.
 */
export function versionFaults(
  distribution: Distribution | null,
  components: readonly Component[],
): readonly Fault[] {
  const faults: Fault[] = [];
  for (const component of components) {
    faults.push(...referenceFaults(distribution, component));
    faults.push(...bundleFaults(component));
  }
  const version = distribution?.version ?? null;
  const [only, second] = components;
  if (version !== null && only?.info && second === undefined && only.info.version !== version)
    faults.push({
      where: 'Distribution',
      what: `product is version ${version}, component ${only.info.version ?? 'without one'}`,
    });
  return faults;
}

function referenceFaults(
  distribution: Distribution | null,
  { folder, info }: Component,
): readonly Fault[] {
  if (distribution === null || info === null) return [];
  const where = `${folder}PackageInfo`;
  const reference = distribution.components.find((candidate) => candidate.folder === folder);
  if (reference === undefined) return [{ where, what: 'is not referred to by Distribution' }];
  const faults: Fault[] = [];
  if (reference.version !== null && reference.version !== info.version)
    faults.push({
      where,
      what: `is version ${info.version ?? 'none'}, Distribution refers to ${reference.version}`,
    });
  if (reference.identifier !== info.identifier)
    faults.push({
      where,
      what: `is ${info.identifier ?? 'nobody'}, Distribution refers to ${reference.identifier ?? 'nobody'}`,
    });
  return faults;
}

/** Not of the bundles inside of others, which have versions of their own. */
const OUTER_BUNDLE = /^(?:(?!\/Contents\/).)*\/Contents\/Info\.plist$/;

function bundleFaults({ folder, info, payload }: Component): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { path, head } of payload ?? []) {
    if (head === null || !OUTER_BUNDLE.test(path)) continue;
    const where = placed(`${folder}Payload`, path);
    const values = attempt(where, faults, () => readPlist(head));
    if (values === null || values.get('CFBundleIdentifier')?.text !== info?.identifier) continue;
    for (const key of ['CFBundleShortVersionString', 'CFBundleVersion']) {
      const version = values.get(key)?.text ?? 'none';
      if (version !== info?.version)
        faults.push({ where, what: `${key} is ${version}, PackageInfo says ${info?.version}` });
    }
  }
  return faults;
}
