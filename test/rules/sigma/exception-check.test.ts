import { describe, expect, it } from 'vitest';
import { checkExceptions } from '../../../rules/sigma/exception-check.ts';
import { readGolden } from '../../../rules/sigma/golden.ts';
import { RuleIndex } from '../../../rules/sigma/index.ts';
import { readRules } from '../../../rules/sigma/load.ts';
import { describeProblem } from '../../../rules/sigma/problem.ts';
import { exceptionText, idOf, rowText } from './exception-text.ts';
import { goldenText } from './golden-text.ts';

const ROWS = [rowText('a'), rowText('b')].join('---\n');
const GOLDEN = `${goldenText('a')}${goldenText('b')}`;

function check(exception: string, golden = GOLDEN, rows = ROWS) {
  const { rules, exceptions, problems } = readRules(`${rows}---\n${exception}`, 'all.yml');
  expect(problems).toEqual([]);
  const { cases, problems: broken } = readGolden(golden, 'golden.yml');
  expect(broken).toEqual([]);
  const checked = checkExceptions(new RuleIndex(rules, exceptions), cases);
  const lines = checked.problems.map((problem) => describeProblem(problem));
  return { kept: checked.rules.exceptions.length, rows: checked.rules.all.length, lines };
}

const TOO_WIDE = { selections: ['selection: {DatabaseTool: DBeaver}'] };

describe('checkExceptions', () => {
  it('keeps an exception that silences no golden case', () => {
    expect(check(exceptionText())).toEqual({ kept: 1, rows: 2, lines: [] });
  });

  it('takes one out of force that would, and names file, rule and case', () => {
    expect(check(exceptionText({ ...TOO_WIDE, rules: `[${idOf('b')}]` }))).toEqual({
      kept: 0,
      rows: 2,
      lines: [
        `all.yml: document 3: "Backups" "${idOf('e')}": filter.condition: silences the golden case "case of b" of "Row b" "${idOf('b')}"; narrow the exception`,
      ],
    });
  });

  it('names the first of several cases and says how many there are', () => {
    const { kept, lines } = check(exceptionText(TOO_WIDE));
    expect(kept).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('silences the golden case "case of a" (and 1 more) of "Row a"');
  });

  it('refuses a condition without not, which keeps all but its selection silent', () => {
    expect(check(exceptionText({ condition: 'selection' })).kept).toBe(0);
  });

  it('refuses a wide exception even when its last day has long passed', () => {
    const spillwatch = '{owner: a, reason: b, ticket: c, expires: 2001-01-01}';
    expect(check(exceptionText({ ...TOO_WIDE, spillwatch })).kept).toBe(0);
  });

  it.each([
    ['the exception is about another row', { rules: `[${idOf('c')}]` }, GOLDEN],
    ['its log source fits no row', { logsource: '{product: windows}' }, GOLDEN],
    ['there is no golden case', {}, '[]'],
    ['the golden case is of no row in force', {}, goldenText('c')],
  ])('keeps a wide exception when %s', (_, parts, golden) => {
    expect(check(exceptionText({ ...TOO_WIDE, ...parts }), golden)).toMatchObject({ kept: 1 });
  });

  it('does not hold an exception to a case that its row does not match', () => {
    const rows = rowText('a', 's: {Stage: export}');
    expect(check(exceptionText(TOO_WIDE), goldenText('a'), rows).kept).toBe(1);
  });

  it('keeps the others when one is refused', () => {
    const both = `${exceptionText(TOO_WIDE)}---\n${exceptionText({ id: idOf('f') })}`;
    expect(check(both)).toMatchObject({ kept: 1, lines: { length: 1 } });
  });
});
