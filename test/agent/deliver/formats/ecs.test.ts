import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEcs } from '../../../../agent/deliver/formats/ecs.ts';
import type { EcsDocument } from '../../../../agent/deliver/formats/ecs-document.ts';
import { toEcsFile } from '../../../../agent/deliver/formats/ecs-file.ts';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import { toDetectionFinding } from '../../../../agent/deliver/formats/ocsf.ts';
import { type Finding, STAGES } from '../../../../rules/finding.ts';
import { arbitraryOutgoing } from './arbitrary-outgoing.ts';
import { ECS_FIELDS, ECS_VALUES } from './ecs-fields.ts';
import { BARE_STEP, CONNECTION, DBEAVER, UPLOAD } from './example-finding.ts';
import { EXAMPLES, SENDER } from './example-outgoing.ts';

function map(changes: Partial<Finding> = {}): EcsDocument {
  return toEcs(toDetectionFinding({ ...UPLOAD, ...changes }, { version: '0.1.0' }));
}

/** Every field of a document with its dotted name; custom fields and `labels` aside. */
function fieldsOf(value: unknown, name = ''): readonly (readonly [string, unknown])[] {
  if (['labels', 'ocsf', 'spillwatch'].includes(name)) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, value]];
  return Object.entries(value).flatMap(([key, member]) =>
    fieldsOf(member, name === '' ? key : `${name}.${key}`),
  );
}

/** What is wrong with the fields of a document, by the table; `[]` when nothing is. */
function faultsOf(document: unknown): readonly string[] {
  return fieldsOf(document).flatMap(([name, value]) => {
    const field = ECS_FIELDS.get(name);
    if (field === undefined) return [`${name} is no field of ECS`];
    if (Array.isArray(value) !== field.isArray) return [`${name} should be one value, or several`];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const allowed = ECS_VALUES.get(name);
    return values
      .filter((item) => !isOf(field.type, item) || allowed?.has(item) === false)
      .map((item) => `${name} is no ${field.type}: ${String(item)}`);
  });
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'long':
      return Number.isSafeInteger(value);
    case 'float':
      return Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'ip':
      return typeof value === 'string' && isIP(value) > 0;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
    default:
      return typeof value === 'string';
  }
}

describe('an ECS document', () => {
  it.each(Object.values(EXAMPLES))(
    'of a $kind has fields of ECS only, with their types',
    (event) => {
      expect(faultsOf(JSON.parse(encode(event, 'ecs', SENDER).body))).toEqual([]);
    },
  );

  it('has fields of ECS only, with their types, whatever happened', () => {
    fc.assert(
      fc.property(arbitraryOutgoing, (event) => {
        const document: unknown = JSON.parse(encode(event, 'ecs', SENDER).body);
        expect(faultsOf(document)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('the table of fields finds what is none, what is a list and what has another type', () => {
    expect(
      faultsOf({
        '@timestamp': '2026-10-14 07:30',
        event: { kind: 'signal', type: 'info', severity: 1.5, colour: 'red' },
        related: { ip: ['10.0.0.256'] },
      }),
    ).toHaveLength(6);
  });

  it('writes every field of the table in one of the examples', () => {
    const documents = Object.values(EXAMPLES).map(
      (event) => JSON.parse(encode(event, 'ecs', SENDER).body) as unknown,
    );
    const written = new Set(
      documents.flatMap((document) => fieldsOf(document).map(([name]) => name)),
    );
    expect([...ECS_FIELDS.keys()].filter((name) => !written.has(name))).toEqual([]);
  });
});

describe('the ECS document of a finding', () => {
  it('begins with its time', () => {
    expect(JSON.stringify(map())).toMatch(/^\{"@timestamp":"2026-10-14T07:31:35\.123Z",/);
  });

  it('holds the whole OCSF document', () => {
    expect(map().ocsf).toEqual(toDetectionFinding(UPLOAD, { version: '0.1.0' }));
  });

  it.each([
    ['informational', 'event', 0],
    ['low', 'alert', 21],
    ['medium', 'alert', 47],
    ['high', 'alert', 73],
    ['critical', 'alert', 99],
  ] as const)('of severity %s is of kind %s and weighs %i', (severity, kind, weight) => {
    expect(map({ severity }).event).toMatchObject({ kind, severity: weight, risk_score: weight });
  });

  it('has an action of its own for each stage', () => {
    expect(new Set(STAGES.map((stage) => map({ stage }).event.action)).size).toBe(STAGES.length);
  });

  it('is of the categories that its steps show', () => {
    const step = { ...BARE_STEP, process: DBEAVER };
    expect(map({ steps: [step] }).event.category).toEqual(['process']);
    expect(map({ steps: [{ ...step, path: '/tmp/a.csv' }] }).event.category).toEqual([
      'process',
      'file',
    ]);
    expect(map({ steps: [{ ...step, connection: CONNECTION }] }).event.category).toEqual([
      'process',
      'network',
    ]);
  });

  it('has no outcome, as ECS wants it of events of type info', () => {
    expect('outcome' in map().event).toBe(false);
  });

  it('names the analytic by id, and the Sigma rule by name and uuid', () => {
    expect(map().rule).toMatchObject({
      id: 'AN0678',
      version: '1.0',
      name: UPLOAD.rule.title,
      uuid: UPLOAD.rule.id,
    });
  });

  it('names tactic, technique and sub-technique in parallel lists', () => {
    expect(map({ stage: 'upload' }).threat).toMatchObject({
      framework: 'MITRE ATT&CK',
      tactic: { id: ['TA0009', 'TA0010'] },
      technique: { id: ['T1213', 'T1567'], subtechnique: { id: ['T1213.006', 'T1567.002'] } },
    });
    expect(map({ stage: 'export' }).threat?.technique.subtechnique.id).toEqual(['T1213.006']);
  });

  it('has the last path as its file', () => {
    expect(map().file?.path).toBe('/Users/maria/Dropbox/IMG_2231.jpg');
    expect('file' in map({ files: [], steps: [] })).toBe(false);
  });

  it('names the peer of the service, not the last one that was reached', () => {
    const steps = [
      { ...BARE_STEP, connection: CONNECTION, service: 'dropbox' },
      { ...BARE_STEP, connection: { ...CONNECTION, peerName: 'example.net' }, service: 'other' },
    ];
    expect(map({ steps, service: 'dropbox' }).destination?.domain).toBe('content.dropboxapi.com');
    expect(map({ steps, service: null }).destination?.domain).toBe('example.net');
  });

  it('names a peer without a name by its address', () => {
    const steps = [{ ...BARE_STEP, connection: { ...CONNECTION, peerName: null } }];
    expect(map({ steps }).destination).toEqual({
      address: '162.125.1.14',
      ip: '162.125.1.14',
      port: 443,
    });
  });

  it('has no destination for a peer of which only the service is known', () => {
    const connection = { ...CONNECTION, peerName: null, peerAddress: '*' };
    const steps = [{ ...BARE_STEP, connection, service: 'dropbox' }];
    expect('destination' in map({ steps })).toBe(false);
  });

  it('names a cloud provider only for a known service', () => {
    expect(map().cloud).toEqual({ provider: 'dropbox', target: { provider: 'dropbox' } });
    expect('cloud' in map({ service: null })).toBe(false);
  });

  it('relates to fifty hosts and addresses at most', () => {
    const steps = Array.from({ length: 90 }, (_, index) => ({
      ...BARE_STEP,
      connection: { ...CONNECTION, peerName: `${index}.example`, peerAddress: `10.0.1.${index}` },
    }));
    const { hosts, ip } = map({ steps }).related;
    expect([hosts.length, ip.length]).toEqual([50, 50]);
  });

  it('leaves out what is not known', () => {
    const document = map({ user: null, role: 'unknown', steps: [], link: null, evidence: null });
    expect(document.user).toEqual({ id: '501' });
    expect('process' in document).toBe(false);
    expect(document.labels).toEqual({
      stage: 'upload',
      confidence: 'high',
      coverage: 'complete',
      service_tier: 'storage',
    });
    expect(document.related.user).toEqual(['501']);
  });

  it('is tagged when it is of a simulation', () => {
    const simulation = {
      tool: 'Spillwatch simulation',
      files: ['/Users/maria/Downloads/spillwatch-simulation-0123456789ab.csv'],
      evidence: null,
    };
    expect(map(simulation).tags).toEqual(['simulated']);
    expect('tags' in map()).toBe(false);
  });
});

/** A health event in that state. */
function ecsOf(state: 'raised' | 'cleared' | 'noted'): EcsDocument {
  const event = { ...EXAMPLES.health.event, state };
  return JSON.parse(encode({ ...EXAMPLES.health, event }, 'ecs', SENDER).body) as EcsDocument;
}

describe('the ECS documents of the agent', () => {
  it('are alerts only for a flood that holds one', () => {
    const kinds = Object.values(EXAMPLES).map((event) => [
      event.kind,
      JSON.parse(encode(event, 'ecs', SENDER).body).event.kind,
    ]);
    expect(Object.fromEntries(kinds)).toEqual({
      finding: 'alert',
      health: 'event',
      heartbeat: 'metric',
      flood: 'alert',
      test: 'event',
    });
  });

  it('call a trouble an error as long as it is there', () => {
    expect(ecsOf('raised').event).toMatchObject({ type: ['error'], action: 'trouble-raised' });
    expect(ecsOf('raised').error?.code).toBe('not-permitted');
    expect(ecsOf('cleared').event).toMatchObject({ type: ['info'], action: 'trouble-cleared' });
    expect('error' in ecsOf('cleared')).toBe(false);
  });

  it('carry the numbers of a heartbeat as numbers', () => {
    const document: EcsDocument = JSON.parse(encode(EXAMPLES.heartbeat, 'ecs', SENDER).body);
    expect(document.spillwatch).toMatchObject({ status: 'healthy', rssMegabytes: 120 });
  });
});

describe('a file in ECS', () => {
  it.each([
    ['/tmp/a.csv', { directory: '/tmp', name: 'a.csv', extension: 'csv', type: 'file' }],
    ['/a.csv', { directory: '/', name: 'a.csv', extension: 'csv', type: 'file' }],
    ['/tmp/dump.tar.gz', { directory: '/tmp', name: 'dump.tar.gz', extension: 'gz', type: 'file' }],
    ['/tmp/.pgpass', { directory: '/tmp', name: '.pgpass', type: 'file' }],
    ['/tmp/dump.', { directory: '/tmp', name: 'dump.', type: 'file' }],
    ['/tmp/dump.d/', { directory: '/tmp', name: 'dump.d', type: 'dir' }],
    ['a.csv', { name: 'a.csv', extension: 'csv', type: 'file' }],
    ['/tmp/tmp', { directory: '/tmp', name: 'tmp', type: 'file' }],
  ])('%s', (path, expected) => {
    expect(toEcsFile(path)).toEqual({ path, ...expected });
  });

  it('keeps a path of slashes whole', () => {
    expect(toEcsFile('///')).toMatchObject({ path: '///', name: '///', type: 'dir' });
  });
});
