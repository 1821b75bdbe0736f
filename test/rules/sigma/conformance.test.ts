import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../../rules/sigma/fields.ts';
import { readRules } from '../../../rules/sigma/load.ts';
import { ANY_CHARACTER, ANY_TEXT, loosen, parsePattern } from '../../../rules/sigma/pattern.ts';
import { describeProblem } from '../../../rules/sigma/problem.ts';
import { itemRefusals } from './rule-text.ts';

const DATA = join(import.meta.dirname, '../../../../shared/data/sigma-conformance');
const isMissing = !existsSync(DATA);
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(DATA, path), 'utf8'));

interface Case {
  readonly id: string;
  readonly rules_yaml: string;
  readonly steps: readonly {
    readonly event: Readonly<Record<string, FieldValue>>;
    readonly message?: string;
    readonly match?: boolean;
    readonly expect?: {
      readonly matches?: readonly (readonly [string, number])[];
      readonly matches_title?: readonly (readonly [string, string])[];
    };
  }[];
}

/** Cases outside the language of this engine, by what they need. Their rules must be refused, not half understood. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['sigmalite::sigma/win_system_susp_service_installation_script.yml', 'windash'],
  ['sigmalite::sigma/win_security_admin_logon.yml', 'expand'],
  ['rsigma::engine::test_filter_rule_application', 'filter'],
  ['rsigma::engine::test_filter_rule_no_ref_applies_to_all', 'filter'],
  ['rsigma::engine::test_filter_by_rule_name', 'filter'],
  ['rsigma::engine::test_filter_multiple_detections', 'filter'],
  ['rsigma::engine::test_filter_applied_to_multiple_rules', 'filter'],
  ['rsigma::engine::test_expand_modifier_yaml', 'expand'],
  ['rsigma::engine::test_expand_modifier_multiple_placeholders', 'expand'],
  ['rsigma::engine::test_timestamp_hour_modifier_yaml', 'hour'],
  ['rsigma::engine::test_timestamp_day_modifier_yaml', 'day'],
  ['rsigma::engine::test_timestamp_year_modifier_yaml', 'year'],
  ['rsigma::engine::test_action_repeat_evaluates_correctly', 'action'],
  ['rsigma::engine::test_action_repeat_with_global', 'action'],
  ['rsigma::engine::test_utf16le_modifier_yaml', 'wide'],
  ['rsigma::engine::test_utf16be_modifier_yaml', 'utf16be'],
  ['rsigma::engine::test_utf16_bom_modifier_yaml', 'utf16'],
]);

describe.skipIf(isMissing).each([
  ['sigmalite.json', 10, 8, 22],
  ['rsigma-engine.json', 25, 10, 15],
])('detection/%s (skipped without ../shared/data)', (file, all, run, steps) => {
  const cases = isMissing ? [] : (readJson(`detection/${file}`) as readonly Case[]);
  const inside = cases.filter(({ id }) => !LEFT_OUT.has(id));

  it(`runs ${String(run)} of ${String(all)} cases with ${String(steps)} steps`, () => {
    expect(cases).toHaveLength(all);
    expect(inside).toHaveLength(run);
    expect(inside.flatMap((one) => one.steps)).toHaveLength(steps);
  });

  it.each(inside)('gives the verdicts of $id', ({ id, rules_yaml: text, steps: asked }) => {
    const { rules, problems } = readRules(text, id);
    expect(problems).toEqual([]);
    for (const { event, message, match, expect: expected } of asked) {
      const fields = new Map(Object.entries(event));
      if (message !== undefined) fields.set('message', message);
      const hits = rules.filter((compiled) => compiled.matches(fields));
      const count = match === undefined ? expected?.matches?.[0]?.[1] : Number(match);
      expect({ event, hits: hits.length }).toEqual({ event, hits: count });
      const [first] = hits;
      expect(expected?.matches_title?.[0]?.[1] ?? first?.rule.title).toBe(first?.rule.title);
    }
  });

  it.each(cases.filter(({ id }) => LEFT_OUT.has(id)))('refuses $id by name', (one) => {
    const { problems } = readRules(one.rules_yaml, one.id);
    const unsupported = problems.filter(({ reason }) => reason === 'unsupported');
    expect(unsupported.map((problem) => describeProblem(problem)).join('\n')).toMatch(
      new RegExp(String.raw`\b${LEFT_OUT.get(one.id)!}\b`),
    );
  });
});

describe.skipIf(isMissing)('sigmahq-macos-rules (skipped without ../shared/data)', () => {
  it('every SigmaHQ macOS rule either compiles or is refused by name with a reason', () => {
    const folder = join(DATA, 'sigmahq-macos-rules');
    const listed = readJson('sigmahq-macos-rules/index.json') as readonly { id: string }[];
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const read = files
      .filter((file) => file.endsWith('.yml'))
      .map((file) => readRules(readFileSync(join(folder, file), 'utf8'), file));
    const compiled = read.flatMap(({ rules }) => rules.map(({ rule }) => rule.id));
    const refused = read.flatMap(({ problems }) => problems.map(describeProblem));
    expect(refused).toEqual([]);
    expect(compiled).toHaveLength(71);
    expect(new Set(compiled)).toEqual(new Set(listed.map(({ id }) => id)));
  });
});

interface Vector {
  readonly modifier: string;
  readonly value: unknown;
  readonly result?: readonly { readonly parts: readonly (string | { special: string })[] }[];
  readonly error?: string;
}

describe.skipIf(isMissing)(
  'modifiers/pysigma-vectors.json (skipped without ../shared/data)',
  () => {
    const vectors = isMissing ? [] : (readJson('modifiers/pysigma-vectors.json') as Vector[]);

    it('takes the 135 plain text vectors apart as pySigma does', () => {
      let count = 0;
      for (const { modifier, value, result } of vectors) {
        const names = modifier.split('|');
        if (result === undefined || !names.every((name) => TEXT_MODIFIERS.has(name))) continue;
        const values = (Array.isArray(value) ? value : [value]) as readonly string[];
        for (const [index, text] of values.entries()) {
          const before = names.includes('contains') || names.includes('endswith');
          const after = names.includes('contains') || names.includes('startswith');
          const parts = result[index]!.parts.map((part) => readPart(part));
          expect({ text, parts: loosen(parsePattern(text), before, after) }).toEqual({
            text,
            parts,
          });
          count += 1;
        }
      }
      expect(count).toBe(135);
    });

    it('refuses the vectors that pySigma refuses', () => {
      const wrong = vectors.filter(
        ({ modifier, error }) => error !== undefined && OWN_MODIFIERS.test(modifier),
      );
      const accepted = wrong.filter(
        ({ modifier, value }) =>
          itemRefusals(`A|${modifier}: ${JSON.stringify(value)}`).length !== 1,
      );
      expect(accepted).toEqual([]);
      expect(wrong).toHaveLength(7);
    });
  },
);

const TEXT_MODIFIERS: ReadonlySet<string> = new Set([
  '',
  'contains',
  'startswith',
  'endswith',
  'cased',
  'all',
  'neq',
]);

const OWN_MODIFIERS =
  /^(?:contains|startswith|endswith|cased|all|neq|re|exists|cidr|lte?|gte?|[|ims])+$/;

function readPart(part: string | { special: string }): unknown {
  if (typeof part === 'string') return part;
  return part.special === 'WILDCARD_MULTI' ? ANY_TEXT : ANY_CHARACTER;
}
