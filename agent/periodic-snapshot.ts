import { setImmediate } from 'node:timers/promises';
import { type SnapshotParts, snapshotSlices } from './snapshot.ts';

/** Snapshots that never meet: a whole one ends the one that is under way. */
export class PeriodicSnapshot {
  readonly #parts: SnapshotParts;
  readonly #onError: (error: unknown) => void;
  #underWay: Generator<void> | null = null;

  constructor(parts: SnapshotParts, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#onError = onError;
  }

  async inSlices(signal: AbortSignal): Promise<void> {
    if (this.#underWay) return;
    this.#underWay = snapshotSlices(this.#parts);
    while (!signal.aborted && this.#step()) {
      // oxlint-disable-next-line no-await-in-loop -- the reading side has its turn between slices
      await setImmediate();
    }
    this.#underWay = null;
  }

  whole(): void {
    this.#underWay = snapshotSlices(this.#parts);
    while (this.#step());
    this.#underWay = null;
  }

  /** One slice; `false` when there is no further one. */
  #step(): boolean {
    try {
      return this.#underWay?.next().done === false;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }
}
