import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type OcsfDetectionFinding,
  toDetectionFinding,
} from '../../../../agent/deliver/formats/ocsf.ts';
import {
  MAX_EVIDENCES,
  MAX_FILES,
  MAX_OBSERVABLES,
  MAX_TEXT_CHARS,
} from '../../../../agent/deliver/formats/ocsf-bounds.ts';
import { toSummary } from '../../../../agent/deliver/formats/summary.ts';
import { type Finding, SEVERITIES, STAGES } from '../../../../rules/finding.ts';
import { arbitraryFinding } from './arbitrary-finding.ts';
import { BARE_STEP, DBEAVER, DROPBOX, UPLOAD } from './example-finding.ts';
import { listAttributes } from './ocsf-attributes.ts';

function map(changes: Partial<Finding> = {}): OcsfDetectionFinding {
  return toDetectionFinding({ ...UPLOAD, ...changes }, { version: '0.1.0' });
}

describe('toDetectionFinding', () => {
  it('is plain JSON: parsing what was written gives an equal document, for any finding', () => {
    fc.assert(
      fc.property(arbitraryFinding, (finding) => {
        const document = toDetectionFinding(finding, { version: '0.1.0' });
        const attributes = listAttributes(document);
        expect(attributes.filter(({ value }) => value === undefined)).toEqual([]);
        expect(JSON.stringify(JSON.parse(JSON.stringify(document)))).toBe(JSON.stringify(document));
      }),
    );
  });

  it('has no lone surrogate and no text over the bound, for any finding', () => {
    fc.assert(
      fc.property(arbitraryFinding, (finding) => {
        const document = toDetectionFinding(finding, { version: '0.1.0' });
        const texts = listAttributes(document)
          .flatMap(({ value }) => value)
          .filter(isString);
        expect(texts.filter((text) => /\p{Surrogate}/u.test(text))).toEqual([]);
        expect(texts.filter((text) => text.length > MAX_TEXT_CHARS)).toEqual([]);
      }),
    );
  });

  it('gives the same bytes for the same finding', () => {
    expect(JSON.stringify(map())).toBe(JSON.stringify(map()));
  });

  it.each([
    ['create', 1, 200_401, 'New'],
    ['update', 2, 200_402, 'In Progress'],
  ] as const)('maps %s to its activity, type and status', (activity, id, typeUid, status) => {
    expect(map({ activity })).toMatchObject({ activity_id: id, type_uid: typeUid, status });
  });

  it.each(SEVERITIES)('raises severity_id with the rank of %s', (severity) => {
    expect(map({ severity }).severity_id).toBe(SEVERITIES.indexOf(severity) + 1);
  });

  it('alerts for every severity but informational', () => {
    const alerting = SEVERITIES.filter((severity) => map({ severity }).is_alert);
    expect(alerting).toEqual(['low', 'medium', 'high', 'critical']);
  });

  it('names the finding, its version and its place in the count of the host', () => {
    const { finding_info, metadata } = map();
    expect(finding_info.uid).toBe(UPLOAD.id);
    expect(metadata).toMatchObject({
      uid: UPLOAD.versionId,
      correlation_uid: UPLOAD.id,
      sequence: UPLOAD.sequence,
      original_time: '2026-10-14T07:31:35.123456Z',
    });
  });

  it('puts the top-level time before every other key named time', () => {
    const written = JSON.stringify(map());
    expect(/"time":(\d+|")/u.exec(written)?.[1]).toBe(String(Math.floor(UPLOAD.lastUs / 1000)));
  });

  it.each(STAGES)('names the exfiltration technique at stage upload alone: %s', (stage) => {
    const document = map({ stage });
    const expected = stage === 'upload' ? ['T1213.006', 'T1567.002'] : ['T1213.006'];
    expect(document.attacks.map((attack) => attack.sub_technique.uid)).toEqual(expected);
    expect(document.finding_info.attacks).toEqual(document.attacks);
  });

  it('names AN0678 as the analytic and the Sigma rule beside it', () => {
    const { analytic, related_analytics } = map().finding_info;
    expect(analytic).toMatchObject({ uid: 'AN0678', name: 'Analytic 0678', version: '1.0' });
    expect(related_analytics).toMatchObject([{ uid: UPLOAD.rule.id, name: UPLOAD.rule.title }]);
  });

  it('takes the first process of the chain as the actor', () => {
    expect(map().actor.process?.name).toBe('dbeaver');
    expect('process' in map({ steps: [BARE_STEP] }).actor).toBe(false);
  });

  it('leaves the user name out, not empty, when nobody knows it', () => {
    const { actor, evidences, observables } = map({ user: null });
    expect(actor.user).toEqual({ uid: '501', type_id: 1, type: 'User' });
    expect(evidences[0]?.process?.user).toEqual({ uid: '501' });
    expect(observables.map(({ name }) => name)).not.toContain('actor.user.name');
  });

  it('carries the summary along', () => {
    expect(map().unmapped).toEqual({
      spillwatch: toSummary(UPLOAD),
      stepsOmitted: 0,
      filesOmitted: 0,
    });
    expect(map().metadata.is_truncated).toBe(false);
  });

  it('caps the count at what int32 holds', () => {
    expect(map({ count: 2 ** 40 }).count).toBe(2 ** 31 - 1);
  });
});

describe('a simulation as Detection Finding', () => {
  const simulation = {
    tool: 'Spillwatch simulation',
    files: ['/Users/maria/Downloads/spillwatch-simulation-0123456789ab.csv'],
    evidence: 'named-in-upload-command',
    destination: 'upload-0123456789ab.spillwatch-simulation.example',
  } as const;

  it('is marked in the title and as an attribute of its own', () => {
    const { finding_info, unmapped } = map(simulation);
    expect(finding_info.title).toBe(
      'Simulated: Data exported from a database tool and moved to a cloud service',
    );
    expect(unmapped.simulated).toBe(true);
  });

  it('is not marked when another file takes part', () => {
    const files = [...simulation.files, '/Users/maria/Downloads/customers.csv'];
    const { finding_info, unmapped } = map({ ...simulation, files });
    expect(finding_info.title).not.toContain('Simulated');
    expect('simulated' in unmapped).toBe(false);
  });
});

describe('bounds of a Detection Finding', () => {
  const manySteps = Array.from({ length: MAX_EVIDENCES + 7 }, (_, index) => ({
    ...BARE_STEP,
    action: 'file-written' as const,
    process: { ...DBEAVER, name: `tool-${index}` },
    path: `/Users/maria/Downloads/${index}.csv`,
    sourcePath: `/Users/maria/Documents/${index}.csv`,
  }));
  const manyFiles = Array.from({ length: MAX_FILES + 3 }, (_, index) => `/tmp/${index}.csv`);

  it('keeps the first and the last steps and counts the ones left out', () => {
    const { evidences, unmapped, metadata } = map({ steps: manySteps, stepsOmitted: 5 });
    expect(evidences).toHaveLength(MAX_EVIDENCES);
    expect(evidences[0]?.file?.name).toBe('0.csv');
    expect(evidences.at(-1)?.file?.name).toBe(`${MAX_EVIDENCES + 6}.csv`);
    expect(unmapped.stepsOmitted).toBe(5 + 7);
    expect(metadata.is_truncated).toBe(true);
  });

  it('counts the paths that the finding itself had no room for', () => {
    const { unmapped, metadata } = map({ files: manyFiles, filesOmitted: 4 });
    expect(unmapped.filesOmitted).toBe(4 + 3);
    expect(metadata.is_truncated).toBe(true);
  });

  it('keeps exactly as many steps as the bound without calling that truncated', () => {
    const { evidences, metadata } = map({ steps: manySteps.slice(0, MAX_EVIDENCES) });
    expect(evidences).toHaveLength(MAX_EVIDENCES);
    expect(metadata.is_truncated).toBe(false);
  });

  it('keeps the first and the last paths and counts the ones left out', () => {
    const { unmapped, metadata } = map({ files: manyFiles });
    expect(unmapped.spillwatch.files).toHaveLength(MAX_FILES);
    expect(unmapped.spillwatch.files.at(0)).toBe('/tmp/0.csv');
    expect(unmapped.spillwatch.files.at(-1)).toBe(`/tmp/${MAX_FILES + 2}.csv`);
    expect(unmapped.filesOmitted).toBe(3);
    expect(metadata.is_truncated).toBe(true);
  });

  it('keeps the observables of the user and the peers when there are too many paths', () => {
    const steps = [...manySteps, ...UPLOAD.steps.slice(-1)];
    const { observables } = map({ steps });
    expect(observables).toHaveLength(MAX_OBSERVABLES);
    expect(observables.slice(0, 4).map(({ value }) => value)).toEqual([
      'maria',
      '501',
      'content.dropboxapi.com',
      '162.125.1.14',
    ]);
  });

  it('marks a text that was cut', () => {
    const { device } = map({ host: { ...UPLOAD.host, name: 'm'.repeat(MAX_TEXT_CHARS + 1) } });
    expect(device.hostname).toBe(`${'m'.repeat(MAX_TEXT_CHARS - 1)}…`);
  });
});

describe('message of a Detection Finding', () => {
  it('says who ran which tool, what left and how that is known', () => {
    expect(map().message).toBe(
      'maria (role unassigned) ran DBeaver; customers.csv (1 more path) went to dropbox, opened-by-sync-client',
    );
  });

  it('names no destination before one was reached', () => {
    const facts = { service: null, destination: null, evidence: null } as const;
    expect(map({ ...facts, stage: 'tool', files: [], user: null, count: 3 }).message).toBe(
      'uid 501 (role unassigned) ran DBeaver 3 times',
    );
    expect(map({ ...facts, stage: 'export', files: ['/a/b.csv'] }).message).toBe(
      'maria (role unassigned) ran DBeaver; b.csv appeared',
    );
  });

  it('calls a mere flow by its name', () => {
    expect(map({ stage: 'suspected-upload', evidence: 'flow-only' }).message).toContain(
      'appeared, then dropbox was reached, flow-only',
    );
  });

  it('holds no control or direction characters of a file name', () => {
    const { message } = map({ files: ['/tmp/a\u001B[31m\u202E\n.csv'] });
    expect(message).toContain('a\uFFFD[31m\uFFFD\uFFFD.csv');
  });
});

describe('observables of a Detection Finding', () => {
  it('names the user, the peer, every path and every process once', () => {
    expect(map().observables.map(({ name, value }) => [name, value])).toEqual([
      ['actor.user.name', 'maria'],
      ['actor.user.uid', '501'],
      ['evidences[4].dst_endpoint.hostname', 'content.dropboxapi.com'],
      ['evidences[4].dst_endpoint.ip', '162.125.1.14'],
      ['evidences[1].file.path', '/Users/maria/Downloads/customers.csv'],
      ['evidences[2].file.path', '/Users/maria/Dropbox/IMG_2231.jpg'],
      ['evidences[0].process.name', DBEAVER.name],
      ['evidences[3].process.name', DROPBOX.name],
    ]);
  });

  it('points at an attribute with the same value, for any finding', () => {
    fc.assert(
      fc.property(arbitraryFinding, (finding) => {
        const document = toDetectionFinding(finding, { version: '0.1.0' });
        const attributes = listAttributes(document);
        const values = new Map(attributes.map(({ name, value }) => [name, value]));
        for (const { name, value } of document.observables) {
          expect(values.get(name)).toBe(value);
        }
      }),
    );
  });
});

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
