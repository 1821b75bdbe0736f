import type { Stats } from 'node:fs';
import { relative } from 'node:path';
import type { Entry } from './entries.ts';
import { placementOf } from './placement.ts';

/** What is passed over, in a word for people. */
export type OtherKind = 'pipe' | 'socket' | 'device' | 'link';

/** Paths that are remembered; of more it is only known that there are more. */
export const MAX_KNOWN = 64;

/** Entries that one search looks at. */
const MAX_SEARCHED = 20_000;

const MAX_SHOWN = 3;
const MAX_NAME_LENGTH = 80;

/** `null` for what is watched: files and folders. */
export function otherKindOf(
  stats: Pick<Stats, 'isFIFO' | 'isSocket' | 'isSymbolicLink' | 'isFile' | 'isDirectory'>,
): OtherKind | null {
  if (stats.isFile() || stats.isDirectory()) return null;
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'pipe';
  return stats.isSocket() ? 'socket' : 'device';
}

/**
 * Pipes, sockets, devices and links below a root: never opened, never followed, and named as long as they are there. Holds at
 * most `MAX_KNOWN` paths, however many there are.
 */
export class PassedOver {
  readonly #root: string;
  readonly #known = new Map<string, OtherKind>();
  #hasMore = false;

  constructor(root: string) {
    this.#root = root;
  }

  /** A watcher came across one. `true` when it is new and one of those that are shown by name. */
  note(path: string, kind: OtherKind): boolean {
    const { size } = this.#known;
    if (size < MAX_KNOWN || this.#known.has(path)) this.#known.set(path, kind);
    else this.#hasMore = true;
    return this.#known.size > size && size < MAX_SHOWN;
  }

  /**
   * Forgets those that are gone. Only when all known ones are and there were more, `entries` is searched for them. Never
   * rejects; `realRoot` is the path of the root without links.
   */
  async look(realRoot: string, entries: () => AsyncIterable<Entry>): Promise<void> {
    for (const path of this.#known.keys()) {
      // oxlint-disable-next-line no-await-in-loop -- few, and nobody waits for them
      const { kind } = await placementOf(realRoot, path);
      if (kind !== 'not-a-file') this.#known.delete(path);
    }
    if (!this.#hasMore || this.#known.size > 0) return;
    this.#hasMore = false;
    let searched = 0;
    try {
      for await (const { path, entry } of entries()) {
        const kind = otherKindOf(entry);
        if (kind !== null) this.note(path, kind);
        searched += 1;
        if (searched === MAX_SEARCHED) return;
      }
    } catch {
      // A root that cannot be read is said to be that.
    }
  }

  forget(): void {
    this.#known.clear();
    this.#hasMore = false;
  }

  /** What there is, in one line with outside text; `null` when there is nothing. */
  get text(): string | null {
    if (this.#known.size === 0) return null;
    const shown = [...this.#known].slice(0, MAX_SHOWN).map(([path, kind]) => {
      const name = relative(this.#root, path).slice(0, MAX_NAME_LENGTH);
      return `${JSON.stringify(name)} (${kind})`;
    });
    const rest = this.#known.size - shown.length;
    const more = rest === 0 ? '' : ` and ${this.#hasMore ? 'over ' : ''}${rest} more`;
    return `${shown.join(', ')}${more}: no regular files, neither opened nor followed`;
  }
}
