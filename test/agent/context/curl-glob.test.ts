import { describe, expect, it } from 'vitest';
import { expandGlob } from '../../../agent/context/curl-glob.ts';

describe('a glob of curl', () => {
  it.each<[string, readonly string[]]>([
    ['x.csv', ['x.csv']],
    ['{a,b}', ['a', 'b']],
    ['{a}.csv', ['a.csv']],
    ['{/tmp/a,b c}.csv', ['/tmp/a.csv', 'b c.csv']],
    ['{a,}.csv', ['a.csv', '.csv']],
    ['file[1-3].csv', ['file1.csv', 'file2.csv', 'file3.csv']],
    ['[08-11]', ['08', '09', '10', '11']],
    ['[1-9:4]', ['1', '5', '9']],
    ['[a-c]', ['a', 'b', 'c']],
    ['[a-g:3]', ['a', 'd', 'g']],
    ['[Y-Z]', ['Y', 'Z']],
    ['[1-2]{a,b}', ['1a', '1b', '2a', '2b']],
    [String.raw`\{a,b\}`, ['{a,b}']],
    [String.raw`{a\,b,c}`, ['a,b', 'c']],
    [String.raw`C\x`, [String.raw`C\x`]],
    [String.raw`{C\x}`, ['Cx']],
    ['[Y-b]', ['Y', 'Z', '[', '\\', ']', '^', '_', '`', 'a', 'b']],
    ['[7-7]', ['7']],
  ])('%s means %j', (glob, names) => {
    expect(expandGlob(glob, 100)).toEqual(names);
  });

  it.each([
    '{a',
    '[1-3',
    '[3-1]',
    '[a-B]',
    '[1-a]',
    '[]',
    '{a,{b}}',
    '{a[1-2]}',
    'a}',
    '[1-2:0]',
    '[1-9:20]',
    '[x]',
    '{}',
    '[a-zz]',
  ])('that curl does not understand names nothing but itself: %s', (glob) => {
    expect(expandGlob(glob, 100)).toEqual([glob]);
  });

  it('gives no more names than asked for', () => {
    expect(expandGlob('[1-999999999]', 3)).toEqual(['1', '2', '3']);
    expect(expandGlob('{a,b}{a,b}{a,b}', 5)).toHaveLength(5);
  });
});
