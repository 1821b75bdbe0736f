import { describe, expect, it } from 'vitest';
import type { LogSource } from '../../../rules/sigma/fields.ts';
import { RuleIndex } from '../../../rules/sigma/index.ts';
import { readRules } from '../../../rules/sigma/load.ts';

const SOURCES = [
  '{product: macos}',
  '{product: MacOS, category: file_event}',
  '{category: file_event}',
  '{product: windows, category: file_event}',
  '{product: macos, service: unifiedlog}',
];

const text = SOURCES.map(
  (source) => `title: '${source}'\nlogsource: ${source}\ndetection: {s: {A: 1}, condition: s}`,
).join('\n---\n');

const index = new RuleIndex(readRules(text, 'sources.yml').rules);

function titles(source: Partial<LogSource>): readonly string[] {
  const whole = { product: null, category: null, service: null, ...source };
  return index.route(whole).map(({ rule }) => rule.title);
}

describe('RuleIndex', () => {
  it('shows an observation only to rules whose every written part fits, in file order', () => {
    expect(titles({ product: 'macos', category: 'file_event' })).toEqual([
      '{product: macos}',
      '{product: MacOS, category: file_event}',
      '{category: file_event}',
    ]);
    expect(titles({ product: 'macos', service: 'unifiedlog' })).toEqual([
      '{product: macos}',
      '{product: macos, service: unifiedlog}',
    ]);
    expect(titles({ product: 'linux' })).toEqual([]);
  });

  it('answers the same when it is asked again', () => {
    const first = titles({ product: 'windows', category: 'file_event' });
    expect(first).toHaveLength(2);
    expect(titles({ product: 'windows', category: 'file_event' })).toEqual(first);
  });

  it('keeps only the rules whose detection holds', () => {
    const source = { product: 'macos', category: null, service: null };
    expect(index.matching(source, new Map([['A', 1]]))).toHaveLength(1);
    expect(index.matching(source, new Map([['A', 2]]))).toHaveLength(0);
  });
});
