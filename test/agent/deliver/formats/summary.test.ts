import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSummary } from '../../../../agent/deliver/formats/summary.ts';
import { arbitraryFinding } from './arbitrary-finding.ts';
import { UPLOAD } from './example-finding.ts';

const CONTRACT_KEYS = [
  'finding',
  'activity',
  'time',
  'analytic',
  'stage',
  'severity',
  'confidence',
  'user',
  'uid',
  'role',
  'roleSource',
  'tool',
  'toolKind',
  'link',
  'files',
  'service',
  'serviceTier',
  'evidence',
  'destination',
  'sanctioned',
  'coverage',
  'count',
];

describe('toSummary', () => {
  it('serialises the facts of the finding in the order of the contract', () => {
    expect(JSON.stringify(toSummary(UPLOAD))).toBe(
      '{"finding":"6f1c2f6e-6a0e-4f7a-9c55-1d7b8a3e0c01","activity":"update",' +
        '"time":"2026-10-14T07:31:35.123456Z","analytic":"AN0678","stage":"upload",' +
        '"severity":"high","confidence":"high","user":"maria","uid":501,"role":"unassigned",' +
        '"roleSource":"account-record","tool":"DBeaver","toolKind":"gui","link":"lineage",' +
        '"files":["/Users/maria/Downloads/customers.csv","/Users/maria/Dropbox/IMG_2231.jpg"],' +
        '"service":"dropbox","serviceTier":"storage","evidence":"opened-by-sync-client",' +
        '"destination":"/Users/maria/Dropbox","sanctioned":false,"coverage":"complete","count":1}',
    );
  });

  it('has exactly the keys of the contract, absent facts null, for any finding', () => {
    fc.assert(
      fc.property(arbitraryFinding, (finding) => {
        const written: object = JSON.parse(JSON.stringify(toSummary(finding)));
        expect(Object.keys(written)).toEqual(CONTRACT_KEYS);
        expect(Object.values(written)).not.toContain(undefined);
      }),
    );
  });

  it('carries names whole, however long or strange', () => {
    const files = [`/Users/maria/${'x'.repeat(9000)}.csv`, '/Users/maria/a\u001B[31m\u202E.csv'];
    expect(toSummary({ ...UPLOAD, files }).files).toEqual(files);
  });

  it('writes null and an empty list for what is not known', () => {
    const summary = toSummary({
      ...UPLOAD,
      user: null,
      link: null,
      files: [],
      service: null,
      serviceTier: null,
      evidence: null,
      destination: null,
    });
    expect(summary).toMatchObject({
      user: null,
      link: null,
      files: [],
      service: null,
      serviceTier: null,
      evidence: null,
      destination: null,
    });
  });
});
