import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeMarked,
  escapePath,
  escapeText,
  shorten,
  visible,
} from '../../../agent/report/escape.ts';
import { textIn, unescapedIn } from './html-checks.ts';

const TEXT = fc.string({ unit: 'binary', maxLength: 60 });

describe('escapeText', () => {
  it('writes the five characters of markup as entities', () => {
    expect(escapeText(`<a href='x' title="y">&amp;`)).toBe(
      '&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;',
    );
  });

  it('shows characters that nobody can see', () => {
    expect(escapeText('a\u202Eb\u0000\n\uD800')).toBe(String.raw`a\u{202e}b\u{0}\u{a}\u{d800}`);
  });

  it('keeps every visible character of any language', () => {
    for (const text of ['Größe', '资料 客户', 'جدول', '😀', 'e\u0301'])
      expect(escapeText(text)).toBe(text);
  });
});

describe('escaping of any text', () => {
  it('leaves no markup behind and shows the same text', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        for (const escape of [escapeText, escapeMarked, escapePath]) {
          const html = escape(text);
          expect(unescapedIn(html)).toEqual([]);
          expect(textIn(html)).toBe(visible(text));
        }
      }),
    );
  });
});

describe('escapePath', () => {
  it('lets a line break after each separator and nowhere inside a tag', () => {
    expect(escapePath('/a\u0007/b')).toBe(
      String.raw`<span class="path">/<wbr>a<span class="unseen">\u{7}</span>/<wbr>b</span>`,
    );
  });
});

describe('shorten', () => {
  it('takes the middle and keeps both ends', () => {
    expect(shorten('abcdefghij.csv', 9)).toBe('abcd….csv');
  });

  it('leaves a text that fits as it is, and never halves a character', () => {
    expect(shorten('😀😀😀', 3)).toBe('😀😀😀');
    expect(shorten('😀😀😀😀', 3)).toBe('😀…😀');
  });
});
