import type { Reserve } from '../store/reserve.ts';
import { isOutOfRoom } from '../store/reserve.ts';
import { isDamage, suspect } from '../store/suspect.ts';
import type { Health } from './health.ts';

/** What is said and done when the database cannot be written. */
export class StoreTrouble {
  readonly #health: Health;
  readonly #reserve: Reserve;
  readonly #folder: string;
  readonly #onDamage: () => void;

  /** `onDamage` is called when the file itself turns out to be damaged: this run is to end. */
  constructor(health: Health, reserve: Reserve, folder: string, onDamage: () => void) {
    this.#health = health;
    this.#reserve = reserve;
    this.#folder = folder;
    this.#onDamage = onDamage;
  }

  /** An error of SQLite or the file system. A full disk gets back what was kept in reserve. */
  failed(error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    const isFull = isOutOfRoom(error);
    this.#health.raise('store', isFull ? 'disk-full' : 'state-unwritable', detail);
    if (isFull) this.#reserve.release();
    if (!isDamage(error)) return;
    // The next run looks at all of it, and moves it aside when it is beyond use.
    suspect(this.#folder);
    this.#onDamage();
  }

  /**
   * Asks whether it is over when nothing waits that would show it: `write` changes nothing, and throws while the database
   * cannot be written. A disk is no longer full when it has room for the reserve.
   */
  look(write: () => void): void {
    const codes = new Set(this.#health.active().map(({ part, code }) => part === 'store' && code));
    if (!codes.has('disk-full') && !codes.has('state-unwritable')) return;
    try {
      write();
    } catch {
      return;
    }
    this.#reserve.ensure();
    if (!codes.has('disk-full') || this.#reserve.isHeld) this.over();
  }

  /** Everything that waited is written. */
  over(): void {
    this.#health.clear('store', 'disk-full');
    this.#health.clear('store', 'state-unwritable');
    this.#reserve.ensure();
  }
}
