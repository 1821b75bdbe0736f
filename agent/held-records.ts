import type { SourceRecord } from '../collectors/collector.ts';

export interface Held {
  readonly record: SourceRecord;
  readonly clockUs: number;
  /** When it is due: later than its clock for sources that only confirm what another one knows better. */
  readonly dueUs: number;
  readonly arrival: number;
}

/** Records that wait, as a heap: smallest due moment first; of one moment numbered before unnumbered, the lower number, then the earlier arrival. */
export class HeldRecords {
  readonly #items: Held[] = [];

  get size(): number {
    return this.#items.length;
  }

  peek(): Held | undefined {
    return this.#items[0];
  }

  push(item: Held): void {
    let at = this.#items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  pop(): void {
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
