import { setImmediate as nextTurn } from 'node:timers/promises';
import { asFailure, attempt } from '../attempt.ts';
import type { Clock, Collector, LiveOutput } from '../collector.ts';
import { envelopes } from '../envelope.ts';
import { Outage } from '../outage.ts';
import { systemTimer, type Timer } from '../timer.ts';
import type { BurstSignal } from './burst.ts';
import { type Connection, isConnected, type NetworkSource } from './connection.ts';
import { defaultSource } from './default-source.ts';
import { contradicts } from './owner.ts';
import { BURST_MS, type Intervals, paceOf } from './pace.ts';
import { type KnownNames, type ProcessNames, procNames, psNames } from './process-names.ts';

/** Most connections of one sample; what is above is left out, and `sampling-gap` lasts while there are more. */
const MAX_CONNECTIONS = 20_000;

/** Connections that are checked in one turn of the event loop, about 2 ms. */
const ROWS_PER_TURN = 1000;

/** Longest text of a row, in characters; an IPv6 address with its scope has at most 62. */
const MAX_TEXT_LENGTH = 64;

/** Untrusted rows are reported once in this time, in milliseconds, with their number since the last report. */
const UNTRUSTED_EVERY_MS = 60_000;

/** What a network collector needs. Times are in milliseconds. */
export interface NetworkSettings extends Intervals {
  /** Whether any chain is open, so that samples are taken every `activeMs`; asked at least every `activeMs`. */
  readonly isActive: () => boolean;
  readonly burst: BurstSignal;
  readonly clock: Clock;
  readonly source?: NetworkSource;
  /** The second look at whose a connection is. */
  readonly names?: ProcessNames;
  readonly timer?: Timer;
  /** How long one sample may take; 3 s when not given. */
  readonly timeoutMs?: number;
}

/**
 * Samples the connections of this machine, every `idleMs`, every `activeMs` while active, and every 250 ms for 5 s after a
 * burst was triggered; slower while sampling takes more than half of that (`sampling-gap`). Every sample is a record,
 * also an empty one; a sample that failed is none. A connection whose pid and process name contradict is left out and
 * reported as `untrusted-row`, at most once a minute; one that belongs to no process is left out silently.
 */
export function networkCollector(settings: NetworkSettings): Collector {
  return {
    name: 'network',
    run: async (output, signal) => {
      await new Sampling(settings, output, signal).run();
    },
  };
}

/** One run of the collector. At most one sample is in flight. */
class Sampling {
  readonly #settings: NetworkSettings;
  readonly #output: LiveOutput;
  readonly #signal: AbortSignal;
  readonly #source: NetworkSource;
  readonly #names: ProcessNames;
  readonly #timer: Timer;
  readonly #outage: Outage;
  readonly #behind: Outage;
  readonly #overflow: Outage;
  #burstUntil = Number.NEGATIVE_INFINITY;
  #wake = new AbortController();
  #untrusted = 0;
  #untrustedSaidAt = Number.NEGATIVE_INFINITY;

  constructor(settings: NetworkSettings, output: LiveOutput, signal: AbortSignal) {
    this.#settings = settings;
    this.#output = output;
    this.#signal = signal;
    this.#source = settings.source ?? defaultSource();
    this.#names = settings.names ?? (process.platform === 'darwin' ? psNames() : procNames);
    this.#timer = settings.timer ?? systemTimer;
    this.#outage = new Outage(output, null);
    this.#behind = new Outage(output, 'interval');
    this.#overflow = new Outage(output, 'connections');
  }

  async run(): Promise<void> {
    this.#settings.burst.listen(() => this.#startBurst(), this.#signal);
    this.#signal.addEventListener('abort', () => this.#wake.abort(), { once: true });
    let startedAt = Number.NEGATIVE_INFINITY;
    let tookMs = 0;
    while (!this.#signal.aborted) {
      const waitMs = startedAt + this.#intervalMs(tookMs) - this.#timer.now();
      if (waitMs > 0) {
        // oxlint-disable-next-line no-await-in-loop -- the pause before the next sample
        await this.#pause(Math.min(waitMs, this.#settings.activeMs));
        continue;
      }
      startedAt = this.#timer.now();
      // oxlint-disable-next-line no-await-in-loop -- one sample at a time
      await this.#sample();
      tookMs = this.#timer.now() - startedAt;
    }
  }

  #startBurst(): void {
    this.#burstUntil = this.#timer.now() + BURST_MS;
    this.#wake.abort();
  }

  async #pause(ms: number): Promise<void> {
    this.#wake = new AbortController();
    await this.#timer.pause(ms, this.#wake.signal);
  }

  #intervalMs(tookMs: number): number {
    const quiet = this.#settings.isActive() ? 'active' : 'idle';
    const wanted = this.#timer.now() < this.#burstUntil ? 'burst' : quiet;
    const { intervalMs, isBehind } = paceOf(wanted, this.#settings, tookMs);
    if (isBehind) {
      const message = `a sample took ${Math.round(tookMs)} ms, so samples are taken every ${intervalMs} ms only; short connections are missed`;
      this.#behind.begin({ code: 'sampling-gap', message });
    } else this.#behind.end();
    return intervalMs;
  }

  async #sample(): Promise<void> {
    try {
      const connections = await attempt(
        'listing connections',
        this.#settings.timeoutMs ?? 3000,
        this.#signal,
        (signal) => this.#connections(signal),
      );
      await this.#emit(connections);
      this.#outage.end();
    } catch (error) {
      if (!this.#signal.aborted) this.#outage.begin(asFailure('listing connections', error));
    }
  }

  async #connections(signal: AbortSignal): Promise<readonly Connection[]> {
    const all = await this.#source.sample(signal);
    const connected = all.filter(isConnected);
    const pids = new Set(connected.flatMap(({ pid }) => pid ?? []));
    const names = await this.#names(pids, signal);
    const trusted: Connection[] = [];
    let distrusted: string | null = null;
    for (const [index, connection] of connected.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- other work has its turn between rows
      if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) await nextTurn();
      const { pid, process, isDoubtful } = connection;
      const known = pid === null ? undefined : names.get(pid);
      if (isDoubtful || contradicts(process, known)) {
        distrusted ??= ownerText(connection, known);
        this.#untrusted += 1;
      } else if (pid !== null) trusted.push({ ...connection, process: known?.shown ?? process });
    }
    if (distrusted !== null) this.#reportUntrusted(distrusted);
    return trusted;
  }

  async #emit(connections: readonly Connection[]): Promise<void> {
    const timeUs = this.#settings.clock();
    const rows = connections.slice(0, MAX_CONNECTIONS).map(toRow);
    let isWhole = connections.length <= MAX_CONNECTIONS;
    let isFirst = true;
    // A second envelope would look like the next sample, so what does not fit into the first is left out.
    for await (const line of envelopes('network', 'connections', timeUs, rows)) {
      if (this.#signal.aborted) return;
      if (isFirst) this.#output.line(line);
      else isWhole = false;
      isFirst = false;
    }
    if (isWhole) this.#overflow.end();
    else {
      const message = `${connections.length} connections at once, and at most ${MAX_CONNECTIONS} are looked at; the rest is not seen`;
      this.#overflow.begin({ code: 'sampling-gap', message });
    }
  }

  /** `owner` is one of those in doubt. */
  #reportUntrusted(owner: string): void {
    const now = this.#timer.now();
    if (now - this.#untrustedSaidAt < UNTRUSTED_EVERY_MS) return;
    const detail = `left out ${this.#untrusted} connections whose process cannot be trusted, one of them ${owner}; look at how that program is named`;
    this.#output.trouble({ code: 'untrusted-row', detail, subject: null, lasts: false });
    this.#untrusted = 0;
    this.#untrustedSaidAt = now;
  }
}

/** Whose a connection is said to be, in one line. */
function ownerText({ pid, process }: Connection, known: KnownNames | undefined): string {
  const shown = `pid ${pid ?? 'unknown'} shown as ${JSON.stringify(cut(process))}`;
  const name = known?.shown ?? known?.all[0];
  return name === undefined ? shown : `${shown}, known as ${JSON.stringify(cut(name))}`;
}

function toRow(connection: Connection): object {
  return {
    protocol: cut(connection.protocol),
    localAddress: cut(connection.localAddress),
    localPort: cut(connection.localPort),
    peerAddress: cut(connection.peerAddress),
    peerPort: cut(connection.peerPort),
    state: cut(connection.state),
    pid: connection.pid,
    process: cut(connection.process),
  };
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH);
}
