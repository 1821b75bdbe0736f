/**
 * Reads the outer format of a package: header, table of contents, places of the members in the heap.
 * Bounds: 16 MiB of compressed and 64 MiB of plain table, 10,000 members, folders 32 deep, 16 GiB of content, however often
 * the same bytes of the heap are in it.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { u16, u32, u64 } from './bytes.ts';
import { type Fault, FormatError } from './fault.ts';
import type { PackageFile } from './package-file.ts';
import { childOf, childrenOf, elementsBelow, parseXml, type XmlElement } from './xml.ts';

const HEADER_BYTES = 28;
const MAX_PACKED_TOC_BYTES = 16 * 1_048_576;
const MAX_TOC_BYTES = 64 * 1_048_576;
const MAX_MEMBERS = 10_000;
const MAX_DEPTH = 32;
const MAX_CONTENT_BYTES = 16 * 1024 ** 3;

export interface Checksum {
  readonly style: string;
  readonly hex: string;
}

/** Where a member lies in the file, and how. */
export interface MemberData {
  readonly offset: number;
  readonly length: number;
  /** Bytes when it is unpacked. */
  readonly size: number;
  readonly encoding: string;
  readonly archived: Checksum | null;
  readonly extracted: Checksum | null;
}

export interface XarMember {
  /** Path inside of the archive: `x.pkg/Bom`. */
  readonly path: string;
  /** `null` for what is no file, and for an empty file. */
  readonly data: MemberData | null;
}

export interface Xar {
  readonly members: readonly XarMember[];
  /** Subject of the first certificate of the archive's signature; `null` when it has none. */
  readonly signer: string | null;
  readonly faults: readonly Fault[];
}

/** The name that Node and xar know a checksum by; `null` when it cannot be checked. */
export function hashName({ style }: { readonly style: string }): string | null {
  const name = style.toLowerCase().replace('-', '');
  return ['md5', 'sha1', 'sha256', 'sha512'].includes(name) ? name : null;
}

/** Throws a `FormatError` when it is no archive. */
export function readXar(file: PackageFile): Xar {
  const head = file.read(0, Math.min(file.size, HEADER_BYTES));
  if (head.subarray(0, 4).toString('latin1') !== 'xar!') throw new FormatError('is no xar archive');
  const headerBytes = u16(head, 4);
  if (u16(head, 6) !== 1) throw new FormatError(`is xar of version ${u16(head, 6)}`);
  const packedBytes = u64(head, 8);
  const tocBytes = u64(head, 16);
  if (packedBytes > MAX_PACKED_TOC_BYTES || tocBytes > MAX_TOC_BYTES)
    throw new FormatError('table of contents is too long');
  const packed = file.read(headerBytes, packedBytes);
  const toc = childOf(parseXml(inflated(packed, tocBytes)), 'toc');
  if (toc === undefined) throw new FormatError('has no table of contents');
  const heapAt = headerBytes + packedBytes;
  return {
    members: membersOf(toc, { heapAt, size: file.size }),
    signer: signerOf(toc),
    faults: tocFaults(file, { toc, packed, headerBytes, heapAt, algorithm: u32(head, 24) }),
  };
}

function inflated(packed: Buffer, bytes: number): Buffer {
  let toc: Buffer;
  try {
    toc = inflateSync(packed, { maxOutputLength: bytes + 1 });
  } catch (cause) {
    throw new FormatError('table of contents is damaged', { cause });
  }
  if (toc.length !== bytes)
    throw new FormatError(`table of contents has ${toc.length} bytes, header says ${bytes}`);
  return toc;
}

/** Numbers of the algorithms in the header. A longer header has a name behind it, and then the number says nothing. */
const ALGORITHMS = ['none', 'sha1', 'md5', 'sha256', 'sha512'];

function tocFaults(
  file: PackageFile,
  {
    toc,
    packed,
    headerBytes,
    heapAt,
    algorithm,
  }: {
    readonly toc: XmlElement;
    readonly packed: Buffer;
    readonly headerBytes: number;
    readonly heapAt: number;
    readonly algorithm: number;
  },
): readonly Fault[] {
  const where = 'table of contents';
  const checksum = childOf(toc, 'checksum');
  const style = checksum?.attributes.get('style') ?? 'none';
  const name = hashName({ style });
  const inHeader = headerBytes > HEADER_BYTES ? name : ALGORITHMS[algorithm];
  if (checksum === undefined || name === null)
    return [{ where, what: `has no checksum that can be checked (${style})` }];
  if (inHeader !== name)
    return [{ where, what: `checksum is ${name}, header says ${inHeader ?? algorithm}` }];
  const actual = createHash(name).update(packed).digest();
  const stored = file.read(heapAt + numberIn(checksum, 'offset'), actual.length);
  return stored.equals(actual) ? [] : [{ where, what: 'checksum is wrong' }];
}

function membersOf(
  toc: XmlElement,
  place: { readonly heapAt: number; readonly size: number },
): readonly XarMember[] {
  const members: XarMember[] = [];
  const paths = new Set<string>();
  let contentBytes = 0;
  const add = (element: XmlElement, folder: string, depth: number): void => {
    const path = `${folder}${memberName(element)}`;
    if (depth > MAX_DEPTH) throw new FormatError(`folders are over ${MAX_DEPTH} deep`);
    if (members.length === MAX_MEMBERS) throw new FormatError(`over ${MAX_MEMBERS} members`);
    if (paths.has(path)) throw new FormatError(`${path} is there twice`);
    paths.add(path);
    const stated = childOf(element, 'data');
    const data = stated === undefined ? null : memberData(stated, path, place);
    contentBytes += (data?.length ?? 0) + (data?.size ?? 0);
    if (contentBytes > MAX_CONTENT_BYTES) throw new FormatError('states too much content');
    members.push({ path, data });
    for (const child of childrenOf(element, 'file')) add(child, `${path}/`, depth + 1);
  };
  for (const element of childrenOf(toc, 'file')) add(element, '', 1);
  return members;
}

function memberName(element: XmlElement): string {
  const name = childOf(element, 'name')?.text ?? '';
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || name.length > 255)
    throw new FormatError(`a member is named ${JSON.stringify(name.slice(0, 60))}`);
  return name;
}

function memberData(
  data: XmlElement,
  path: string,
  { heapAt, size: fileSize }: { readonly heapAt: number; readonly size: number },
): MemberData {
  const offset = heapAt + numberIn(data, 'offset');
  const length = numberIn(data, 'length');
  if (offset + length > fileSize) throw new FormatError(`${path} lies outside of the file`);
  return {
    offset,
    length,
    size: numberIn(data, 'size'),
    encoding: childOf(data, 'encoding')?.attributes.get('style') ?? 'application/octet-stream',
    archived: checksumIn(data, 'archived-checksum'),
    extracted: checksumIn(data, 'extracted-checksum'),
  };
}

function checksumIn(data: XmlElement, name: string): Checksum | null {
  const element = childOf(data, name);
  if (element === undefined) return null;
  return { style: element.attributes.get('style') ?? '', hex: element.text.trim().toLowerCase() };
}

function numberIn(element: XmlElement, name: string): number {
  const text = childOf(element, name)?.text.trim() ?? '';
  if (!/^\d{1,15}$/.test(text)) throw new FormatError(`${element.name} has no ${name}`);
  return Number(text);
}

function signerOf(toc: XmlElement): string | null {
  const signature = childOf(toc, 'signature') ?? childOf(toc, 'x-signature');
  const [first] = signature === undefined ? [] : elementsBelow(signature, 'X509Certificate');
  if (signature === undefined) return null;
  if (first === undefined) return 'nobody';
  try {
    const certificate = new X509Certificate(Buffer.from(first.text.trim(), 'base64'));
    return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? certificate.subject;
  } catch {
    return 'nobody (its certificate cannot be read)';
  }
}
