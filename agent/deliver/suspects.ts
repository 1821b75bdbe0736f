/**
 * Items that a receiver refused without saying that they are at fault. Each is set aside; whether it, or the sender, is wrong
 * shows in what becomes of the others: taken, and the refusal counts; refused as well, many in a row, and it says nothing.
 */

/** Refused in a row, that many say something about the sender and nothing about the items. */
export const MAX_IN_A_ROW = 20;
/** Set aside at once; above it all are tried again. */
const MAX_ASIDE = 1000;

export class Suspects {
  /** Refused since the last item was taken. */
  readonly #open = new Set<number>();
  /** Set aside for now, with nothing more to learn. */
  readonly #aside = new Set<number>();

  get size(): number {
    return this.#open.size + this.#aside.size;
  }

  /** Nothing was taken since some were refused. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** All that are not to be tried now. */
  ids(): readonly number[] {
    return [...this.#open, ...this.#aside];
  }

  /** One more was refused; `true` when so many were in a row that the sender is to be suspected. */
  add(id: number): boolean {
    this.#open.add(id);
    if (this.#open.size < MAX_IN_A_ROW) return false;
    this.#putAside();
    return true;
  }

  /** Something was taken: gives those whose refusal counts now. */
  prove(): readonly number[] {
    const proven = [...this.#open];
    this.#putAside();
    return proven;
  }

  /** All may be tried again. */
  clear(): void {
    this.#open.clear();
    this.#aside.clear();
  }

  #putAside(): void {
    for (const id of this.#open) this.#aside.add(id);
    this.#open.clear();
    if (this.#aside.size > MAX_ASIDE) this.#aside.clear();
  }
}
