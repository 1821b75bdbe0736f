/**
 * Live telemetry written to a file of its own, as a capture with a manifest at the end.
 *
 * The file is made by the recording (0600, no link is followed, nothing that is there is written over). Lines are gathered
 * to `FLUSH_BYTES` and written with one call. When a write fails, the recording goes back to the end of the write before,
 * so that the manifest finds room on a full disk, counts what is lost, and takes no further line.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };
import type { Manifest, RecordingLoss } from './capture-manifest.ts';
import { redactCaptureLine } from './redaction/capture-line.ts';
import type { PathHider } from './redaction/path-hider.ts';
import type { Redactor } from './redaction/redactor.ts';
import { isOutOfRoom } from './store/reserve.ts';

export const FLUSH_BYTES = 64 * 1024;

/** What a recording needs of its surroundings. */
export interface RecordingOptions {
  /** `null` writes every line as it is. */
  readonly redactor: Redactor | null;
  /** For paths; without it they stay as they are. */
  readonly hider?: PathHider;
  /** Microseconds since 1970. */
  readonly clock: () => number;
  /** Writes bytes at an offset of the file and gives how many; `fs.writeSync` unless given. */
  readonly write?: (file: number, bytes: Buffer, position: number) => number;
}

interface Written {
  readonly bytes: number;
  readonly lines: number;
  readonly hash: Hash;
}

export class Recording {
  readonly #file: number;
  readonly #options: RecordingOptions;
  readonly #lost = new Map<RecordingLoss, number>();
  #written: Written = { bytes: 0, lines: 0, hash: createHash('sha256') };
  /** Where the recording stood before its last write. */
  #before: Written = this.#written;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #isClosed = false;
  #failure: 'disk-full' | 'write-failed' | null = null;

  /** Throws the error of the system when the file is there already or cannot be made. */
  constructor(path: string, options: RecordingOptions) {
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    this.#file = openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
    this.#options = options;
  }

  /** The recording was cut short: no further line is kept. */
  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** Takes a line without its newline. What cannot be redacted is not written, and counted. */
  line(text: string): void {
    // A source that did not stop in time.
    if (this.#isClosed) return;
    if (this.#failure !== null) {
      this.lose(this.#failure);
      return;
    }
    const { redactor, hider } = this.#options;
    const line = redactor === null ? text : redactCaptureLine(text, redactor, hider);
    if (line === null) {
      this.lose('unreadable-line');
      return;
    }
    this.#waiting.push(`${line}\n`);
    this.#waitingBytes += Buffer.byteLength(line) + 1;
    if (this.#waitingBytes >= FLUSH_BYTES) this.#flush();
  }

  /** Counts what never became a line, or a source that failed. */
  lose(reason: RecordingLoss, count = 1): void {
    this.#lost.set(reason, (this.#lost.get(reason) ?? 0) + count);
  }

  /** Writes what waits and the manifest, and closes the file. `null` when there was no room for the manifest either. */
  close(): Manifest | null {
    this.#isClosed = true;
    this.#flush();
    const { bytes, lines, hash } = this.#written;
    const manifest: Manifest = {
      source: 'manifest',
      time: new Date(this.#options.clock() / 1000).toISOString(),
      version: packageJson.version,
      redaction: this.#options.redactor === null ? 'raw' : 'hash',
      lines,
      sha256: hash.digest('hex'),
      complete: this.#lost.size === 0,
      lost: Object.fromEntries(this.#lost),
    };
    try {
      this.#writeAll(Buffer.from(`${JSON.stringify(manifest)}\n`));
      fsyncSync(this.#file);
      return manifest;
    } catch {
      ftruncateSync(this.#file, bytes);
      return null;
    } finally {
      closeSync(this.#file);
    }
  }

  #flush(): void {
    const lines = this.#waiting.length;
    if (lines === 0) return;
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      this.#writeAll(bytes);
    } catch (error) {
      this.#cutShort(isOutOfRoom(error) ? 'disk-full' : 'write-failed', lines);
      return;
    }
    const hash = this.#written.hash.copy().update(bytes);
    this.#before = this.#written;
    this.#written = {
      bytes: this.#written.bytes + bytes.length,
      lines: this.#written.lines + lines,
      hash,
    };
  }

  #cutShort(reason: 'disk-full' | 'write-failed', lines: number): void {
    this.#failure = reason;
    this.lose(reason, lines + this.#written.lines - this.#before.lines);
    this.#written = this.#before;
    ftruncateSync(this.#file, this.#written.bytes);
  }

  #writeAll(bytes: Buffer): void {
    const write = this.#options.write ?? writeAt;
    // Cutting a file short leaves its offset behind the end, so every write names its own.
    for (let at = 0; at < bytes.length; )
      at += write(this.#file, bytes.subarray(at), this.#written.bytes + at);
  }
}

function writeAt(file: number, bytes: Buffer, position: number): number {
  return writeSync(file, bytes, 0, bytes.length, position);
}
