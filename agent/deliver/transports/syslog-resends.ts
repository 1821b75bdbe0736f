import type { Item } from '../item.ts';

/** Bounds of what is kept to be sent once more, about two batches; older items are given up. */
export const MAX_RESENT_ITEMS = 400;
export const MAX_RESENT_BYTES = 256 * 1024;

/** The newest items that count as handed over and may be lost with their connection. */
export class SyslogResends {
  #recent: readonly Item[] = [];
  #owed: readonly Item[] = [];

  /** What goes out once more with the next batch, before it; oldest first. */
  get owed(): readonly Item[] {
    return this.#owed;
  }

  /** A batch counts as handed over, and so does what was owed: it went with it and is not sent a third time. */
  handedOver(items: readonly Item[]): void {
    this.#owed = [];
    this.#recent = newest([...this.#recent, ...items]);
  }

  /** The connection is gone, and nobody knows what the receiver has of it. */
  connectionLost(): void {
    this.#owed = newest([...this.#owed, ...this.#recent]);
    this.#recent = [];
  }

  /** The receiver read the connection to its end. */
  connectionFinished(): void {
    this.#recent = [];
  }
}

function newest(items: readonly Item[]): readonly Item[] {
  const kept = items.slice(-MAX_RESENT_ITEMS);
  let bytes = 0;
  const tooOld = kept.findLastIndex(({ body }) => {
    bytes += Buffer.byteLength(body);
    return bytes > MAX_RESENT_BYTES;
  });
  return kept.slice(tooOld + 1);
}
