/**
 * JSON lines in a file of this machine, for a collector that takes them on.
 *
 * An item counts as handed over when the disk has its line. The files take `maxMegabytes` each, the newest and `keep` older
 * ones, so a collector that stops for long loses the oldest. Who may write to the folder may forge and hide findings, so a
 * folder or file that other users can write is refused.
 */

import type { Item } from '../item.ts';
import { OK, type Outcome } from '../outcome.ts';
import type { Settings } from '../settings.ts';
import type { Surroundings, Transport, TransportType } from '../transport.ts';
import { outcomeOfFileError } from './file-fault.ts';
import { LinesFile, rotate } from './lines-file.ts';

/** How long the disk may take for a batch. */
const PATIENCE_MS = 30_000;
/** How long a batch under way may take to end when the agent stops. */
const STOP_MS = 1000;

export const FILE: TransportType = {
  formats: ['ocsf', 'ecs', 'splunk', 'summary'],
  batch: { maxItems: 500, maxBytes: 1_048_576 },
  isBestEffort: false,
  read: (settings) => {
    const options = readOptions(settings);
    return (at) => new FileTransport(options, at);
  },
};

interface FileOptions {
  readonly path: string;
  /** Bytes of one file; a single longer line is in a file of its own. */
  readonly maxBytes: number;
  /** Older files beside it. */
  readonly keep: number;
}

function readOptions(settings: Settings): FileOptions {
  const path = settings.path('path');
  if (path !== '/' && path.endsWith('/')) settings.fault('path', 'must name a file, not a folder');
  return {
    path,
    maxBytes: settings.number('maxMegabytes', 1, 100_000, 100) * 1_048_576,
    keep: settings.number('keep', 1, 99, 5),
  };
}

/** One batch at a time. */
class FileTransport implements Transport {
  readonly #options: FileOptions;
  readonly #at: Surroundings;
  #file: LinesFile | null = null;
  /** A batch is under way; it outlives its attempt when the disk hangs. */
  #isBusy = false;

  constructor(options: FileOptions, at: Surroundings) {
    this.#options = options;
    this.#at = at;
  }

  async send(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    if (this.#isBusy) return this.#hanging();
    this.#isBusy = true;
    const over = new AbortController();
    const work = this.#write(items, signal).finally(() => {
      this.#isBusy = false;
      over.abort();
    });
    return Promise.race([work, this.#impatience(signal, over.signal)]);
  }

  async close(): Promise<void> {
    if (!this.#isBusy) await this.#closeFile();
  }

  async #write(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    const { path, maxBytes } = this.#options;
    let written = 0;
    let durable = 0;
    let failure: Failure | null = null;
    try {
      let file = await this.#inPlace();
      // oxlint-disable no-await-in-loop -- one line after the other, each at the end of the one before
      for (const { body } of items) {
        if (signal.aborted) break;
        const line = Buffer.from(`${body}\n`);
        if (file.size > 0 && file.size + line.length > maxBytes) {
          await file.sync();
          durable = written;
          file = await this.#next();
        }
        await file.append(line);
        written += 1;
      }
      // oxlint-enable no-await-in-loop
    } catch (error) {
      failure = outcomeOfFileError(path, error);
    }
    try {
      await this.#file?.sync();
      durable = written;
    } catch (error) {
      failure ??= outcomeOfFileError(path, error);
    }
    if (failure !== null) await this.#closeFile();
    return answer(items.length, durable, failure ?? STOPPED);
  }

  /** The file at the path, opened anew when it is another than before. */
  async #inPlace(): Promise<LinesFile> {
    if (this.#file !== null && (await this.#file.isInPlace())) return this.#file;
    await this.#closeFile();
    this.#file = await LinesFile.open(this.#options.path);
    return this.#file;
  }

  /** An empty file in the place of the one that is full. */
  async #next(): Promise<LinesFile> {
    const { path, keep } = this.#options;
    await this.#closeFile();
    await rotate(path, keep);
    return this.#inPlace();
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    // What it held is on the disk, or will be written again.
    await file?.close().catch(() => {});
  }

  async #impatience(signal: AbortSignal, over: AbortSignal): Promise<Outcome> {
    await this.#at.pause(PATIENCE_MS, AbortSignal.any([signal, over]));
    if (signal.aborted) await this.#at.pause(STOP_MS, over);
    return this.#hanging();
  }

  #hanging(): Outcome {
    const detail = `${this.#options.path}: the disk does not answer`;
    return { kind: 'retry', detail, retryAfterMs: null };
  }
}

type Failure = ReturnType<typeof outcomeOfFileError>;

const STOPPED: Failure = {
  kind: 'retry',
  detail: 'the attempt was ended before all was written',
  retryAfterMs: null,
};

/** The first `durable` of `count` items are on the disk; `failure` is why the others are not. */
function answer(count: number, durable: number, failure: Failure): Outcome {
  if (durable === count) return OK;
  if (durable === 0) return failure;
  return {
    kind: 'items',
    answers: Array.from({ length: count }, (_, index) =>
      index < durable ? { kind: 'ok' } : { kind: 'retry', detail: failure.detail },
    ),
  };
}
