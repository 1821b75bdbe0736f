/** How a destination stands, as its drain knows. */
export interface DrainState {
  readonly state: 'idle' | 'sending' | 'waiting' | 'stopped';
  /** Attempts in a row that failed. */
  readonly failures: number;
  /** The last attempt that failed, until one succeeds. */
  readonly lastError: string | null;
  /** Items that the receiver said it had already, or that went out again because it may have lost them. */
  readonly duplicates: number;
}

/** One destination, for status. */
export interface DestinationStatus extends DrainState {
  readonly name: string;
  /** `null` when it is not configured any more. */
  readonly type: string | null;
  readonly isBestEffort: boolean;
  readonly rows: number;
  readonly bytes: number;
  readonly oldestAgeSeconds: number | null;
  readonly delivered: number;
  readonly dropped: number;
  readonly dead: number;
  readonly discarded: number;
  readonly lastDeliveredUs: number | null;
}
