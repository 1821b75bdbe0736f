import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inShell, shellCommands } from '../../../agent/redaction/shell-words.ts';
import { spanOf } from '../../../agent/redaction/span.ts';

const values = (
  text: string,
  style: 'command' | 'prose' = 'command',
): readonly (readonly string[])[] =>
  shellCommands(text, style).map(({ words }) => words.map(({ value }) => value));

describe('shell text', () => {
  it.each([
    ['a b  c', [['a', 'b', 'c']]],
    [`a 'b c'"d \\"e"\\ f`, [['a', 'b cd "e f']]],
    ['a; b && c | d &\ne', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['x=$(a b) `c`', [['x=$'], ['a', 'b'], ['c']]],
    [`$'a\\'b' c`, [["a'b", 'c']]],
    [`a ""`, [['a', '']]],
    [`it's fine`, [["it's", 'fine']]],
    ['a \\\nb', [['a', 'b']]],
    ['a >f <g', [['a', 'f', 'g']]],
    ['', []],
  ])('%j is read as the commands that a shell would run', (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it.each([
    ['a | b', [false, true]],
    ['a |& b', [false, true]],
    ['a |\n (b)', [false, true]],
    ['a || b && c; d & e', [false, false, false, false, false]],
    ['a\nb', [false, false]],
  ])('of %j has commands that read what the one before prints', (text, expected) => {
    expect(shellCommands(text, 'command').map(({ isPiped }) => isPiped)).toEqual(expected);
  });

  it('has words that are themselves the input of their command', () => {
    const [command] = shellCommands(`a b <<< "c d" e`, 'command');
    expect(command?.words.map(({ value, isInput }) => [value, isInput])).toEqual([
      ['a', false],
      ['b', false],
      ['c d', true],
      ['e', false],
    ]);
  });

  it('of prose has apostrophes that open nothing', () => {
    expect(values(`don't say 'a b' or can't`, 'prose')).toEqual([
      ["don't", 'say', 'a b', 'or', "can't"],
    ]);
  });

  it('has the characters of every word where it says', () => {
    const unit = fc.constantFrom('a', 'é', ' ', '"', "'", '\\', '$', ';', '\n', '`');
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        for (const { words } of shellCommands(text, 'command')) {
          for (const word of words) {
            for (let at = 0; at < word.value.length; at += 1) {
              const { start, end } = inShell(word, spanOf(word.value, at, at + 1));
              expect(text.slice(start, end)).toContain(word.value[at]);
            }
          }
        }
      }),
    );
  });

  it('stays balanced when what is replaced begins and ends in different quotes', () => {
    const text = `x a"b c"'d'e y`;
    const word = shellCommands(text, 'command')[0]?.words[1];
    const span = inShell(word!, spanOf(word!.value, 2, 5));
    const replaced = `${text.slice(0, span.start)}_${span.after}${text.slice(span.end)}`;
    expect(values(replaced)).toEqual([['x', 'ab_e', 'y']]);
  });
});
