import type { PlaceInTime } from './lineage.ts';

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
  #opens: BrowserOpen[] = [];

  add(open: BrowserOpen): void {
    this.#opens.push(open);
    if (this.#opens.length > MAX_OPENS) this.#opens.shift();
  }

  /** Openings by that browser not longer ago than the window, which they thereby leave when they are older. */
  within(browser: string, userId: number, clockUs: number, windowUs: number): BrowserOpen[] {
    this.#opens = this.#opens.filter((open) => clockUs - open.clockUs <= windowUs);
    return this.#opens.filter(
      (open) => open.browser === browser && open.userId === userId && open.clockUs <= clockUs,
    );
  }

  state(): readonly BrowserOpen[] {
    return this.#opens;
  }

  resume(opens: Iterable<BrowserOpen>): void {
    this.#opens = [...opens];
  }
}
