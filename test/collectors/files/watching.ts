import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Trouble } from '../../../collectors/collector.ts';
import type { FileWatched } from '../../../collectors/event.ts';
import { type FilesCollectorOptions, filesCollector } from '../../../collectors/files/collector.ts';
import { collected } from '../../support/collected.ts';

/** A folder of its own that is gone after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const MY_UID = process.getuid?.() ?? 0;

/** Polls until the condition holds, for at most five seconds. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (isSo()) return;
    // oxlint-disable-next-line no-await-in-loop -- polling
    await sleep(10);
  }
  throw new Error(`not within 5 s: ${what}`);
}

export class Watching {
  readonly troubles: Trouble[] = [];
  readonly recovered: string[] = [];
  readonly #lines: string[] = [];
  readonly #abort = new AbortController();
  /** Settles as `run` does. */
  readonly done: Promise<void>;
  #probes = 0;

  constructor(path: string, options: Partial<FilesCollectorOptions> = {}) {
    const collector = filesCollector({
      roots: () => [{ path, uid: MY_UID }],
      mode: () => 'crosscheck',
      checkMs: 50,
      maxEntries: 20_000,
      clock: () => 1_790_000_000_000_001,
      ...options,
    });
    const output = {
      line: (text: string) => this.#lines.push(text),
      fault: (reason: string) => expectNever(reason),
      trouble: (trouble: Trouble) => this.troubles.push(trouble),
      recovered: (code: string, subject: string | null) =>
        this.recovered.push(`${code} ${subject}`),
    };
    this.done = collector.run(output, this.#abort.signal);
    // Whoever asks for the end gets the error.
    this.done.catch(() => undefined);
    onTestFinished(() => this.stop().catch(() => undefined));
  }

  /** Everything that was emitted, as the capture reader understands it. */
  events(): readonly FileWatched[] {
    const { events, lost } = collected(this.#lines);
    if (lost.length > 0) throw new Error(`unreadable: ${JSON.stringify(lost)}`);
    return events.filter((event) => event.kind === 'file.watched');
  }

  /** `add PATH` and the like, without the files of `awake`. */
  changes(): readonly string[] {
    return this.events()
      .map(({ change, path }) => `${change} ${path}`)
      .filter((text) => !text.includes('.probe-'));
  }

  codes(): readonly string[] {
    return this.troubles.map(({ code }) => code);
  }

  /** Waits until the folder is watched: makes files until one is seen. What was done before is seen by then as well. */
  async awake(folder: string): Promise<void> {
    const first = this.#probes;
    await until(`${folder} is watched`, () => {
      this.#probes += 1;
      writeFileSync(join(folder, `.probe-${this.#probes}`), '');
      return this.events().some(({ path }) => {
        const at = path.indexOf('.probe-');
        return at > 0 && path.startsWith(folder) && Number(path.slice(at + 7)) > first;
      });
    });
  }

  async sees(change: string): Promise<void> {
    await until(`${change} is seen`, () => this.changes().includes(change));
  }

  async reports(code: string): Promise<void> {
    await until(`${code} is reported`, () => this.codes().includes(code));
  }

  async recovers(text: string): Promise<void> {
    await until(`${text} is over`, () => this.recovered.includes(text));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.done;
  }
}

function expectNever(reason: string): never {
  throw new Error(`unexpected fault ${reason}`);
}
