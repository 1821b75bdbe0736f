/**
 * A fleet whose receiver was away and comes back, on a clock of its own: every agent is a real drain over a real outbox, only
 * waiting costs no time. Shows how many requests arrive in which second.
 */
import type { Destination } from '../../agent/deliver/destination.ts';
import { Drain } from '../../agent/deliver/drain.ts';
import type { Item } from '../../agent/deliver/item.ts';
import { OK, type Outcome } from '../../agent/deliver/outcome.ts';
import { openInMemory } from '../../agent/store/database.ts';
import { Outbox } from '../../agent/store/outbox.ts';

export interface FleetPlan {
  readonly agents: number;
  /** Events that wait in each agent when the receiver comes back. */
  readonly waiting: number;
  readonly outageMs: number;
  /** Requests that the receiver takes in a second; it answers the others with 429. */
  readonly perSecond: number;
  readonly random: () => number;
  /** Hands a batch to a real receiver; without it the batch is taken. */
  readonly deliver?: (items: readonly Item[]) => Promise<Outcome>;
}

export interface FleetReport {
  /** Requests in each second after the return, those that were refused included. */
  readonly perSecond: readonly number[];
  readonly refused: number;
  readonly requests: number;
  readonly items: number;
  /** Seconds after the return at which half, 95 of 100 and all events were there. */
  readonly halfSeconds: number;
  readonly mostSeconds: number;
  readonly allSeconds: number;
}

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Time that goes on to the next sleeper when nobody works. */
class VirtualTime {
  nowMs = 0;
  /** A binary heap, the next one first. */
  readonly #sleepers: Sleeper[] = [];
  #order = 0;

  pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else this.#push({ atMs: this.nowMs + ms, order: (this.#order += 1), wake: resolve });
    });
  }

  /** Wakes the next one; `false` when nobody sleeps. */
  next(): boolean {
    const sleeper = this.#pop();
    if (!sleeper) return false;
    this.nowMs = sleeper.atMs;
    sleeper.wake();
    return true;
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#sleepers;
    heap.push(sleeper);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at], heap[parent])) break;
      swap(heap, at, parent);
      at = parent;
    }
  }

  #pop(): Sleeper | undefined {
    const heap = this.#sleepers;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = at * 2 + 1;
      const next = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!isBefore(heap[next], heap[at])) return first;
      swap(heap, at, next);
      at = next;
    }
  }
}

function isBefore(a: Sleeper | undefined, b: Sleeper | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function swap(heap: Sleeper[], a: number, b: number): void {
  const [first, second] = [heap[a], heap[b]];
  if (first === undefined || second === undefined) return;
  heap[a] = second;
  heap[b] = first;
}

/** Runs the fleet until everything is delivered. */
export async function simulateFleet(plan: FleetPlan): Promise<FleetReport> {
  const { agents, waiting, outageMs, random } = plan;
  const time = new VirtualTime();
  const outbox = new Outbox(openInMemory(), {
    maxRows: Number.MAX_SAFE_INTEGER,
    maxMegabytes: 100_000,
    days: 365,
  });
  const names = Array.from({ length: agents }, (_, index) => `mac-${index}`);
  for (const name of names) outbox.enqueue(() => rowsOf(name, waiting));
  const perSecond: number[] = [];
  const arrivals: number[] = [];
  const tally = { refused: 0, requests: 0, items: 0, busy: 0 };
  const stop = new AbortController();

  const receive = async (items: readonly Item[]): Promise<Outcome> => {
    if (time.nowMs < outageMs) return { kind: 'retry', detail: 'ECONNREFUSED', retryAfterMs: null };
    const second = Math.floor((time.nowMs - outageMs) / 1000);
    const load = (perSecond[second] ?? 0) + 1;
    perSecond[second] = load;
    tally.requests += 1;
    if (load > plan.perSecond) {
      tally.refused += 1;
      return { kind: 'retry', detail: 'HTTP 429', retryAfterMs: 5000 };
    }
    const outcome = (await plan.deliver?.(items)) ?? OK;
    if (outcome.kind !== 'ok') return outcome;
    for (const _ of items) arrivals.push(second);
    tally.items += items.length;
    if (tally.items >= agents * waiting) stop.abort();
    return outcome;
  };

  const running = names.map((name) => {
    const drain = new Drain({
      destination: destinationOf(name, async (items) => {
        tally.busy += 1;
        try {
          return await receive(items);
        } finally {
          tally.busy -= 1;
        }
      }),
      outbox,
      at: {
        wallMs: () => time.nowMs,
        steadyMs: () => time.nowMs,
        pause: (ms, signal) => time.pause(ms, signal),
        hostName: () => name,
        environment: new Map(),
      },
      random,
      nowUs: () => time.nowMs * 1000,
      raise: () => undefined,
      clear: () => undefined,
      onStoreError: (error) => {
        throw error;
      },
    });
    return drain.run(stop.signal);
  });
  do {
    // oxlint-disable-next-line no-await-in-loop -- lets what was woken run to its next wait
    await settled(() => tally.busy === 0);
  } while (time.next());
  await Promise.all(running);
  const share = (part: number): number => arrivals[Math.ceil(arrivals.length * part) - 1] ?? 0;
  return {
    perSecond: Array.from({ length: perSecond.length }, (_, second) => perSecond[second] ?? 0),
    refused: tally.refused,
    requests: tally.requests,
    items: tally.items,
    halfSeconds: share(0.5),
    mostSeconds: share(0.95),
    allSeconds: share(1),
  };
}

/** Two turns of the loop: every promise that could go on did. */
async function settled(isQuiet: () => boolean): Promise<void> {
  do {
    // oxlint-disable-next-line no-await-in-loop -- a real receiver may take a few turns
    await new Promise((resolve) => setImmediate(resolve));
  } while (!isQuiet());
}

function rowsOf(name: string, number: number) {
  return Array.from({ length: number }, (_, index) => ({
    destination: name,
    uid: `${name} ${index}`,
    series: 'heartbeat',
    kind: 'heartbeat' as const,
    severity: 'informational' as const,
    timeUs: index,
    body: '{}',
  }));
}

function destinationOf(
  name: string,
  send: (items: readonly Item[]) => Promise<Outcome>,
): Destination {
  return {
    name,
    type: 'webhook',
    format: 'ocsf',
    minimumSeverity: 'informational',
    takesHealth: true,
    isBestEffort: false,
    batch: { maxItems: 500, maxBytes: 262_144 },
    open: () => ({ send, close: async () => undefined }),
  };
}
