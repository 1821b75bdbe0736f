import type { SourceRecord } from '../collectors/collector.ts';
import type { FileWatched } from '../collectors/event.ts';
import { foldersAbove, pathKey } from './context/paths.ts';

export interface Held {
  readonly record: SourceRecord;
  readonly clockUs: number;
  /** When it is due: later than its clock for what another source is about to explain. */
  readonly dueUs: number;
  readonly arrival: number;
}

/** Records that wait, as a heap: smallest due moment first; of one moment numbered before unnumbered, the lower number, then the earlier arrival. */
export class HeldRecords {
  readonly #items: Held[] = [];
  /** How many of the records say which process made what is at a path, and which one took it away, by the path's key. */
  readonly #made = new Map<string, number>();
  readonly #taken = new Map<string, number>();

  get size(): number {
    return this.#items.length;
  }

  peek(): Held | undefined {
    return this.#items[0];
  }

  /** Whether a record that waits says which process did what the folder watcher saw, to the path or to a folder above it. */
  explains({ change, path }: FileWatched): boolean {
    const known = change === 'unlink' ? this.#taken : this.#made;
    if (known.size === 0) return false;
    const key = pathKey(path);
    return known.has(key) || [...foldersAbove(key)].some((above) => known.has(above));
  }

  push(item: Held): void {
    this.#count(item, 1);
    let at = this.#items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  pop(): void {
    const [first] = this.#items;
    if (first) this.#count(first, -1);
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #count({ record }: Held, by: 1 | -1): void {
    for (const event of record.events) {
      const isTransfer = 'sourcePath' in event;
      if (isTransfer || event.kind === 'file.create' || event.kind === 'file.close')
        add(this.#made, event.path, by);
      if (isTransfer && event.kind === 'file.rename') add(this.#taken, event.sourcePath, by);
    }
  }

  #swapIfBefore(a: number, b: number): boolean {
    const first = this.#items[a];
    const second = this.#items[b];
    if (!first || !second || !this.#isBefore(a, b)) return false;
    this.#items[a] = second;
    this.#items[b] = first;
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#items[a];
    const second = this.#items[b];
    if (!first || !second) return false;
    if (first.dueUs !== second.dueUs) return first.dueUs < second.dueUs;
    const [own, other] = [numberOf(first), numberOf(second)];
    return own === other ? first.arrival < second.arrival : own < other;
  }
}

function numberOf(held: Held): number {
  return held.record.sequence ?? Number.POSITIVE_INFINITY;
}

function add(counts: Map<string, number>, path: string, by: 1 | -1): void {
  const key = pathKey(path);
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
