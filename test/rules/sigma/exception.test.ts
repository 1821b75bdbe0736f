import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInForce } from '../../../rules/sigma/exception.ts';
import { checkExceptions } from '../../../rules/sigma/exception-check.ts';
import { exceptionWarnings } from '../../../rules/sigma/exception-warnings.ts';
import { RuleIndex } from '../../../rules/sigma/index.ts';
import { loadRules, readRules } from '../../../rules/sigma/load.ts';
import { exceptionText, idOf } from './exception-text.ts';
import { refusals } from './rule-text.ts';

const read = (text: string) => readRules(text, 'e.yml').exceptions.map((one) => one.exception);

function without(key: string): readonly string[] {
  return refusals(exceptionText().replace(new RegExp(`^${key}:.*\n`, 'm'), ''));
}

describe('a document with a filter', () => {
  it('is read as an exception and as no rule', () => {
    const { rules, exceptions, problems } = readRules(exceptionText(), 'e.yml');
    expect([rules, problems]).toEqual([[], []]);
    expect(exceptions).toHaveLength(1);
    expect(exceptions[0]!.exception).toMatchObject({
      file: 'e.yml',
      document: 1,
      title: 'Backups',
      id: idOf('e'),
      logSource: { product: 'macos', category: 'data_movement', service: null },
      rules: null,
      owner: 'ops',
      reason: 'nightly',
      ticket: 'OPS-1',
      expires: '2026-12-31',
      expiresUs: Date.UTC(2027, 0, 1) * 1000,
    });
  });

  it('names rules by id in any case', () => {
    const [exception] = read(exceptionText({ rules: `[${idOf('A')}, ${idOf('b')}]` }));
    expect(exception?.rules).toEqual(new Set([idOf('a'), idOf('b')]));
  });

  it('keeps a selection called like a key of a plain object', () => {
    const [one] = readRules(
      exceptionText({ selections: ['__proto__: {User: x}'], condition: 'not __proto__' }),
      'e.yml',
    ).exceptions;
    expect(one!.passes(new Map([['User', 'x']]))).toBe(false);
    expect(one!.passes(new Map([['User', 'y']]))).toBe(true);
  });

  it.each([
    [{ rules: '[]' }, 'filter.rules: write any, or a list'],
    [{ rules: 'all' }, 'filter.rules: write any, or a list'],
    [{ rules: '[any]' }, 'filter.rules[1]: not a UUID'],
    [{ rules: `[${idOf('a')}, Some Rule]` }, 'filter.rules[2]: not a UUID; write the id'],
    [{ condition: 'not other' }, 'filter.condition: "other" is not defined'],
    [{ condition: 'not rules' }, 'filter.condition: "rules" is not defined'],
    [{ condition: 'not 1 of x*' }, 'filter.condition: "x*" fits no selection'],
    [{ selections: ['selection: {User|re: "("}'] }, 'filter.selection.User|re: not a regular'],
    [{ selections: ['selection: {}'] }, 'filter.selection: the map is empty'],
    [{ selections: ['selection: {User|foo: x}'] }, 'filter.selection.User|foo: unknown modifier'],
    [{ logsource: '{}' }, 'logsource: it restricts nothing'],
    [{ title: '5' }, 'title: a rule needs a title'],
    [{ id: 'mine' }, 'id: not a UUID'],
  ])('is refused for %j', (parts, message) => {
    const lines = refusals(exceptionText(parts));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  it('is refused without an id, a log source or the map of the filter', () => {
    expect(without('id')[0]).toContain('id: an exception needs an id; make one with uuidgen');
    expect(without('logsource')[0]).toContain('logsource: a rule needs a log source');
    expect(refusals(exceptionText().replace(/filter:\n(?: .*\n)+/, 'filter: any\n'))[0]).toContain(
      'filter: write a map with rules, selections and a condition',
    );
  });

  it('is refused when it is a rule as well', () => {
    const text = `${exceptionText()}detection: {s: {A: 1}, condition: s}\n`;
    expect(refusals(text)[0]).toContain('detection: a document has a detection or a filter');
  });

  it('costs only itself when it is broken', () => {
    const text = [exceptionText({ rules: '[]' }), exceptionText()].join('---\n');
    const { exceptions, problems } = readRules(text, 'e.yml');
    expect(exceptions.map(({ exception }) => exception.document)).toEqual([2]);
    expect(problems.map(({ document }) => document)).toEqual([1]);
  });
});

describe('isInForce', () => {
  it('holds through the whole last day in UTC and not a microsecond longer', () => {
    const [exception] = read(exceptionText());
    const midnightUs = Date.UTC(2027, 0, 1) * 1000;
    expect(isInForce(exception!, midnightUs - 1)).toBe(true);
    expect(isInForce(exception!, midnightUs)).toBe(false);
  });
});

describe('the example in the README', () => {
  it('loads with the delivered rules, passes their golden cases, and raises no warning', () => {
    const folder = join(import.meta.dirname, '../../../rules');
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/```yaml\n([^`]*)```/g)].map(([, text]) => text!);
    const filters = examples.filter((text) => text.includes('filter:'));
    expect(filters).toHaveLength(1);
    const { exceptions, problems } = readRules(filters[0]!, 'readme.yml');
    expect(problems).toEqual([]);
    expect(exceptions).toHaveLength(1);
    const { rules, golden } = loadRules(join(folder, 'macos'));
    const checked = checkExceptions(new RuleIndex(rules.all, exceptions), golden);
    expect(checked.problems).toEqual([]);
    expect(exceptionWarnings(checked.rules, golden, 0)).toEqual([]);
  });
});
