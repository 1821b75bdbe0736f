import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** A xar archive with any table of contents and heap; the heap follows the checksum of the table, at 20. */
export function rawXar(toc: string, heap: Buffer = Buffer.alloc(0)): Buffer {
  const plain = Buffer.from(`<?xml version="1.0"?><xar><toc>${toc}</toc></xar>`);
  return xarOfToc(plain, heap);
}

export function xarOfToc(plain: Buffer, heap: Buffer = Buffer.alloc(0)): Buffer {
  const packed = deflateSync(plain);
  const header = Buffer.alloc(28);
  header.write('xar!');
  header.writeUInt16BE(28, 4);
  header.writeUInt16BE(1, 6);
  header.writeBigUInt64BE(BigInt(packed.length), 8);
  header.writeBigUInt64BE(BigInt(plain.length), 16);
  header.writeUInt32BE(1, 24);
  return Buffer.concat([header, packed, createHash('sha1').update(packed).digest(), heap]);
}

export const TOC_CHECKSUM = '<checksum style="sha1"><offset>0</offset><size>20</size></checksum>';

/** A member with its place in the heap. */
export function fileElement(
  name: string,
  {
    offset,
    length,
    size = length,
    encoding = 'application/octet-stream',
  }: {
    readonly offset: number;
    readonly length: number;
    readonly size?: number;
    readonly encoding?: string;
  },
): string {
  return `<file id="1"><name>${name}</name><type>file</type><data><offset>${offset}</offset><length>${length}</length><size>${size}</size><encoding style="${encoding}"/></data></file>`;
}
