import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import type { OcsfDetectionFinding } from '../../../../agent/deliver/formats/ocsf.ts';
import { shrink } from '../../../../agent/deliver/formats/shrink.ts';
import type { Summary } from '../../../../agent/deliver/formats/summary.ts';
import { FORMATS, type Format } from '../../../../agent/deliver/transport.ts';
import type { Finding } from '../../../../rules/finding.ts';
import { arbitraryOutgoing } from './arbitrary-outgoing.ts';
import { BARE_STEP, DBEAVER, UPLOAD } from './example-finding.ts';
import { EXAMPLES, SENDER } from './example-outgoing.ts';
import { compileOcsf, HAS_SCHEMA, type OcsfCheck } from './ocsf-validators.ts';

const PATHS = Array.from({ length: 30 }, (_, index) => `/Users/maria/Downloads/${index}.csv`);
const LARGE: Finding = {
  ...UPLOAD,
  files: PATHS,
  steps: PATHS.map((path) => ({ ...BARE_STEP, process: DBEAVER, path })),
  stepsOmitted: 5,
};

function bodyOf(format: Format, changes: Partial<Finding> = {}): string {
  return encode({ kind: 'finding', finding: { ...LARGE, ...changes } }, format, SENDER).body;
}

/** The OCSF document in a body. */
function ocsfIn(body: string | null, format: Format): OcsfDetectionFinding {
  const document = JSON.parse(body ?? 'null');
  return format === 'ecs' ? document.ocsf : format === 'splunk' ? document.event : document;
}

/** A body and everything that `shrink` makes of it, one after the other. */
function shrunken(body: string, format: Format): readonly string[] {
  const bodies = [body];
  for (let last: string | null = body; last !== null; last = shrink(last, format))
    if (last !== body) bodies.push(last);
  return bodies;
}

/** Everything but what may be cut. */
function untouched(ocsf: OcsfDetectionFinding): object {
  const cut = new Set(['evidences', 'observables', 'metadata', 'unmapped']);
  return Object.fromEntries(Object.entries(ocsf).filter(([key]) => !cut.has(key)));
}

describe.each(['ocsf', 'ecs', 'splunk'] as const)('a body in %s that is too large', (format) => {
  const cut = ocsfIn(shrink(bodyOf(format), format), format);

  it('keeps the first two and the last two evidences, and no observables', () => {
    expect(cut.evidences.map(({ file }) => file?.name)).toEqual([
      '0.csv',
      '1.csv',
      '28.csv',
      '29.csv',
    ]);
    expect(cut.observables).toEqual([]);
  });

  it('keeps paths from both ends', () => {
    const { files } = cut.unmapped.spillwatch;
    expect(files).toHaveLength(20);
    expect([files.at(0), files.at(-1)]).toEqual([PATHS.at(0), PATHS.at(-1)]);
  });

  it('says that it was cut and what is missing', () => {
    const observables = ocsfIn(bodyOf(format), format).observables.length;
    expect(cut.metadata.is_truncated).toBe(true);
    expect(cut.unmapped).toMatchObject({
      stepsOmitted: 5 + 26,
      filesOmitted: 10,
      observablesOmitted: observables,
    });
  });

  it('keeps everything else as it was', () => {
    const whole = ocsfIn(bodyOf(format), format);
    expect(untouched(cut)).toEqual(untouched(whole));
    expect(cut.metadata.uid).toBe(whole.metadata.uid);
  });

  it('loses the ends of long texts the next time, and then nothing more', () => {
    const body = bodyOf(format, { destination: 'x'.repeat(1000) });
    const [, once, twice, ...others] = shrunken(body, format);
    expect(ocsfIn(once ?? null, format).unmapped.spillwatch.destination).toHaveLength(1000);
    const { metadata, unmapped } = ocsfIn(twice ?? null, format);
    expect(unmapped.spillwatch.destination).toBe(`${'x'.repeat(255)}…`);
    expect(unmapped).toMatchObject({ textsCut: 1, stepsOmitted: 31 });
    expect(metadata.is_truncated).toBe(true);
    expect(others).toEqual([]);
  });
});

describe('a summary that is too large', () => {
  it('keeps paths from both ends and says how many are missing', () => {
    const { files, ...rest }: Summary = JSON.parse(shrink(bodyOf('summary'), 'summary') ?? '');
    expect([files.length, files.at(0), files.at(-1)]).toEqual([20, PATHS.at(0), PATHS.at(-1)]);
    expect(rest).toMatchObject({ finding: UPLOAD.id, filesOmitted: 10 });
  });
});

describe('shrink', () => {
  it('leaves out the report of a heartbeat and keeps its numbers', () => {
    const body = shrink(encode(EXAMPLES.heartbeat, 'ocsf', SENDER).body, 'ocsf');
    const { unmapped } = JSON.parse(body ?? 'null');
    expect(unmapped).not.toHaveProperty('report');
    expect(unmapped).toMatchObject({ reportOmitted: 1, spillwatch: { rssMegabytes: 120 } });
  });

  it('ends: each body is smaller than the one before, and the last has nothing to cut', () => {
    fc.assert(
      fc.property(arbitraryOutgoing, fc.constantFrom(...FORMATS), (outgoing, format) => {
        const { body } = encode(outgoing, format, SENDER);
        const sizes = shrunken(body, format).map((each) => Buffer.byteLength(each));
        expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
        expect(new Set(sizes).size).toBe(sizes.length);
        expect(sizes.length).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('gives the same for the same', () => {
    expect(shrink(bodyOf('ecs'), 'ecs')).toBe(shrink(bodyOf('ecs'), 'ecs'));
  });

  it.each(['', 'no JSON', '[]', '"text"', '{}', '{"ocsf":5,"event":[]}'])(
    'has nothing to cut in %j',
    (body) => {
      for (const format of FORMATS) expect(shrink(body, format)).toBeNull();
    },
  );

  it('has nothing to cut in what is small', () => {
    expect(shrink(encode(EXAMPLES.test, 'ocsf', SENDER).body, 'ocsf')).toBeNull();
  });
});

describe.skipIf(!HAS_SCHEMA)(
  'what was cut, against OCSF 1.7.0 (skipped where ../shared/data/ocsf is missing)',
  () => {
    let check: OcsfCheck;

    beforeAll(() => {
      check = compileOcsf();
    });

    it('is valid, whatever it was before', () => {
      fc.assert(
        fc.property(
          arbitraryOutgoing,
          fc.constantFrom('ocsf', 'ecs', 'splunk'),
          (outgoing, format) => {
            for (const body of shrunken(encode(outgoing, format, SENDER).body, format))
              expect(check(ocsfIn(body, format))).toEqual([]);
          },
        ),
        { numRuns: 200 },
      );
    });

    it('is valid after a large finding', () => {
      const bodies = shrunken(bodyOf('ocsf', { destination: 'x'.repeat(1000) }), 'ocsf');
      expect(bodies).toHaveLength(3);
      for (const body of bodies) expect(check(JSON.parse(body))).toEqual([]);
    });
  },
);
