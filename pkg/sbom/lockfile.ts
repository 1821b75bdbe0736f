import { asObject, asText, type JsonObject, own } from '../../collectors/untrusted.ts';

/** A package as the lock file has it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Folder from the project: `node_modules/pino`. */
  readonly folder: string;
  /** SPDX id or expression; `null` when the package names none. */
  readonly license: string | null;
  /** SHA-512 of the archive in the registry, in hexadecimal; `null` when the lock has another. */
  readonly sha512: string | null;
  /** Folders of the packages it needs. */
  readonly needs: readonly string[];
}

/**
 * The packages that ship: what the project needs to run, with everything below it, in the order of their folders. `optional`
 * are names of optional packages that are shipped, too. `text` is a package-lock.json of version 3; what is needed and not
 * locked throws.
 */
export function shippedPackages(
  text: string,
  optional: readonly string[] = [],
): readonly LockedPackage[] {
  const packages = objectIn(asObject(JSON.parse(text)), 'packages');
  const shipped = new Map<string, LockedPackage>();
  const names = Object.keys(objectIn(objectIn(packages, ''), 'dependencies'));
  const waiting = [...names, ...optional].map((name) => placeOf(packages, '', name));
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (shipped.has(folder)) continue;
    const found = lockedPackage(packages, folder);
    shipped.set(folder, found);
    waiting.push(...found.needs);
  }
  return [...shipped.values()].toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** The package that stands in a folder. */
function lockedPackage(packages: JsonObject, folder: string): LockedPackage {
  const entry = objectIn(packages, folder);
  const version = asText(own(entry, 'version'));
  if (version === null) throw new Error(`package-lock.json: ${folder} has no version`);
  const integrity = asText(own(entry, 'integrity'));
  const needs = Object.keys(asObject(own(entry, 'dependencies')) ?? {});
  return {
    name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
    folder,
    license: asText(own(entry, 'license')),
    sha512: integrity?.startsWith('sha512-')
      ? Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
      : null,
    needs: needs.map((name) => placeOf(packages, folder, name)),
  };
}

/** One package, whether anything needs it or not. Throws when it is not locked. */
export function lockedRuntime(text: string, name: string): LockedPackage {
  return lockedPackage(objectIn(asObject(JSON.parse(text)), 'packages'), `node_modules/${name}`);
}

/** Where Node finds a package that one in `folder` asks for: the nearest `node_modules` upwards. */
function placeOf(packages: JsonObject, folder: string, name: string): string {
  for (let home = folder; ; ) {
    const place = home === '' ? `node_modules/${name}` : `${home}/node_modules/${name}`;
    if (Object.hasOwn(packages, place)) return place;
    if (home === '') throw new Error(`package-lock.json: ${name} is needed and not locked`);
    home = home.slice(0, Math.max(home.lastIndexOf('/node_modules/'), 0));
  }
}

function objectIn(object: JsonObject | null, key: string): JsonObject {
  const value = object === null ? null : asObject(own(object, key));
  if (value === null) throw new Error(`package-lock.json: has no ${key || 'project'}`);
  return value;
}
