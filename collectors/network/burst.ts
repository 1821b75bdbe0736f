/**
 * Asks for a close look at the network now, because an upload may begin: whoever sees an upload tool start or a staged
 * file opened triggers it. Triggering is cheap, never blocks, and does nothing when nobody listens.
 */
export class BurstSignal {
  readonly #listeners = new Set<() => void>();

  trigger(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` at every trigger until `signal` aborts. `listener` must not throw. */
  listen(listener: () => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true });
  }
}
