/**
 * Everything that leaves the Mac goes through here: findings, health events and heartbeats are written for each destination
 * that wants them, put into the outbox, and drained from there.
 *
 * Findings enter the outbox in the transaction that stores them (`rowsOf`). What the agent says of itself has a transaction
 * of its own; while the database cannot be written it waits in memory, up to `MAX_WAITING` events, the oldest go first.
 */
import type { Finding } from '../../rules/finding.ts';
import { SEVERITIES } from '../../rules/finding.ts';
import type { HealthEvent } from '../health/health.ts';
import type { StatusReport } from '../health/report.ts';
import type { Numbers } from '../store/numbers.ts';
import type { Outbox, OutboxRow, OutboxStatus } from '../store/outbox.ts';
import type { Destination } from './destination.ts';
import type { DestinationStatus, DrainState } from './destination-status.ts';
import { Drain, type DrainTrouble } from './drain.ts';
import { FloodGate } from './flood-gate.ts';
import { encoderOf, type Outgoing, type Sender } from './formats/encode.ts';
import type { Surroundings } from './transport.ts';

export const MAX_WAITING = 200;
/** Health events that are sent in an hour, beside those that are held back and counted. */
export const HEALTH_PER_HOUR = 120;
const HOUR_MS = 3_600_000;
/** Findings above the allowance are told of that often. */
const FLOOD_EVERY_MS = 60_000;

/** What can be wrong with a destination for a while. */
type DestinationTrouble = DrainTrouble | 'dead-letters';

export interface DeliveryParts {
  readonly destinations: readonly Destination[];
  readonly outbox: Outbox;
  readonly numbers: Numbers;
  /** `null` until it is known which Mac this is; what the agent says of itself waits for it. */
  readonly sender: () => Sender | null;
  /** Of the agent. */
  readonly version: string;
  readonly at: Surroundings;
  readonly random: () => number;
  readonly nowUs: () => number;
  readonly raise: (destination: string, code: DestinationTrouble, detail: string) => void;
  readonly clear: (destination: string, code: DestinationTrouble) => void;
  readonly note: (
    code: 'outbox-dropped' | 'finding-flood',
    detail: string,
    subject: string,
  ) => void;
  readonly onStoreError: (error: unknown) => void;
}

interface Unnumbered {
  readonly kind: 'health' | 'flood' | 'heartbeat';
  readonly numbered: (number: number) => Outgoing;
}

export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #gate: FloodGate;
  readonly #drains: ReadonlyMap<string, Drain>;
  /** What the agent says of itself, before it has a number. */
  #waiting: Unnumbered[] = [];
  #health: { readonly sinceMs: number; seen: number };
  #floodMs: number;
  #tickMs: number;
  #dropped: ReadonlyMap<string, number>;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    const { at, destinations, outbox, raise, clear } = parts;
    this.#gate = new FloodGate(at.steadyMs);
    this.#tickMs = at.steadyMs();
    this.#floodMs = this.#tickMs;
    this.#health = { sinceMs: this.#tickMs, seen: 0 };
    this.#dropped = droppedOf(outbox.status());
    this.#drains = new Map(
      destinations.map((destination) => [
        destination.name,
        new Drain({
          ...parts,
          destination,
          raise: (code, detail) => raise(destination.name, code, detail),
          clear: (code) => clear(destination.name, code),
        }),
      ]),
    );
  }

  /** The rows of a finding: none for a destination that does not want it, none at all above the allowance. */
  rowsOf(finding: Finding): readonly OutboxRow[] {
    if (this.#parts.destinations.length === 0 || !this.#gate.admits(finding)) return [];
    const rank = SEVERITIES.indexOf(finding.severity);
    const takers = this.#parts.destinations.filter(
      ({ minimumSeverity }) => SEVERITIES.indexOf(minimumSeverity) <= rank,
    );
    const sender = { host: finding.host, version: this.#parts.version };
    return rowsFor({ kind: 'finding', finding }, takers, sender);
  }

  /** Findings were committed: there may be something to send. */
  wake(): void {
    for (const drain of this.#drains.values()) drain.wake();
  }

  health(event: HealthEvent): void {
    if (!this.#hasTaker() || !this.#mayTell()) return;
    this.#send({ kind: 'health', numbered: (number) => ({ kind: 'health', number, event }) });
  }

  heartbeat(report: StatusReport): void {
    const timeUs = this.#parts.nowUs();
    this.#send({
      kind: 'heartbeat',
      numbered: (number) => ({ kind: 'heartbeat', number, timeUs, report }),
    });
  }

  /** Sends until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#drains.values()].map((drain) => drain.run(signal)));
  }

  /** To be called every few seconds: ages the outbox, tells what was held back or dropped, writes what waits in memory. */
  tick(): void {
    const { at, outbox, onStoreError } = this.#parts;
    const nowMs = at.steadyMs();
    try {
      outbox.tick(nowMs - this.#tickMs);
      this.#tickMs = nowMs;
      this.#tellLosses();
      this.#tellHeld(nowMs);
      if (nowMs - this.#floodMs >= FLOOD_EVERY_MS) this.#tellFlood(nowMs);
      this.#flush();
    } catch (error) {
      onStoreError(error);
    }
  }

  /** Every destination of the configuration, then those that are not configured any more and have rows left. */
  status(): readonly DestinationStatus[] {
    const { destinations, outbox } = this.#parts;
    const rows = new Map(outbox.status().map((row) => [row.destination, row]));
    const configured = destinations.map(({ name, type, isBestEffort }) => ({
      name,
      type,
      isBestEffort,
      ...(this.#drains.get(name)?.state() ?? STOPPED),
      ...sizesOf(rows.get(name)),
    }));
    const others = [...rows.values()].filter(
      (row) => row.rows > 0 && !this.#drains.has(row.destination),
    );
    return [
      ...configured,
      ...others.map((row) => ({
        name: row.destination,
        type: null,
        isBestEffort: false,
        ...STOPPED,
        ...sizesOf(row),
      })),
    ];
  }

  #send(unnumbered: Unnumbered): void {
    if (!this.#hasTaker()) return;
    this.#waiting.push(unnumbered);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    try {
      this.#flush();
    } catch (error) {
      this.#parts.onStoreError(error);
    }
  }

  #flush(): void {
    const { destinations, outbox, numbers, sender } = this.#parts;
    const from = sender();
    const waiting = this.#waiting;
    if (waiting.length === 0 || from === null) return;
    const takers = destinations.filter(({ takesHealth }) => takesHealth);
    outbox.enqueue(() =>
      waiting.flatMap(({ kind, numbered }) => rowsFor(numbered(numbers.next(kind)), takers, from)),
    );
    this.#waiting = this.#waiting.slice(waiting.length);
    this.wake();
  }

  #hasTaker(): boolean {
    return this.#parts.destinations.some(({ takesHealth }) => takesHealth);
  }

  /** At most so many health events an hour; the others are in the log, and their number is told when the hour is over. */
  #mayTell(): boolean {
    this.#health.seen += 1;
    return this.#health.seen <= HEALTH_PER_HOUR;
  }

  #tellHeld(nowMs: number): void {
    if (nowMs - this.#health.sinceMs < HOUR_MS) return;
    const held = this.#health.seen - HEALTH_PER_HOUR;
    this.#health = { sinceMs: nowMs, seen: 0 };
    if (held > 0)
      this.#parts.note('finding-flood', `${held} health events were not sent`, 'health');
  }

  #tellFlood(nowMs: number): void {
    this.#floodMs = nowMs;
    const note = this.#gate.take();
    if (note === null) return;
    const total = Object.values(note.counts).reduce((sum, number) => sum + number, 0);
    this.#parts.note('finding-flood', `${total} findings were not sent one by one`, 'findings');
    this.#send({ kind: 'flood', numbered: (number) => ({ kind: 'flood', number, note }) });
  }

  /** What was dropped since the last time, and whether dead letters are there now, whoever put them there or took them. */
  #tellLosses(): void {
    const { outbox, note, raise, clear } = this.#parts;
    const rows = outbox.status();
    for (const { destination, dropped, dead } of rows) {
      const more = dropped - (this.#dropped.get(destination) ?? 0);
      if (more > 0)
        note(
          'outbox-dropped',
          `${more} events were dropped unsent: the outbox is full or they are too old`,
          destination,
        );
      if (dead === 0) clear(destination, 'dead-letters');
      else raise(destination, 'dead-letters', 'the receiver refused events by name');
    }
    this.#dropped = droppedOf(rows);
  }
}

const STOPPED: DrainState = { state: 'stopped', failures: 0, lastError: null, duplicates: 0 };

function sizesOf(row: OutboxStatus | undefined) {
  return {
    rows: row?.rows ?? 0,
    bytes: row?.bytes ?? 0,
    oldestAgeSeconds: row?.oldestAgeSeconds ?? null,
    delivered: row?.delivered ?? 0,
    dropped: row?.dropped ?? 0,
    dead: row?.dead ?? 0,
    discarded: row?.discarded ?? 0,
    lastDeliveredUs: row?.lastDeliveredUs ?? null,
  };
}

function rowsFor(
  outgoing: Outgoing,
  takers: readonly Destination[],
  sender: Sender,
): readonly OutboxRow[] {
  const encoded = encoderOf(outgoing, sender);
  return takers.map(({ name, format }) => ({ destination: name, ...encoded(format) }));
}

function droppedOf(rows: readonly OutboxStatus[]): ReadonlyMap<string, number> {
  return new Map(rows.map(({ destination, dropped }) => [destination, dropped]));
}
