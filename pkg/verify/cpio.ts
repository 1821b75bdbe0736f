/**
 * Reads payload and scripts: gzip of cpio in the portable ASCII format. Content passes by in pieces and is not kept.
 * Bounds: 4 GiB unpacked, 100,000 entries, names of 1 KiB.
 */
// oxlint-disable no-await-in-loop -- entries come one after another
import { isUtf8 } from 'node:buffer';
import type { ByteSource } from './byte-source.ts';
import { FormatError } from './fault.ts';

export const MAX_UNPACKED_BYTES = 4 * 1024 * 1_048_576;
const MAX_ENTRIES = 100_000;
const MAX_NAME_BYTES = 1024;
/** Of a link's target, which is its content. */
const MAX_TARGET_BYTES = 1024;
const HEADER_BYTES = 76;
const TRAILER = 'TRAILER!!!';

export interface CpioEntry {
  /** As it is written, without `./` in front; the root is the empty text. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** With set-id and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Of a link. */
  readonly target: string | null;
}

/** Takes the content of one entry, piece by piece; `end` comes once, behind the last one. */
export interface Sink {
  readonly push: (piece: Buffer) => void;
  readonly end: () => void;
}

/** Reads an archive to its end. `open` is asked for every entry in turn and gets the content of files. */
export async function readCpio(
  source: ByteSource,
  open: (entry: CpioEntry) => Sink,
): Promise<void> {
  for (let count = 0; ; count++) {
    if (count > MAX_ENTRIES) throw new FormatError(`has over ${MAX_ENTRIES} entries`);
    const at = source.position;
    const header = (await source.take(HEADER_BYTES)).toString('latin1');
    if (!header.startsWith('070707'))
      throw new FormatError(`byte ${at} is no cpio header of the format odc`);
    const name = nameIn(await source.take(octal(header, 59, 6, MAX_NAME_BYTES)));
    const size = octal(header, 65, 11, MAX_UNPACKED_BYTES);
    if (name === TRAILER) break;
    const kind = kindOf(octal(header, 18, 6));
    const isLink = kind === 'link';
    if (isLink && size > MAX_TARGET_BYTES) throw new FormatError(`${name} is an overlong link`);
    const target = isLink ? (await source.take(size)).toString('utf8') : null;
    const sink = open({
      path: name.replace(/^\.(?:\/|$)/, ''),
      kind,
      mode: octal(header, 18, 6) & 0o7777,
      uid: octal(header, 24, 6),
      gid: octal(header, 30, 6),
      size,
      target,
    });
    if (!isLink) for await (const piece of source.parts(size)) sink.push(piece);
    sink.end();
  }
  if (!(await source.drain())) throw new FormatError('has something behind its end');
}

function kindOf(mode: number): CpioEntry['kind'] {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'folder';
    case 0o120000:
      return 'link';
    default:
      return 'other';
  }
}

function nameIn(bytes: Buffer): string {
  if (bytes.at(-1) !== 0 || bytes.indexOf(0) !== bytes.length - 1 || !isUtf8(bytes))
    throw new FormatError('has a name that is no text');
  return bytes.toString('utf8', 0, bytes.length - 1);
}

function octal(header: string, at: number, digits: number, max = Number.MAX_SAFE_INTEGER): number {
  const text = header.slice(at, at + digits);
  if (!/^[0-7]+$/.test(text)) throw new FormatError('has a number that is none');
  const value = Number.parseInt(text, 8);
  if (value > max) throw new FormatError(`has a length of ${value}`);
  return value;
}
