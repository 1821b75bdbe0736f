import { describe, expect, it } from 'vitest';
import { movementFields } from '../../../rules/sigma/fields.ts';
import { checkGolden, readGolden } from '../../../rules/sigma/golden.ts';
import { RuleIndex } from '../../../rules/sigma/index.ts';
import { readRules } from '../../../rules/sigma/load.ts';
import { describeProblem } from '../../../rules/sigma/problem.ts';
import { movement } from '../movement.ts';
import { idOf, rowText } from './exception-text.ts';
import { goldenText } from './golden-text.ts';

const lines = (text: string): readonly string[] =>
  readGolden(text, 'golden.yml').problems.map((problem) => describeProblem(problem));

describe('readGolden', () => {
  it('reads a step under its Sigma names', () => {
    const { cases, problems } = readGolden(goldenText('a'), 'golden.yml');
    expect(problems).toEqual([]);
    expect(cases).toHaveLength(1);
    expect(cases[0]).toMatchObject({ number: 1, rule: idOf('a'), name: 'case of a' });
    expect(cases[0]!.fields.get('Stage')).toBe('tool');
    expect(cases[0]!.fields.get('Link')).toBeUndefined();
  });

  it('accepts every step that the agent can give', () => {
    const whole = movement({
      link: 'lineage',
      evidence: 'flow-only',
      service: 'dropbox',
      serviceTier: 'storage',
      destination: 'dropbox.com',
      files: ['/a'],
    });
    const fields = new Map(movementFields(whole) as Map<string, unknown>);
    const text = JSON.stringify([
      { rule: idOf('a'), case: 'all', fields: Object.fromEntries(fields) },
    ]);
    const { cases, problems } = readGolden(text, 'golden.yml');
    expect(problems).toEqual([]);
    expect(cases[0]!.fields).toEqual(fields);
  });

  it.each([
    ['Stage: tool', 'Stage: tools', '[1].fields.Stage: write one of tool, export'],
    ['UserId: 501', 'UserId: many', '[1].fields.UserId: write a whole number'],
    ['Sanctioned: false', 'Sanctioned: no', '[1].fields.Sanctioned: write true or false'],
    ['User: mara', 'User: ""', '[1].fields.User: write text'],
    ['Files: []', 'Files: /a', '[1].fields.Files: write a list of paths'],
    ['Files: []', 'Files: [1]', '[1].fields.Files: write a list of paths'],
    ['User: mara', 'Users: mara', '[1].fields: unknown field "Users"'],
    ['User: mara', '__proto__: mara', '[1].fields: unknown field "__proto__"'],
    ['Coverage: complete, ', '', '[1].fields.Coverage: every step has it; add it'],
    ['case: case of a', 'case: ""', '[1].case: say in words'],
    [`rule: ${idOf('a')}`, 'rule: Row a', '[1].rule: write the id of a row'],
    ['case: case of a', 'case: x\n  level: low', '[1]: unknown key "level"'],
  ])('refuses %j written as %j', (from, to, message) => {
    const text = goldenText('a');
    expect(text).toContain(from);
    const refused = readGolden(text.replace(from, to), 'golden.yml');
    expect(refused.cases).toEqual([]);
    expect(refused.problems).toHaveLength(1);
    expect(describeProblem(refused.problems[0]!)).toContain(`golden.yml: ${message}`);
  });

  it.each([
    ['a: 1', 'write one list'],
    ['', 'write one list'],
    ['- 5', '[1]: write a map with rule, case and fields'],
    [`${goldenText('a')}---\n${goldenText('b')}`, 'write one list'],
    ['[', 'correct the YAML'],
    [' '.repeat(262_145), 'longer than 262144'],
  ])('refuses the text %.20j', (text, message) => {
    expect(lines(text)).toHaveLength(1);
    expect(lines(text)[0]).toContain(message);
  });

  it('keeps the good cases beside broken ones', () => {
    const { cases, problems } = readGolden(`- 5\n${goldenText('b')}`, 'golden.yml');
    expect(cases.map(({ number, rule }) => [number, rule])).toEqual([[2, idOf('b')]]);
    expect(problems).toHaveLength(1);
  });
});

describe('checkGolden', () => {
  const { rules } = readRules(rowText('a'), 'a.yml');
  const { cases } = readGolden(`${goldenText('a')}${goldenText('b')}`, 'golden.yml');

  it('says nothing about cases that match, and about rules that are not in force', () => {
    expect(checkGolden(new RuleIndex(rules), cases)).toEqual([]);
  });

  it('names the case and the rule that no longer fit', () => {
    const narrowed = readRules(rowText('a', 's: {Stage: export}'), 'a.yml').rules;
    const problems = checkGolden(new RuleIndex(narrowed), cases);
    expect(problems.map((problem) => describeProblem(problem))).toEqual([
      `golden.yml: "Row a" "${idOf('a')}": [1]: the rule does not match its golden case "case of a"; correct the case`,
    ]);
  });
});
