import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, encoderOf, MAX_BODY_BYTES } from '../../../../agent/deliver/formats/encode.ts';
import { MAX_INTEGER } from '../../../../agent/deliver/formats/ocsf-bounds.ts';
import type { Sender } from '../../../../agent/deliver/formats/sender.ts';
import { toSummary } from '../../../../agent/deliver/formats/summary.ts';
import { FORMATS } from '../../../../agent/deliver/transport.ts';
import type { Finding } from '../../../../rules/finding.ts';
import { HEALTHY, troubleOf } from '../../health/example-report.ts';
import { arbitraryOutgoing, arbitraryOwn } from './arbitrary-outgoing.ts';
import { BARE_STEP, CONNECTION, DBEAVER, UPLOAD } from './example-finding.ts';
import { EXAMPLES, SENDER } from './example-outgoing.ts';
import { listAttributes } from './ocsf-attributes.ts';

/** A Mac whose names somebody chose to do harm. */
const HOSTILE: Sender = {
  host: { name: 'a\uD800', id: '\uDC00b', osVersion: '\uD800' },
  version: '1',
};

function sequenceOf(number: number): unknown {
  return JSON.parse(encode({ ...EXAMPLES.test, number }, 'ocsf', SENDER).body).metadata.sequence;
}

describe('the body of anything that goes out', () => {
  it('is one line of JSON, the same each time, in every format', () => {
    fc.assert(
      fc.property(arbitraryOutgoing, fc.constantFrom(...FORMATS), (outgoing, format) => {
        const { body } = encode(outgoing, format, SENDER);
        expect(body).not.toMatch(/[\r\n]/);
        expect(body).not.toMatch(/\p{Surrogate}/u);
        expect(JSON.stringify(JSON.parse(body))).toBe(body);
        expect(encode(outgoing, format, SENDER).body).toBe(body);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
      }),
      { numRuns: 300 },
    );
  });

  it('has no lone surrogate inside, but for the summary of a finding, which has names as they are', () => {
    fc.assert(
      fc.property(arbitraryOutgoing, fc.constantFrom(...FORMATS), (outgoing, format) => {
        if (outgoing.kind === 'finding' && format === 'summary') return;
        const document: unknown = JSON.parse(encode(outgoing, format, HOSTILE).body);
        const values = listAttributes(document).flatMap(({ value }) => value);
        const texts = values.filter((value) => typeof value === 'string');
        expect(texts.filter((text) => /\p{Surrogate}/u.test(text))).toEqual([]);
      }),
    );
  });

  it('has as unmapped.spillwatch what the summary says, of everything but findings with long texts', () => {
    fc.assert(
      fc.property(arbitraryOwn, (outgoing) => {
        const { unmapped } = JSON.parse(encode(outgoing, 'ocsf', SENDER).body);
        expect(JSON.stringify(unmapped.spillwatch)).toBe(encode(outgoing, 'summary', SENDER).body);
      }),
    );
    expect(encode(EXAMPLES.finding, 'summary', SENDER).body).toBe(
      JSON.stringify(toSummary(UPLOAD)),
    );
  });

  it('says first of what kind a summary of the agent is', () => {
    for (const outgoing of Object.values(EXAMPLES).filter(({ kind }) => kind !== 'finding'))
      expect(encode(outgoing, 'summary', SENDER).body).toMatch(
        new RegExp(`^\\{"kind":"${outgoing.kind}",`),
      );
  });

  it('has the number as sequence, as far as int32 goes', () => {
    expect(sequenceOf(7)).toBe(7);
    expect(sequenceOf(2 ** 40)).toBe(MAX_INTEGER);
  });

  it('stays below the bound when everything is as large as it gets', () => {
    const long = '\u0001'.repeat(3000);
    const process = {
      ...DBEAVER,
      name: long,
      executable: `/${long}`,
      signingId: long,
      teamId: long,
    };
    const steps = Array.from({ length: 300 }, (_, index) => ({
      ...BARE_STEP,
      process: { ...process, pid: index },
      path: `/${index}${long}`,
      sourcePath: `/${long}`,
      connection: { ...CONNECTION, peerName: `${index}${long}` },
      service: long,
      destination: long,
    }));
    const finding: Finding = {
      ...UPLOAD,
      user: long,
      tool: long,
      service: long,
      destination: long,
      files: steps.map(({ path }) => path),
      steps,
      rule: { id: long, title: long },
      host: { name: long, id: long, osVersion: long },
    };
    for (const format of FORMATS) {
      const { body } = encode({ kind: 'finding', finding }, format, SENDER);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
      expect(body.length).toBeGreaterThan(10_000);
    }
  });

  it('stays below the bound for a status with all the troubles there can be', () => {
    const troubles = Array.from({ length: 256 }, () =>
      troubleOf('root-unreadable', {
        subject: '\u0001'.repeat(9000),
        detail: '\u0001'.repeat(9000),
      }),
    );
    const report = { ...HEALTHY, troubles, remarks: troubles };
    for (const format of FORMATS) {
      const { body } = encode({ ...EXAMPLES.heartbeat, report }, format, SENDER);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
    }
  });

  it('keeps large findings of everyday names whole', () => {
    const files = Array.from({ length: 900 }, (_, index) => `/Users/maria/Downloads/${index}.csv`);
    const steps = files.slice(0, 100).map((path) => ({ ...BARE_STEP, process: DBEAVER, path }));
    const { body } = encode(
      { kind: 'finding', finding: { ...UPLOAD, files, steps } },
      'ocsf',
      SENDER,
    );
    expect(JSON.parse(body)).toMatchObject({
      metadata: { is_truncated: false },
      evidences: { length: 100 },
      unmapped: { spillwatch: { files: { length: 900 } } },
    });
  });
});

describe('the address of what goes out', () => {
  it('of a finding is that of its chain', () => {
    expect(encode(EXAMPLES.finding, 'ocsf', SENDER)).toMatchObject({
      uid: UPLOAD.versionId,
      series: UPLOAD.id,
      kind: 'finding',
      severity: 'high',
      timeUs: UPLOAD.lastUs,
    });
  });

  it.each([
    [EXAMPLES.health, 'high'],
    [EXAMPLES.heartbeat, 'informational'],
    [EXAMPLES.flood, 'high'],
    [EXAMPLES.test, 'informational'],
  ] as const)(
    'of $0.kind has severity $1, its kind as series, and a UUID',
    (outgoing, severity) => {
      const { uid, ...address } = encode(outgoing, 'summary', SENDER);
      expect(address).toMatchObject({ kind: outgoing.kind, series: outgoing.kind, severity });
      expect(uid).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    },
  );

  it('is the same in every format, and metadata.uid in OCSF', () => {
    fc.assert(
      fc.property(arbitraryOutgoing, (outgoing) => {
        const addresses = FORMATS.map((format) => {
          const { body: _body, ...address } = encode(outgoing, format, SENDER);
          return address;
        });
        for (const address of addresses) expect(address).toEqual(addresses[0]);
        const { metadata } = JSON.parse(encode(outgoing, 'ocsf', SENDER).body);
        expect(metadata.uid).toBe(addresses[0]?.uid);
      }),
    );
  });

  it('differs between kinds, numbers, times and hosts', () => {
    const { test, heartbeat } = EXAMPLES;
    const other = { ...SENDER, host: { ...SENDER.host, id: 'another Mac' } };
    const uids = [
      encode(test, 'ocsf', SENDER),
      encode({ ...test, number: 8 }, 'ocsf', SENDER),
      encode({ ...test, timeUs: 5 }, 'ocsf', SENDER),
      encode({ ...heartbeat, number: 7 }, 'ocsf', SENDER),
      encode(test, 'ocsf', other),
    ].map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
  });
});

describe('an encoder of one event', () => {
  it('gives what encode gives, however often and in whatever order it is asked', () => {
    const encodeAs = encoderOf(EXAMPLES.finding, SENDER);
    for (const format of [...FORMATS, ...FORMATS.toReversed()])
      expect(encodeAs(format)).toEqual(encode(EXAMPLES.finding, format, SENDER));
  });

  it('maps the finding once', () => {
    let reads = 0;
    const finding: Finding = {
      ...UPLOAD,
      get steps() {
        reads += 1;
        return UPLOAD.steps;
      },
    };
    const readsOf = (formats: readonly (typeof FORMATS)[number][]): number => {
      reads = 0;
      const encodeAs = encoderOf({ kind: 'finding', finding }, SENDER);
      for (const format of formats) encodeAs(format);
      return reads;
    };
    expect(readsOf(['ocsf', 'ecs', 'splunk', 'ecs'])).toBe(readsOf(['ocsf']));
  });
});
