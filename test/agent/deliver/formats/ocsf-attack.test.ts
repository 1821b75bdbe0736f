import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AN0678 } from '../../../../agent/deliver/formats/ocsf-analytic.ts';
import { toAttacks } from '../../../../agent/deliver/formats/ocsf-attack.ts';
import { STAGES } from '../../../../rules/finding.ts';

const ATTACK = join(import.meta.dirname, '../../../../../shared/data/attack');

interface StixObject {
  readonly name?: string;
  readonly x_mitre_version?: string;
  readonly kill_chain_phases?: readonly { readonly phase_name: string }[];
  readonly external_references?: readonly {
    readonly external_id?: string;
    readonly url?: string;
  }[];
}

function read(file: string): string {
  return readFileSync(join(ATTACK, file), 'utf8');
}

describe('toAttacks', () => {
  it('adds the exfiltration to the collection at stage upload alone', () => {
    const tactics = STAGES.map((stage) => toAttacks(stage).map(({ tactic }) => tactic.uid));
    expect(tactics).toEqual([['TA0009'], ['TA0009'], ['TA0009'], ['TA0009', 'TA0010']]);
  });

  it('names the technique that a sub-technique belongs to', () => {
    for (const { technique, sub_technique } of toAttacks('upload')) {
      expect(sub_technique.uid.startsWith(`${technique.uid}.`)).toBe(true);
    }
  });

  it('names exfiltration to cloud storage', () => {
    expect(toAttacks('upload')[1]).toEqual({
      version: '18.1',
      tactic: {
        uid: 'TA0010',
        name: 'Exfiltration',
        src_url: 'https://attack.mitre.org/tactics/TA0010/',
      },
      technique: {
        uid: 'T1567',
        name: 'Exfiltration Over Web Service',
        src_url: 'https://attack.mitre.org/techniques/T1567/',
      },
      sub_technique: {
        uid: 'T1567.002',
        name: 'Exfiltration to Cloud Storage',
        src_url: 'https://attack.mitre.org/techniques/T1567/002/',
      },
    });
  });
});

describe.skipIf(!existsSync(ATTACK))(
  'against the ATT&CK objects (skipped where ../shared/data/attack is missing)',
  () => {
    it('names AN0678 and its version as published', () => {
      const published = JSON.parse(read('AN0678.json')) as StixObject;
      expect([AN0678.uid, AN0678.name, AN0678.version]).toEqual([
        published.external_references?.[0]?.external_id,
        published.name,
        published.x_mitre_version,
      ]);
    });

    it('names T1213.006, its parent and its tactic as published', () => {
      const { objects } = JSON.parse(read('t1213.006-subset.json')) as { objects: StixObject[] };
      const byId = new Map(
        objects.map((item) => [item.external_references?.[0]?.external_id, item]),
      );
      const [databases] = toAttacks('tool');
      for (const named of [databases?.technique, databases?.sub_technique]) {
        const published = byId.get(named?.uid);
        expect(named?.name).toBe(published?.name);
        expect(named?.src_url).toBe(`${published?.external_references?.[0]?.url}/`);
      }
      const phases = byId.get('T1213.006')?.kill_chain_phases?.map((phase) => phase.phase_name);
      expect(phases).toEqual([databases?.tactic.name.toLowerCase()]);
    });

    it('names the release that the objects were taken from', () => {
      expect(read('SOURCES.md')).toContain(`ATT&CK v${toAttacks('tool')[0]?.version} Enterprise`);
    });
  },
);
