import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openInMemory } from '../../../agent/store/database.ts';
import {
  MAX_REFUSALS,
  Outbox,
  type OutboxLimits,
  type OutboxRow,
} from '../../../agent/store/outbox.ts';
import { SEVERITIES, type Severity } from '../../../rules/finding.ts';

const LIMITS: OutboxLimits = { maxRows: 1000, maxMegabytes: 1, days: 30 };
const ALL = { maxItems: 1000, maxBytes: 10_000_000 };
const NOW_US = 1_790_000_000_000_000;
const DAY_MS = 24 * 3600 * 1000;

function rowOf(uid: string, given: Partial<OutboxRow> = {}): OutboxRow {
  return {
    destination: 'siem',
    uid,
    series: uid,
    kind: 'finding',
    severity: 'medium',
    timeUs: NOW_US,
    body: `{"uid":"${uid}"}`,
    ...given,
  };
}

function outboxOf(limits: Partial<OutboxLimits> = {}, connection = openInMemory()): Outbox {
  return new Outbox(connection, { ...LIMITS, ...limits });
}

function uids(outbox: Outbox, destination = 'siem'): readonly string[] {
  return outbox.page(destination, ALL).map(({ uid }) => uid);
}

function statusOf(outbox: Outbox, destination = 'siem') {
  return outbox.status().find((row) => row.destination === destination);
}

describe('a page', () => {
  it('has the items in their order, as they were put in', () => {
    const outbox = outboxOf();
    outbox.enqueue(() => [rowOf('a', { severity: 'high' }), rowOf('b')]);
    outbox.enqueue(() => [rowOf('c')]);
    expect(uids(outbox)).toEqual(['a', 'b', 'c']);
    expect(outbox.page('siem', ALL)[0]).toEqual({
      id: 1,
      uid: 'a',
      series: 'a',
      kind: 'finding',
      severity: 'high',
      timeUs: NOW_US,
      body: '{"uid":"a"}',
    });
  });

  it('keeps to its bounds, and has one item whatever its size', () => {
    const outbox = outboxOf();
    const body = 'x'.repeat(100);
    outbox.enqueue(() => ['a', 'b', 'c', 'd'].map((uid) => rowOf(uid, { body })));
    const page = (maxItems: number, maxBytes: number) =>
      outbox.page('siem', { maxItems, maxBytes }).map(({ uid }) => uid);
    expect(page(2, 1000)).toEqual(['a', 'b']);
    expect(page(10, 250)).toEqual(['a', 'b']);
    expect(page(10, 1)).toEqual(['a']);
  });

  it('has of each finding only the version that comes first', () => {
    const outbox = outboxOf();
    outbox.enqueue(() => [
      rowOf('create', { series: 'f' }),
      rowOf('other'),
      rowOf('update', { series: 'f' }),
    ]);
    expect(uids(outbox)).toEqual(['create', 'other']);
    outbox.settle('siem', { delivered: [1, 2], dead: [], refused: [] }, NOW_US);
    expect(uids(outbox)).toEqual(['update']);
  });

  it('lets nothing overtake what is left out for now', () => {
    const outbox = outboxOf();
    outbox.enqueue(() => [
      rowOf('create', { series: 'f' }),
      rowOf('update', { series: 'f' }),
      rowOf('b'),
    ]);
    expect(outbox.page('siem', ALL, new Set([1])).map(({ uid }) => uid)).toEqual(['b']);
  });

  it('takes any number of heartbeats at once', () => {
    const outbox = outboxOf();
    outbox.enqueue(() =>
      ['1', '2', '3'].map((uid) => rowOf(uid, { kind: 'heartbeat', series: 'heartbeat' })),
    );
    expect(uids(outbox)).toHaveLength(3);
  });

  it('is that of its destination', () => {
    const outbox = outboxOf();
    outbox.enqueue(() => [
      rowOf('a'),
      rowOf('a', { destination: 'lake' }),
      rowOf('b', { destination: 'lake' }),
    ]);
    expect(uids(outbox)).toEqual(['a']);
    expect(uids(outbox, 'lake')).toEqual(['a', 'b']);
  });
});

describe('what is settled', () => {
  it('goes, and moves the cursor', () => {
    const outbox = outboxOf();
    outbox.enqueue(() => [rowOf('a'), rowOf('b'), rowOf('c')]);
    outbox.settle('siem', { delivered: [1, 2], dead: [], refused: [] }, NOW_US);
    expect(uids(outbox)).toEqual(['c']);
    expect(statusOf(outbox)).toMatchObject({
      rows: 1,
      bytes: 11,
      delivered: 2,
      cursor: 2,
      lastDeliveredUs: NOW_US,
    });
  });

  it('is a dead letter when it was refused, with the reason', () => {
    const connection = openInMemory();
    const outbox = outboxOf({}, connection);
    outbox.enqueue(() => [rowOf('a'), rowOf('b')]);
    outbox.settle(
      'siem',
      { delivered: [], dead: [{ id: 1, reason: 'bad field' }], refused: [] },
      NOW_US,
    );
    expect(uids(outbox)).toEqual(['b']);
    expect(statusOf(outbox)).toMatchObject({
      rows: 1,
      dead: 1,
      delivered: 0,
      lastDeliveredUs: null,
    });
    expect(connection.prepare('SELECT uid, reason, body FROM dead_letters').all()).toEqual([
      { uid: 'a', reason: 'bad field', body: '{"uid":"a"}' },
    ]);
  });

  it('counts what was refused and keeps it', () => {
    const outbox = outboxOf();
    outbox.enqueue(() => [rowOf('a')]);
    outbox.settle('siem', { delivered: [], dead: [], refused: [1] }, NOW_US);
    expect(outbox.refusalsOf([1])).toEqual(new Map([[1, 1]]));
    expect(uids(outbox)).toEqual(['a']);
    expect(MAX_REFUSALS).toBeGreaterThan(1);
  });

  it('says nothing of what was dropped meanwhile', () => {
    const outbox = outboxOf({ maxRows: 1 });
    outbox.enqueue(() => [rowOf('a')]);
    outbox.enqueue(() => [rowOf('b')]);
    outbox.settle('siem', { delivered: [1], dead: [], refused: [] }, NOW_US);
    expect(statusOf(outbox)).toMatchObject({ rows: 1, delivered: 0, dropped: 1 });
  });
});

describe('above its bounds', () => {
  it('the least severe go first, of these the oldest', () => {
    const outbox = outboxOf({ maxRows: 3 });
    const severities: readonly Severity[] = ['high', 'low', 'informational', 'low', 'medium'];
    for (const [index, severity] of severities.entries())
      outbox.enqueue(() => [rowOf(String(index), { severity })]);
    expect(uids(outbox)).toEqual(['0', '3', '4']);
    expect(statusOf(outbox)).toMatchObject({ rows: 3, dropped: 2 });
  });

  it('bytes count as rows do', () => {
    const outbox = outboxOf({ maxMegabytes: 1 });
    const body = 'x'.repeat(400_000);
    outbox.enqueue(() => ['a', 'b', 'c', 'd'].map((uid) => rowOf(uid, { body })));
    expect(uids(outbox)).toEqual(['c', 'd']);
  });

  it('is bounded whatever comes', () => {
    const outbox = outboxOf({ maxRows: 100 });
    for (let round = 0; round < 50; round += 1)
      outbox.enqueue(() => Array.from({ length: 20 }, (_, index) => rowOf(`${round}.${index}`)));
    expect(statusOf(outbox)).toMatchObject({ rows: 100, dropped: 900 });
  });

  it('rows are too old by the time the agent ran, whatever the clock of the Mac says', () => {
    const outbox = outboxOf({ days: 2 });
    outbox.enqueue(() => [rowOf('a', { timeUs: 0 })]);
    outbox.tick(DAY_MS);
    outbox.enqueue(() => [rowOf('b', { timeUs: NOW_US * 2 })]);
    outbox.tick(1.5 * DAY_MS);
    expect(uids(outbox)).toEqual(['b']);
    expect(statusOf(outbox)).toMatchObject({ dropped: 1, oldestAgeSeconds: (1.5 * DAY_MS) / 1000 });
  });
});

it('a uid waits once for a destination', () => {
  const outbox = outboxOf();
  outbox.enqueue(() => [rowOf('a')]);
  outbox.enqueue(() => [rowOf('a', { body: '{}' })]);
  expect(outbox.page('siem', ALL)).toMatchObject([{ body: '{"uid":"a"}' }]);
  expect(statusOf(outbox)).toMatchObject({ rows: 1 });
});

it('the time that the agent ran goes on in the next run', () => {
  const connection = openInMemory();
  const first = outboxOf({}, connection);
  first.enqueue(() => [rowOf('a')]);
  first.tick(120_000);
  const second = outboxOf({}, connection);
  second.tick(3000);
  expect(statusOf(second)).toMatchObject({ oldestAgeSeconds: 123 });
});

it('writes nothing while nothing waits, and at most once a minute else', () => {
  const connection = openInMemory();
  const outbox = outboxOf({}, connection);
  const changes = (): unknown => connection.prepare('SELECT total_changes()').pluck().get();
  const before = changes();
  for (let hour = 0; hour < 24; hour += 1) outbox.tick(3_600_000);
  expect(changes()).toBe(before);
  outbox.enqueue(() => [rowOf('a')]);
  const queued = changes();
  for (let second = 0; second < 59; second += 1) outbox.tick(1000);
  expect(changes()).toBe(queued);
  outbox.tick(1000);
  expect(changes()).not.toBe(queued);
});

it('keeps nothing of an enqueueing that failed', () => {
  const outbox = outboxOf();
  expect(() =>
    outbox.enqueue(() => [
      rowOf('a'),
      rowOf('b', { body: Symbol('no text') as unknown as string }),
    ]),
  ).toThrow(/bind|convert|Symbol/);
  expect(outbox.status()).toEqual([]);
});

/** What the outbox promises, in memory. */
class Model {
  rows: { readonly order: number; readonly severity: number; readonly uid: string }[] = [];
  accepted = 0;

  add(uid: string, severity: number, maxRows: number): void {
    if (this.rows.some((row) => row.uid === uid)) return;
    this.accepted += 1;
    this.rows.push({ order: this.accepted, severity, uid });
    while (this.rows.length > maxRows) {
      const worst = this.rows.toSorted((a, b) => a.severity - b.severity || a.order - b.order)[0];
      this.rows = this.rows.filter((row) => row !== worst);
    }
  }

  take(taken: readonly string[]): void {
    this.rows = this.rows.filter(({ uid }) => !taken.includes(uid));
  }
}

it('does what a list in memory would do, whatever the order of things', () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant('add' as const), uid: fc.nat(60), severity: fc.nat(4) }),
    fc.record({ do: fc.constant('deliver' as const), count: fc.nat(5) }),
    fc.record({ do: fc.constant('bury' as const), count: fc.nat(2) }),
    fc.record({ do: fc.constant('restart' as const) }),
  );
  fc.assert(
    fc.property(
      fc.array(action, { maxLength: 60 }),
      fc.integer({ min: 3, max: 20 }),
      (actions, maxRows) => {
        const connection = openInMemory();
        let outbox = outboxOf({ maxRows }, connection);
        const model = new Model();
        for (const step of actions) {
          if (step.do === 'add') {
            const severity = SEVERITIES[step.severity] ?? 'low';
            outbox.enqueue(() => [rowOf(String(step.uid), { severity })]);
            model.add(String(step.uid), step.severity, maxRows);
          } else if (step.do === 'restart') outbox = outboxOf({ maxRows }, connection);
          else {
            const page = outbox.page('siem', { ...ALL, maxItems: step.count });
            const ids = page.map(({ id }) => id);
            model.take(page.map(({ uid }) => uid));
            const dead = ids.map((id) => ({ id, reason: 'no' }));
            outbox.settle(
              'siem',
              step.do === 'deliver'
                ? { delivered: ids, dead: [], refused: [] }
                : { delivered: [], dead, refused: [] },
              NOW_US,
            );
          }
          expect(uids(outbox)).toEqual(model.rows.map(({ uid }) => uid));
          const status = statusOf(outbox);
          if (!status) continue;
          expect(status.rows).toBe(model.rows.length);
          expect(status.bytes).toBe(
            outbox.page('siem', ALL).reduce((sum, { body }) => sum + body.length, 0),
          );
        }
        const status = statusOf(outbox);
        const { delivered = 0, dropped = 0, dead = 0, rows = 0 } = status ?? {};
        expect(delivered + dropped + dead + rows).toBe(model.accepted);
      },
    ),
    { numRuns: 100 },
  );
});
