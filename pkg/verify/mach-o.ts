/**
 * Reads the architectures and signatures of a Mach-O file while it passes by. Facts: mach-o/loader.h, mach-o/fat.h.
 * Bounds: 16 architectures, 1 MiB of load commands, 8 MiB of signature.
 */
import { slice, u32, u32little, u64 } from './bytes.ts';
import { readSignature, type Signature } from './code-signature.ts';
import { FormatError } from './fault.ts';
import { RangeCapture } from './range-capture.ts';

const MAX_ARCHITECTURES = 16;
const MAX_COMMAND_BYTES = 1_048_576;
const MAX_SIGNATURE_BYTES = 8 * 1_048_576;
/** Of the smaller header; the larger one has four unused bytes behind it. */
const HEADER_BYTES = 28;
const LC_CODE_SIGNATURE = 0x1d;
/** First bytes of a file, as they lie there. */
const THIN_32 = 'cefaedfe';
const THIN_64 = 'cffaedfe';
const FAT_32 = 'cafebabe';
const FAT_64 = 'cafebabf';

export interface Slice {
  /** `arm64`, `x86_64`, or what else the header says. */
  readonly architecture: string;
  readonly signature: Signature;
}

/** One file. `push` its pieces, then ask `slices`. */
export class MachOReader {
  readonly #capture = new RangeCapture();
  readonly #slices: Slice[] = [];
  #expected = 0;
  #problem: string | null = null;

  constructor() {
    this.#capture.want(0, 8, (first) => this.#begin(first));
  }

  push(piece: Buffer): void {
    if (this.#problem !== null) return;
    try {
      this.#capture.push(piece);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#problem = error.message;
    }
  }

  /** In the order of the file; `null` when it is no Mach-O file. Throws a `FormatError` when it is a broken one. */
  get slices(): readonly Slice[] | null {
    if (this.#problem !== null) throw new FormatError(`Mach-O: ${this.#problem}`);
    if (this.#expected > this.#slices.length) throw new FormatError('Mach-O: ends early');
    return this.#expected === 0 ? null : this.#slices;
  }

  #begin(first: Buffer): void {
    const magic = first.toString('hex', 0, 4);
    if (magic === THIN_32 || magic === THIN_64) {
      this.#expected = 1;
      this.#slice(0, first);
    } else if (magic === FAT_32 || magic === FAT_64) {
      const count = u32(first, 4);
      // A Java class begins with the same bytes, and then a version above every count.
      if (count === 0 || count > MAX_ARCHITECTURES) return;
      this.#expected = count;
      const rowBytes = magic === FAT_32 ? 20 : 32;
      this.#capture.want(8, count * rowBytes, (rows) => {
        for (let at = 0; at < rows.length; at += rowBytes)
          this.#slice(magic === FAT_32 ? u32(rows, at + 8) : u64(rows, at + 8));
      });
    }
  }

  /** `first` are bytes of it that have passed. */
  #slice(start: number, first: Buffer = Buffer.alloc(0)): void {
    this.#capture.want(start + first.length, HEADER_BYTES - first.length, (rest) => {
      const header = Buffer.concat([first, rest]);
      const magic = header.toString('hex', 0, 4);
      if (magic !== THIN_64 && magic !== THIN_32)
        throw new FormatError('an architecture has no header');
      const headerBytes = magic === THIN_64 ? HEADER_BYTES + 4 : HEADER_BYTES;
      const commandBytes = u32little(header, 20);
      if (commandBytes > MAX_COMMAND_BYTES) throw new FormatError('overlong load commands');
      const architecture = architectureOf(u32little(header, 4), u32little(header, 8));
      this.#capture.want(start + headerBytes, commandBytes, (commands) => {
        const place = signaturePlace(commands);
        if (place === null) this.#slices.push({ architecture, signature: { kind: 'none' } });
        else
          this.#capture.want(start + place.offset, place.length, (bytes) =>
            this.#slices.push({ architecture, signature: readSignature(bytes) }),
          );
      });
    });
  }
}

function signaturePlace(
  commands: Buffer,
): { readonly offset: number; readonly length: number } | null {
  for (let at = 0; at < commands.length; ) {
    const length = u32little(commands, at + 4);
    if (length < 8) throw new FormatError('a load command without length');
    const command = slice(commands, at, length);
    if (u32little(command, 0) === LC_CODE_SIGNATURE) {
      const bytes = u32little(command, 12);
      if (bytes > MAX_SIGNATURE_BYTES) throw new FormatError('overlong signature');
      return bytes === 0 ? null : { offset: u32little(command, 8), length: bytes };
    }
    at += length;
  }
  return null;
}

const CPU_TYPES: ReadonlyMap<number, string> = new Map([
  [0x0100_0007, 'x86_64'],
  [0x0100_000c, 'arm64'],
  [0x0000_0007, 'i386'],
]);
const ARM64E = 2;

function architectureOf(type: number, subtype: number): string {
  const name = CPU_TYPES.get(type) ?? `cpu type ${type}`;
  return name === 'arm64' && (subtype & 0xff_ffff) === ARM64E ? 'arm64e' : name;
}
