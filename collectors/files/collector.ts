import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, type Collector, CollectorError, type LiveOutput } from '../collector.ts';
import { ChangeQueue } from './change-queue.ts';
import type { Depth } from './entries.ts';
import type { WatchRoot } from './roots.ts';
import { type Watch, watchWithChokidar } from './watch.ts';
import { WatchedRoot } from './watched-root.ts';

/** `crosscheck` watches each root and its subfolders, `fallback` everything below it, `off` nothing. */
export type WatchMode = 'crosscheck' | 'fallback' | 'off';

/** What the folder watcher watches and how. */
export interface FilesCollectorOptions {
  /** Asked at every check; above 512 the rest is not watched (`watch-limit`). */
  readonly roots: () => readonly WatchRoot[];
  /** Asked at every check. */
  readonly mode: () => WatchMode;
  /** Milliseconds between two checks of the roots. */
  readonly checkMs: number;
  /** Files and folders below one root; above it the root is watched less deep, then not at all (`too-many-entries`). */
  readonly maxEntries: number;
  readonly clock: Clock;
  /** Default: chokidar. */
  readonly watch?: Watch;
}

const MAX_ROOTS = 512;
/** Folders that a remark names; of others it gives the number. */
const MAX_SHOWN = 3;

/**
 * Watches folders of users and emits `files` records. It cannot say who changed a file, and it sees no file that lived
 * shorter than a look at it takes.
 */
export function filesCollector(options: FilesCollectorOptions): Collector {
  return { name: 'files', run: (output, signal) => run(options, output, signal) };
}

async function run(
  options: FilesCollectorOptions,
  output: LiveOutput,
  signal: AbortSignal,
): Promise<void> {
  const { clock, checkMs } = options;
  const queue = new ChangeQueue(output, clock);
  const roots = new WatchedRoots(options, output, queue);
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  try {
    while (!either.aborted) {
      void roots.check().catch((error: unknown) => failing.abort(error));
      // It rejects for no other reason than the signal, which the loop asks for.
      // oxlint-disable-next-line no-await-in-loop -- it is the pause of the loop
      await sleep(checkMs, undefined, { signal: either }).catch(() => undefined);
    }
  } finally {
    await roots.close();
    await queue.close();
  }
  if (!signal.aborted)
    throw new CollectorError('root-unreadable', 'The folder watcher failed: it is started again.', {
      cause: failing.signal.reason,
    });
}

const DEPTHS = { crosscheck: 1, fallback: Number.POSITIVE_INFINITY } as const satisfies Record<
  Exclude<WatchMode, 'off'>,
  Depth
>;

class WatchedRoots {
  readonly #options: FilesCollectorOptions;
  readonly #output: LiveOutput;
  readonly #queue: ChangeQueue;
  readonly #roots = new Map<string, WatchedRoot>();
  readonly #closing = new Set<Promise<void>>();
  #hasTooMany = false;
  #toldMissing: string | null = null;

  constructor(options: FilesCollectorOptions, output: LiveOutput, queue: ChangeQueue) {
    this.#options = options;
    this.#output = output;
    this.#queue = queue;
  }

  async check(): Promise<void> {
    const mode = this.#options.mode();
    const all = mode === 'off' ? [] : this.#options.roots();
    const wanted = new Map(all.slice(0, MAX_ROOTS).map((root) => [root.path, root]));
    this.#tellTooMany(all.length);
    for (const [path, root] of this.#roots) {
      if (wanted.get(path)?.uid !== root.uid) this.#forget(path, root);
    }
    if (mode === 'off') {
      this.#tellMissing();
      return;
    }
    const { watch = watchWithChokidar, maxEntries } = this.#options;
    const checks = [...wanted.values()].map((root) => {
      const known = this.#roots.get(root.path);
      const changed = this.#queue.push.bind(this.#queue);
      const watched =
        known ?? new WatchedRoot(root, { watch, maxEntries, output: this.#output, changed });
      this.#roots.set(root.path, watched);
      return watched.check(DEPTHS[mode]);
    });
    await Promise.all(checks);
    this.#tellMissing();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#closing, ...[...this.#roots.values()].map((root) => root.close())]);
  }

  #forget(path: string, root: WatchedRoot): void {
    this.#roots.delete(path);
    const closing = root.forget();
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }

  /** One remark for all folders that were never there. */
  #tellMissing(): void {
    const missing = [...this.#roots.values()].filter(({ neverWas }) => neverWas);
    const shown = missing.slice(0, MAX_SHOWN).map(({ path }) => JSON.stringify(path));
    const rest = missing.length - shown.length;
    const more = rest === 0 ? '' : ` and ${rest} more`;
    const detail =
      missing.length === 0
        ? null
        : `${missing.length} of ${this.#roots.size} folders were not there since the start and are watched as soon as they are: ${shown.join(', ')}${more}`;
    if (detail === this.#toldMissing) return;
    this.#toldMissing = detail;
    if (detail === null) this.#output.recovered('root-missing', null);
    else {
      const remark = { detail, subject: null, lasts: true, isRemark: true };
      this.#output.trouble({ code: 'root-missing', ...remark });
    }
  }

  #tellTooMany(count: number): void {
    const hasTooMany = count > MAX_ROOTS;
    if (hasTooMany === this.#hasTooMany) return;
    this.#hasTooMany = hasTooMany;
    if (!hasTooMany) this.#output.recovered('watch-limit', null);
    else {
      const detail = `${count} folders to watch, ${MAX_ROOTS} are: list fewer`;
      this.#output.trouble({ code: 'watch-limit', detail, subject: null, lasts: true });
    }
  }
}
