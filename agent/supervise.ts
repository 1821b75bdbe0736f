/**
 * Keeps collectors running: each is started, and started again with growing delays when it fails or just ends, until the
 * agent stops.
 *
 * Delays: full jitter up to `FIRST_DELAY_MS` times two for each failure in a row, at most `MAX_DELAY_MS`; a run of
 * `STEADY_MS` makes the next failure the first again. A restart of Endpoint Security, and every start of its second run,
 * puts a notice into the stream, so that numbering and coverage know of it.
 */
import {
  type Collector,
  CollectorError,
  type LiveOutput,
  type Trouble,
} from '../collectors/collector.ts';
import type { CollectorName } from '../collectors/event.ts';
import type { Health } from './health/health.ts';

export const FIRST_DELAY_MS = 500;
export const MAX_DELAY_MS = 60_000;
export const STEADY_MS = 60_000;

/** The second run of the sensor, which numbers its lines by itself. */
export const OPENS_PART = 'endpoint-security-opens';

/** A collector that is made anew for every start; `part` names it in health events. */
export interface Supervised {
  readonly part: string;
  readonly make: () => Collector;
  /** Asked every second: a collector that is not wanted now is stopped, one that is wanted is started. */
  readonly isWanted?: () => boolean;
}

export interface SupervisorParts {
  readonly health: Health;
  /** Takes a line; `false` when it could not be kept. */
  readonly line: (text: string) => boolean;
  /** Counts what never became a record. */
  readonly lost: (
    name: CollectorName,
    reason: 'line-too-long' | 'invalid-utf8' | 'queue-full',
  ) => void;
  readonly clock: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export type CollectorState = 'starting' | 'running' | 'waiting' | 'not-wanted' | 'stopped';

export interface CollectorReport {
  readonly part: string;
  readonly name: CollectorName;
  readonly state: CollectorState;
  readonly restarts: number;
  /** When it last handed over a line; `null` before the first. */
  readonly lastLineUs: number | null;
  readonly lines: number;
}

interface Entry {
  readonly supervised: Supervised;
  name: CollectorName;
  state: CollectorState;
  restarts: number;
  lastLineUs: number | null;
  lines: number;
}

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #entries: Entry[] = [];
  #isClosed = false;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  reports(): readonly CollectorReport[] {
    return this.#entries.map(({ supervised, name, state, restarts, lastLineUs, lines }) => ({
      part: supervised.part,
      name,
      state,
      restarts,
      lastLineUs,
      lines,
    }));
  }

  /** Takes nothing more from any collector; gives the parts that have not ended. */
  close(): readonly string[] {
    this.#isClosed = true;
    return this.#entries
      .filter(({ state }) => state !== 'stopped')
      .map(({ supervised }) => supervised.part);
  }

  /** Runs a collector until the signal aborts; resolves when it has stopped. Never rejects. */
  async keep(supervised: Supervised, signal: AbortSignal): Promise<void> {
    const { name } = supervised.make();
    const entry: Entry = {
      supervised,
      name,
      state: 'starting',
      restarts: 0,
      lastLineUs: null,
      lines: 0,
    };
    this.#entries.push(entry);
    let failures = 0;
    while (!signal.aborted) {
      if (supervised.isWanted && !supervised.isWanted()) {
        // What ended it last, and what it saw, does not matter until it is wanted again.
        if (entry.state !== 'not-wanted') this.#parts.health.clearPart(supervised.part);
        entry.state = 'not-wanted';
        // oxlint-disable-next-line no-await-in-loop -- asked once a second
        await pause(1000, signal);
        continue;
      }
      const startedUs = this.#parts.clock();
      if (supervised.part === OPENS_PART)
        this.#announce(entry, entry.state === 'waiting' ? 'opens-restarted' : 'opens-started');
      // oxlint-disable-next-line no-await-in-loop -- a collector has one run at a time
      const failed = await this.#once(entry, signal);
      if (!failed || isOver(signal)) continue;
      const ranMs = (this.#parts.clock() - startedUs) / 1000;
      failures = ranMs > STEADY_MS ? 1 : failures + 1;
      entry.restarts += 1;
      entry.state = 'waiting';
      const limitMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures, 16), MAX_DELAY_MS);
      // oxlint-disable-next-line no-await-in-loop -- the pause before the next run
      await pause(this.#parts.random() * limitMs, signal);
      if (!isOver(signal) && supervised.part === 'endpoint-security')
        this.#announce(entry, 'restarted');
    }
    entry.state = 'stopped';
  }

  /** One run; `true` when it failed. */
  async #once(entry: Entry, signal: AbortSignal): Promise<boolean> {
    const { health } = this.#parts;
    const { part, isWanted, make } = entry.supervised;
    const own = new AbortController();
    const both = AbortSignal.any([signal, own.signal]);
    const watch = isWanted
      ? setInterval(() => {
          if (!isWanted()) own.abort();
        }, 1000)
      : null;
    entry.state = 'running';
    try {
      await make().run(this.#output(entry), both);
      if (isOver(both)) return false;
      throw new CollectorError('collector-ended', 'ended by itself without a reason');
    } catch (error) {
      const code = error instanceof CollectorError ? error.code : 'command-failed';
      const detail = error instanceof Error ? error.message : String(error);
      // The next run tells anew what is still so.
      health.clearPart(part, code);
      health.raise(part, code, detail);
      health.note(part, 'collector-restarted', detail);
      return true;
    } finally {
      if (watch) clearInterval(watch);
    }
  }

  #output(entry: Entry): LiveOutput {
    const { health, line, lost, clock } = this.#parts;
    const { part } = entry.supervised;
    let isFirst = true;
    return {
      line: (text) => {
        if (this.#isClosed) return;
        entry.lastLineUs = clock();
        entry.lines += 1;
        if (isFirst) {
          isFirst = false;
          clearAll(health, part);
        }
        if (line(text)) health.clear('queue', 'queue-full');
        else {
          lost(entry.name, 'queue-full');
          health.raise('queue', 'queue-full', 'lines come faster than they can be judged');
        }
      },
      fault: (reason) => {
        if (this.#isClosed) return;
        lost(entry.name, reason);
      },
      trouble: (trouble: Trouble) => {
        if (this.#isClosed) return;
        const { code, detail, subject, lasts, isRemark = false } = trouble;
        if (lasts && isRemark) health.remark(part, code, detail, subject);
        else if (lasts) health.raise(part, code, detail, subject);
        else health.note(part, code, detail, subject);
      },
      recovered: (code, subject) => {
        if (this.#isClosed) return;
        health.clear(part, code, subject);
      },
    };
  }

  #announce(entry: Entry, code: 'restarted' | 'opens-started' | 'opens-restarted'): void {
    const time = new Date(this.#parts.clock() / 1000).toISOString();
    const notice = {
      source: 'notice',
      time,
      collector: 'endpoint-security',
      code,
      detail: `start ${entry.restarts + 1}`,
    };
    this.#parts.line(JSON.stringify(notice));
  }
}

/** Codes with which a collector ends; its first line after a new start says that they are over. */
const FATAL = [
  'not-permitted',
  'not-privileged',
  'not-entitled',
  'too-many-clients',
  'bad-event-name',
  'helper-missing',
  'helper-exited',
  'command-missing',
  'command-failed',
  'collector-ended',
] as const;

function clearAll(health: Health, part: string): void {
  for (const code of FATAL) health.clear(part, code);
}

/** Asked anew: the signal may have aborted while something was waited for. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Waits, or returns early when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
