import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CommandLine,
  hasOption,
  splitCommandLine,
} from '../../../agent/context/command-line.ts';

const VALUES = new Set(['-T', '-F', '-d', '--data', '--upload-file', '-name']);

/** Operands and options of a command whose words are separated by blanks. */
function split(line: string): CommandLine {
  return splitCommandLine(line.split(' '), VALUES);
}

describe('a command line', () => {
  it.each<[string, string, readonly string[], readonly (readonly [string, string])[]]>([
    ['a value as the next word', '-T x.csv url', ['url'], [['-T', 'x.csv']]],
    ['a value behind =', '--data=@x.csv url', ['url'], [['--data', '@x.csv']]],
    ['a value with another =', '--data=a=b', [], [['--data', 'a=b']]],
    ['an empty value behind =', '--data= url', ['url'], [['--data', '']]],
    ['a value joined to a short option', '-Tx.csv url', ['url'], [['-T', 'x.csv']]],
    ['a joined value that holds =', '-Ffile=@x.csv', [], [['-F', 'file=@x.csv']]],
    ['a value behind a cluster', '-sST x.csv url', ['url'], [['-T', 'x.csv']]],
    ['a value joined to a cluster', '-sd@x.csv', [], [['-d', '@x.csv']]],
    ['a cluster in which the first option takes the rest', '-dFT', [], [['-d', 'FT']]],
    ['a long option with one dash', '-name x.csv', [], [['-name', 'x.csv']]],
    ['a value that looks like an option', '-T -x.csv url', ['url'], [['-T', '-x.csv']]],
    ['a value that is --', '-T -- url', ['url'], [['-T', '--']]],
    ['options behind operands', 'url -T x.csv', ['url'], [['-T', 'x.csv']]],
    [
      'the same option twice',
      '-F a=@b -F c=@d',
      [],
      [
        ['-F', 'a=@b'],
        ['-F', 'c=@d'],
      ],
    ],
    ['options that stand alone', '-s --silent -vv url', ['url'], []],
    ['an unknown option with a value of its own', '--output=-T url', ['url'], []],
    ['a long option that begins like a known one', '--data-raw x', ['x'], []],
    ['the letters of a long option are no cluster', '--Td x', ['x'], []],
    ['a dash alone', '- url', ['-', 'url'], []],
    ['words behind --', '-s -- -T x.csv', ['-T', 'x.csv'], []],
    ['a second -- behind the first', '-- a -- b', ['a', '--', 'b'], []],
    ['an option whose value is missing', 'url -T', ['url'], []],
    ['an empty word', ' url', ['', 'url'], []],
  ])('with %s: %s', (_, line, operands, options) => {
    expect(split(line)).toEqual({
      operands,
      options: options.map(([option, value]) => ({ option, value })),
    });
  });

  it('keeps blanks, newlines and other alphabets in words', () => {
    expect(splitCommandLine(['-T', 'Größe 1\n.csv', '-Fa=@ б .csv', 'ü b'], VALUES)).toEqual({
      operands: ['ü b'],
      options: [
        { option: '-T', value: 'Größe 1\n.csv' },
        { option: '-F', value: 'a=@ б .csv' },
      ],
    });
  });

  it('may take its options with a value from a rule', () => {
    const long = { has: (option: string) => option.startsWith('--') && option !== '--quiet' };
    expect(splitCommandLine(['--quiet', 'a', '--level', 'b', '-x', 'c'], long)).toEqual({
      operands: ['a', 'c'],
      options: [{ option: '--level', value: 'b' }],
    });
  });

  it('reads a long cluster and many words in time', () => {
    const cluster = `-${'s'.repeat(200_000)}T`;
    const words = [...Array.from({ length: 100_000 }, () => '-s'), cluster, 'x.csv'];
    const context = { read: () => splitCommandLine(words, VALUES).options };
    expect(runInNewContext('read()', context, { timeout: 1000 })).toEqual([
      { option: '-T', value: 'x.csv' },
    ]);
  });

  it('of any words keeps each operand and value as text of one word, in order', () => {
    const word = fc.oneof(fc.constantFrom('-T', '-F', '--data', '--', '-', '-sT'), fc.string());
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const { operands, options } = splitCommandLine(words, VALUES);
        let at = 0;
        for (const operand of operands) {
          const found = words.indexOf(operand, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + 1;
        }
        for (const { option, value } of options) {
          expect(VALUES.has(option)).toBe(true);
          expect(words.some((own) => own.endsWith(value))).toBe(true);
        }
        expect(operands.length + options.length).toBeLessThanOrEqual(words.length);
      }),
    );
  });

  it('has only operands when every word follows --', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        expect(splitCommandLine(['--', ...words], VALUES)).toEqual({
          operands: words,
          options: [],
        });
      }),
    );
  });
});

describe('hasOption', () => {
  it.each([
    ['-z host', true],
    ['-vzn host', true],
    ['-vT z host', false],
    ['-Tz host', false],
    ['-T -z host', false],
    ['--listen host', true],
    ['--listen=yes host', true],
    ['--listening host', false],
    ['-F a=b', true],
    ['-vF a=b', true],
    ['host -z', true],
    ['-- -z', false],
    ['z', false],
    ['-', false],
  ])('of %s is %s', (line, expected) => {
    expect(hasOption(line.split(' '), VALUES, ['-z', '--listen', '-F'])).toBe(expected);
  });

  it('finds none of no names', () => {
    expect(hasOption(['-z'], VALUES, [])).toBe(false);
  });
});
