import { describe, expect, it } from 'vitest';
import { MAX_LIST_LENGTH, MAX_NESTING, MAX_VALUE_CHARS } from '../../../rules/sigma/selection.ts';
import { itemRefusals, refusals, ruleText, textMatches } from './rule-text.ts';

const rule = (...lines: readonly string[]): string => ruleText([...lines, 'condition: s']);

describe('selections', () => {
  it('joins the keys of a map by and', () => {
    const text = rule('s:', '  A: 1', '  B: 2');
    expect(textMatches(text, { A: 1, B: 2 })).toBe(true);
    expect(textMatches(text, { A: 1, B: 3 })).toBe(false);
  });

  it('joins a list of maps by or', () => {
    const text = rule('s:', '  - A: 1', '    B: 2', '  - C: 3');
    expect(textMatches(text, { A: 1, B: 2 })).toBe(true);
    expect(textMatches(text, { C: 3 })).toBe(true);
    expect(textMatches(text, { A: 1 })).toBe(false);
  });

  it('looks for keywords in every field', () => {
    const text = rule('s:', '  - Secret', '  - x?z');
    expect(textMatches(text, { A: 'a secret word' })).toBe(true);
    expect(textMatches(text, { A: 'none', B: ['no', 'xyz!'] })).toBe(true);
    expect(textMatches(text, { A: 'none' })).toBe(false);
    expect(textMatches(text, {})).toBe(false);
  });

  it('needs every keyword with all, in any field', () => {
    const text = rule('s:', "  '|all':", '    - one', '    - two');
    expect(textMatches(text, { A: 'one', B: 'two' })).toBe(true);
    expect(textMatches(text, { A: 'one' })).toBe(false);
  });

  it('mixes maps and keywords in one list', () => {
    const text = rule('s:', '  - word', '  - A: 1');
    expect(textMatches(text, { B: 'a word' })).toBe(true);
    expect(textMatches(text, { A: 1 })).toBe(true);
    expect(textMatches(text, { A: 2 })).toBe(false);
  });

  it('treats names of object properties like any other absent field', () => {
    expect(textMatches(rule('s:', '  constructor: null'), {})).toBe(true);
    expect(textMatches(rule('s:', '  __proto__|exists: true'), { A: 1 })).toBe(false);
  });
});

describe('refused selections', () => {
  it.each([
    ['A: []', 'detection.selection.A: the list of values is empty'],
    ['A: {b: c}', 'detection.selection.A: a value is a map or a list'],
    ['A: [x, [y]]', 'detection.selection.A[2]: a value is a map or a list'],
    ['A|contains: null', 'detection.selection.A|contains: contains cannot take null'],
    ["A|lt: '5'", 'detection.selection.A|lt: lt takes a number'],
    ["A|exists: 'true'", 'detection.selection.A|exists: exists takes true or false'],
    ['A|exists: [true, false]', 'detection.selection.A|exists: exists takes one value'],
    ['A|re: 5', 'detection.selection.A|re: re takes text'],
    ['A|all: x', 'detection.selection.A|all: all needs a list'],
    ['A: 12345678901234567890', 'the number cannot be held exactly'],
    ['A: .nan', 'the number cannot be held exactly'],
    ["'': x", 'detection.selection: a field name is empty'],
    ['5: x', 'field name "5" is not text'],
    ["'|lt': 5", 'lt needs a field'],
    ["'|all': [x, null]", 'a keyword cannot be null'],
    [`A: ${'x'.repeat(MAX_VALUE_CHARS + 1)}`, 'shorten the value'],
    [`A: [${'x,'.repeat(MAX_LIST_LENGTH + 1)}]`, 'split the rule'],
  ])('refuses %.60s and names the place', (line, message) => {
    const lines = itemRefusals(line);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  it.each([
    ['s: {}', 'detection.s: the map is empty'],
    ['s: []', 'detection.s: the list is empty'],
    ['s:', 'detection.s: the selection is empty'],
    [`s: ${'['.repeat(MAX_NESTING)}x${']'.repeat(MAX_NESTING)}`, 'nested deeper than'],
  ])('refuses %.40s', (line, message) => {
    expect(refusals(rule(line))[0]).toContain(message);
  });

  it('accepts a value and a nesting at their bounds', () => {
    const deep = `${'['.repeat(MAX_NESTING - 1)}x${']'.repeat(MAX_NESTING - 1)}`;
    expect(refusals(rule(`s: ${deep}`))).toEqual([]);
    expect(itemRefusals(`A: ${'x'.repeat(MAX_VALUE_CHARS)}`)).toEqual([]);
  });

  it('reports every broken item of a rule at once', () => {
    const lines = refusals(rule('s:', '  A|foo: 1', '  B|lt: x'));
    expect(lines).toHaveLength(2);
  });
});
