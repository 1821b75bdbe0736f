import type { LineFault } from './endpoint-security/lines.ts';
import type { MessageFault } from './endpoint-security/message.ts';
import type { MessageSkip } from './endpoint-security/normalize.ts';
import type { CollectorName, Event } from './event.ts';

/** Understood, and of no interest. */
export type SkipReason = MessageSkip | 'unknown-source' | 'nothing-new';

/** Lost: it could not be read. */
export type DropReason = LineFault | MessageFault | 'bad-json' | 'not-an-object' | 'unknown-record';

/**
 * What one record of a source became: the events it holds, in order, all of one moment. A skipped record still
 * carries its number, because numbers that are missing are how a loss in the kernel shows.
 */
export interface SourceRecord {
  /** `null` for a source that Spillwatch does not know. */
  readonly collector: CollectorName | null;
  readonly timeUs: number;
  /** `global_seq_num` of Endpoint Security; `null` for sources that do not number their records. */
  readonly sequence: number | null;
  readonly events: readonly Event[];
  readonly skipped: SkipReason | null;
  /** Rows inside the record that could not be read. */
  readonly badRows: number;
}

/** A record that never became one. `collector` is `null` when not even its source is known. */
export interface LostRecord {
  readonly collector: CollectorName | null;
  readonly dropped: DropReason;
  /** The number the lost record still showed, so that the loss is not counted twice. */
  readonly sequence: number | null;
}

/** Where a source hands over what it read. Implementations must not block for more than 10 ms. */
export interface RecordOutput {
  record(record: SourceRecord): void;
  lost(record: LostRecord): void;
}
