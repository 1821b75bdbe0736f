import { describe, expect, it } from 'vitest';
import type { Complaint } from '../../../rules/sigma/problem.ts';
import { describeProblem, placeIn, quote } from '../../../rules/sigma/problem.ts';

describe('describeProblem', () => {
  it('writes one line without control characters, whatever the file is called', () => {
    const line = describeProblem({
      file: 'a\nb.yml',
      document: 2,
      rule: '"T"',
      place: 'detection.s',
      message: 'wrong \u001B[0m; fix it',
    });
    expect(line).toBe(
      String.raw`a\u{a}b.yml: document 2: "T": detection.s: wrong \u{1b}[0m; fix it`,
    );
  });

  it('leaves out what is not known', () => {
    const problem = { document: null, rule: null, place: '' } as const;
    expect(describeProblem({ file: 'a.yml', message: 'bad', ...problem })).toBe('a.yml: bad');
  });
});

describe('placeIn', () => {
  it('names keys by dots and list items from 1', () => {
    const complaints: Complaint[] = [];
    placeIn(complaints).key('detection').key('s').item(0).refuse('limit', 'long');
    expect(complaints).toEqual([{ place: 'detection.s[1]', reason: 'limit', message: 'long' }]);
  });
});

describe('quote', () => {
  it('cuts long text and shows lone surrogates and direction marks', () => {
    expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(80)}..."`);
    expect(quote('\uD800\u202E')).toBe(String.raw`"\u{d800}\u{202e}"`);
  });
});
