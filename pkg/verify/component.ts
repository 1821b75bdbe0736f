/** One component of a package: what it says of itself, its payload, its scripts and its bill of materials. */
import { type ArchivedEntry, readArchive } from './archive.ts';
import { type BomEntry, MAX_BOM_BYTES, readBom } from './bom.ts';
import { attemptLong, type Fault, FormatError } from './fault.ts';
import { memberContent, wholeMember } from './member-content.ts';
import type { PackageFile } from './package-file.ts';
import type { Xar, XarMember } from './xar.ts';
import { childOf, parseXml, type XmlElement } from './xml.ts';

/** Components of a package that are read; each costs a reading of its payload. */
const MAX_COMPONENTS = 64;
const MAX_XML_BYTES = 4 * 1_048_576;

export interface Component {
  /** Folder in the archive with a slash behind it, or the empty text when the package is one component. */
  readonly folder: string;
  /** Each part is `null` when it is missing or cannot be read, which is a fault then, and empty when none is meant. */
  readonly info: PackageInfo | null;
  readonly payload: readonly ArchivedEntry[] | null;
  readonly bom: readonly BomEntry[] | null;
  readonly scripts: readonly ArchivedEntry[] | null;
}

export interface PackageInfo {
  readonly identifier: string | null;
  readonly version: string | null;
  readonly installLocation: string | null;
  readonly numberOfFiles: string | null;
  /** Files of the scripts that are run. */
  readonly scripts: readonly string[];
}

/** Folders of the archive in which components lie. Throws a `FormatError` when they are too many. */
export function componentFolders({ members }: Xar): readonly string[] {
  const folders = members
    .filter(({ path }) => path === 'PackageInfo' || path.endsWith('/PackageInfo'))
    .map(({ path }) => path.slice(0, -'PackageInfo'.length));
  if (folders.length > MAX_COMPONENTS)
    throw new FormatError(`has over ${MAX_COMPONENTS} components`);
  return folders;
}

export async function readComponent(
  file: PackageFile,
  { members }: Xar,
  folder: string,
  faults: Fault[],
): Promise<Component> {
  const part = <T>(name: string, read: (member: Required<XarMember>) => Promise<T>) => {
    const member = members.find(({ path }) => path === `${folder}${name}`);
    if (member === undefined) return null;
    return attemptLong(member.path, faults, () => read(member));
  };
  const archive = (member: XarMember) =>
    member.data === null
      ? Promise.resolve([])
      : readArchive(memberContent(file, member.data), member.path, faults);
  const info = await part('PackageInfo', async ({ data }) =>
    packageInfo(await xmlMember(file, data)),
  );
  const bom = await part('Bom', async ({ data }) =>
    readBom(data === null ? Buffer.alloc(0) : await wholeMember(file, data, MAX_BOM_BYTES)),
  );
  const payload = await part('Payload', archive);
  const scripts = await part('Scripts', archive);
  const has = (name: string) => members.some(({ path }) => path === `${folder}${name}`);
  const missing = ['Bom', 'Payload'].filter((name) => !has(name));
  // A component may be nothing but scripts.
  const isEmpty = missing.length === 2;
  if (!isEmpty)
    for (const name of missing) faults.push({ where: `${folder}${name}`, what: 'is missing' });
  return {
    folder,
    info,
    bom: isEmpty ? [] : bom,
    payload: isEmpty ? [] : payload,
    scripts: has('Scripts') ? scripts : [],
  };
}

/** A small member as XML. */
export async function xmlMember(file: PackageFile, data: XarMember['data']): Promise<XmlElement> {
  return parseXml(data === null ? Buffer.alloc(0) : await wholeMember(file, data, MAX_XML_BYTES));
}

function packageInfo(root: XmlElement): PackageInfo {
  const scripts = childOf(root, 'scripts')?.children ?? [];
  return {
    identifier: root.attributes.get('identifier') ?? null,
    version: root.attributes.get('version') ?? null,
    installLocation: root.attributes.get('install-location') ?? null,
    numberOfFiles: childOf(root, 'payload')?.attributes.get('numberOfFiles') ?? null,
    scripts: scripts.flatMap(
      ({ attributes }) => attributes.get('file')?.replace(/^\.\//, '') ?? [],
    ),
  };
}
