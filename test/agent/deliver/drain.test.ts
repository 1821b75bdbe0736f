import { describe, expect, it } from 'vitest';
import type { Destination } from '../../../agent/deliver/destination.ts';
import type { DrainState } from '../../../agent/deliver/destination-status.ts';
import { Drain, type DrainTrouble } from '../../../agent/deliver/drain.ts';
import type { Item } from '../../../agent/deliver/item.ts';
import { OK, type Outcome } from '../../../agent/deliver/outcome.ts';
import { MAX_BACKOFF_MS } from '../../../agent/deliver/pace.ts';
import { openInMemory } from '../../../agent/store/database.ts';
import { Outbox, type OutboxRow } from '../../../agent/store/outbox.ts';

const LIMITS = { maxRows: 100_000, maxMegabytes: 64, days: 30 };

/** A receiver that answers as the test says, on a clock that only the drain's own waiting moves on. */
class Bench {
  readonly connection = openInMemory();
  readonly outbox = new Outbox(this.connection, LIMITS);
  readonly troubles = new Map<DrainTrouble, string>();
  /** Everything that was tried, batch by batch. */
  readonly batches: string[][] = [];
  readonly bodies = new Map<string, Set<string>>();
  /** What the receiver took, in order. */
  readonly kept: string[] = [];
  readonly waits: number[] = [];
  opened = 0;
  nowMs = 0;
  random = 1;
  answer: (items: readonly Item[]) => Outcome = () => OK;
  storeErrors: unknown[] = [];
  readonly #stop = new AbortController();

  add(...uids: readonly string[]): void {
    this.rows(uids.map((uid) => ({ uid })));
  }

  rows(rows: readonly (Partial<OutboxRow> & { readonly uid: string })[]): void {
    this.outbox.enqueue(() =>
      rows.map((row) => ({
        destination: 'siem',
        series: row.uid,
        kind: 'finding' as const,
        severity: 'medium' as const,
        timeUs: 0,
        body: JSON.stringify({ uid: row.uid }),
        ...row,
      })),
    );
  }

  /** Runs until `attempts` batches were tried, or that many hours of its clock have passed. */
  async run(
    attempts: number,
    limits: Partial<Destination['batch']> = {},
    hours = 3,
  ): Promise<DrainState> {
    const destination: Destination = {
      name: 'siem',
      type: 'webhook',
      format: 'ocsf',
      minimumSeverity: 'informational',
      takesHealth: true,
      isBestEffort: false,
      batch: { maxItems: 8, maxBytes: 10_000, ...limits },
      open: () => {
        this.opened += 1;
        return {
          send: async (items) => {
            const outcome = this.#attempt(items);
            if (this.batches.length >= attempts) this.#stop.abort();
            return outcome;
          },
          close: async () => undefined,
        };
      },
    };
    const drain = new Drain({
      destination,
      outbox: this.outbox,
      at: {
        wallMs: () => 0,
        steadyMs: () => this.nowMs,
        pause: async (ms, signal) => {
          if (signal.aborted) return;
          this.nowMs += ms;
          this.waits.push(Math.round(ms));
          if (this.nowMs > hours * 3600 * 1000) this.#stop.abort();
        },
        hostName: () => 'mac-17',
        environment: new Map(),
      },
      random: () => this.random,
      nowUs: () => 1_790_000_000_000_000,
      raise: (code, detail) => this.troubles.set(code, detail),
      clear: (code) => this.troubles.delete(code),
      onStoreError: (error) => this.storeErrors.push(error),
    });
    await drain.run(this.#stop.signal);
    return drain.state();
  }

  left(): readonly string[] {
    return this.outbox.page('siem', { maxItems: 1000, maxBytes: 1e9 }).map(({ uid }) => uid);
  }

  dead(): unknown {
    return this.connection.prepare('SELECT uid FROM dead_letters ORDER BY id').pluck().all();
  }

  reasons(): unknown {
    return this.connection.prepare('SELECT reason FROM dead_letters ORDER BY id').pluck().all();
  }

  #attempt(items: readonly Item[]): Outcome {
    this.batches.push(items.map(({ uid }) => uid));
    for (const { uid, body } of items) {
      const bodies = this.bodies.get(uid) ?? new Set();
      this.bodies.set(uid, bodies.add(body));
    }
    const outcome = this.answer(items);
    if (outcome.kind === 'ok') this.kept.push(...items.map(({ uid }) => uid));
    if (outcome.kind === 'items')
      for (const [index, { uid }] of items.entries())
        if (outcome.answers[index]?.kind === 'ok') this.kept.push(uid);
    return outcome;
  }
}

const RETRY: Outcome = { kind: 'retry', detail: 'ECONNREFUSED', retryAfterMs: null };
const CONFIG: Outcome = { kind: 'config', detail: 'HTTP 401' };
const REFUSED: Outcome = { kind: 'rejected', detail: 'HTTP 400', explicit: false };
const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p'];

it('begins with one item and takes four times as many with each success, up to the bound of a batch', async () => {
  const bench = new Bench();
  bench.add(...ITEMS);
  await bench.run(5);
  expect(bench.batches.map((batch) => batch.length)).toEqual([1, 4, 8, 3]);
  expect(bench.kept).toEqual(ITEMS);
  expect(bench.left()).toEqual([]);
});

it('keeps a batch within its bytes', async () => {
  const bench = new Bench();
  bench.add(...ITEMS);
  await bench.run(20, { maxBytes: 25 });
  expect(Math.max(...bench.batches.map((batch) => batch.length))).toBe(2);
  expect(bench.kept).toEqual(ITEMS);
});

describe('a failure that may pass', () => {
  it('keeps everything, waits longer each time up to five minutes, and then probes with one item', async () => {
    const bench = new Bench();
    bench.add(...ITEMS.slice(0, 4));
    let failures = 12;
    bench.answer = () => {
      failures -= 1;
      return failures >= 0 ? RETRY : OK;
    };
    await bench.run(15);
    const [, ...waits] = bench.waits;
    expect(waits.slice(0, 12)).toEqual([
      1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ]);
    expect(bench.batches.map((batch) => batch.length)).toEqual([...Array(13).fill(1), 3]);
    expect(bench.left()).toEqual([]);
  });

  it('waits a random part of that', async () => {
    const bench = new Bench();
    bench.random = 0.25;
    bench.add('a');
    bench.answer = () => RETRY;
    await bench.run(3);
    expect(bench.waits.slice(0, 3)).toEqual([2500, 250, 500]);
  });

  it('waits as long as the receiver asks, and at random up to as long again', async () => {
    const bench = new Bench();
    bench.add('a');
    bench.answer = () => ({ kind: 'retry', detail: 'HTTP 503', retryAfterMs: 600_000 });
    await bench.run(2);
    expect(bench.waits[1]).toBe(1_201_000);
  });

  it('is said after three in a row, and taken back with the first success', async () => {
    const bench = new Bench();
    bench.add('a', 'b');
    let attempts = 0;
    const said: (string | undefined)[] = [];
    bench.answer = () => {
      attempts += 1;
      said.push(bench.troubles.get('destination-unreachable'));
      return attempts <= 3 ? RETRY : OK;
    };
    await bench.run(5);
    expect(said).toEqual([undefined, undefined, undefined, 'ECONNREFUSED', undefined]);
  });
});

describe('a wrong configuration', () => {
  it('never costs an item, is said at once, and is tried anew with what the files hold then', async () => {
    const bench = new Bench();
    bench.add('a', 'b');
    bench.answer = () => (bench.opened < 5 ? CONFIG : OK);
    await bench.run(6);
    expect(bench.opened).toBe(5);
    expect(bench.waits.slice(1, 5)).toEqual([...Array(4).fill(MAX_BACKOFF_MS)]);
    expect(bench.kept).toEqual(['a', 'b']);
    expect(bench.troubles.size).toBe(0);
  });

  it('is named while it lasts', async () => {
    const bench = new Bench();
    bench.add('a');
    bench.answer = () => CONFIG;
    await bench.run(2);
    expect(bench.troubles.get('destination-misconfigured')).toBe('HTTP 401');
    expect(bench.left()).toEqual(['a']);
  });
});

describe('an item that the receiver refuses by name', () => {
  it('is a dead letter; its neighbours are not', async () => {
    const bench = new Bench();
    bench.add(...ITEMS);
    bench.answer = (items) => ({
      kind: 'items',
      answers: items.map(({ uid }) =>
        uid === 'f' ? { kind: 'poison', detail: 'bad field' } : { kind: 'ok' },
      ),
    });
    await bench.run(5);
    expect(bench.dead()).toEqual(['f']);
    expect(bench.kept).toEqual(ITEMS.filter((uid) => uid !== 'f'));
    expect(bench.reasons()).toEqual(['bad field']);
  });

  it('is found by halving when the receiver only says that one is bad', async () => {
    const bench = new Bench();
    bench.add(...ITEMS);
    bench.answer = (items) =>
      items.some(({ uid }) => uid === 'k')
        ? { kind: 'rejected', detail: 'code 6', explicit: true }
        : OK;
    await bench.run(40);
    expect(bench.dead()).toEqual(['k']);
    expect(bench.kept.toSorted()).toEqual(ITEMS.filter((uid) => uid !== 'k'));
  });

  it('is counted apart from those that are to be tried again', async () => {
    const bench = new Bench();
    bench.add('a', 'b', 'c');
    let isFirst = true;
    bench.answer = (items) => {
      const answers = items.map(({ uid }) =>
        uid === 'b' && isFirst
          ? ({ kind: 'retry', detail: '429' } as const)
          : ({ kind: 'ok' } as const),
      );
      if (items.length > 1) isFirst = false;
      return { kind: 'items', answers };
    };
    await bench.run(3);
    expect(bench.kept).toEqual(['a', 'c', 'b']);
    expect(bench.dead()).toEqual([]);
  });
});

describe('a refusal that names nobody', () => {
  it('makes a dead letter of an item that is refused again and again while others are taken', async () => {
    const bench = new Bench();
    bench.add('bad', 'a', 'b');
    bench.answer = (items) => {
      // News comes in all the time, as it does from an agent that is alive.
      if (bench.batches.length % 2 === 0) bench.add(`news ${bench.batches.length}`);
      return items.some(({ uid }) => uid === 'bad') ? REFUSED : OK;
    };
    await bench.run(60);
    expect(bench.dead()).toEqual(['bad']);
    expect(
      bench.batches.filter((batch) => batch.includes('bad') && batch.length === 1),
    ).toHaveLength(3);
  });

  it('is the fault of the sender when all are refused, however many and however often', async () => {
    const bench = new Bench();
    bench.add(...Array.from({ length: 60 }, (_, index) => `item ${index}`));
    bench.answer = () => REFUSED;
    await bench.run(400);
    expect(bench.dead()).toEqual([]);
    expect(bench.left()).toHaveLength(60);
    expect(bench.troubles.get('destination-misconfigured')).toBe('HTTP 400');
    // It is left alone for minutes after every few attempts.
    expect(bench.nowMs / bench.batches.length).toBeGreaterThan(10_000);
  });

  it('loses nothing when the client certificate is mended after days of refusals', async () => {
    const bench = new Bench();
    bench.add(...ITEMS);
    bench.answer = () => (bench.nowMs < 10 * 3600 * 1000 ? REFUSED : OK);
    await bench.run(2000, {}, 11);
    expect(bench.kept.toSorted()).toEqual(ITEMS);
    expect(bench.dead()).toEqual([]);
    expect(bench.troubles.size).toBe(0);
  });

  it('of the only item there is costs nothing', async () => {
    const bench = new Bench();
    bench.add('a');
    bench.answer = () => REFUSED;
    await bench.run(50);
    expect(bench.dead()).toEqual([]);
    expect(bench.left()).toEqual(['a']);
  });
});

describe('a receiver that takes less at once', () => {
  it('gets half, and no more than that later', async () => {
    const bench = new Bench();
    bench.add(...ITEMS);
    bench.answer = (items) => (items.length > 3 ? { kind: 'too-big', detail: 'HTTP 413' } : OK);
    await bench.run(20);
    expect(bench.kept).toEqual(ITEMS);
    expect(bench.batches.filter((batch) => batch.length > 3)).toHaveLength(1);
  });

  it('makes a dead letter of an item that cannot be cut down', async () => {
    const bench = new Bench();
    bench.add('a', 'b');
    bench.answer = (items) =>
      items.some(({ uid }) => uid === 'a') ? { kind: 'too-big', detail: 'HTTP 413' } : OK;
    await bench.run(3);
    expect(bench.dead()).toEqual(['a']);
    expect(bench.kept).toEqual(['b']);
  });
});

it('sends the same bytes in every attempt', async () => {
  const bench = new Bench();
  bench.add(...ITEMS);
  let attempt = 0;
  bench.answer = () => {
    attempt += 1;
    return attempt % 3 === 0 ? OK : RETRY;
  };
  await bench.run(60);
  expect([...bench.bodies.values()].every((bodies) => bodies.size === 1)).toBe(true);
});

it('keeps the versions of a finding in order', async () => {
  const bench = new Bench();
  bench.rows([
    { uid: 'f1', series: 'f' },
    { uid: 'x' },
    { uid: 'f2', series: 'f' },
    { uid: 'y' },
    { uid: 'f3', series: 'f' },
  ]);
  let attempt = 0;
  bench.answer = () => {
    attempt += 1;
    return attempt % 2 === 0 ? RETRY : OK;
  };
  await bench.run(20);
  expect(bench.kept.filter((uid) => uid.startsWith('f'))).toEqual(['f1', 'f2', 'f3']);
});

it('goes on sending while what it delivered cannot be written down, and sends nothing of it twice', async () => {
  const bench = new Bench();
  bench.add(...ITEMS);
  const settle = bench.outbox.settle.bind(bench.outbox);
  let isFull = true;
  bench.outbox.settle = (...given) => {
    if (isFull) throw new Error('database or disk is full');
    settle(...given);
  };
  bench.answer = () => {
    if (bench.kept.length >= 8) isFull = false;
    return OK;
  };
  await bench.run(20);
  expect(bench.kept).toEqual(ITEMS);
  expect(bench.storeErrors.length).toBeGreaterThan(0);
  expect(bench.left()).toEqual([]);
});

it('counts what went out again because its connection was lost', async () => {
  const bench = new Bench();
  bench.add('a', 'b');
  bench.answer = () => ({ kind: 'ok', resent: 3 });
  expect((await bench.run(2)).duplicates).toBe(6);
});

it('calls a transport that throws a failure like any other', async () => {
  const bench = new Bench();
  bench.add('a');
  bench.answer = () => {
    throw new Error('a fault of ours');
  };
  await bench.run(3);
  expect(bench.left()).toEqual(['a']);
  expect(bench.troubles.get('destination-unreachable')).toContain('a fault of ours');
});
