import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, folderAboveWildcard, hasWildcard } from '../../../agent/context/wildcards.ts';

describe('a name with wildcards', () => {
  it.each([
    ['/a/*.csv', '/a/x.csv', 'named'],
    ['/a/*', '/a/x.csv', 'named'],
    ['/a/?.csv', '/a/x.csv', 'named'],
    ['/a/*x*.c*v', '/a/export-x.csv', 'named'],
    ['/a/*', '/a/b/x.csv', 'folder'],
    ['/*/b', '/a/b/x.csv', 'folder'],
    ['/a/**', '/a/b/c/x.csv', 'named'],
    ['/a/**.csv', '/a/b/x.csv', 'named'],
    ['/a/**.csv', '/a/b/x.sql', null],
    ['/a/*.csv', '/a/x.csv.gz', null],
    ['/a/*.csv', '/a/b/x.csv', null],
    ['/a/?.csv', '/a/xy.csv', null],
    ['/a/*/x.csv', '/a/x.csv', null],
    ['/a/[x].csv', '/a/x.csv', null],
    ['/a/b*', '/a/c', null],
  ])('%s fits %s: %s', (pattern, key, expected) => {
    expect(fit(pattern, key)).toBe(expected);
  });

  it.each([
    ['/a/b/*.csv', '/a/b'],
    ['/a/b*/c', '/a'],
    ['/*', '/'],
    ['/a/?', '/a'],
  ])('of %s what it stands for lies below %s', (pattern, folder) => {
    expect(folderAboveWildcard(pattern)).toBe(folder);
  });

  it('is told from a plain one', () => {
    expect(hasWildcard('/a/x.csv')).toBe(false);
    expect(hasWildcard('/a/x?.csv')).toBe(true);
    expect(hasWildcard(`/${'*a'.repeat(600)}`)).toBe(false);
  });

  it('fits every path whose characters it leaves open', () => {
    const part = fc.stringMatching(/^[a-z.]{1,12}$/);
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat(3)),
        (parts, chance) => {
          const pattern = parts.map((text) =>
            text.replace(/./g, (sign) => ['?', '*', sign, sign][chance.next().value ?? 0] ?? sign),
          );
          // Two stars would stand for any depth.
          fc.pre(!pattern.some((text) => text.includes('**')));
          expect(fit(`/${pattern.join('/')}`, `/${parts.join('/')}`)).toBe('named');
        },
      ),
    );
  });

  it('takes no time that grows with the power of its stars', () => {
    const pattern = `/${'*a'.repeat(200)}`;
    expect(fit(pattern, `/${'a'.repeat(4000)}b`)).toBeNull();
  });
});
