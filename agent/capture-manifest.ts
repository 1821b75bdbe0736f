/**
 * The last line of a recording: what it should hold, so that whoever replays it can tell whether it is whole.
 *
 * `sha256` is of all bytes before the manifest's own line; in captures that were joined, of those since the manifest before.
 */
import { createHash, type Hash } from 'node:crypto';
import { asInteger, asObject, asText, own } from '../collectors/untrusted.ts';

const RECORDING_LOSSES = [
  'line-too-long',
  'invalid-utf8',
  'queue-full',
  'unreadable-line',
  'not-reported',
  'source-failed',
  'disk-full',
  'write-failed',
] as const;
/** Why lines of a recording are missing, or a source of it. */
export type RecordingLoss = (typeof RECORDING_LOSSES)[number];

export interface Manifest {
  readonly source: 'manifest';
  /** RFC 3339. */
  readonly time: string;
  readonly version: string;
  readonly redaction: 'hash' | 'raw';
  readonly lines: number;
  readonly sha256: string;
  /** No source failed and nothing is missing. */
  readonly complete: boolean;
  readonly lost: Readonly<Partial<Record<RecordingLoss, number>>>;
}

/** How a manifest begins, as recordings write it. */
const BEGINNING = Buffer.from('{"source":"manifest"');
const NEWLINE = 0x0a;

/** Longest line that is taken for a manifest, in bytes. */
const MAX_MANIFEST_BYTES = 16 * 1024;

/** Compares the manifests in a capture with its bytes, while somebody else reads them. Keeps at most 16 KiB. */
export class ManifestCheck {
  #hash: Hash = createHash('sha256');
  #lines = 0;
  /** The line that may be a manifest so far, `null` inside one that is none. */
  #candidate: Buffer | null = Buffer.alloc(0);
  #hasManifest = false;
  #isComplete = true;
  readonly #lost = new Map<RecordingLoss, number>();
  #problem: string | null = null;

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline === -1 ? chunk.length : newline + 1;
      this.#take(chunk.subarray(at, end), newline !== -1);
      at = end;
    }
  }

  /** What does not fit, in a few words; `null` when all fits or there is no manifest. */
  end(): string | null {
    if (this.#candidate && this.#candidate.length > 0) this.#finish(this.#candidate);
    if (this.#problem === null && this.#hasManifest && this.#lines > 0)
      this.#problem = `${this.#lines} lines follow its manifest`;
    return this.#problem;
  }

  /** What manifests that fit say is missing, in a few words; `null` when they say that nothing is. After `end`. */
  get missing(): string | null {
    if (this.#problem !== null || this.#isComplete) return null;
    const losses = [...this.#lost].map(([loss, count]) => `${loss} ${count}`);
    return losses.length > 0 ? losses.join(', ') : 'for reasons that it does not name';
  }

  #take(bytes: Buffer, isEnd: boolean): void {
    if (this.#candidate) {
      this.#candidate = Buffer.concat([this.#candidate, bytes]);
      if (!mayBeManifest(this.#candidate)) {
        this.#hash.update(this.#candidate);
        this.#candidate = null;
      }
    } else this.#hash.update(bytes);
    if (!isEnd) return;
    if (this.#candidate) this.#finish(this.#candidate);
    else this.#lines += 1;
    this.#candidate = Buffer.alloc(0);
  }

  #finish(line: Buffer): void {
    const manifest = readManifest(line);
    if (!manifest) {
      this.#hash.update(line);
      this.#lines += 1;
      return;
    }
    this.#hasManifest = true;
    this.#isComplete &&= manifest.complete;
    for (const [loss, count] of manifest.lost)
      this.#lost.set(loss, (this.#lost.get(loss) ?? 0) + count);
    if (manifest.sha256 !== this.#hash.digest('hex'))
      this.#problem ??= `its manifest is of ${manifest.lines} lines with another content than the ${this.#lines} here`;
    this.#hash = createHash('sha256');
    this.#lines = 0;
  }
}

function mayBeManifest(line: Buffer): boolean {
  if (line.length > MAX_MANIFEST_BYTES) return false;
  const length = Math.min(line.length, BEGINNING.length);
  return line.subarray(0, length).equals(BEGINNING.subarray(0, length));
}

interface ReadManifest extends Pick<Manifest, 'lines' | 'sha256' | 'complete'> {
  readonly lost: readonly (readonly [RecordingLoss, number])[];
}

function readManifest(line: Buffer): ReadManifest | null {
  const manifest = asObject(parsed(line));
  const lines = manifest && asInteger(own(manifest, 'lines'));
  const sha256 = manifest && asText(own(manifest, 'sha256'));
  if (!manifest || own(manifest, 'source') !== 'manifest') return null;
  if (lines === null || sha256 === null) return null;
  const counts = asObject(own(manifest, 'lost'));
  const lost = RECORDING_LOSSES.flatMap((loss) => {
    const count = (counts && asInteger(own(counts, loss))) ?? 0;
    return count > 0 ? [[loss, count] as const] : [];
  });
  return { lines, sha256, complete: own(manifest, 'complete') !== false, lost };
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return null;
  }
}
