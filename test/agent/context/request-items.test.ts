import { describe, expect, it } from 'vitest';
import { fileOfItem, requestItems } from '../../../agent/context/request-items.ts';

describe('the operands of a request', () => {
  it.each<[string, string | null, readonly string[]]>([
    ['POST https://e.net a=b c@d', 'https://e.net', ['a=b', 'c@d']],
    ['https://e.net a=b', 'https://e.net', ['a=b']],
    ['e.net/in', 'e.net/in', []],
    ['localhost', 'localhost', []],
    [':8000 @x', ':8000', ['@x']],
    ['post e.net', 'e.net', []],
  ])('%s are a URL and items', (words, url, items) => {
    expect(requestItems({ operands: words.split(' '), options: [] })).toEqual({ url, items });
  });

  it('may be missing', () => {
    expect(requestItems({ operands: [], options: [] })).toEqual({ url: null, items: [] });
  });
});

describe('the file of an item', () => {
  it.each([
    ['field@x.csv', 'x.csv'],
    ['@x.csv', 'x.csv'],
    ['field=@x.csv', 'x.csv'],
    ['field:=@x.json', 'x.json'],
    ['field==@x.csv', 'x.csv'],
    ['Header:@x.txt', 'x.txt'],
    ['field@a@b=c\n.csv', 'a@b=c\n.csv'],
    ['mail=maria@x.csv', undefined],
    ['X-Mail:maria@x.csv', undefined],
    ['json:={"a":"b@c"}', undefined],
    ['https://e.net/@maria', undefined],
    ['field@', undefined],
    ['field', undefined],
    ['', undefined],
  ])('%j is %s', (item, file) => {
    expect(fileOfItem(item)).toBe(file);
  });
});
