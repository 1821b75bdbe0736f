/** Payload and scripts of a package: every entry with its checksums and what is known of its content. */
import { createHash, type Hash } from 'node:crypto';
import { Cksum } from '../package/cksum.ts';
import { ByteSource } from './byte-source.ts';
import { type CpioEntry, MAX_UNPACKED_BYTES, readCpio, type Sink } from './cpio.ts';
import { type Fault, FormatError } from './fault.ts';
import { MachOReader, type Slice } from './mach-o.ts';
import { gunzipped } from './member-content.ts';

/** Bytes of a file's beginning that are kept: whole property lists, first lines of scripts. At most of so many files. */
const HEAD_BYTES = 65_536;
const MAX_HEADS = 64;
const KEPT =
  /(?:^|\/)(?:Info\.plist|preinstall|postinstall)$|^Library\/LaunchDaemons\/[^/]+\.plist$/;

export interface ArchivedEntry extends CpioEntry {
  /** Of a file, else 0 and the empty text. */
  readonly cksum: number;
  readonly sha256: string;
  /** Architectures when it is a Mach-O file, else `null`. */
  readonly slices: readonly Slice[] | null;
  /** The first 64 KiB of files that are looked into, else `null`. */
  readonly head: Buffer | null;
}

/** Reads a compressed archive to its end. `where` names it in faults. Throws a `FormatError` when it cannot be read on. */
export async function readArchive(
  pieces: AsyncIterable<Buffer>,
  where: string,
  faults: Fault[],
): Promise<readonly ArchivedEntry[]> {
  const packed = new ByteSource(pieces, Number.POSITIVE_INFINITY);
  const known = formatOf(await packed.peek(6));
  if (known !== 'gzip' && known !== 'cpio') {
    await packed.close();
    throw new FormatError(
      `is ${known}, which this program cannot read: its content is not checked`,
    );
  }
  const plain = known === 'gzip' ? gunzipped(packed.rest()) : packed.rest();
  const entries: ArchivedEntry[] = [];
  let heads = 0;
  try {
    await readCpio(new ByteSource(plain, MAX_UNPACKED_BYTES), (entry) => {
      const isKept = KEPT.test(entry.path) && heads++ < MAX_HEADS;
      return new Content(entry, isKept, (read, problem) => {
        entries.push(read);
        if (problem !== null) faults.push({ where: `${where} ${entry.path}`, what: problem });
      });
    });
  } finally {
    await packed.close();
  }
  return entries;
}

/** By the first bytes. */
function formatOf(head: Buffer): string {
  const text = head.toString('latin1');
  if (text.startsWith('\x1f\x8b')) return 'gzip';
  if (text.startsWith('070707')) return 'cpio';
  if (text.startsWith('0707')) return 'cpio of another format than odc';
  if (text.startsWith('pbzx')) return 'compressed as pbzx';
  if (text.startsWith('BZh')) return 'compressed as bzip2';
  if (text.startsWith('\xfd7zXZ')) return 'compressed as xz';
  if (/^(?:AA01|YAA1|yaa1|pbz|aa01)/.test(text)) return 'an Apple Archive';
  return 'of an unknown format';
}

/** What is learnt of one file while its content passes by. */
class Content implements Sink {
  readonly #entry: CpioEntry;
  readonly #cksum = new Cksum();
  readonly #sha256: Hash = createHash('sha256');
  readonly #machO = new MachOReader();
  readonly #done: (entry: ArchivedEntry, problem: string | null) => void;
  #head: Buffer | null;

  constructor(
    entry: CpioEntry,
    isKept: boolean,
    done: (entry: ArchivedEntry, problem: string | null) => void,
  ) {
    this.#entry = entry;
    this.#head = isKept ? Buffer.alloc(0) : null;
    this.#done = done;
  }

  push(piece: Buffer): void {
    this.#cksum.update(piece);
    this.#sha256.update(piece);
    this.#machO.push(piece);
    if (this.#head !== null && this.#head.length < HEAD_BYTES)
      this.#head = Buffer.concat([this.#head, piece.subarray(0, HEAD_BYTES - this.#head.length)]);
  }

  end(): void {
    const isFile = this.#entry.kind === 'file';
    const { slices, problem } = this.#architectures();
    this.#done(
      {
        ...this.#entry,
        cksum: isFile ? this.#cksum.value() : 0,
        sha256: isFile ? this.#sha256.digest('hex') : '',
        slices,
        head: this.#head,
      },
      problem,
    );
  }

  #architectures(): { readonly slices: readonly Slice[] | null; readonly problem: string | null } {
    try {
      return { slices: this.#machO.slices, problem: null };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return { slices: [], problem: error.message };
    }
  }
}
