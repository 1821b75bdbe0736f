import { describe, expect, it } from 'vitest';
import { MAX_TITLE_CHARS } from '../../../rules/sigma/header.ts';
import { MAX_FILE_CHARS, parseRules } from '../../../rules/sigma/parse.ts';
import { refusals, ruleText } from './rule-text.ts';

const DETECTION = ['s: {A: 1}', 'condition: s'];

describe('parseRules', () => {
  it('reads a rule as plain data and keeps what it does not know', () => {
    const text = ruleText(DETECTION, [
      '  category: File_Event',
      'id: 4DB60CC0-36fb-42b7-9b58-a5b53019fb74',
      'level: high',
      'tags: [attack.t1213.006]',
      'date: 2026-01-02',
      'author: Somebody',
      'house-key: [1]',
    ]);
    const { rules, problems } = parseRules(text, 'a.yml');
    expect(problems).toEqual([]);
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject({
      file: 'a.yml',
      document: 1,
      title: 'Example',
      id: '4db60cc0-36fb-42b7-9b58-a5b53019fb74',
      level: 'high',
      tags: ['attack.t1213.006'],
      logSource: { product: 'macos', category: 'file_event', service: null },
      policy: null,
    });
    expect(rules[0]!.rest).toEqual(
      new Map<string, unknown>([
        ['date', '2026-01-02'],
        ['author', 'Somebody'],
        ['house-key', [1]],
      ]),
    );
  });

  it('reads several documents, and a broken one costs only itself', () => {
    const good = ruleText(DETECTION);
    const text = [good, 'title: Broken', good, 'a: [1', good].join('\n---\n');
    const { rules, problems } = parseRules(text, 'many.yml');
    expect(rules.map(({ document }) => document)).toEqual([1, 3, 5]);
    expect([...new Set(problems.map(({ document }) => document))]).toEqual([2, 4]);
  });

  it('names file, document, rule, place and fix', () => {
    const id = '4db60cc0-36fb-42b7-9b58-a5b53019fb74';
    const broken = ruleText(['s: {A|foo: 1}', 'condition: s'], [`id: ${id}`]);
    const text = `${ruleText(DETECTION)}---\n${broken}`;
    expect(refusals(text)).toEqual([
      `example.yml: document 2: "Example" "${id}": detection.s.A|foo: unknown modifier "foo"; known are contains, startswith, endswith, exists, re, cidr, lt, lte, gt, gte, all, cased, neq`,
    ]);
  });

  it.each([
    ['level: severe', 'level: write one of informational, low, medium, high, critical'],
    ['level: High', 'level: write one of'],
    ['id: rule-1', 'id: not a UUID'],
    ['id: 5', 'id: not a UUID'],
    ['tags: attack.t1', 'tags: write a list'],
    ['tags: [attack]', 'tags[1]: write namespace.value'],
    ['correlation: {type: temporal}', 'correlation: correlation rules are not supported'],
    ['action: global', 'action: collections'],
    ['  producer: x', 'logsource.producer: unknown key'],
    ['  category: 5', 'logsource.category: write text'],
    ['spillwatch: {row: {confidence: sure}}', 'spillwatch.row.confidence: write one of low'],
    ['title: twice', 'Map keys must be unique at line 4'],
    ['extra: !!binary eA==', 'Unresolved tag'],
    ['extra: !other x', 'Unresolved tag'],
  ])('refuses %j', (line, message) => {
    const lines = refusals(ruleText(DETECTION, [line]));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  it.each([
    ['- a', 'a rule is a map'],
    ['title: x', 'logsource: a rule needs a log source'],
    ['title: x\nlogsource: {definition: y}', 'logsource: it restricts nothing'],
    ['title: x\nlogsource: {product: y}', 'detection: a rule needs a detection'],
    ['title: 5', 'title: a rule needs a title'],
    [`title: ${'x'.repeat(MAX_TITLE_CHARS + 1)}`, 'title: longer than 256'],
    ['%YAML 1.1\n---\na: yes', 'use YAML 1.2'],
    ['a: 1\na: 2', 'Map keys must be unique'],
    ['', 'the file holds no rule'],
    ['# nothing', 'the file holds no rule'],
    [' '.repeat(MAX_FILE_CHARS + 1), 'split the file'],
    ['['.repeat(20_000), 'correct the YAML'],
  ])('refuses the text %.30j', (text, message) => {
    expect(refusals(text).join('\n')).toContain(message);
  });

  it.each([
    [['s: {A: 1}'], 'detection.condition: a detection needs a condition'],
    [['s: {A: 1}', 'condition: []'], 'detection.condition: a detection needs a condition'],
    [['s: {A: 1}', 'condition: [s, t]'], 'detection.condition[2]: "t" is not defined'],
    [['s: {A: 1}', 'condition: [s, 5]'], 'detection.condition[2]: write text'],
    [['s: {A: 1}', 'timeframe: 5m', 'condition: s'], 'detection.timeframe: aggregation'],
    [['5: {A: 1}', 'condition: s'], 'detection.5: put it in quotes'],
  ])('refuses the detection %j', (lines, message) => {
    expect(refusals(ruleText(lines))[0]).toContain(message);
  });

  it('refuses aliases that would fill the memory', () => {
    const text = ['a0: &a0 [x, x]'];
    for (let level = 1; level < 8; level += 1) {
      const below = `*a${String(level - 1)}`;
      text.push(`a${String(level)}: &a${String(level)} [${`${below}, `.repeat(8)}]`);
    }
    expect(refusals(text.join('\n'))[0]).toContain('Excessive alias count');
  });

  it('shows control characters of a rule as escapes', () => {
    const [line] = refusals(ruleText([String.raw`s: {"A|\e[31mred": 1}`, 'condition: s']));
    expect(line).toContain(String.raw`"\u{1b}[31mred"`);
    expect(line).not.toContain('\u001B');
  });
});
