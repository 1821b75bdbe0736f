import type { LineFault } from './endpoint-security/lines.ts';
import type { MessageFault } from './endpoint-security/message.ts';
import type { MessageSkip } from './endpoint-security/normalize.ts';
import type { CollectorName, Event } from './event.ts';

/** Understood, and of no interest. */
export type SkipReason = MessageSkip | 'unknown-source' | 'nothing-new' | 'manifest';

/** Lost: it could not be read. */
export type DropReason =
  | LineFault
  | MessageFault
  | 'bad-json'
  | 'not-an-object'
  | 'unknown-record'
  | 'queue-full';

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
  /** `global_seq_num` of a message of the second run, which watches opens. */
  readonly opensSequence?: number | null;
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
  /** The same of the second run. */
  readonly opensSequence?: number | null;
}

/** Where a source hands over what it read. Implementations must not block for more than 10 ms. */
export interface RecordOutput {
  record(record: SourceRecord): void;
  lost(record: LostRecord): void;
}

/**
 * Why a live source has trouble. Bounded: also the label under which health events are counted, and what `doctor` explains.
 */
export type TroubleCode =
  // the helper of Endpoint Security
  | 'not-permitted'
  | 'not-privileged'
  | 'not-entitled'
  | 'too-many-clients'
  | 'bad-event-name'
  | 'helper-missing'
  | 'helper-exited'
  | 'helper-silent'
  | 'unreadable-lines'
  // folders
  | 'root-missing'
  | 'root-replaced'
  | 'root-is-link'
  | 'root-unreadable'
  | 'too-many-entries'
  | 'not-a-file'
  | 'path-redirected'
  | 'watch-limit'
  // samples of processes, connections, names and accounts
  | 'command-missing'
  | 'command-failed'
  | 'command-slow'
  | 'untrusted-row'
  | 'sampling-gap'
  | 'accounts-incomplete'
  // any of them
  | 'collector-ended';

/** Something about a live source that people need to know. It says nothing of what the source observed. */
export interface Trouble {
  readonly code: TroubleCode;
  /** What happened, in one line; may hold outside text. */
  readonly detail: string;
  /** The user, folder or program it is about, else `null`. */
  readonly subject: string | null;
  /** `true` when the source cannot see what it should until this is over; `false` for a single event. */
  readonly lasts: boolean;
  /** With `lasts`: worth a line as long as it is so, and no reason to call the agent degraded. */
  readonly isRemark?: boolean;
}

/** Where a live source puts what it sees: records as lines of a capture, so that live and recorded telemetry are one. */
export interface LiveOutput {
  /** One record: a line of the helper as it is, or an envelope (DESIGN section 6) as JSON without newline. */
  line(text: string): void;
  /** Bytes of the source that never became a line. */
  fault(reason: LineFault): void;
  trouble(trouble: Trouble): void;
  /** Trouble of this code (and subject) is over. */
  recovered(code: TroubleCode, subject: string | null): void;
}

/** A source of live telemetry. It is started once; whoever starts it again makes a new one. */
export interface Collector {
  readonly name: CollectorName;
  /**
   * Watches until `signal` aborts, and resolves then, with every child process and timer gone. Rejects with a
   * `CollectorError` when it cannot go on; it is then started again with growing delays.
   */
  run(output: LiveOutput, signal: AbortSignal): Promise<void>;
}

/** A source cannot go on. */
export class CollectorError extends Error {
  readonly code: TroubleCode;

  constructor(code: TroubleCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Microseconds since 1970 by the wall clock; collectors get it from whoever starts them. */
export type Clock = () => number;
