import psList from 'ps-list';
import { asFailure, attempt } from '../attempt.ts';
import { type Clock, type Collector, CollectorError, type LiveOutput } from '../collector.ts';
import { envelopes, timeText } from '../envelope.ts';
import { withChildrenEnded } from '../library-children.ts';
import { Outage } from '../outage.ts';
import { systemTimer, type Timer } from '../timer.ts';

/** Most processes of one list; what is above is left out, and `sampling-gap` lasts while there are more. */
const MAX_PROCESSES = 20_000;

/** Longest command line, in characters; the rest is cut off. */
const MAX_COMMAND_LENGTH = 8192;

/** Longest name and path, in characters; PATH_MAX of macOS is 1,024 bytes. */
const MAX_PATH_LENGTH = 1024;

/** How soon a list that failed is tried again when it is not taken regularly, in milliseconds. */
const RETRY_MS = 30_000;

/** The part of a row of ps-list that is used. */
export interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  readonly uid?: number;
  readonly path?: string;
  readonly cmd?: string;
  readonly startTime?: Date;
}

/** What a processes collector needs. Times are in milliseconds. */
export interface ProcessesSettings {
  /** `null`: only at start and when asked to. */
  readonly everyMs: number | null;
  /** Makes lists rarer while that is enough. */
  readonly thrift?: Thrift;
  readonly clock: Clock;
  readonly list?: () => Promise<readonly ListedProcess[]>;
  readonly timer?: Timer;
  /** How long one list may take; 5 s when not given. */
  readonly timeoutMs?: number;
}

/** Lists take at most this share of the time, and come at least every `slowestMs`; while `isActive` both do not hold. */
export interface Thrift {
  readonly share: number;
  readonly slowestMs: number;
  readonly isActive: () => boolean;
}

/** A collector that also takes a list whenever it is asked to. */
export type ProcessesCollector = Collector & {
  /** Asks for a list as soon as the one in flight is done; more requests until then are one. */
  refresh(): void;
};

/**
 * Lists the running processes at start, then every `everyMs` and at every `refresh`. A list is one record, or several of
 * the same moment when it is longer than 8 MiB; a list that failed is none. Command lines may hold secrets: they are
 * in records only, never in a trouble.
 */
export function processesCollector(settings: ProcessesSettings): ProcessesCollector {
  const timer = settings.timer ?? systemTimer;
  let isWanted = false;
  let wake = new AbortController();
  return {
    name: 'processes',
    refresh: () => {
      isWanted = true;
      wake.abort();
    },
    run: async (output, signal) => {
      signal.addEventListener('abort', () => wake.abort(), { once: true });
      const outage = new Outage(output, null);
      const overflow = new Outage(output, 'processes');
      const { everyMs, thrift } = settings;
      let startedAt = Number.NEGATIVE_INFINITY;
      let tookMs = 0;
      let isDone = false;
      while (!signal.aborted) {
        const restMs = everyMs ?? (isDone ? Number.POSITIVE_INFINITY : RETRY_MS);
        const waitMs = startedAt + thriftyMs(restMs, tookMs, thrift) - timer.now();
        if (waitMs > 0 && !isWanted) {
          wake = new AbortController();
          // Whether it is active may change meanwhile.
          const longestMs = thrift ? restMs : MAX_PAUSE_MS;
          // oxlint-disable-next-line no-await-in-loop -- the pause before the next list
          await timer.pause(Math.min(waitMs, longestMs), wake.signal);
          continue;
        }
        isWanted = false;
        startedAt = timer.now();
        // oxlint-disable-next-line no-await-in-loop -- one list at a time
        isDone = await takeList(settings, output, { outage, overflow }, signal);
        tookMs = timer.now() - startedAt;
      }
    },
  };
}

function thriftyMs(restMs: number, tookMs: number, thrift: Thrift | undefined): number {
  if (!thrift || thrift.isActive()) return restMs;
  return Math.max(restMs, Math.min(tookMs / thrift.share, thrift.slowestMs));
}

/** Longest pause that timers of Node know. */
const MAX_PAUSE_MS = 2 ** 31 - 1;

/** Whether a list was taken. */
async function takeList(
  { list = psList, clock, timeoutMs = 5000 }: ProcessesSettings,
  output: LiveOutput,
  { outage, overflow }: { readonly outage: Outage; readonly overflow: Outage },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const processes = await attempt('listing processes', timeoutMs, signal, (inner) =>
      withChildrenEnded(list, inner),
    );
    if (processes.length === 0)
      throw new CollectorError('command-failed', 'ps listed no process; run it by hand to see why');
    const rows = processes.slice(0, MAX_PROCESSES).map(toRow);
    for await (const line of envelopes('processes', 'processes', clock(), rows)) {
      if (signal.aborted) return false;
      output.line(line);
    }
    outage.end();
    if (processes.length <= MAX_PROCESSES) overflow.end();
    else {
      const message = `${processes.length} processes, and at most ${MAX_PROCESSES} are looked at; the rest is not seen`;
      overflow.begin({ code: 'sampling-gap', message });
    }
    return true;
  } catch (error) {
    if (!signal.aborted) outage.begin(asFailure('listing processes', error));
    return false;
  }
}

function toRow(process: ListedProcess): object {
  const { startTime } = process;
  return {
    pid: process.pid,
    ppid: process.ppid,
    uid: process.uid,
    name: cut(process.name, MAX_PATH_LENGTH),
    // ps-list gives an empty path for one that it could not find; then the name is all there is.
    path:
      process.path === undefined || process.path === ''
        ? undefined
        : cut(process.path, MAX_PATH_LENGTH),
    cmd: cut(process.cmd ?? '', MAX_COMMAND_LENGTH),
    startTime:
      startTime === undefined || Number.isNaN(startTime.getTime())
        ? undefined
        : timeText(startTime.getTime() * 1000),
  };
}

/** The first `length` characters, without half of a pair at the end. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
