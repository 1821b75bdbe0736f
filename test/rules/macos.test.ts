import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Confidence, Severity } from '../../rules/finding.ts';
import { EVIDENCES, LINKS } from '../../rules/finding.ts';
import { judge } from '../../rules/judge.ts';
import type { DataMovement } from '../../rules/observation.ts';
import { movementFields } from '../../rules/sigma/fields.ts';
import { loadRules } from '../../rules/sigma/load.ts';
import { movement } from './movement.ts';

const { rules, golden, problems } = loadRules(join(import.meta.dirname, '../../rules/macos'));

type Facts = Partial<DataMovement>;

const ruleOf = (name: string): (typeof rules.all)[number] => {
  const found = rules.all.find(({ rule }) => rule.file === `data-movement-${name}.yml`);
  if (found === undefined) throw new Error(`no rule file data-movement-${name}.yml`);
  return found;
};

const PROVEN = [
  'opened-by-sync-client',
  'landed-in-sync-folder',
  'named-in-upload-command',
  'piped-to-uploader',
] as const;

/** The severity table: facts, the file that decides, severity and confidence. */
const CELLS: readonly (readonly [Facts, string, Severity, Confidence])[] = [
  [{ stage: 'tool' }, 'tool', 'low', 'medium'],
  [{ stage: 'tool', userRole: 'developer' }, 'tool', 'low', 'medium'],
  [{ stage: 'tool', userRole: 'admin' }, 'tool', 'low', 'medium'],
  [{ stage: 'tool', userRole: 'unknown' }, 'tool-role-unknown', 'informational', 'low'],
  [{ stage: 'export', link: 'temporal' }, 'export-temporal', 'low', 'low'],
  [{ stage: 'export', link: 'lineage' }, 'export-lineage', 'medium', 'high'],
  [
    { stage: 'suspected-upload', link: 'temporal', evidence: 'flow-only' },
    'suspected-upload-temporal',
    'low',
    'low',
  ],
  [
    { stage: 'suspected-upload', link: 'lineage', evidence: 'flow-only' },
    'suspected-upload-lineage',
    'medium',
    'medium',
  ],
  ...LINKS.map(
    (link) =>
      [
        { stage: 'upload', link, evidence: 'cloud-backed-folder' },
        'upload-cloud-backed-folder',
        'medium',
        'medium',
      ] as const,
  ),
  ...(['opened-by-browser', ...PROVEN] as const).map(
    (evidence) =>
      [
        { stage: 'upload', link: 'temporal', evidence },
        'upload-temporal',
        'medium',
        'medium',
      ] as const,
  ),
  [
    { stage: 'upload', link: 'lineage', evidence: 'opened-by-browser' },
    'upload-browser',
    'high',
    'medium',
  ],
  ...(['lineage', 'pipe'] as const).flatMap((link) =>
    PROVEN.map(
      (evidence) => [{ stage: 'upload', link, evidence }, 'upload-proven', 'high', 'high'] as const,
    ),
  ),
];

describe('the severity table', () => {
  it.each(CELLS)('%j is decided by %s: %s, %s', (facts, name, severity, confidence) => {
    const { rule } = ruleOf(name);
    expect(judge(rules, movement(facts))).toEqual({
      row: { severity, confidence },
      severity,
      confidence,
      silent: false,
      rule: { id: rule.id, title: rule.title },
      adjustments: [],
      exceptions: [],
    });
  });

  it('has at most one row for any stage, link, evidence and role', () => {
    const doubles: (readonly string[])[] = [];
    const rows = rules.all.filter(({ rule }) => rule.policy?.kind === 'row');
    for (const stage of ['tool', 'export', 'suspected-upload', 'upload'] as const)
      for (const link of [...LINKS, null])
        for (const evidence of [...EVIDENCES, null])
          for (const userRole of ['developer', 'admin', 'unassigned', 'unknown'] as const) {
            const fields = movementFields(movement({ stage, link, evidence, userRole }));
            const hits = rows.filter((one) => one.matches(fields)).map(({ rule }) => rule.file);
            if (hits.length > 1) doubles.push(hits);
          }
    expect(doubles).toEqual([]);
  });

  it.each<Facts>([
    { stage: 'export', link: null },
    { stage: 'export', link: 'pipe' },
    { stage: 'suspected-upload', link: 'pipe', evidence: 'flow-only' },
    { stage: 'upload', link: 'lineage', evidence: null },
    { stage: 'upload', link: 'lineage', evidence: 'flow-only' },
    { stage: 'upload', link: 'pipe', evidence: 'opened-by-browser' },
  ])('has no cell for %j', (facts) => {
    expect(judge(rules, movement(facts))).toBeNull();
  });
});

const SENT = { stage: 'upload', link: 'lineage', evidence: 'named-in-upload-command' } as const;
const SEEN = { stage: 'upload', link: 'temporal', evidence: 'opened-by-browser' } as const;

/** Facts, then severity and confidence after all adjustments, silence, and the files of the adjustments in order. */
const ADJUSTED: readonly (readonly [Facts, Severity, Confidence, boolean, readonly string[]])[] = [
  [{ ...SENT, serviceTier: 'storage' }, 'high', 'high', false, []],
  [{ ...SENT, serviceTier: 'messenger' }, 'high', 'high', false, []],
  [{ ...SENT, serviceTier: 'anonymous' }, 'critical', 'high', false, ['service-tier']],
  [{ ...SEEN, serviceTier: 'tunnel' }, 'high', 'medium', false, ['service-tier']],
  [
    { stage: 'suspected-upload', link: 'lineage', serviceTier: 'anonymous' },
    'medium',
    'medium',
    false,
    [],
  ],
  [{ ...SENT, sanctioned: true }, 'medium', 'high', false, ['sanctioned']],
  [{ stage: 'suspected-upload', link: 'temporal', sanctioned: true }, 'low', 'low', false, []],
  [
    { ...SENT, serviceTier: 'anonymous', sanctioned: true },
    'medium',
    'high',
    false,
    ['service-tier', 'sanctioned'],
  ],
  [{ ...SENT, userPrivilegeLevel: 'lower' }, 'medium', 'high', false, ['privilege-lower']],
  [{ userPrivilegeLevel: 'lower' }, 'informational', 'medium', false, ['privilege-lower']],
  [
    { userRole: 'unknown', userPrivilegeLevel: 'lower' },
    'informational',
    'low',
    false,
    ['privilege-lower'],
  ],
  [
    { ...SENT, sanctioned: true, userPrivilegeLevel: 'lower' },
    'low',
    'high',
    false,
    ['sanctioned', 'privilege-lower'],
  ],
  [{ ...SENT, userRole: 'unknown' }, 'high', 'medium', false, ['role-unknown']],
  [{ ...SENT, coverage: 'gaps' }, 'high', 'medium', false, ['coverage-gaps']],
  [{ coverage: 'gaps' }, 'low', 'low', false, ['coverage-gaps']],
  [
    { ...SENT, userRole: 'unknown', coverage: 'gaps' },
    'high',
    'low',
    false,
    ['role-unknown', 'coverage-gaps'],
  ],
  [
    { ...SEEN, userRole: 'unknown', coverage: 'gaps' },
    'medium',
    'low',
    false,
    ['role-unknown', 'coverage-gaps'],
  ],
  [{ ...SENT, userPrivilegeLevel: 'ignore' }, 'high', 'high', true, ['privilege-ignore']],
  [{ userPrivilegeLevel: 'ignore' }, 'low', 'medium', true, ['privilege-ignore']],
];

describe('the adjustments', () => {
  it.each(ADJUSTED)(
    '%j ends at %s, %s, silent %j by %j',
    (facts, severity, confidence, silent, by) => {
      const verdict = judge(rules, movement(facts));
      expect(verdict).toMatchObject({ severity, confidence, silent });
      expect(verdict?.adjustments).toEqual(by.map((name) => ruleOf(`adjust-${name}`).rule.id));
    },
  );
});

const BROWSER = { ...SENT, evidence: 'opened-by-browser' } as const;
const BACKED = { ...SENT, evidence: 'cloud-backed-folder' } as const;
const SUSPECTED = { stage: 'suspected-upload', evidence: 'flow-only' } as const;

/** For each rule file one step that it matches, and steps that differ from it in one fact and do not match. */
const NEAR: readonly (readonly [string, Facts, readonly Facts[]])[] = [
  ['tool', {}, [{ userRole: 'unknown' }, { stage: 'export' }]],
  ['tool-role-unknown', { userRole: 'unknown' }, [{}, { userRole: 'unknown', stage: 'upload' }]],
  [
    'export-temporal',
    { stage: 'export', link: 'temporal' },
    [
      { stage: 'export', link: 'lineage' },
      { stage: 'upload', link: 'temporal' },
    ],
  ],
  [
    'export-lineage',
    { stage: 'export', link: 'lineage' },
    [{ stage: 'export', link: 'temporal' }, { stage: 'export' }],
  ],
  [
    'suspected-upload-temporal',
    { ...SUSPECTED, link: 'temporal' },
    [
      { ...SUSPECTED, link: 'lineage' },
      { stage: 'export', link: 'temporal', evidence: 'flow-only' },
    ],
  ],
  [
    'suspected-upload-lineage',
    { ...SUSPECTED, link: 'lineage' },
    [
      { ...SUSPECTED, link: 'temporal' },
      { stage: 'upload', link: 'lineage', evidence: 'flow-only' },
    ],
  ],
  [
    'upload-cloud-backed-folder',
    BACKED,
    [
      { ...BACKED, stage: 'export' },
      { ...BACKED, evidence: 'landed-in-sync-folder' },
    ],
  ],
  [
    'upload-temporal',
    SEEN,
    [
      { ...SEEN, link: 'lineage' },
      { ...SEEN, evidence: 'cloud-backed-folder' },
      { ...SEEN, evidence: 'flow-only' },
    ],
  ],
  [
    'upload-browser',
    BROWSER,
    [
      { ...BROWSER, link: 'temporal' },
      { ...BROWSER, link: 'pipe' },
      { ...BROWSER, evidence: 'opened-by-sync-client' },
    ],
  ],
  [
    'upload-proven',
    SENT,
    [
      { ...SENT, link: 'temporal' },
      { ...SENT, evidence: 'opened-by-browser' },
      { ...SENT, evidence: 'cloud-backed-folder' },
      { ...SENT, stage: 'suspected-upload' },
    ],
  ],
  [
    'adjust-service-tier',
    { ...SENT, serviceTier: 'tunnel' },
    [
      { ...SENT, serviceTier: 'storage' },
      { ...SENT, stage: 'suspected-upload', serviceTier: 'tunnel' },
      SENT,
    ],
  ],
  [
    'adjust-sanctioned',
    { ...SENT, sanctioned: true },
    [SENT, { ...SENT, stage: 'suspected-upload', sanctioned: true }],
  ],
  [
    'adjust-privilege-lower',
    { userPrivilegeLevel: 'lower' },
    [{ userPrivilegeLevel: 'alert' }, { userPrivilegeLevel: 'ignore' }],
  ],
  [
    'adjust-role-unknown',
    { ...SENT, userRole: 'unknown' },
    [SENT, { stage: 'tool', userRole: 'unknown' }],
  ],
  ['adjust-coverage-gaps', { coverage: 'gaps' }, [{}, { ...SENT, coverage: 'complete' }]],
  [
    'adjust-privilege-ignore',
    { userPrivilegeLevel: 'ignore' },
    [{ userPrivilegeLevel: 'alert' }, { userPrivilegeLevel: 'lower' }],
  ],
];

describe('each rule', () => {
  it.each(NEAR)('%s matches its step and none of its near misses', (name, hit, misses) => {
    const { matches } = ruleOf(name);
    expect(matches(movementFields(movement(hit)))).toBe(true);
    expect(misses.filter((miss) => matches(movementFields(movement(miss))))).toEqual([]);
  });

  it('has a hit and at least two near misses', () => {
    const names = NEAR.map(([name]) => `data-movement-${name}.yml`);
    expect(names.toSorted()).toEqual(rules.all.map(({ rule }) => rule.file).toSorted());
    expect(NEAR.filter(([, , misses]) => misses.length < 2)).toEqual([]);
  });
});

describe('the golden cases', () => {
  const rows = rules.all.filter(({ rule }) => rule.policy?.kind === 'row');

  it('cover every row', () => {
    const ids = new Set(rows.map(({ rule }) => rule.id));
    expect(new Set(golden.map((one) => one.rule))).toEqual(ids);
    expect(ids.size).toBe(10);
  });

  it.each(golden)('show their row, and no other: $name', ({ rule: id, fields }) => {
    const hits = rows.filter(({ matches }) => matches(fields)).map(({ rule }) => rule.id);
    expect(hits).toEqual([id]);
  });

  it('have names of their own', () => {
    expect(new Set(golden.map(({ name }) => name)).size).toBe(golden.length);
  });
});

describe('the rule folder', () => {
  it('loads without a problem', () => {
    expect(problems).toEqual([]);
    expect(rules.all).toHaveLength(16);
    expect(rules.exceptions).toEqual([]);
  });

  it('gives every rule its own id and title, and one file', () => {
    for (const part of ['id', 'title', 'file'] as const)
      expect(new Set(rules.all.map(({ rule }) => rule[part])).size).toBe(rules.all.length);
  });

  it('gives every adjustment its own order, so that ids never decide', () => {
    const orders = rules.all.flatMap(({ rule: { policy } }) =>
      policy?.kind === 'adjust' ? [policy.order] : [],
    );
    expect(orders).toHaveLength(6);
    expect(new Set(orders).size).toBe(orders.length);
  });

  it.each(rules.all.map(({ rule }) => [rule.file, rule] as const))(
    '%s keeps the conventions of the folder',
    (file, rule) => {
      expect(file).toMatch(/^data-movement-[a-z]+(?:-[a-z]+)*\.yml$/);
      expect(file.startsWith('data-movement-adjust-')).toBe(rule.policy?.kind === 'adjust');
      const isAboutUpload = /upload|service|sanctioned/.test(file);
      expect(rule.tags).toEqual(
        isAboutUpload
          ? ['attack.collection', 'attack.exfiltration', 'attack.t1213.006', 'attack.t1567.002']
          : ['attack.collection', 'attack.t1213.006'],
      );
      const { logSource, level, rest } = rule;
      expect(logSource).toEqual({ product: 'macos', category: 'data_movement', service: null });
      expect(level).not.toBeNull();
      expect(rest.get('author')).toBe('Spillwatch');
      expect(rest.get('status')).toBe('stable');
      expect(rest.get('date')).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(String(rest.get('description'))).toMatch(/\.$/);
      expect(rest.get('falsepositives')).toHaveLength(1);
      expect(rest.get('references')).toContain('https://attack.mitre.org/techniques/T1213/006/');
    },
  );
});
