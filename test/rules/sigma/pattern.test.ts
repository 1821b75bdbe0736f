import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANY_CHARACTER,
  ANY_TEXT,
  compilePattern,
  loosen,
  parsePattern,
} from '../../../rules/sigma/pattern.ts';

const matches = (pattern: string, text: string): boolean =>
  compilePattern(parsePattern(pattern), false)(text);

describe('parsePattern', () => {
  it.each([
    ['plain', ['plain']],
    ['', []],
    ['a*b', ['a', ANY_TEXT, 'b']],
    ['a**b', ['a', ANY_TEXT, 'b']],
    ['a??', ['a', ANY_CHARACTER, ANY_CHARACTER]],
    [String.raw`\*`, ['*']],
    [String.raw`\?`, ['?']],
    [String.raw`\\*`, ['\\', ANY_TEXT]],
    [String.raw`\\\*`, [String.raw`\*`]],
    [String.raw`C:\Windows`, [String.raw`C:\Windows`]],
    [String.raw`C:\\Windows`, [String.raw`C:\Windows`]],
    ['\\\\\\', ['\\\\']],
    ['\\\\\\\\', ['\\\\']],
    ['end\\', ['end\\']],
  ])('takes %j apart by the escape rules', (text, parts) => {
    expect(parsePattern(text)).toEqual(parts);
  });
});

describe('compilePattern', () => {
  it.each([
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'abcd', false],
    ['a*c', 'a\nb\nc', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a?c', 'a\nc', true],
    ['a?c', 'a😀c', true],
    ['a??c', 'a😀c', false],
    ['*', '', true],
    ['?', '', false],
    ['', '', true],
    ['', 'a', false],
    ['*ab*ab', 'ab', false],
    ['*ab*ab', 'abab', true],
    ['a*b*c?', 'a-b-c-c!', true],
    ['*.CSV', 'report.csv', true],
    [String.raw`100\*`, '100*', true],
    [String.raw`100\*`, '1000', false],
  ])('%j on %j is %j', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('keeps case only when cased', () => {
    expect(compilePattern(parsePattern('Abc'), true)('abc')).toBe(false);
    expect(compilePattern(parsePattern('Abc'), true)('Abc')).toBe(true);
    expect(compilePattern(parsePattern('Abc'), false)('aBC')).toBe(true);
  });

  it('agrees with a backtracking regular expression on any short text', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '\n'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, (wild, text) => {
        const source = wild.replaceAll('*', '.*').replaceAll('?', '.');
        expect(matches(wild, text)).toBe(new RegExp(`^(?:${source})$`, 'su').test(text));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});

describe('loosen', () => {
  it('adds a wildcard once', () => {
    expect(loosen(['a'], true, true)).toEqual([ANY_TEXT, 'a', ANY_TEXT]);
    expect(loosen([ANY_TEXT, 'a'], true, false)).toEqual([ANY_TEXT, 'a']);
    expect(loosen([], true, true)).toEqual([ANY_TEXT]);
  });
});
