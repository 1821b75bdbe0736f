/**
 * Empties the outbox into one destination, one batch after the other, for as long as the agent runs.
 *
 * A batch is taken out of the outbox only when the receiver has it. What became of an attempt (`outcome.ts`) decides:
 *   ok, items   settled; the next batch is larger
 *   retry       waits a random time, longer with each failure, and as long as the receiver asked; then a single item
 *   config      the same with longer waits; connections and credentials are made anew; never costs an item
 *   too-big     half of the batch; a single item is cut down, and a dead letter when that does not help
 *   rejected    half of the batch, down to the item; one that the protocol names is a dead letter. One that the receiver only
 *               refuses is set aside (`suspects.ts`): refused while others are taken, several times, it is a dead letter;
 *               refused like all others, it is the configuration that is wrong
 *
 * Bounds: one attempt at a time; `MAX_UNSETTLED` items whose delivery cannot be written down (disk full) before it waits.
 */
import { MAX_REFUSALS, type Outbox, type Settlement } from '../store/outbox.ts';
import type { Destination } from './destination.ts';
import type { DrainState } from './destination-status.ts';
import { outcomeOfError } from './error-class.ts';
import { shrink } from './formats/shrink.ts';
import type { Item } from './item.ts';
import type { ItemAnswer, Outcome } from './outcome.ts';
import {
  askedMs,
  BatchSize,
  BETWEEN_MS,
  backoffMs,
  configBackoffMs,
  MAX_BACKOFF_MS,
  START_MS,
} from './pace.ts';
import { Suspects } from './suspects.ts';
import type { Surroundings, Transport } from './transport.ts';
import { Unsettled } from './unsettled.ts';

/** What is wrong with a destination, as health events name it. */
export type DrainTrouble = 'destination-unreachable' | 'destination-misconfigured';

export interface DrainParts {
  readonly destination: Destination;
  readonly outbox: Outbox;
  readonly at: Surroundings;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Microseconds since 1970, for what people read. */
  readonly nowUs: () => number;
  readonly raise: (code: DrainTrouble, detail: string) => void;
  readonly clear: (code: DrainTrouble) => void;
  /** The outbox cannot be read or written. */
  readonly onStoreError: (error: unknown) => void;
}

/** Failures in a row before the destination is called unreachable: a single one is everyday life. */
const FAILURES_BEFORE_ALARM = 3;
/** Without news the outbox is looked at that often: another process may have put rows back. */
const IDLE_MS = 30_000;
/** An attempt under way at the stop may take that long. */
const GRACE_MS = 2000;
export const MAX_UNSETTLED = 5000;

export class Drain {
  readonly #parts: DrainParts;
  readonly #size: BatchSize;
  readonly #unsettled = new Unsettled();
  readonly #suspects = new Suspects();
  /** When what is set aside is tried again, on the steady clock; `null` while there is something else to do. */
  #suspectsDueMs: number | null = null;
  #transport: Transport | null = null;
  #wake: AbortController = new AbortController();
  #state: DrainState['state'] = 'idle';
  #failures = 0;
  #lastError: string | null = null;
  #duplicates = 0;

  constructor(parts: DrainParts) {
    this.#parts = parts;
    this.#size = new BatchSize(parts.destination.batch);
  }

  state(): DrainState {
    return {
      state: this.#state,
      failures: this.#failures,
      lastError: this.#lastError,
      duplicates: this.#duplicates,
    };
  }

  /** There is something new in the outbox. */
  wake(): void {
    this.#wake.abort();
  }

  /** Sends until the signal aborts; an attempt that is under way then may still end. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const grace = new AbortController();
    const ended = new AbortController();
    const end = (): void => {
      void this.#parts.at.pause(GRACE_MS, ended.signal).then(() => grace.abort());
    };
    signal.addEventListener('abort', end, { once: true });
    await this.#pause(this.#parts.random() * START_MS, signal);
    while (!signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await this.#step(signal, grace.signal);
    }
    signal.removeEventListener('abort', end);
    ended.abort();
    await this.#close();
    this.#state = 'stopped';
  }

  async #step(signal: AbortSignal, grace: AbortSignal): Promise<void> {
    const items = this.#page();
    if (items === null) return this.#pause(backoffMs(4, this.#parts.random()), signal);
    if (items.length === 0) return this.#idle(signal);
    this.#state = 'sending';
    const outcome = await this.#attempt(items, grace);
    return this.#pause(this.#conclude(items, outcome), signal);
  }

  /** `null` when the outbox cannot be used now. */
  #page(): readonly Item[] | null {
    const { outbox, destination, onStoreError } = this.#parts;
    this.#settle({});
    const { ids } = this.#unsettled;
    if (ids.length >= MAX_UNSETTLED) return null;
    try {
      const except = new Set([...this.#suspects.ids(), ...ids]);
      return outbox.page(destination.name, this.#size.bounds, except);
    } catch (error) {
      onStoreError(error);
      return null;
    }
  }

  async #idle(signal: AbortSignal): Promise<void> {
    const { at, random } = this.#parts;
    this.#state = 'idle';
    let waitMs = IDLE_MS;
    if (this.#suspects.size > 0) {
      // Nothing else is there to show who is at fault, so it may as well be the destination.
      if (this.#suspects.isOpen) this.#misconfigured(this.#lastError ?? '');
      this.#suspectsDueMs ??= at.steadyMs() + configBackoffMs(random());
      waitMs = Math.max(0, this.#suspectsDueMs - at.steadyMs());
    }
    this.#wake = new AbortController();
    await at.pause(waitMs, AbortSignal.any([signal, this.#wake.signal]));
    if (this.#suspectsDueMs === null || at.steadyMs() < this.#suspectsDueMs) return;
    this.#suspectsDueMs = null;
    this.#suspects.clear();
    this.#size.probe();
  }

  async #attempt(items: readonly Item[], grace: AbortSignal): Promise<Outcome> {
    const { destination, at } = this.#parts;
    try {
      this.#transport ??= destination.open(at);
      return await this.#transport.send(items, grace);
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  /** Takes the consequences of an attempt; gives the milliseconds to wait before the next one. */
  #conclude(items: readonly Item[], outcome: Outcome): number {
    const { random } = this.#parts;
    switch (outcome.kind) {
      case 'ok':
        this.#duplicates += outcome.resent ?? 0;
        return this.#taken({ delivered: items.map(({ id }) => id) });
      case 'items':
        return this.#answered(items, outcome.answers);
      case 'retry': {
        const wait = this.#failed(outcome.detail);
        const { retryAfterMs } = outcome;
        return retryAfterMs === null ? wait : wait + askedMs(retryAfterMs, random());
      }
      case 'config':
        return this.#misconfigured(outcome.detail);
      case 'too-big':
        return this.#tooBig(items, outcome.detail);
      case 'rejected':
        return this.#rejected(items, outcome.detail, outcome.explicit);
    }
  }

  /** The receiver works and has some of the items, or refused them by name. */
  #taken(settlement: Partial<Settlement>): number {
    const { random, clear } = this.#parts;
    this.#failures = 0;
    this.#lastError = null;
    clear('destination-unreachable');
    clear('destination-misconfigured');
    this.#settle(settlement);
    this.#size.grow();
    return random() * BETWEEN_MS;
  }

  #answered(items: readonly Item[], answers: readonly ItemAnswer[]): number {
    const delivered: number[] = [];
    const dead: { id: number; reason: string }[] = [];
    let again: string | null = null;
    for (const [index, { id }] of items.entries()) {
      const answer = answers[index] ?? { kind: 'retry', detail: 'no answer for it' };
      if (answer.kind === 'poison') dead.push({ id, reason: answer.detail });
      else if (answer.kind === 'retry') again ??= answer.detail;
      else delivered.push(id);
      if (answer.kind === 'duplicate') this.#duplicates += 1;
    }
    const isProgress = delivered.length + dead.length > 0;
    const wait = isProgress ? this.#taken({ delivered, dead }) : 0;
    if (again === null) return wait;
    // What was buried held up the rest, which may go at once.
    if (dead.length > 0) return wait;
    return this.#failed(again);
  }

  #failed(detail: string): number {
    const { random, raise } = this.#parts;
    this.#failures += 1;
    this.#lastError = detail;
    this.#size.probe();
    if (this.#failures >= FAILURES_BEFORE_ALARM) raise('destination-unreachable', detail);
    // A name may stand for another address now, and a certificate for another key.
    if (this.#failures % FAILURES_BEFORE_ALARM === 0) void this.#close();
    return backoffMs(this.#failures, random());
  }

  #misconfigured(detail: string): number {
    const { random, raise } = this.#parts;
    this.#failures += 1;
    this.#lastError = detail;
    this.#size.probe();
    raise('destination-misconfigured', detail);
    void this.#close();
    return configBackoffMs(random());
  }

  #tooBig(items: readonly Item[], detail: string): number {
    const { outbox, destination, onStoreError, random } = this.#parts;
    const [only] = items;
    if (items.length > 1 || only === undefined) {
      this.#size.lighten(items);
      return random() * BETWEEN_MS;
    }
    const body = shrink(only.body, destination.format);
    if (body === null) return this.#taken({ dead: [{ id: only.id, reason: detail }] });
    try {
      outbox.replaceBody(only.id, body);
    } catch (error) {
      onStoreError(error);
      return this.#failed(detail);
    }
    return random() * BETWEEN_MS;
  }

  #rejected(items: readonly Item[], detail: string, isExplicit: boolean): number {
    const { random } = this.#parts;
    const [only] = items;
    if (items.length > 1 || only === undefined) {
      this.#size.halve(items);
      return random() * BETWEEN_MS;
    }
    if (isExplicit) return this.#taken({ dead: [{ id: only.id, reason: detail }] });
    if (this.#suspects.add(only.id)) return this.#misconfigured(detail);
    this.#lastError = detail;
    return random() * BETWEEN_MS;
  }

  /** Others were taken, so what was refused meanwhile is itself at fault. Throws what SQLite throws. */
  #proven(): Partial<Settlement> {
    const ids = this.#suspects.prove();
    const counts = this.#parts.outbox.refusalsOf(ids);
    const dead = ids.filter((id) => (counts.get(id) ?? 0) + 1 >= MAX_REFUSALS);
    const reason = 'refused several times, while others were taken';
    return {
      dead: dead.map((id) => ({ id, reason })),
      refused: ids.filter((id) => !dead.includes(id)),
    };
  }

  /** Writes down what is settled, with what waited for it; what cannot be written waits for the next time. */
  #settle(more: Partial<Settlement>): void {
    const { outbox, destination, nowUs, onStoreError } = this.#parts;
    this.#unsettled.add(more);
    try {
      if ((more.delivered ?? []).length > 0) this.#unsettled.add(this.#proven());
      this.#unsettled.write((all) => outbox.settle(destination.name, all, nowUs()));
    } catch (error) {
      onStoreError(error);
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#failures > 0) this.#state = 'waiting';
    await this.#parts.at.pause(Math.min(ms, MAX_WAIT_MS), signal);
  }

  async #close(): Promise<void> {
    const transport = this.#transport;
    this.#transport = null;
    await transport?.close().catch(() => undefined);
  }
}

/** What a receiver may ask for is bounded already, this only guards the timer. */
const MAX_WAIT_MS = 4 * 3600 * 1000 + MAX_BACKOFF_MS;
