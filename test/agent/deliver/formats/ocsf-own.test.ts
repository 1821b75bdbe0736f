import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import { MAX_NAMES_OF_FLOOD } from '../../../../agent/deliver/formats/flood-note.ts';
import type { OcsfFlood } from '../../../../agent/deliver/formats/ocsf-flood.ts';
import type { OcsfHealth } from '../../../../agent/deliver/formats/ocsf-health.ts';
import type { OcsfHeartbeat } from '../../../../agent/deliver/formats/ocsf-heartbeat.ts';
import type { OcsfTest } from '../../../../agent/deliver/formats/ocsf-test.ts';
import type {
  OutgoingFlood,
  OutgoingHealth,
  OutgoingHeartbeat,
  OwnOutgoing,
} from '../../../../agent/deliver/formats/outgoing.ts';
import { HEALTHY, troubleOf } from '../../health/example-report.ts';
import { arbitraryOwn } from './arbitrary-outgoing.ts';
import { EXAMPLES, FLOOD, SENDER } from './example-outgoing.ts';
import { compileOcsf, HAS_SCHEMA, type OcsfCheck } from './ocsf-validators.ts';

function ocsfOf(outgoing: OwnOutgoing): unknown {
  return JSON.parse(encode(outgoing, 'ocsf', SENDER).body);
}

const health = (changes: Partial<OutgoingHealth['event']> = {}): OcsfHealth =>
  ocsfOf({
    ...EXAMPLES.health,
    event: { ...EXAMPLES.health.event, ...changes },
  }) as OcsfHealth;

const uidOf = (event: OcsfHealth): unknown => event.metadata.correlation_uid;

const heartbeat = (changes: Partial<OutgoingHeartbeat['report']> = {}): OcsfHeartbeat =>
  ocsfOf({ ...EXAMPLES.heartbeat, report: { ...HEALTHY, ...changes } }) as OcsfHeartbeat;

const flood = (changes: Partial<OutgoingFlood['note']> = {}): OcsfFlood =>
  ocsfOf({ ...EXAMPLES.flood, note: { ...FLOOD, ...changes } }) as OcsfFlood;

describe.skipIf(!HAS_SCHEMA)(
  'what the agent says of itself, against OCSF 1.7.0 (skipped where ../shared/data/ocsf is missing)',
  () => {
    let check: OcsfCheck;

    beforeAll(() => {
      check = compileOcsf();
    });

    it.each([EXAMPLES.health, EXAMPLES.heartbeat, EXAMPLES.flood, EXAMPLES.test])(
      'a $kind is valid',
      (outgoing) => {
        expect(check(ocsfOf(outgoing))).toEqual([]);
      },
    );

    it('is valid with any text, number and time', () => {
      fc.assert(
        fc.property(arbitraryOwn, (outgoing) => {
          expect(check(ocsfOf(outgoing))).toEqual([]);
        }),
        { numRuns: 300 },
      );
    });

    it('the check refuses an attribute too many, one too few and a wrong number', () => {
      expect(check({ ...health(), colour: 'red' })).not.toEqual([]);
      expect(check({ ...heartbeat(), app: undefined })).not.toEqual([]);
      expect(check({ ...health(), status_id: 4 })).not.toEqual([]);
      expect(check({ ...health(), metadata: {} })).not.toEqual([]);
    });
  },
);

describe('a health event in OCSF', () => {
  it('is an Application Error with the code as its status code', () => {
    expect(health()).toMatchObject({
      class_uid: 6008,
      type_uid: 600_801,
      severity: 'High',
      status_code: 'not-permitted',
      message: 'endpoint-security: not-permitted: eslogger: Not permitted to create an ES Client',
    });
  });

  it.each([
    ['raised', 'New', 'High'],
    ['cleared', 'Resolved', 'Informational'],
    ['noted', 'Noted', 'Medium'],
  ] as const)('is %s: its status is %s, its severity %s', (state, status, severity) => {
    expect(health({ state })).toMatchObject({ status_id: 99, status, severity });
  });

  it('says of the end of a trouble that it is over, and does not tell it again', () => {
    expect(health({ state: 'cleared', subject: 'maria' }).message).toBe(
      'endpoint-security (maria): not-permitted is over',
    );
  });

  it('ties the end of a trouble to its beginning, and to no other trouble', () => {
    expect(uidOf(health({ state: 'cleared', timeUs: 5 }))).toBe(uidOf(health()));
    expect(uidOf(health({ subject: 'maria' }))).not.toBe(uidOf(health()));
    expect(uidOf(health({ part: 'files' }))).not.toBe(uidOf(health()));
  });

  it('holds no control or direction characters in what people read', () => {
    const { message } = health({ subject: 'a\u001B[31m\u202E', detail: 'b\nc' });
    expect(message).toBe('endpoint-security (a\uFFFD[31m\uFFFD): not-permitted: b\uFFFDc');
  });
});

describe('a heartbeat in OCSF', () => {
  it('is an Application Lifecycle with an activity of its own', () => {
    expect(heartbeat()).toMatchObject({
      class_uid: 6002,
      activity_id: 99,
      activity_name: 'Heartbeat',
      type_uid: 600_299,
      severity: 'Informational',
      status: 'healthy',
      app: { name: 'Spillwatch' },
    });
  });

  it('has the word of the status', () => {
    const troubles = [troubleOf('queue-full')];
    expect(heartbeat({ troubles })).toMatchObject({
      status: 'degraded',
      message: 'Spillwatch on mac-17 is degraded: 1 trouble, up for 3600 seconds',
    });
  });

  it('adds up collectors and destinations', () => {
    const [destination] = HEALTHY.destinations;
    const destinations = [
      { ...destination!, rows: 3, delivered: 10, dropped: 1, dead: 2 },
      { ...destination!, rows: 4, delivered: 20, dropped: 0, dead: 5 },
    ];
    expect(heartbeat({ destinations }).unmapped.spillwatch).toMatchObject({
      received: 1000,
      stored: 10,
      skipped: 980,
      dropped: 10,
      waiting: 7,
      delivered: 30,
      lost: 1,
      deadLetters: 7,
    });
  });

  it('carries the report, and never the configuration', () => {
    const { unmapped } = heartbeat({
      configuration: [{ key: 'deliver', value: 'secret', origin: 'file' }],
    });
    expect(unmapped.report).toMatchObject({ pid: 4711, rules: HEALTHY.rules, troubles: [] });
    expect(JSON.stringify(unmapped)).not.toContain('secret');
    expect(unmapped.reportOmitted).toBe(0);
  });

  it('says how much of a very long report is missing', () => {
    const troubles = Array.from({ length: 256 }, (_, index) =>
      troubleOf('root-unreadable', { subject: `/Users/${index}`, detail: 'x'.repeat(5000) }),
    );
    const { metadata, unmapped } = heartbeat({ troubles });
    expect(metadata.is_truncated).toBe(true);
    expect(unmapped.reportOmitted).toBeGreaterThan(100);
    expect(unmapped.spillwatch.troubles).toBe(256);
  });
});

describe('a flood in OCSF', () => {
  it('is a finding as grave as the gravest that it stands for', () => {
    expect(flood()).toMatchObject({
      class_uid: 2004,
      severity: 'High',
      is_alert: true,
      count: 322,
      finding_info: { analytic: { uid: 'AN0678' }, related_events_count: 322 },
      message:
        '322 findings were not sent one by one (2 high, 20 medium, 300 low); tools: psql 320, DBeaver 2; users: maria 322',
    });
    const counts = { informational: 9, low: 0, medium: 0, high: 0, critical: 0 };
    expect(flood({ counts })).toMatchObject({ severity: 'Informational', is_alert: false });
  });

  it('names no technique, no user and no evidence', () => {
    for (const key of ['attacks', 'actor', 'evidences', 'observables'])
      expect(Object.hasOwn(flood(), key)).toBe(false);
  });

  it('starts before it ends, also when the clock was set back', () => {
    const { start_time, end_time } = flood({ fromUs: FLOOD.toUs + 5_000_000 });
    expect(start_time).toBe(end_time);
  });

  it('has room for so many findings as int32 holds, and for few names', () => {
    const counts = { ...FLOOD.counts, low: 2 ** 40 };
    const tools = Array.from({ length: 9 }, (_, index) => ({ name: `tool-${index}`, count: 1 }));
    const { count, unmapped } = flood({ counts, tools });
    expect(count).toBe(2 ** 31 - 1);
    expect(unmapped.spillwatch.tools).toHaveLength(MAX_NAMES_OF_FLOOD);
    expect(unmapped.spillwatch.low).toBe(2 ** 40);
  });
});

describe('a test of delivery', () => {
  const document = ocsfOf(EXAMPLES.test) as OcsfTest;

  it('goes the way of findings and cannot be taken for one', () => {
    expect(document).toMatchObject({
      class_uid: 2004,
      severity: 'Informational',
      is_alert: false,
      finding_info: { title: 'Test of delivery, not a finding' },
      unmapped: { test: true },
    });
    expect(JSON.stringify(document)).not.toContain('AN0678');
    expect(JSON.stringify(document)).not.toContain('T1213');
  });

  it.each(['ocsf', 'ecs', 'splunk', 'summary'] as const)('says so in %s', (format) => {
    const { body } = encode(EXAMPLES.test, format, SENDER);
    expect(body).toContain('Test of delivery, not a finding');
    expect(body).not.toMatch(/AN0678|T1213|"alert"|"is_alert":true/);
  });
});
