/**
 * The outer format of a package: a header, a table of contents in compressed XML, and a heap with the SHA-1 of that table and
 * the members behind one another. Members are not compressed: the payload is, and the rest is small.
 */
import { createHash } from 'node:crypto';
import { constants, deflateSync } from 'node:zlib';
import { xml } from './xml.ts';

const HEADER_BYTES = 28;
const VERSION = 1;
const SHA1 = 1;
const SHA1_BYTES = 20;

export interface XarFile {
  readonly kind: 'file';
  readonly name: string;
  readonly content: Buffer;
}

export interface XarFolder {
  readonly kind: 'folder';
  readonly name: string;
  readonly members: readonly XarMember[];
}

export type XarMember = XarFile | XarFolder;

/** `time` in seconds since 1970 is the archive's own. The same Node makes the same bytes of the same members. */
export function xarArchive(members: readonly XarMember[], time: number): Buffer {
  const heap: Buffer[] = [];
  const listed = listing(members, { id: 1, offset: SHA1_BYTES }, heap);
  const toc = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<xar>
 <toc>
  <creation-time>${new Date(time * 1000).toISOString().slice(0, 19)}</creation-time>
  <checksum style="sha1"><offset>0</offset><size>${SHA1_BYTES}</size></checksum>
${listed.join('\n')}
 </toc>
</xar>
`);
  const packed = deflateSync(toc, { level: constants.Z_BEST_COMPRESSION });
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('xar!', 0, 'latin1');
  header.writeUInt16BE(HEADER_BYTES, 4);
  header.writeUInt16BE(VERSION, 6);
  header.writeBigUInt64BE(BigInt(packed.length), 8);
  header.writeBigUInt64BE(BigInt(toc.length), 16);
  header.writeUInt32BE(SHA1, 24);
  return Buffer.concat([header, packed, createHash('sha1').update(packed).digest(), ...heap]);
}

/** Elements of the members, which go to the heap in the same order. `next` is moved on. */
function listing(
  members: readonly XarMember[],
  next: { id: number; offset: number },
  heap: Buffer[],
): readonly string[] {
  return members.flatMap((member) => {
    const id = next.id++;
    const name = `<name>${xml(member.name)}</name><uid>0</uid><gid>0</gid>`;
    if (member.kind === 'folder')
      return [
        `  <file id="${id}">${name}<type>directory</type><mode>0755</mode>`,
        ...listing(member.members, next, heap),
        '  </file>',
      ];
    const { content } = member;
    const sha1 = createHash('sha1').update(content).digest('hex');
    const offset = next.offset;
    next.offset += content.length;
    heap.push(content);
    return [
      `  <file id="${id}">${name}<type>file</type><mode>0644</mode><data><offset>${offset}</offset>` +
        `<length>${content.length}</length><size>${content.length}</size>` +
        `<encoding style="application/octet-stream"/>` +
        `<archived-checksum style="sha1">${sha1}</archived-checksum>` +
        `<extracted-checksum style="sha1">${sha1}</extracted-checksum></data></file>`,
    ];
  });
}
