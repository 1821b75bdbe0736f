/** What became of one attempt to hand a batch to a receiver. Every transport answers in these words and never throws. */
export type Outcome =
  /**
   * The receiver has all of them: its answer was read to the end. `resent` counts items of earlier batches that went once
   * more, because they may have been lost with a connection; the receiver may have them twice.
   */
  | { readonly kind: 'ok'; readonly resent?: number }
  /** The receiver answered item by item, in the order of the batch. */
  | { readonly kind: 'items'; readonly answers: readonly ItemAnswer[] }
  /** Nothing is known to be kept; it may work later. `retryAfterMs` is what the receiver asked for. */
  | { readonly kind: 'retry'; readonly detail: string; readonly retryAfterMs: number | null }
  /** Credentials, certificates, addresses or settings are wrong; no item is at fault. `detail` says what to do. */
  | { readonly kind: 'config'; readonly detail: string }
  /** The batch has more bytes than the receiver takes. */
  | { readonly kind: 'too-big'; readonly detail: string }
  /**
   * The receiver refuses something in the batch and does not say what. `explicit` when its protocol says that items are at
   * fault; else it may as well be the sender, and only a neighbour that is taken shows which.
   */
  | { readonly kind: 'rejected'; readonly detail: string; readonly explicit: boolean };

export type ItemAnswer =
  | { readonly kind: 'ok' }
  /** The receiver had it already. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'retry'; readonly detail: string }
  /** This very item is refused, by the words of the protocol. */
  | { readonly kind: 'poison'; readonly detail: string };

export const OK: Outcome = { kind: 'ok' };
