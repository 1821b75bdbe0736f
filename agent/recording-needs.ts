import { CaptureReader } from '../collectors/capture.ts';
import type { LostRecord, SourceRecord } from '../collectors/collector.ts';
import type { Event } from '../collectors/event.ts';
import type { Catalogue } from '../rules/catalogue/catalogue.ts';
import { DatabaseTools } from './context/database-tool.ts';
import { programOf } from './context/program.ts';
import { UploadTools } from './context/upload-command.ts';
import type { LiveNeeds } from './live-needs.ts';

/** The stream counts as silent after this, in microseconds, and the folder watcher takes its place. */
const STREAM_US = 60_000_000;

/**
 * What a recording wants of the live sources. It reads along and judges nothing: a run of a database tool makes samples
 * frequent and opens wanted for `activeUs` microseconds, as it would while the agent follows a chain.
 */
export class RecordingNeeds implements LiveNeeds {
  readonly #tools: DatabaseTools;
  readonly #uploads: UploadTools;
  readonly #reader: CaptureReader;
  readonly #clock: () => number;
  readonly #activeUs: number;
  readonly #listeners: (() => void)[] = [];
  #accounts: readonly { readonly uid: number; readonly home: string }[] = [];
  #toolUs: number | null = null;
  #streamUs: number | null = null;
  #sequence: number | null = null;
  #opensSequence: number | null = null;
  #unreported = 0;

  constructor(catalogue: Catalogue, clock: () => number, activeUs: number) {
    this.#tools = new DatabaseTools(catalogue.databaseTools);
    this.#uploads = new UploadTools(catalogue.uploadTools, new Set(catalogue.services.keys()));
    this.#clock = clock;
    this.#activeUs = activeUs;
    this.#reader = new CaptureReader({
      record: (record) => this.#record(record),
      lost: (record) => this.#number(record),
    });
  }

  /** Messages of Endpoint Security that the kernel dropped: their numbers are missing. */
  get unreported(): number {
    return this.#unreported;
  }

  /** Reads a line that is recorded. */
  line(text: string): void {
    this.#reader.line(text);
  }

  readonly isActive = (): boolean => this.#since(this.#toolUs) <= this.#activeUs;
  readonly wantsOpens = (): boolean => this.isActive();
  readonly accounts = (): readonly { readonly uid: number; readonly home: string }[] =>
    this.#accounts;
  readonly hasStream = (): boolean => this.#since(this.#streamUs) < STREAM_US;
  readonly onUploadTool = (listener: () => void): void => {
    this.#listeners.push(listener);
  };

  #since(us: number | null): number {
    return us === null ? Infinity : this.#clock() - us;
  }

  #record(record: SourceRecord): void {
    this.#number(record);
    for (const event of record.events) this.#event(event);
  }

  #number({ collector, sequence, opensSequence = null }: SourceRecord | LostRecord): void {
    if (collector !== 'endpoint-security') return;
    this.#streamUs = this.#clock();
    this.#sequence = this.#next(this.#sequence, sequence);
    this.#opensSequence = this.#next(this.#opensSequence, opensSequence);
  }

  /** Counts what is missing between two numbers of one run. A lower number is that of a run that was started anew. */
  #next(last: number | null, sequence: number | null): number | null {
    if (sequence === null) return last;
    if (last !== null && sequence > last + 1) this.#unreported += sequence - last - 1;
    return sequence;
  }

  #event(event: Event): void {
    if (event.kind === 'host.seen')
      this.#accounts = event.accounts.map(({ uid, home }) => ({ uid, home }));
    if (event.kind !== 'process.exec') return;
    const program = programOf(event);
    if (this.#tools.identify(event.process, program) !== null) this.#toolUs = this.#clock();
    if (this.#uploads.read(program, event.process.signingId) !== null)
      for (const tell of this.#listeners) tell();
  }
}
