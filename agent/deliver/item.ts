import type { Severity } from '../../rules/finding.ts';

/** What an event of ours is about; it decides which of them a destination takes. */
export const ITEM_KINDS = ['finding', 'health', 'heartbeat', 'flood', 'test'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

/** One event on its way to one destination. Its bytes were made when it was stored and are the same in every attempt. */
export interface Item {
  /** Place in the outbox; rises, and is never used twice. */
  readonly id: number;
  /** `metadata.uid`: by it a receiver knows a repeat. */
  readonly uid: string;
  /** What the event belongs to: the finding, or the name of a series. Within it the order is kept. */
  readonly series: string;
  readonly kind: ItemKind;
  readonly severity: Severity;
  /** Microseconds since 1970, by the clock of the Mac. */
  readonly timeUs: number;
  /** One line of JSON in the format of the destination, without a line end. Secrets are hidden already. */
  readonly body: string;
}
