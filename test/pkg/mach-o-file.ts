/** Mach-O files that are only what a reader looks at: header, one load command, a signature. */

const CPU_TYPES = { arm64: 0x0100_000c, x86_64: 0x0100_0007 } as const;
const HEADER_BYTES = 32;
const COMMAND_BYTES = 16;

export type Cpu = keyof typeof CPU_TYPES;

/** A file for one processor. Without a signature it has a command that says nothing. */
export function machO(cpu: Cpu, signature: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.alloc(HEADER_BYTES + COMMAND_BYTES + 64, 0xaa);
  body.writeUInt32LE(0xfeed_facf, 0);
  body.writeUInt32LE(CPU_TYPES[cpu], 4);
  body.writeUInt32LE(0, 8);
  body.writeUInt32LE(2, 12);
  body.writeUInt32LE(1, 16);
  body.writeUInt32LE(COMMAND_BYTES, 20);
  body.writeUInt32LE(signature.length > 0 ? 0x1d : 0x26, HEADER_BYTES);
  body.writeUInt32LE(COMMAND_BYTES, HEADER_BYTES + 4);
  body.writeUInt32LE(body.length, HEADER_BYTES + 8);
  body.writeUInt32LE(signature.length, HEADER_BYTES + 12);
  return Buffer.concat([body, signature]);
}

/** Several of them in one file. */
export function universal(files: readonly { readonly cpu: Cpu; readonly bytes: Buffer }[]): Buffer {
  const head = Buffer.alloc(4096);
  head.writeUInt32BE(0xcafe_babe, 0);
  head.writeUInt32BE(files.length, 4);
  let at = head.length;
  for (const [number, { cpu, bytes }] of files.entries()) {
    for (const [word, value] of [CPU_TYPES[cpu], 0, at, bytes.length, 12].entries())
      head.writeUInt32BE(value, 8 + number * 20 + word * 4);
    at += bytes.length;
  }
  return Buffer.concat([head, ...files.map(({ bytes }) => bytes)]);
}

export interface SignatureWish {
  readonly identifier: string;
  readonly team?: string;
  readonly flags: number;
  /** XML. */
  readonly entitlements?: string;
  /** Certificates in DER. */
  readonly certificates?: readonly Buffer[];
}

/** What codesign puts at the end of a file, as far as it is read. */
export function codeSignature({
  identifier,
  team,
  flags,
  entitlements,
  certificates = [],
}: SignatureWish): Buffer {
  const blobs = [codeDirectory(identifier, team, flags)];
  if (entitlements !== undefined) blobs.push(blob(0xfade_7171, Buffer.from(entitlements)));
  // The message around the certificates is written without stated lengths, as Apple does.
  if (certificates.length > 0)
    blobs.push(blob(0xfade_0b01, Buffer.concat([Buffer.from('30800609', 'hex'), ...certificates])));
  const index = Buffer.alloc(12 + blobs.length * 8);
  const length = index.length + blobs.reduce((sum, part) => sum + part.length, 0);
  for (const [word, value] of [0xfade_0cc0, length, blobs.length].entries())
    index.writeUInt32BE(value, word * 4);
  let at = index.length;
  for (const [number, part] of blobs.entries()) {
    index.writeUInt32BE(number, 12 + number * 8);
    index.writeUInt32BE(at, 16 + number * 8);
    at += part.length;
  }
  return Buffer.concat([index, ...blobs]);
}

function codeDirectory(identifier: string, team: string | undefined, flags: number): Buffer {
  const head = Buffer.alloc(44);
  const texts = Buffer.from(`${identifier}\0${team ?? ''}\0`);
  // Counted from the blob's beginning, which is 8 bytes before.
  const textsAt = 8 + head.length;
  head.writeUInt32BE(0x2_0400, 0);
  head.writeUInt32BE(flags, 4);
  head.writeUInt32BE(textsAt, 12);
  head.writeUInt32BE(team === undefined ? 0 : textsAt + identifier.length + 1, 40);
  return blob(0xfade_0c02, Buffer.concat([head, texts]));
}

function blob(magic: number, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(magic, 0);
  head.writeUInt32BE(8 + content.length, 4);
  return Buffer.concat([head, content]);
}
