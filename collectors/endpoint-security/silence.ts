/** Notices that nothing was heard for `afterMs`, from its making on; with `null` it never does. Holds one timer until `stop`. */
export class Silence {
  readonly #timer: NodeJS.Timeout | null;
  readonly #ended: () => void;
  #isSilent = false;

  /** `began` and `ended` are called in turn, `began` first; an open silence is ended by `stop`, too. */
  constructor(afterMs: number | null, began: () => void, ended: () => void) {
    this.#ended = ended;
    this.#timer =
      afterMs === null
        ? null
        : setTimeout(() => {
            this.#isSilent = true;
            began();
          }, afterMs);
  }

  heard(): void {
    // Also starts the timer anew when it has fired.
    this.#timer?.refresh();
    this.#end();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#end();
  }

  #end(): void {
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.#ended();
  }
}
