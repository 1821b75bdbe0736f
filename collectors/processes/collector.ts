import { asFailure, attempt } from '../attempt.ts';
import { type Clock, type Collector, CollectorError, type LiveOutput } from '../collector.ts';
import { envelopes, timeText } from '../envelope.ts';
import { Outage } from '../outage.ts';
import { systemTimer, type Timer } from '../timer.ts';
import { type ListedProcess, MAX_PROCESSES, type ProcessLists } from './process-list.ts';

/** How soon a list that failed is tried again when it is not taken regularly, in milliseconds. */
const RETRY_MS = 30_000;

/** What a processes collector needs. Times are in milliseconds. */
export interface ProcessesSettings extends ProcessLists {
  /** `null`: only at start and when asked to. */
  readonly everyMs: number | null;
  /** Makes lists rarer while that is enough. */
  readonly thrift?: Thrift;
  readonly clock: Clock;
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
      await settings.close?.();
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
  { list, clock, timeoutMs = 5000 }: ProcessesSettings,
  output: LiveOutput,
  { outage, overflow }: { readonly outage: Outage; readonly overflow: Outage },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { processes, total } = await attempt('listing processes', timeoutMs, signal, list);
    if (processes.length === 0)
      throw new CollectorError('command-failed', 'ps listed no process; run it by hand to see why');
    const rows = rowsOf(processes);
    for await (const line of envelopes('processes', 'processes', clock(), rows)) {
      if (signal.aborted) return false;
      output.line(line);
    }
    outage.end();
    if (total <= MAX_PROCESSES) overflow.end();
    else {
      const message = `${total} processes, and at most ${MAX_PROCESSES} are looked at; the rest is not seen`;
      overflow.begin({ code: 'sampling-gap', message });
    }
    return true;
  } catch (error) {
    if (!signal.aborted) outage.begin(asFailure('listing processes', error));
    return false;
  }
}

/** Each row is made when its turn comes. */
function* rowsOf(processes: readonly ListedProcess[]): Generator<object> {
  for (const process of processes) yield toRow(process);
}

function toRow({ pid, ppid, uid, name, path, cmd, startTime }: ListedProcess): object {
  return {
    pid,
    ppid,
    uid,
    name,
    // ps-list gives an empty path for one that it could not find; then the name is all there is.
    path: path === '' ? undefined : path,
    cmd: cmd ?? '',
    startTime:
      startTime === undefined || Number.isNaN(startTime.getTime())
        ? undefined
        : timeText(startTime.getTime() * 1000),
  };
}
