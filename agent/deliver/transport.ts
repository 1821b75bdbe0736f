import type { Item } from './item.ts';
import type { Outcome } from './outcome.ts';
import type { Settings } from './settings.ts';

/**
 * The port of every way out. A transport holds connections and credentials, and no state of delivery: which items wait, and
 * when they are tried again, is the outbox's and the drain's affair.
 */
export interface Transport {
  /**
   * One attempt to hand over a batch of one item or more, in its order. Resolves also when it fails or `signal` aborts (then
   * with `retry`, or `items` for what is known to be kept); never rejects. Each transport ends an attempt that hangs by a
   * time-out of its own.
   */
  send(items: readonly Item[], signal: AbortSignal): Promise<Outcome>;
  /** Gives up connections; credentials and certificates are read anew by the next transport. */
  close(): Promise<void>;
}

/** What a transport may use of the machine, so that tests can give their own. */
export interface Surroundings {
  /** Milliseconds since 1970. Only for what a protocol asks to be dated, never to measure. */
  readonly wallMs: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly steadyMs: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Name of this Mac, as findings have it. */
  readonly hostName: () => string;
  /** Environment of the agent: proxies that nothing else names. */
  readonly environment: ReadonlyMap<string, string>;
}

/** How the body of an item is written; each has its file in `formats/`. */
export const FORMATS = ['ocsf', 'ecs', 'splunk', 'summary'] as const;
export type Format = (typeof FORMATS)[number];

/** A type of destination: what its file in `transports/` gives to the table of types. */
export interface TransportType {
  /** What it can carry; the first is the default. */
  readonly formats: readonly Format[];
  /** Items and bytes (of bodies) of a batch unless the destination says otherwise. */
  readonly batch: { readonly maxItems: number; readonly maxBytes: number };
  /** The receiver never says that it kept something, so a batch may be lost with the connection. */
  readonly isBestEffort: boolean;
  /**
   * Reads the keys of this type; what is wrong is noted in `settings`. The function it gives opens the transport and reads
   * its credentials; it may throw a `SecretFileError`.
   */
  readonly read: (settings: Settings) => (at: Surroundings) => Transport;
}
