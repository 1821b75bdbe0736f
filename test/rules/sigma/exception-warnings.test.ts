import { describe, expect, it } from 'vitest';
import { exceptionWarnings } from '../../../rules/sigma/exception-warnings.ts';
import { readGolden } from '../../../rules/sigma/golden.ts';
import { RuleIndex } from '../../../rules/sigma/index.ts';
import { readRules } from '../../../rules/sigma/load.ts';
import { describeProblem } from '../../../rules/sigma/problem.ts';
import { exceptionText, idOf, rowText } from './exception-text.ts';
import { goldenText } from './golden-text.ts';

const ADJUST = rowText('c').replace(
  /spillwatch: .*/,
  'spillwatch: {adjust: {order: 1, silent: true}}',
);
const LAST_DAY_US = Date.UTC(2026, 11, 31, 23, 59) * 1000;
const NEXT_DAY_US = Date.UTC(2027, 0, 1) * 1000;

function warnings(exception: string, timeUs = LAST_DAY_US, golden = goldenText('a')) {
  const text = [rowText('a'), ADJUST, exception].join('---\n');
  const { rules, exceptions, problems } = readRules(text, 'all.yml');
  expect(problems).toEqual([]);
  const { cases } = readGolden(golden, 'golden.yml');
  return exceptionWarnings(new RuleIndex(rules, exceptions), cases, timeUs).map((warning) => {
    return [warning.reason, describeProblem(warning)];
  });
}

describe('exceptionWarnings', () => {
  it('says nothing about a sound exception on its last day', () => {
    expect(warnings(exceptionText())).toEqual([]);
  });

  it('names owner and ticket of one that has expired', () => {
    expect(warnings(exceptionText(), NEXT_DAY_US)).toEqual([
      [
        'expired',
        `all.yml: document 3: "Backups" "${idOf('e')}": spillwatch.expires: its last day was 2026-12-31, so it no longer applies (owner "ops", ticket "OPS-1"); renew or remove it`,
      ],
    ]);
  });

  it.each(['selection', '1 of them', 'selection and selection'])(
    'points at the condition %j, which has no not',
    (condition) => {
      const found = warnings(exceptionText({ condition }));
      expect(found.map(([reason]) => reason)).toEqual(['without-not']);
      expect(found[0]?.[1]).toContain('filter.condition: has no "not"');
    },
  );

  it.each(['not selection', 'selection or not selection', 'not (1 of selection*)'])(
    'is content with the condition %j',
    (condition) => {
      expect(warnings(exceptionText({ condition }))).toEqual([]);
    },
  );

  it('points at every id that is not the id of a row', () => {
    const rules = `[${idOf('a')}, ${idOf('b')}, ${idOf('c')}]`;
    const found = warnings(exceptionText({ rules }));
    expect(found.map(([reason]) => reason)).toEqual(['without-effect', 'without-effect']);
    expect(found[0]?.[1]).toContain(`filter.rules: no row in force has the id ${idOf('b')}`);
    expect(found[1]?.[1]).toContain(idOf('c'));
  });

  it('points at a log source that fits no row', () => {
    const logsource = '{product: macos, category: file_event}';
    expect(warnings(exceptionText({ logsource }))[0]).toEqual([
      'without-effect',
      expect.stringContaining('no row has a log source that fits'),
    ]);
  });

  it('points once at a row that has exceptions and no golden case', () => {
    const two = `${exceptionText()}---\n${exceptionText({ id: idOf('f') })}`;
    expect(warnings(two, LAST_DAY_US, '[]')).toEqual([
      [
        'unguarded',
        `all.yml: document 1: "Row a" "${idOf('a')}": has exceptions and no golden case, so nothing limits them; add one to golden.yml`,
      ],
    ]);
    expect(warnings(exceptionText({ rules: `[${idOf('a')}]` }))).toEqual([]);
  });
});
