import { describe, expect, it } from 'vitest';
import { Delivery, HEALTH_PER_HOUR, MAX_WAITING } from '../../../agent/deliver/delivery.ts';
import type { Destination } from '../../../agent/deliver/destination.ts';
import type { Item } from '../../../agent/deliver/item.ts';
import { OK } from '../../../agent/deliver/outcome.ts';
import type { HealthEvent } from '../../../agent/health/health.ts';
import { openInMemory } from '../../../agent/store/database.ts';
import { dropLetters } from '../../../agent/store/dead-letters.ts';
import { Numbers } from '../../../agent/store/numbers.ts';
import { Outbox } from '../../../agent/store/outbox.ts';
import type { Severity } from '../../../rules/finding.ts';
import { HEALTHY } from '../health/example-report.ts';
import { UPLOAD } from './formats/example-finding.ts';

const TROUBLE: HealthEvent = {
  timeUs: 1_790_000_000_000_000,
  part: 'files',
  code: 'root-missing',
  state: 'raised',
  subject: '/Users/maria/Downloads',
  detail: 'does not exist',
};
const HOUR_MS = 3_600_000;

function destinationOf(name: string, given: Partial<Destination> = {}): Destination {
  return {
    name,
    type: 'webhook',
    format: 'ocsf',
    minimumSeverity: 'informational',
    takesHealth: true,
    isBestEffort: false,
    batch: { maxItems: 10, maxBytes: 1_000_000 },
    open: () => ({ send: async () => OK, close: async () => undefined }),
    ...given,
  };
}

class Bench {
  readonly connection = openInMemory();
  readonly outbox = new Outbox(this.connection, { maxRows: 1000, maxMegabytes: 8, days: 30 });
  readonly notes: string[] = [];
  readonly troubles = new Set<string>();
  readonly storeErrors: unknown[] = [];
  nowMs = 0;
  isKnown = true;
  readonly delivery: Delivery;

  constructor(...destinations: readonly Destination[]) {
    this.delivery = new Delivery({
      destinations,
      outbox: this.outbox,
      numbers: new Numbers(this.connection),
      sender: () => (this.isKnown ? { host: UPLOAD.host, version: '1.2.3' } : null),
      version: '1.2.3',
      at: {
        wallMs: () => 0,
        steadyMs: () => this.nowMs,
        pause: async () => undefined,
        hostName: () => 'mac-17',
        environment: new Map(),
      },
      random: () => 0.5,
      nowUs: () => 1_790_000_000_000_000,
      raise: (destination, code) => this.troubles.add(`${destination} ${code}`),
      clear: (destination, code) => this.troubles.delete(`${destination} ${code}`),
      note: (code, detail, subject) => this.notes.push(`${code} ${subject}: ${detail}`),
      onStoreError: (error) => this.storeErrors.push(error),
    });
  }

  waiting(destination: string): readonly Item[] {
    return this.outbox.page(destination, { maxItems: 5000, maxBytes: 1e9 });
  }

  kinds(destination: string): readonly string[] {
    return this.waiting(destination).map(({ kind }) => kind);
  }

  numbers(destination: string): readonly unknown[] {
    return this.waiting(destination).map(({ body }) => {
      const { metadata }: { metadata: { sequence: number } } = JSON.parse(body);
      return metadata.sequence;
    });
  }
}

describe('a finding', () => {
  it('is written for each destination in its format', () => {
    const bench = new Bench(destinationOf('siem'), destinationOf('people', { format: 'summary' }));
    const [siem, people] = bench.delivery.rowsOf(UPLOAD);
    expect(siem).toMatchObject({
      destination: 'siem',
      uid: UPLOAD.versionId,
      series: UPLOAD.id,
      kind: 'finding',
      severity: UPLOAD.severity,
    });
    expect(JSON.parse(siem?.body ?? '')).toMatchObject({ class_uid: 2004 });
    expect(JSON.parse(people?.body ?? '')).toMatchObject({ analytic: 'AN0678' });
  });

  it.each<[Severity, readonly string[]]>([
    ['informational', ['all']],
    ['medium', ['all', 'some']],
    ['critical', ['all', 'some']],
  ])('of severity %s goes to %j', (severity, names) => {
    const bench = new Bench(
      destinationOf('all'),
      destinationOf('some', { minimumSeverity: 'medium' }),
    );
    const rows = bench.delivery.rowsOf({ ...UPLOAD, severity });
    expect(rows.map(({ destination }) => destination)).toEqual(names);
  });

  it('needs no destination', () => {
    expect(new Bench().delivery.rowsOf(UPLOAD)).toEqual([]);
  });

  it('above the allowance is told of in a summary a minute later', () => {
    const bench = new Bench(destinationOf('siem'));
    const rows = Array.from({ length: 10_000 }, (_, index) =>
      bench.delivery.rowsOf({ ...UPLOAD, severity: 'medium', sequence: index + 1 }),
    ).flat();
    expect(rows).toHaveLength(200);
    bench.delivery.tick();
    expect(bench.kinds('siem')).toEqual([]);
    bench.nowMs = 60_000;
    bench.delivery.tick();
    expect(bench.kinds('siem')).toEqual(['flood']);
    expect(bench.waiting('siem')[0]?.body).toContain('9800');
    expect(bench.notes).toEqual(['finding-flood findings: 9800 findings were not sent one by one']);
  });
});

describe('what the agent says of itself', () => {
  it('goes to the destinations that want it, numbered', () => {
    const bench = new Bench(destinationOf('siem'), destinationOf('other', { takesHealth: false }));
    bench.delivery.health(TROUBLE);
    bench.delivery.heartbeat(HEALTHY);
    bench.delivery.heartbeat(HEALTHY);
    expect(bench.kinds('siem')).toEqual(['health', 'heartbeat', 'heartbeat']);
    expect(bench.numbers('siem')).toEqual([1, 1, 2]);
    expect(bench.kinds('other')).toEqual([]);
  });

  it('waits until it is known which Mac this is', () => {
    const bench = new Bench(destinationOf('siem'));
    bench.isKnown = false;
    bench.delivery.health(TROUBLE);
    expect(bench.kinds('siem')).toEqual([]);
    bench.isKnown = true;
    bench.delivery.tick();
    expect(bench.kinds('siem')).toEqual(['health']);
  });

  it('waits for a database that cannot be written, up to its bound, and has its number then', () => {
    const bench = new Bench(destinationOf('siem'));
    bench.connection.pragma('query_only = ON');
    for (let index = 0; index < MAX_WAITING + 50; index += 1)
      bench.delivery.heartbeat({ ...HEALTHY, heartbeat: index });
    expect(bench.storeErrors.length).toBeGreaterThan(0);
    bench.connection.pragma('query_only = OFF');
    bench.delivery.tick();
    expect(bench.numbers('siem')).toEqual(
      Array.from({ length: MAX_WAITING }, (_, index) => index + 1),
    );
  });

  it('is bounded by the hour, and what was held back is counted', () => {
    const bench = new Bench(destinationOf('siem'));
    for (let index = 0; index < 1000; index += 1) bench.delivery.health(TROUBLE);
    expect(bench.kinds('siem')).toHaveLength(HEALTH_PER_HOUR);
    bench.nowMs = HOUR_MS;
    bench.delivery.tick();
    expect(bench.notes).toEqual([
      `finding-flood health: ${1000 - HEALTH_PER_HOUR} health events were not sent`,
    ]);
    bench.delivery.health(TROUBLE);
    expect(bench.kinds('siem')).toHaveLength(HEALTH_PER_HOUR + 1);
  });
});

it('says what was dropped, once', () => {
  const bench = new Bench(destinationOf('siem'));
  for (let index = 0; index < 1010; index += 1)
    bench.outbox.enqueue(() => [
      {
        ...UPLOAD,
        uid: String(index),
        series: 'x',
        kind: 'test',
        timeUs: 0,
        body: '{}',
        destination: 'siem',
      },
    ]);
  bench.delivery.tick();
  bench.delivery.tick();
  expect(bench.notes).toEqual([
    'outbox-dropped siem: 10 events were dropped unsent: the outbox is full or they are too old',
  ]);
});

it('says that there are dead letters for as long as there are any', () => {
  const bench = new Bench(destinationOf('siem'));
  bench.outbox.enqueue(() => [
    { ...UPLOAD, uid: '1', series: 'x', kind: 'test', timeUs: 0, body: '{}', destination: 'siem' },
  ]);
  bench.outbox.settle('siem', { delivered: [], dead: [{ id: 1, reason: 'no' }], refused: [] }, 0);
  bench.delivery.tick();
  expect([...bench.troubles]).toEqual(['siem dead-letters']);
  dropLetters(bench.connection, [1], true);
  bench.delivery.tick();
  expect([...bench.troubles]).toEqual([]);
});

it('holds nothing against an agent that has nobody to tell', () => {
  const bench = new Bench();
  for (let index = 0; index < 1000; index += 1) bench.delivery.health(TROUBLE);
  bench.nowMs = HOUR_MS;
  bench.delivery.tick();
  expect(bench.notes).toEqual([]);
});

it('shows every destination, and those that are gone and have rows left', () => {
  const bench = new Bench(destinationOf('siem'));
  bench.outbox.enqueue(() => [
    { ...UPLOAD, uid: '1', series: 'x', kind: 'test', timeUs: 0, body: '{}', destination: 'gone' },
  ]);
  expect(bench.delivery.status()).toMatchObject([
    { name: 'siem', type: 'webhook', rows: 0, state: 'idle' },
    { name: 'gone', type: null, rows: 1, state: 'stopped' },
  ]);
});
