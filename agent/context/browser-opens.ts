import type { PlaceInTime } from './lineage.ts';
import { PassedTime } from './passed-time.ts';

/** Most openings that wait for a flow; the oldest go first. */
export const MAX_OPENS = 2000;

export interface BrowserOpen {
  readonly browser: string;
  readonly userId: number;
  readonly chainId: string;
  readonly link: 'lineage' | 'temporal';
  readonly path: string;
  readonly places: readonly PlaceInTime[];
  readonly clockUs: number;
}

/** Files of chains that browsers opened: by itself a preview, with a flow of the same browser an upload. */
export class BrowserOpens {
  readonly #time: PassedTime;
  #opens: BrowserOpen[] = [];

  constructor(time = new PassedTime()) {
    this.#time = time;
  }

  add(open: BrowserOpen): void {
    this.#opens.push(open);
    if (this.#opens.length > MAX_OPENS) this.#opens.shift();
  }

  /**
   * Openings by that browser that wait for a flow: those within the window, and apart from them those that this flow comes
   * too late for, which are then forgotten.
   */
  take(
    browser: string,
    userId: number,
    clockUs: number,
    windowUs: number,
  ): { readonly within: readonly BrowserOpen[]; readonly tooLate: readonly BrowserOpen[] } {
    const own = this.#opens.filter(
      (open) => open.browser === browser && open.userId === userId && open.clockUs <= clockUs,
    );
    const tooLate = own.filter((open) => this.#time.between(open.clockUs, clockUs) > windowUs);
    const gone = new Set(tooLate);
    this.#opens = this.#opens.filter((open) => !gone.has(open));
    return { within: own.filter((open) => !gone.has(open)), tooLate };
  }

  state(): readonly BrowserOpen[] {
    return this.#opens;
  }

  resume(opens: Iterable<BrowserOpen>): void {
    this.#opens = [...opens];
  }
}
