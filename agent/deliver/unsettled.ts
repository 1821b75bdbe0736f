import type { Settlement } from '../store/outbox.ts';

/** What became of items and is not written down yet: usually nothing, more while the database cannot be written. */
export class Unsettled {
  #settlement: Settlement = NOTHING;

  /** Items that are delivered or given up, and still in the outbox. */
  get ids(): readonly number[] {
    return [...this.#settlement.delivered, ...this.#settlement.dead.map(({ id }) => id)];
  }

  add({ delivered = [], dead = [], refused = [] }: Partial<Settlement>): void {
    const before = this.#settlement;
    this.#settlement = {
      delivered: [...before.delivered, ...delivered],
      dead: [...before.dead, ...dead],
      refused: [...before.refused, ...refused],
    };
  }

  /** Hands all of it to `write`, and forgets it when that does not throw. */
  write(write: (settlement: Settlement) => void): void {
    const { delivered, dead, refused } = this.#settlement;
    if (delivered.length + dead.length + refused.length === 0) return;
    write(this.#settlement);
    this.#settlement = NOTHING;
  }
}

const NOTHING: Settlement = { delivered: [], dead: [], refused: [] };
