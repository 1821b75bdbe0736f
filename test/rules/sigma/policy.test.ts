import { describe, expect, it } from 'vitest';
import { readRules } from '../../../rules/sigma/load.ts';
import { refusals, ruleText } from './rule-text.ts';

const TOP = ['  category: data_movement', 'id: 4db60cc0-36fb-42b7-9b58-a5b53019fb74', 'level: low'];
const DETECTION = ['s: {Stage: tool}', 'condition: s'];

const text = (policy: string, top: readonly string[] = TOP): string =>
  ruleText(DETECTION, [...top, `spillwatch: ${policy}`]);

const policyOf = (policy: string): unknown =>
  readRules(text(policy), 'p.yml').rules.map(({ rule }) => rule.policy)[0];

describe('the extension key', () => {
  it('reads a row', () => {
    expect(policyOf('{row: {confidence: high}}')).toEqual({ kind: 'row', confidence: 'high' });
  });

  it('reads an adjustment and fills in what it leaves alone', () => {
    expect(policyOf('{adjust: {order: 3, severity: +1}}')).toEqual({
      kind: 'adjust',
      order: 3,
      severity: 1,
      severityMax: null,
      confidence: 0,
      silent: false,
    });
    expect(
      policyOf('{adjust: {order: 3, severityMax: medium, confidence: -1, silent: true}}'),
    ).toMatchObject({ severity: 0, severityMax: 'medium', confidence: -1, silent: true });
  });

  it.each([
    ['5', 'spillwatch: write exactly one key'],
    ['{}', 'spillwatch: write exactly one key'],
    ['{row: {confidence: low}, adjust: {order: 1, silent: true}}', 'write exactly one key'],
    ['{rows: {}}', 'spillwatch: unknown key'],
    ['{row: }', 'spillwatch.row: write a map'],
    ['{row: {}}', 'spillwatch.row.confidence: write one of'],
    ['{row: {confidence: low, level: high}}', 'spillwatch.row: unknown key "level"'],
    ['{adjust: {order: 1}}', 'spillwatch.adjust: changes nothing'],
    ['{adjust: {silent: true, severity: -1}}', 'spillwatch.adjust.order: write a whole number'],
    ['{adjust: {order: 1.5, silent: true}}', 'spillwatch.adjust.order: write a whole number'],
    ['{adjust: {order: 1, severity: 2}}', 'spillwatch.adjust.severity: write +1 or -1'],
    ['{adjust: {order: 1, severityMax: mild}}', 'spillwatch.adjust.severityMax: write one of'],
    ['{adjust: {order: 1, silent: yes}}', 'spillwatch.adjust.silent: write true or false'],
  ])('refuses %s', (policy, message) => {
    const lines = refusals(text(policy));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  it('needs an id, a level for a row, and the log source of a step', () => {
    const lines = refusals(text('{row: {confidence: low}}', ['  category: file_event']));
    expect(lines.map((line) => line.slice(line.indexOf('spillwatch: ')))).toEqual([
      'spillwatch: a policy rule needs an id; make one with uuidgen',
      'spillwatch: a row needs a level; it is the severity of the row',
      'spillwatch: works only with product macos, category data_movement; change logsource',
    ]);
  });
});
