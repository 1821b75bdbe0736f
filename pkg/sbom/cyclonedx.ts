/** Software bill of materials in CycloneDX 1.6 (JSON): what is inside of one package of the agent. */
import { createHash } from 'node:crypto';
import type { LockedPackage } from './lockfile.ts';

/** A library that is compiled into something else that ships. */
export interface Inside {
  readonly name: string;
  readonly version: string;
}

export interface Runtime {
  /** The npm package that the runtime was taken from. */
  readonly source: LockedPackage;
  readonly libraries: readonly Inside[];
}

/**
 * The document, with a serial number that is made of its content. `time` in seconds since 1970 is the time of the build that
 * the document states.
 */
export function cycloneDx({
  name,
  version,
  license,
  architecture,
  packages,
  inside,
  runtime,
  time,
}: {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly architecture: string;
  readonly packages: readonly LockedPackage[];
  /** By the name of the package they are inside of. */
  readonly inside: ReadonlyMap<string, readonly Inside[]>;
  readonly runtime: Runtime;
  readonly time: number;
}): string {
  const distinct = [...new Map(packages.map((found) => [npmUrl(found), found])).values()];
  const product = `pkg:generic/${name}@${version}?arch=${architecture}`;
  const references = new Map(packages.map((found) => [found.folder, npmUrl(found)]));
  const runtimeReference = npmUrl(runtime.source);
  const roots = packages.filter(({ folder }) => !isNeeded(folder, packages));
  const content = {
    metadata: {
      timestamp: new Date(time * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': product,
        name,
        version,
        licenses: licenses(license),
        purl: product,
      },
    },
    components: [
      {
        ...component(runtime.source, 'platform'),
        components: runtime.libraries.map((library) => libraryOf(runtimeReference, library)),
      },
      ...distinct.map((found) => ({
        ...component(found, 'library'),
        ...(inside.has(found.name) && {
          components: inside.get(found.name)?.map((library) => libraryOf(npmUrl(found), library)),
        }),
      })),
    ],
    dependencies: [
      { ref: product, dependsOn: [runtimeReference, ...roots.map((found) => npmUrl(found))] },
      { ref: runtimeReference, dependsOn: [] },
      ...distinct.map((found) => ({
        ref: npmUrl(found),
        dependsOn: found.needs.map((folder) => references.get(folder)),
      })),
    ],
  };
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(JSON.stringify(content)),
    version: 1,
    ...content,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component(found: LockedPackage, type: 'library' | 'platform') {
  const purl = npmUrl(found);
  return {
    type,
    'bom-ref': purl,
    name: found.name,
    version: found.version,
    ...(found.license !== null && { licenses: licenses(found.license) }),
    ...(found.sha512 !== null && { hashes: [{ alg: 'SHA-512', content: found.sha512 }] }),
    purl,
  };
}

function libraryOf(owner: string, { name, version }: Inside) {
  return { type: 'library', 'bom-ref': `${owner}#${name}`, name, version };
}

/** purl of npm: the at sign of a scope is written as %40. */
function npmUrl({ name, version }: LockedPackage): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

function licenses(license: string) {
  return / (?:AND|OR|WITH) /.test(license)
    ? [{ expression: license }]
    : [{ license: { id: license } }];
}

function isNeeded(folder: string, packages: readonly LockedPackage[]): boolean {
  return packages.some(({ needs }) => needs.includes(folder));
}

/** A UUID of version 8 (RFC 9562: bits of the maker's choice) from the hash of the content. */
function serialNumber(content: string): string {
  const hash = createHash('sha256').update(content).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return `urn:uuid:${groups.join('-')}-${hex.slice(20, 32)}`;
}
