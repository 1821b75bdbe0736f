import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../rules/sigma/condition.ts';
import {
  MAX_CONDITION_CHARS,
  MAX_CONDITION_DEPTH,
  parseCondition,
} from '../../../rules/sigma/condition.ts';
import type { Complaint } from '../../../rules/sigma/problem.ts';
import { placeIn } from '../../../rules/sigma/problem.ts';

const NAMES = ['a', 'b', 'c', 'sel_1', 'sel_2', '_hidden'];

function parse(text: string): { tree: string | null; complaints: readonly Complaint[] } {
  const complaints: Complaint[] = [];
  const condition = parseCondition(text, NAMES, placeIn(complaints, 'detection.condition'));
  return { tree: condition === null ? null : show(condition), complaints };
}

function show(condition: Condition): string {
  switch (condition.kind) {
    case 'name':
      return condition.name;
    case 'not':
      return `!${show(condition.part)}`;
    case 'and':
    case 'or':
      return `(${condition.parts.map((part) => show(part)).join(condition.kind === 'and' ? '&' : '|')})`;
  }
}

describe('parseCondition', () => {
  it.each([
    ['a', 'a'],
    ['a or b and c', '(a|(b&c))'],
    ['a and b or c', '((a&b)|c)'],
    ['not a and b', '(!a&b)'],
    ['not not a', '!!a'],
    ['not (a or b) and c', '(!(a|b)&c)'],
    ['(a)', 'a'],
    ['a AND NOT b', '(a&!b)'],
    ['1 of sel_*', '(sel_1|sel_2)'],
    ['any of sel_*', '(sel_1|sel_2)'],
    ['all of sel_*', '(sel_1&sel_2)'],
    ['all of *_2', '(sel_2)'],
    ['1 of s*l*1', '(sel_1)'],
    ['1 of them', '(a|b|c|sel_1|sel_2)'],
    ['all of _*', '(_hidden)'],
    ['not 1 of sel_* and a', '(!(sel_1|sel_2)&a)'],
    ['a and not 1 of sel_* or b', '((a&!(sel_1|sel_2))|b)'],
    ['1 of a', '(a)'],
  ])('reads %j as %s', (text, tree) => {
    expect(parse(text)).toEqual({ tree, complaints: [] });
  });

  it.each([
    ['missing', 'invalid', '"missing" is not defined'],
    ['A', 'invalid', '"A" is not defined'],
    ['a and', 'invalid', 'ends early'],
    ['', 'invalid', 'ends early'],
    ['a b', 'invalid', '"b" is not expected here'],
    ['(a', 'invalid', 'not closed'],
    ['a)', 'invalid', '")" is not expected'],
    ['or a', 'invalid', '"or" stands where a selection is expected'],
    ['1 of filter_*', 'invalid', '"filter_*" fits no selection'],
    ['all of', 'invalid', 'needs them'],
    ['2 of them', 'unsupported', '"2 of" is not supported'],
    ['a | count() > 5', 'unsupported', 'aggregations'],
    ['a'.repeat(MAX_CONDITION_CHARS + 1), 'limit', 'longer than'],
    [`${'('.repeat(MAX_CONDITION_DEPTH + 1)}a`, 'limit', 'nested deeper'],
    [`${'not '.repeat(MAX_CONDITION_DEPTH + 1)}a`, 'limit', 'nested deeper'],
  ])('refuses %j', (text, reason, message) => {
    const { tree, complaints } = parse(text);
    expect(tree).toBeNull();
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatchObject({ place: 'detection.condition', reason });
    expect(complaints[0]!.message).toContain(message);
  });

  it('finds nothing for "them" when every name is hidden', () => {
    const complaints: Complaint[] = [];
    expect(parseCondition('all of them', ['_a'], placeIn(complaints))).toBeNull();
    expect(complaints[0]!.message).toContain('fits no selection');
  });
});
