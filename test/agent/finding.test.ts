import { describe, expect, it } from 'vitest';
import type { Shown } from '../../agent/context/chain.ts';
import { findingOf } from '../../agent/finding.ts';
import { chainOf, stepOf } from '../support/chain.ts';

const SHOWN: Shown = {
  stage: 'upload',
  link: 'lineage',
  evidence: 'named-in-upload-command',
  service: 'amazon-s3',
  serviceTier: 'storage',
  destination: 's3://b/x',
  sanctioned: false,
  row: { severity: 'high', confidence: 'high' },
  severity: 'high',
  confidence: 'medium',
  coverage: 'gaps',
  rule: { id: '1', title: 'one' },
};
const HOST = { name: 'mac-17', id: 'host-id', osVersion: '15.6.1' };

describe('a finding', () => {
  it('shows the chain as it stands: the highest severity ever, the confidence of the current row', () => {
    const chain = chainOf({ severity: 'critical', emissions: 3, shown: SHOWN, runs: 4 });
    const finding = findingOf(chain, SHOWN, 12, HOST);
    expect(finding).toMatchObject({
      id: chain.id,
      sequence: 12,
      stage: 'upload',
      severity: 'critical',
      confidence: 'medium',
      evidence: 'named-in-upload-command',
      coverage: 'gaps',
      count: 4,
      host: HOST,
    });
  });

  it('is created once and updated from then on, each version with an id of its own', () => {
    const versions = [1, 2, 3].map((emissions) =>
      findingOf(chainOf({ emissions }), SHOWN, emissions, HOST),
    );
    expect(versions.map(({ activity }) => activity)).toEqual(['create', 'update', 'update']);
    expect(new Set(versions.map(({ versionId }) => versionId)).size).toBe(3);
    expect(new Set(versions.map(({ id }) => id)).size).toBe(1);
  });

  it('counts the paths that its chain had no room for, and says nothing of none', () => {
    const [some, none] = [7, 0].map((pathsOmitted) =>
      findingOf(chainOf({ pathsOmitted }), SHOWN, 1, HOST),
    );
    expect(some?.filesOmitted).toBe(7);
    expect(none).not.toHaveProperty('filesOmitted');
  });

  it('does not change when its chain grows afterwards', () => {
    const chain = chainOf({ emissions: 1, steps: [stepOf()], paths: [{ path: '/a', clockUs: 1 }] });
    const finding = findingOf(chain, SHOWN, 1, HOST);
    chain.steps.push(stepOf());
    chain.paths.push({ path: '/b', clockUs: 2 });
    expect(finding.steps).toHaveLength(1);
    expect(finding.files).toEqual(['/a']);
  });
});
