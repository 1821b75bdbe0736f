/**
 * Conditions that kept a chain from going further, and by how much: what `spillwatch explain` prints.
 *
 * Bounds: one miss a reason and chain, the nearest (or, where nothing is measured, the latest), with a count;
 * `MAX_REFUSED` runs that opened no chain at all.
 */
export const MAX_REFUSED = 200;

/** Why a run of a database tool opened no chain. */
export type RefusalReason = 'service-account' | 'information-run' | 'inside-another-session';

/** Why a chain did not get to a later stage. */
export type MissReason =
  | 'application-state'
  | 'no-export-name'
  | 'outside-export-window'
  | 'content-older-than-run'
  | 'outside-flow-window'
  | 'address-names-no-service'
  | 'outside-browser-window'
  | 'opened-by-reader'
  | 'upload-names-another-file';

export interface Miss {
  readonly reason: MissReason;
  readonly timeUs: number;
  /** Path, program or peer it was about. */
  readonly subject: string;
  /** How far the value was beyond the limit, in microseconds; `null` where nothing is measured. */
  readonly beyondUs: number | null;
  readonly limitUs: number | null;
  /** How often the condition failed for this chain. */
  readonly count: number;
}

export interface Refusal {
  readonly reason: RefusalReason;
  readonly timeUs: number;
  readonly userId: number;
  readonly tool: string;
  readonly executable: string;
}

/** Adds a miss to a chain. */
export function miss(
  chain: { readonly misses: Miss[] },
  reason: MissReason,
  timeUs: number,
  subject: string,
  measured: { readonly beyondUs: number; readonly limitUs: number } | null = null,
): void {
  const at = chain.misses.findIndex((known) => known.reason === reason);
  const known = chain.misses[at];
  const count = (known?.count ?? 0) + 1;
  const beyondUs = measured?.beyondUs ?? null;
  const isNearer =
    known === undefined ||
    beyondUs === null ||
    known.beyondUs === null ||
    beyondUs < known.beyondUs;
  const next: Miss = isNearer
    ? { reason, timeUs, subject, beyondUs, limitUs: measured?.limitUs ?? null, count }
    : { ...known, count };
  if (at === -1) chain.misses.push(next);
  else chain.misses[at] = next;
}

/** Runs of database tools that opened no chain, the newest last. */
export class Refusals {
  #list: Refusal[] = [];
  #omitted = 0;

  add(refusal: Refusal): void {
    this.#list.push(refusal);
    if (this.#list.length <= MAX_REFUSED) return;
    this.#list.shift();
    this.#omitted += 1;
  }

  list(): readonly Refusal[] {
    return this.#list;
  }

  get omitted(): number {
    return this.#omitted;
  }

  resume(refusals: Iterable<Refusal>): void {
    this.#list = [...refusals];
  }
}
