import { describe, expect, it } from 'vitest';
import {
  claimsOf,
  EVIDENCE_READINGS,
  LINK_READINGS,
  roleText,
} from '../../../agent/report/evidence-text.ts';
import { headlineOf } from '../../../agent/report/headline.ts';
import { unseenOf } from '../../../agent/report/limits-text.ts';
import { nextChecksOf } from '../../../agent/report/next-checks.ts';
import { stepWords } from '../../../agent/report/step-words.ts';
import { EVIDENCES, LINKS } from '../../../rules/finding.ts';
import { BARE_STEP, DROPBOX, UPLOAD } from '../deliver/formats/example-finding.ts';

describe('claimsOf', () => {
  it('says of tool, data and exit what was observed and what was inferred', () => {
    expect(claimsOf(UPLOAD).map(({ subject, certainty }) => [subject, certainty])).toEqual([
      ['The tool', 'moderate'],
      ['The data', 'strong'],
      ['The way out', 'strong'],
    ]);
  });

  it('claims no file and no exit where there was none', () => {
    const claims = claimsOf({ ...UPLOAD, stage: 'tool', link: null, evidence: null });
    expect(claims.map(({ subject }) => subject)).toEqual(['The tool']);
  });

  it('has a sentence of its own for each evidence and each link', () => {
    const readings = [
      ...EVIDENCES.map((evidence) => EVIDENCE_READINGS[evidence]),
      ...LINKS.map((link) => LINK_READINGS[link]),
    ];
    expect(new Set(readings.map(({ observed }) => observed)).size).toBe(10);
    expect(new Set(readings.map(({ inferred }) => inferred)).size).toBe(10);
  });

  it('is no surer of stronger evidence than of weaker', () => {
    const certainties = EVIDENCES.map((evidence) => EVIDENCE_READINGS[evidence].certainty);
    expect(certainties).toEqual([
      'weak',
      'moderate',
      'moderate',
      'strong',
      'strong',
      'strong',
      'strong',
    ]);
  });
});

describe('headlineOf', () => {
  it('says first that a finding is of a simulation', () => {
    const files = ['/Users/maria/Downloads/spillwatch-simulation-0123456789ab.csv'];
    const finding = { ...UPLOAD, tool: 'Spillwatch simulation', files };
    expect(headlineOf(finding)).toMatch(/^Simulated: maria took /);
  });

  it('names the first name of the data that left and the one it left under', () => {
    expect(headlineOf(UPLOAD)).toBe(
      'maria took customers.csv from DBeaver to dropbox as IMG_2231.jpg',
    );
  });

  it('passes over the name of the moment under which a program saves', () => {
    const [start, written, ...later] = UPLOAD.steps;
    const path = '/Users/maria/Downloads/customers.csv';
    const draft = `${path}.tmp`;
    const saved = {
      ...BARE_STEP,
      action: 'file-moved',
      process: written!.process,
      sourcePath: draft,
      path,
    } as const;
    const steps = [start!, { ...written!, path: draft }, saved, ...later];
    const files = [draft, ...UPLOAD.files];
    expect(headlineOf({ ...UPLOAD, files, steps })).toBe(headlineOf(UPLOAD));
    const byOther = { ...saved, process: DROPBOX };
    const others = [start!, { ...written!, path: draft }, byOther, ...later];
    expect(headlineOf({ ...UPLOAD, files, steps: others })).toContain('customers.csv.tmp');
  });

  it('does not take the name of another export for a disguise', () => {
    const other = {
      ...BARE_STEP,
      action: 'file-written',
      path: '/Users/maria/Downloads/b.sql',
    } as const;
    const finding = {
      ...UPLOAD,
      files: [...UPLOAD.files, other.path],
      steps: [...UPLOAD.steps, other],
    };
    expect(headlineOf(finding)).toBe(headlineOf(UPLOAD));
  });

  it('says at each stage no more than is known', () => {
    const { files } = UPLOAD;
    expect(
      [
        { ...UPLOAD, stage: 'tool', count: 3 } as const,
        { ...UPLOAD, stage: 'export' } as const,
        { ...UPLOAD, stage: 'export', link: 'temporal' } as const,
        { ...UPLOAD, stage: 'suspected-upload' } as const,
        { ...UPLOAD, link: 'pipe', files: [], steps: [], user: null } as const,
        {
          ...UPLOAD,
          service: null,
          destination: null,
          files: files.slice(0, 1),
          steps: [],
        } as const,
      ].map(headlineOf),
    ).toEqual([
      'maria ran DBeaver 3 times',
      'maria exported customers.csv with DBeaver',
      'customers.csv appeared after maria ran DBeaver',
      'maria exported customers.csv with DBeaver, then dropbox was reached',
      'uid 501 sent the output of DBeaver to dropbox',
      'maria took customers.csv from DBeaver to an unknown service',
    ]);
  });
});

describe('roleText', () => {
  it('names the role and who said so', () => {
    expect(roleText({ role: 'unknown', roleSource: 'none', roleAsOfUs: null })).toBe(
      'Unknown: nothing is known of the account.',
    );
  });

  it('says how old the account record is', () => {
    const roleAsOfUs = Date.UTC(2026, 9, 14, 7, 30, 59) * 1000;
    expect(roleText({ role: 'admin', roleSource: 'local-admin', roleAsOfUs })).toBe(
      'Administrator: the user is a member of the local group admin, as of 2026-10-14 07:30 UTC.',
    );
  });
});

describe('unseenOf', () => {
  it('says what every finding leaves out, and counts what this one lacks', () => {
    const lines = unseenOf({
      ...UPLOAD,
      coverage: 'gaps',
      role: 'unknown',
      service: null,
      stepsOmitted: 7,
      filesOmitted: 1,
    });
    expect(lines).toHaveLength(9);
    expect(lines[0]).toMatch(/^With gaps/);
    expect(lines).toContain(
      '2 steps name a process that only a process list showed: its signature and exact start are not known.',
    );
    expect(lines.at(-2)).toMatch(/^7 more steps belong/);
    expect(lines.at(-1)).toMatch(/^1 more path of the data is not listed/);
  });

  it('says nothing of gaps where there are none', () => {
    expect(unseenOf(UPLOAD).join(' ')).not.toMatch(/gap/);
  });
});

describe('nextChecksOf', () => {
  it('begins with the audit log of the service when data left', () => {
    expect(nextChecksOf(UPLOAD)[0]).toBe(
      'In the audit log of dropbox, look for IMG_2231.jpg around 2026-10-14T07:31:35Z, and whether the account belongs to the organisation or to a person.',
    );
  });

  it('begins with the proxy log when nothing ties the connection to the file', () => {
    const finding = { ...UPLOAD, stage: 'suspected-upload', evidence: 'flow-only' } as const;
    expect(nextChecksOf(finding)[0]).toMatch(/^In the log of the proxy or firewall/);
  });

  it('asks for the role where nobody knows it', () => {
    const checks = nextChecksOf({ ...UPLOAD, role: 'unknown', roleSource: 'none' }).join('\n');
    expect(checks).toContain('enter it under roles.users');
    expect(checks).not.toContain('Ask the owner');
  });
});

describe('stepWords', () => {
  it('tells a rename from a move to another folder', () => {
    const step = { ...BARE_STEP, action: 'file-moved', sourcePath: '/a/b' } as const;
    expect([stepWords({ ...step, path: '/a/c' }), stepWords({ ...step, path: '/d/b' })]).toEqual([
      'renamed',
      'moved',
    ]);
  });
});
