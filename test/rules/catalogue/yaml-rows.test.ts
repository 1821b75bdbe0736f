import { describe, expect, it } from 'vitest';
import { yamlRows } from '../../../rules/catalogue/yaml-rows.ts';

describe('yamlRows', () => {
  it('gives each row its section, number, line and name', () => {
    const rows = yamlRows(
      'x.yml',
      '# head\n\na:\n  - name: one\n    n: [1, 2]\nb:\n  - id: "two: 2"\n',
      ['a', 'b'],
    );
    expect(rows('a')).toEqual([
      {
        where: 'x.yml a row 1 (line 4, one)',
        fields: new Map<string, unknown>([
          ['name', 'one'],
          ['n', ['1', '2']],
        ]),
        problem: null,
      },
    ]);
    expect(rows('b')[0]?.where).toBe('x.yml b row 1 (line 7, two: 2)');
  });

  it('keeps every scalar as the text that it is', () => {
    const rows = yamlRows('x.yml', 'a:\n  - name: off\n    hex: 0x0\n    date: 2026-11-24\n', [
      'a',
    ]);
    expect([...(rows('a')[0]?.fields.values() ?? [])]).toEqual(['off', '0x0', '2026-11-24']);
  });

  it.each([
    ['a section is missing', 'a: []\n'],
    ['a section is one too many', 'a: []\nb: []\nc: []\n'],
    ['a section comes twice', 'a: []\nb: []\na: []\n'],
    ['a row stands before the first section', '  - name: x\na: []\nb: []\n'],
    ['a section is no list', 'a: x\nb: []\n'],
    ['a row has a key twice', 'a:\n  - name: x\n    name: y\nb: []\n'],
    ['a quote is not closed', 'a:\n  - name: "x\nb: []\n'],
  ])('throws when %s', (_, text) => {
    expect(() => yamlRows('x.yml', text, ['a', 'b'])).toThrow(/^x\.yml/);
  });
});
