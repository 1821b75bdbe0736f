import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cutToColumns, wrapText } from '../../../agent/report/wrap-text.ts';

describe('wrapText', () => {
  it('breaks after a separator near the end of a line', () => {
    expect(wrapText('/Users/maria/Downloads', 15, 3)).toEqual(['/Users/maria/', 'Downloads']);
  });

  it('breaks a word that has no separator where the line ends', () => {
    expect(wrapText('abcdefgh', 3, 3)).toEqual(['abc', 'def', 'gh']);
  });

  it('takes the middle of what does not fit', () => {
    expect(wrapText('aaaaabbbbbccccc', 5, 2)).toEqual(['aaaaa', '…cccc']);
  });

  it('gives one empty line for an empty text', () => {
    expect(wrapText('', 10, 2)).toEqual(['']);
  });

  it('keeps to lines and columns for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 4, max: 40 }),
        fc.integer({ min: 1, max: 4 }),
        (text, columns, maxLines) => {
          const lines = wrapText(text, columns, maxLines);
          expect(lines.length).toBeLessThanOrEqual(maxLines);
          expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

describe('columnsOf', () => {
  it('counts wide characters twice and marks on top of others not at all', () => {
    expect(['abc', '资料', '😀', 'e\u0301'].map(columnsOf)).toEqual([3, 4, 2, 1]);
  });
});

describe('cutToColumns', () => {
  it('cuts wide text to its columns', () => {
    expect(columnsOf(cutToColumns('资料客户名单表格', 9))).toBeLessThanOrEqual(9);
    expect(cutToColumns('short', 9)).toBe('short');
  });
});
