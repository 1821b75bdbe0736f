import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type OcsfDetectionFinding,
  toDetectionFinding,
} from '../../../../agent/deliver/formats/ocsf.ts';
import {
  MAX_EVIDENCES,
  MAX_FILES,
  MAX_OBSERVABLES,
} from '../../../../agent/deliver/formats/ocsf-bounds.ts';
import * as captions from '../../../../agent/deliver/formats/ocsf-captions.ts';
import {
  CONFIDENCES,
  EVIDENCES,
  type Finding,
  LINKS,
  ROLES,
  SERVICE_TIERS,
  SEVERITIES,
  STAGES,
} from '../../../../rules/finding.ts';
import { arbitraryFinding } from './arbitrary-finding.ts';
import { BARE_STEP, UPLOAD } from './example-finding.ts';
import { listAttributes } from './ocsf-attributes.ts';

const OCSF = join(import.meta.dirname, '../../../../../shared/data/ocsf');
const PRODUCT = { version: '0.1.0' };

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(OCSF, file), 'utf8'));
}

describe.skipIf(!existsSync(OCSF))(
  'against the OCSF 1.7.0 schema (skipped where ../shared/data/ocsf is missing)',
  () => {
    let validate: ValidateFunction;

    beforeAll(() => {
      const ajv = new Ajv2020({
        strict: true,
        strictTypes: false,
        strictRequired: false,
        keywords: ['x-ocsf-recommended'],
      });
      validate = ajv.compile(readJson('detection_finding-1.7.0.schema.json') as object);
    });

    /** What a receiver parses must be valid; `[]` when it is. */
    function errorsOf(document: unknown): readonly string[] {
      validate(JSON.parse(JSON.stringify(document)));
      return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
    }

    it('the validator refuses the faulty samples', () => {
      expect(errorsOf(readJson('samples/sample-1.7.0.valid.json'))).toEqual([]);
      expect(errorsOf(readJson('samples/invalid-bad-ip-1.7.0.json'))).not.toEqual([]);
      expect(errorsOf(readJson('samples/invalid-profile-not-listed-1.7.0.json'))).not.toEqual([]);
    });

    it('accepts every combination of activity, stage, severity, confidence, link, evidence and tier', () => {
      const failures = new Set<string>();
      let checked = 0;
      for (const finding of combinations()) {
        checked += 1;
        const document = toDetectionFinding(finding, PRODUCT);
        // Another test proves the document plain JSON, so these thousands need not be parsed again.
        if (!validate(document)) {
          failures.add(JSON.stringify(validate.errors));
        }
      }
      expect([...failures]).toEqual([]);
      expect(checked).toBe(2 * 4 * 5 * 3 * 4 * 8 * 5);
    });

    it('accepts every role, coverage and absent fact', () => {
      for (const role of ROLES) {
        for (const coverage of ['complete', 'gaps'] as const) {
          const finding: Finding = { ...UPLOAD, role, coverage, user: null, steps: [], files: [] };
          expect(errorsOf(toDetectionFinding(finding, PRODUCT))).toEqual([]);
        }
      }
    });

    it('accepts any finding with hostile text, addresses, ports and pids', () => {
      fc.assert(
        fc.property(arbitraryFinding, (finding) => {
          expect(errorsOf(toDetectionFinding(finding, PRODUCT))).toEqual([]);
        }),
        { numRuns: 300 },
      );
    });

    it('accepts findings at and over every bound', () => {
      const steps = Array.from({ length: MAX_EVIDENCES + 1 }, () => UPLOAD.steps).flat();
      const files = Array.from({ length: MAX_FILES + 1 }, (_, index) => `/tmp/${index}.csv`);
      const document = toDetectionFinding({ ...UPLOAD, steps, files }, PRODUCT);
      expect(errorsOf(document)).toEqual([]);
      expect(document.observables.length).toBeLessThanOrEqual(MAX_OBSERVABLES);
    });

    it('writes the caption that the enumeration gives to each number', () => {
      const tables = readEnums();
      for (const finding of [UPLOAD, { ...UPLOAD, activity: 'create', role: 'admin' } as const]) {
        const compared = compareCaptions(toDetectionFinding(finding, PRODUCT), tables);
        expect(compared.filter(({ expected, actual }) => expected !== actual)).toEqual([]);
        expect(new Set(compared.map(({ table }) => table))).toEqual(
          new Set([
            'activity_id',
            'severity_id',
            'confidence_id',
            'status_id',
            'action_id',
            'disposition_id',
            'analytic.type_id',
            'device.type_id',
            'os.type_id',
            'file.type_id',
            'user.type_id',
            'digital_signature.algorithm_id',
            'network_connection_info.direction_id',
            'observable.type_id',
          ]),
        );
      }
    });

    it.each([
      ['activity_id', captions.ACTIVITIES],
      ['status_id', captions.STATUSES],
      ['severity_id', captions.SEVERITY_IDS],
      ['confidence_id', captions.CONFIDENCE_IDS],
      ['file.type_id', captions.FILE_TYPES],
      ['user.type_id', captions.USER_TYPES],
      ['observable.type_id', captions.OBSERVABLE_TYPES],
    ])('every pair of the table for %s is one of OCSF', (table, pairs) => {
      const known = readEnums().get(table);
      for (const { id, caption } of Object.values<captions.Caption>(pairs)) {
        expect(known?.get(String(id))).toBe(caption);
      }
    });
  },
);

function* combinations(): Generator<Finding> {
  for (const activity of ['create', 'update'] as const)
    for (const stage of STAGES)
      for (const severity of SEVERITIES)
        for (const confidence of CONFIDENCES)
          for (const link of [...LINKS, null])
            for (const evidence of [...EVIDENCES, null])
              for (const serviceTier of [...SERVICE_TIERS, null]) {
                const facts = { activity, stage, severity, confidence, link, evidence };
                const step = { ...BARE_STEP, path: '/tmp/a.csv', link, evidence };
                yield { ...UPLOAD, ...facts, serviceTier, steps: [step] };
              }
}

type EnumTables = ReadonlyMap<string, ReadonlyMap<string, string>>;

function readEnums(): EnumTables {
  const { enums } = readJson('detection_finding-1.7.0.enums.json') as {
    enums: Record<string, Record<string, string>>;
  };
  return new Map(
    Object.entries(enums).map(([name, table]) => [name, new Map(Object.entries(table))]),
  );
}

/** OCSF's object name of an attribute, where the two differ. */
const OBJECT_NAMES = new Map([
  ['observables', 'observable'],
  ['related_analytics', 'analytic'],
  ['signature', 'digital_signature'],
  ['connection_info', 'network_connection_info'],
]);

function compareCaptions(document: OcsfDetectionFinding, tables: EnumTables) {
  return listAttributes(document)
    .filter(({ key }) => key.endsWith('_id') && key !== 'signing_id')
    .map(({ name, object, key, value, siblings }) => {
      const table = object === '' ? key : `${OBJECT_NAMES.get(object) ?? object}.${key}`;
      const text = key === 'activity_id' ? 'activity_name' : key.slice(0, -'_id'.length);
      return {
        name,
        table,
        expected: tables.get(table)?.get(String(value)) ?? 'a number of the enumeration',
        actual: siblings.get(text),
      };
    });
}
