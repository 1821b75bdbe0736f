import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundInteger,
  boundText,
  fileName,
  keepEnds,
  MAX_INTEGER,
  MAX_TEXT_CHARS,
} from '../../../../agent/deliver/formats/ocsf-bounds.ts';

describe('boundText', () => {
  it('leaves a text of the whole length alone', () => {
    const text = '😀'.repeat(MAX_TEXT_CHARS / 2);
    expect(boundText(text)).toBe(text);
  });

  it('marks a cut and leaves no half of a character behind', () => {
    const cut = boundText('😀'.repeat(MAX_TEXT_CHARS));
    expect(cut).toHaveLength(MAX_TEXT_CHARS);
    expect(cut.slice(-4)).toBe('😀\uFFFD…');
  });

  it('replaces lone surrogates and nothing else', () => {
    expect(boundText('a\uD800b😀\u0000\u001B')).toBe('a\uFFFDb😀\u0000\u001B');
  });
});

describe('keepEnds', () => {
  it('keeps order, both ends and never more than the limit', () => {
    const numbers = fc.nat(50).map((length) => Array.from({ length }, (_, index) => index));
    fc.assert(
      fc.property(numbers, fc.integer({ min: 2, max: 20 }), (items, limit) => {
        const kept = keepEnds(items, limit);
        expect(kept).toHaveLength(Math.min(items.length, limit));
        expect(kept).toEqual(kept.toSorted((a, b) => a - b));
        expect([kept.at(0), kept.at(-1)]).toEqual([items.at(0), items.at(-1)]);
      }),
    );
  });

  it('keeps the beginning when the limit leaves room for one', () => {
    expect(keepEnds([1, 2, 3], 1)).toEqual([1]);
  });
});

describe('boundInteger', () => {
  it.each([0, 1, MAX_INTEGER])('takes %s', (value) => {
    expect(boundInteger(value)).toBe(value);
  });

  it.each([-1, MAX_INTEGER + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %s',
    (value) => {
      expect(boundInteger(value)).toBeNull();
    },
  );
});

describe('fileName', () => {
  it.each([
    ['/Users/maria/a.csv', 'a.csv'],
    ['/Users/maria/export//', 'export'],
    ['a.csv', 'a.csv'],
    ['a/', 'a'],
    ['///', '///'],
    ['', ''],
  ])('of %j is %j', (path, name) => {
    expect(fileName(path)).toBe(name);
  });

  it('takes time that grows with the length only', () => {
    expect(fileName(`${'/'.repeat(200_000)}x`)).toBe('x');
  });
});
