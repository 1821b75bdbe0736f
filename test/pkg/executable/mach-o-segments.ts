/** A segment of a Mach-O file, as its header has it. */
export interface Segment {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly address: number;
  readonly addressBytes: number;
}

const LC_SEGMENT_64 = 0x19;

/** The segments of a 64-bit file for one processor, in the order of its commands (mach-o/loader.h). */
export function segmentsOf(file: Buffer): readonly Segment[] {
  const segments: Segment[] = [];
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left -= 1) {
    if (file.readUInt32LE(at) === LC_SEGMENT_64)
      segments.push({
        name: file.toString('latin1', at + 8, at + 24).replace(/\0+$/, ''),
        address: Number(file.readBigUInt64LE(at + 24)),
        addressBytes: Number(file.readBigUInt64LE(at + 32)),
        offset: Number(file.readBigUInt64LE(at + 40)),
        bytes: Number(file.readBigUInt64LE(at + 48)),
      });
    at += file.readUInt32LE(at + 4);
  }
  return segments;
}
