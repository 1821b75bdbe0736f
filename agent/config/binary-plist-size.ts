/**
 * How large a binary property list becomes. Its objects name each other by number, so a few hundred bytes can stand for a tree
 * that no memory holds; the parser follows every name. Layout: header, objects, table of their offsets, trailer of 32 bytes
 * (Apple: CFBinaryPList.c).
 */
const TRAILER_BYTES = 32;
/** What a value costs beside its text. */
const VALUE_BYTES = 16;

/** Bytes, about, of all values when what is named twice is there twice; infinite when it holds itself. Throws when it is damaged. */
export function expandedSize(bytes: Buffer): number {
  const trailer = bytes.length - TRAILER_BYTES;
  const offsetBytes = bytes.readUInt8(trailer + 6);
  const nameBytes = bytes.readUInt8(trailer + 7);
  const table = uint(bytes, trailer + 24, 8);
  const sizes = new Map<number, number>();
  const sizeOf = (name: number): number => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    // Who comes here again before it has a size holds itself.
    sizes.set(name, Infinity);
    const { names, length, at } = objectAt(
      bytes,
      uint(bytes, table + name * offsetBytes, offsetBytes),
    );
    let size = VALUE_BYTES + length;
    for (let index = 0; index < names; index += 1)
      size += sizeOf(uint(bytes, at + index * nameBytes, nameBytes));
    sizes.set(name, size);
    return size;
  };
  return sizeOf(uint(bytes, trailer + 16, 8));
}

interface Extent {
  /** Objects that it names, one after the other at `at`. */
  readonly names: number;
  /** Bytes of its own. */
  readonly length: number;
  readonly at: number;
}

function objectAt(bytes: Buffer, offset: number): Extent {
  const marker = bytes.readUInt8(offset);
  const kind = marker >> 4;
  let count = marker & 15;
  let at = offset + 1;
  if (kind >= 4 && count === 15) {
    const width = 2 ** (bytes.readUInt8(at) & 15);
    count = uint(bytes, at + 1, width);
    at += 1 + width;
  }
  if (kind === 10) return { names: count, length: 0, at };
  if (kind === 13) return { names: count * 2, length: 0, at };
  return { names: 0, length: kind === 6 ? count * 2 : count, at };
}

function uint(bytes: Buffer, at: number, width: number): number {
  return width === 8 ? Number(bytes.readBigUInt64BE(at)) : bytes.readUIntBE(at, width);
}
