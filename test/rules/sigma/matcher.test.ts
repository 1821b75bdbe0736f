import { describe, expect, it } from 'vitest';
import { MAX_SEARCHED_CHARS } from '../../../rules/sigma/matcher.ts';
import { itemMatches, itemRefusals } from './rule-text.ts';

describe('text', () => {
  it('compares without case unless cased', () => {
    expect(itemMatches('Image: /BIN/sh', { Image: '/bin/SH' })).toBe(true);
    expect(itemMatches('Image|cased: /BIN/sh', { Image: '/bin/sh' })).toBe(false);
    expect(itemMatches('Image|cased: /bin/sh', { Image: '/bin/sh' })).toBe(true);
  });

  it.each([
    ['Image: psql', 'psql', true],
    ['Image: psql', 'psql2', false],
    ['Image|contains: sq', 'psql', true],
    ['Image|contains: sq', 'pgcli', false],
    ['Image|startswith: ps', 'psql', true],
    ['Image|startswith: sq', 'psql', false],
    ['Image|endswith: ql', 'psql', true],
    ['Image|endswith: ps', 'psql', false],
    ['Image|endswith: /p*l', '/bin/psql', true],
    ['Image|contains|cased: SQ', 'psql', false],
    ['Image|startswith|cased: PS', 'psql', false],
    ["Image: 'ps*'", 'psql', true],
  ])('%s on %j is %j', (line, image, expected) => {
    expect(itemMatches(line, { Image: image })).toBe(expected);
  });

  it('reads yes and no as words and a date as text', () => {
    expect(itemMatches('Answer: yes', { Answer: 'yes' })).toBe(true);
    expect(itemMatches('Answer: yes', { Answer: true })).toBe(false);
    expect(itemMatches('Day: 2026-01-02', { Day: '2026-01-02' })).toBe(true);
  });
});

describe('absence', () => {
  it.each([
    ["A: ''", {}, false],
    ["A: ''", { A: '' }, true],
    ["A: ''", { A: 'x' }, false],
    ["A: ''", { A: null }, false],
    ['A: null', {}, true],
    ['A: null', { A: null }, true],
    ['A: null', { A: '' }, false],
    ['A: [null, x]', {}, true],
    ['A: [null, x]', { A: 'x' }, true],
    ["A: '*'", {}, false],
    ["A: '*'", { A: '' }, true],
    ['A|exists: true', { A: '' }, true],
    ['A|exists: true', { A: null }, true],
    ['A|exists: true', {}, false],
    ['A|exists: false', {}, true],
    ['A|exists: false', { A: 'x' }, false],
    ['A|lt: 5', {}, false],
    ['A|re: ".*"', {}, false],
  ])('%s on %j is %j', (line, fields, expected) => {
    expect(itemMatches(line, fields as Record<string, string | null>)).toBe(expected);
  });
});

describe('numbers and booleans', () => {
  it.each([
    ['Port: 443', 443, true],
    ['Port: 443', '443', true],
    ['Port: 443', '0443', true],
    ['Port: 443', '443.0', true],
    ['Port: 443', 4430, false],
    ['Port: 443', '443x', false],
    ["Port: '443'", 443, true],
    ['Port|startswith: 44', 443, true],
    ['Port|lt: 1024', 1023, true],
    ['Port|lt: 1024', '1024', false],
    ['Port|lte: 1024', '1024', true],
    ['Port|gt: 1024', 1025, true],
    ['Port|gte: 1024', 1023, false],
    ['Port|gt: 0', 'many', false],
    ['Port|gt: 0', '', false],
    ['Port: true', true, true],
    ['Port: true', 'True', true],
    ['Port: true', false, false],
    ['Port: true', 1, false],
    ["Port: 'true'", true, true],
    ['Port: 1', true, false],
  ])('%s on %j is %j', (line, port, expected) => {
    expect(itemMatches(line, { Port: port })).toBe(expected);
  });
});

describe('lists', () => {
  it('needs one value of the list, or all with all', () => {
    const fields = { Line: 'pg_dump --file x.sql' };
    expect(itemMatches('Line|contains: [mysql, pg_dump]', fields)).toBe(true);
    expect(itemMatches('Line|contains|all: [mysql, pg_dump]', fields)).toBe(false);
    expect(itemMatches('Line|contains|all: [--file, pg_dump]', fields)).toBe(true);
  });

  it('matches a list field by any of its elements', () => {
    const fields = { Files: ['/a.csv', '/b.zip'] };
    expect(itemMatches('Files|endswith: .zip', fields)).toBe(true);
    expect(itemMatches('Files|endswith: .sql', fields)).toBe(false);
    expect(itemMatches('Files|endswith|all: [.zip, .csv]', fields)).toBe(true);
    expect(itemMatches('Files|exists: true', { Files: [] })).toBe(true);
    expect(itemMatches("Files: '*'", { Files: [] })).toBe(false);
  });

  it('negates the whole item with neq, so none of the values and also no field', () => {
    expect(itemMatches('A|neq: [x, y]', { A: 'z' })).toBe(true);
    expect(itemMatches('A|neq: [x, y]', { A: 'y' })).toBe(false);
    expect(itemMatches('A|neq: x', {})).toBe(true);
    expect(itemMatches('A|contains|neq: x', { A: 'axb' })).toBe(false);
  });
});

describe('regular expressions', () => {
  it.each([
    ['A|re: b+', 'abbc', true],
    ['A|re: ^b', 'abbc', false],
    ['A|re: B', 'abc', false],
    ['A|re|i: B', 'abc', true],
    ['A|re: a.c', 'a\nc', false],
    ['A|re|s: a.c', 'a\nc', true],
    ['A|re: ^b', 'a\nb', false],
    ['A|re|m: ^b', 'a\nb', true],
    ['A|re|i|m: ^B', 'a\nb', true],
    [String.raw`A|re: \d+\*`, '12*', true],
  ])('%s on %j is %j', (line, text, expected) => {
    expect(itemMatches(line, { A: text })).toBe(expected);
  });

  it.each(['a(?=b)', String.raw`(a)\1`, '(?<!a)b', '(a', '(a{1000}){1000}'])(
    'refuses %j at load and says where',
    (source) => {
      const [line] = itemRefusals(`A|re: ['x', '${source}']`);
      expect(line).toContain(
        'example.yml: document 1: "Example": detection.selection.A|re[2]: not a',
      );
    },
  );

  it('searches a bounded part of the text', () => {
    const text = `${'a'.repeat(MAX_SEARCHED_CHARS - 1)}bc`;
    expect(itemMatches('A|re: b', { A: text })).toBe(true);
    expect(itemMatches('A|re: c', { A: text })).toBe(false);
  });
});

describe('address ranges', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['fe80::/10', 'fe80::1', true],
    ['fe80::/10', '10.0.0.1', false],
    ['0.0.0.0/0', 'not an address', false],
  ])('%s on %s is %j', (range, address, expected) => {
    expect(itemMatches(`A|cidr: '${range}'`, { A: address })).toBe(expected);
  });

  it.each(['10.0.0.1/8', 'fe80::1/10', 'nonsense', '10.0.0.0'])('refuses %s', (range) => {
    expect(itemRefusals(`A|cidr: '${range}'`)[0]).toContain('not an address range');
  });
});
