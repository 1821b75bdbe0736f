import { createHash } from 'node:crypto';
import { Readable, type Transform } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { type Fault, FormatError } from './fault.ts';
import type { PackageFile } from './package-file.ts';
import { type Checksum, hashName, type MemberData, type XarMember } from './xar.ts';

const STORED = 'application/octet-stream';
/** xar calls it gzip, and it is zlib (RFC 1950). */
const ZLIB = 'application/x-gzip';
const PIECE_BYTES = 1_048_576;

/** A member as it was before the archive packed it, in pieces; more than it states is a `FormatError`. */
export async function* memberContent(file: PackageFile, data: MemberData): AsyncGenerator<Buffer> {
  const stored = file.pieces(data.offset, data.length);
  if (data.encoding !== STORED && data.encoding !== ZLIB)
    throw new FormatError(`is packed as ${data.encoding}, which this program cannot read`);
  let bytes = 0;
  for await (const piece of data.encoding === STORED ? stored : inflated(stored)) {
    bytes += piece.length;
    if (bytes > data.size) throw new FormatError(`has more than the ${data.size} bytes it states`);
    yield piece;
  }
  if (bytes < data.size) throw new FormatError(`has ${bytes} bytes and states ${data.size}`);
}

/** A whole member of at most `maxBytes`. */
export async function wholeMember(
  file: PackageFile,
  data: MemberData,
  maxBytes: number,
): Promise<Buffer> {
  if (data.size > maxBytes) throw new FormatError(`is longer than ${maxBytes} bytes`);
  const pieces: Buffer[] = [];
  for await (const piece of memberContent(file, data)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function gunzipped(
  source: Iterable<Buffer> | AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  return unpacked(source, createGunzip({ chunkSize: PIECE_BYTES }));
}

function inflated(source: Iterable<Buffer>): AsyncGenerator<Buffer> {
  return unpacked(source, createInflate({ chunkSize: PIECE_BYTES }));
}

async function* unpacked(
  source: Iterable<Buffer> | AsyncIterable<Buffer>,
  transform: Transform,
): AsyncGenerator<Buffer> {
  const readable = Readable.from(source);
  readable.on('error', (error) => transform.destroy(error));
  readable.pipe(transform);
  try {
    for await (const piece of transform as AsyncIterable<Buffer>) yield piece;
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError('is damaged: it cannot be unpacked', { cause });
  } finally {
    readable.destroy();
    transform.destroy();
  }
}

/** What the archive's own checksums say of a member. */
export async function checksumFaults(
  file: PackageFile,
  { path, data }: XarMember,
): Promise<readonly Fault[]> {
  if (data === null) return [];
  const faults: Fault[] = [];
  const stored = await digest(file.pieces(data.offset, data.length), data.archived);
  if (!stored) faults.push({ where: path, what: 'checksum of the stored bytes is wrong' });
  try {
    const content = await digest(memberContent(file, data), data.extracted);
    if (!content) faults.push({ where: path, what: 'checksum of the content is wrong' });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    faults.push({ where: path, what: error.message });
  }
  return faults;
}

/** Whether the pieces have the checksum; also when there is none that can be checked. */
async function digest(
  pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
  checksum: Checksum | null,
): Promise<boolean> {
  const name = checksum === null ? null : hashName(checksum);
  const hash = createHash(name ?? 'sha1');
  for await (const piece of pieces) hash.update(piece);
  return name === null || hash.digest('hex') === checksum?.hex;
}
