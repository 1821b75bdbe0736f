/**
 * What is wrong with the agent now, and what was: facts reported by collectors, supervisor, store and canary. Status and
 * doctor are derived from here at the time of the call; nothing is ever called healthy because it once was.
 *
 * A trouble makes the agent degraded. A remark is as true and as long, but nobody has to act: a pipe in Downloads, an event
 * that this macOS does not have.
 *
 * Subjects and details hold what helpers and the system said. They are redacted where they come in, so log, status, heartbeat
 * and everything that is sent show the same.
 *
 * Bounds: `MAX_ACTIVE` troubles and as many remarks at once (a further one is counted), `MAX_EVENTS` remembered events, the
 * oldest go first.
 */
import type { TroubleCode } from '../../collectors/collector.ts';

export const MAX_ACTIVE = 256;
export const MAX_EVENTS = 1000;

/** Trouble of the agent itself, beside that of its sources. */
export type HealthCode =
  | TroubleCode
  | 'collector-restarted'
  | 'queue-full'
  | 'canary-missing'
  | 'disk-full'
  | 'state-lost'
  | 'state-unwritable'
  | 'configuration'
  | 'reconfigured'
  | 'log-cut'
  | 'rules'
  | 'unclean-stop'
  | 'stop-cut-short'
  | 'clock-step'
  | 'loop-blocked'
  | 'destination-unreachable'
  | 'destination-misconfigured'
  | 'dead-letters'
  | 'outbox-dropped'
  | 'finding-flood';

/** The part of the agent that a health event is about: a collector by name, or another part. */
export type HealthPart = string;

export interface HealthEvent {
  readonly timeUs: number;
  readonly part: HealthPart;
  readonly code: HealthCode;
  /** `raised` and `cleared` frame a trouble, `noted` and `cleared` a remark; `noted` is also what is over at once. */
  readonly state: 'raised' | 'cleared' | 'noted';
  readonly subject: string | null;
  readonly detail: string;
}

interface Lasting {
  readonly event: HealthEvent;
  readonly isRemark: boolean;
}

export class Health {
  readonly #clock: () => number;
  readonly #listener: (event: HealthEvent) => void;
  readonly #redact: (text: string) => string;
  readonly #lasting = new Map<string, Lasting>();
  readonly #counts = new Map<string, number>();
  #events: HealthEvent[] = [];
  #unlisted = 0;

  /** `listener` takes every event as it happens, for the log and the store; `redact` takes secrets out of a text. */
  constructor(
    clock: () => number,
    listener: (event: HealthEvent) => void,
    redact: (text: string) => string = (text) => text,
  ) {
    this.#clock = clock;
    this.#listener = listener;
    this.#redact = redact;
  }

  /** Something is wrong until it is cleared. Raising it again says nothing new. */
  raise(part: HealthPart, code: HealthCode, detail: string, subject: string | null = null): void {
    const key = keyOf(part, code, subject);
    const known = this.#lasting.get(key);
    if (known?.isRemark === false || !this.#hasRoom(false)) return;
    this.#add({ part, code, state: 'raised', subject, detail }, (event) => {
      this.#lasting.set(key, { event, isRemark: false });
    });
  }

  /** Something is so until it is cleared, and nothing is wrong with it. Another detail replaces the one before, silently. */
  remark(part: HealthPart, code: HealthCode, detail: string, subject: string | null = null): void {
    const key = keyOf(part, code, subject);
    const known = this.#lasting.get(key);
    if (known?.isRemark === true) {
      const event = { ...known.event, detail: this.#redact(detail) };
      this.#lasting.set(key, { event, isRemark: true });
      return;
    }
    if (!this.#hasRoom(true)) return;
    this.#add({ part, code, state: 'noted', subject, detail }, (event) => {
      this.#lasting.set(key, { event, isRemark: true });
    });
  }

  /** A trouble or a remark is over. */
  clear(part: HealthPart, code: HealthCode, subject: string | null = null): void {
    const known = this.#lasting.get(keyOf(part, code, subject));
    if (!known) return;
    this.#lasting.delete(keyOf(part, code, subject));
    this.#add({ part, code, state: 'cleared', subject, detail: known.event.detail });
  }

  /** A part has ended, and nobody would say any more that its troubles and remarks are over; `kept` is why it ended. */
  clearPart(part: HealthPart, kept: HealthCode | null = null): void {
    for (const { event } of this.#lasting.values())
      if (event.part === part && event.code !== kept) this.clear(part, event.code, event.subject);
  }

  /** Something happened that is over at once. */
  note(part: HealthPart, code: HealthCode, detail: string, subject: string | null = null): void {
    this.#add({ part, code, state: 'noted', subject, detail });
  }

  /** What is wrong now, the oldest first. */
  active(): readonly HealthEvent[] {
    return this.#listed(false);
  }

  /** What is worth a line now and no trouble, the oldest first. */
  remarks(): readonly HealthEvent[] {
    return this.#listed(true);
  }

  /** The last events, the newest last. */
  events(): readonly HealthEvent[] {
    return this.#events;
  }

  /** How often each code was raised or noted since the start. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get unlisted(): number {
    return this.#unlisted;
  }

  #listed(isRemark: boolean): readonly HealthEvent[] {
    return [...this.#lasting.values()]
      .filter((entry) => entry.isRemark === isRemark)
      .map(({ event }) => event);
  }

  #hasRoom(forRemark: boolean): boolean {
    if (this.#listed(forRemark).length < MAX_ACTIVE) return true;
    this.#unlisted += 1;
    return false;
  }

  /** `keep` comes before the listener, which may raise the same again. */
  #add(event: Omit<HealthEvent, 'timeUs'>, keep: (event: HealthEvent) => void = () => {}): void {
    const timed = {
      timeUs: this.#clock(),
      ...event,
      subject: event.subject === null ? null : this.#redact(event.subject),
      detail: this.#redact(event.detail),
    };
    if (event.state !== 'cleared')
      this.#counts.set(event.code, (this.#counts.get(event.code) ?? 0) + 1);
    this.#events.push(timed);
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
    keep(timed);
    this.#listener(timed);
  }
}

function keyOf(part: HealthPart, code: HealthCode, subject: string | null): string {
  return [part, code, subject ?? ''].join('\0');
}
