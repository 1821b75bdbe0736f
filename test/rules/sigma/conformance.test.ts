import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { exceptionWarnings } from '../../../rules/sigma/exception-warnings.ts';
import type { FieldValue } from '../../../rules/sigma/fields.ts';
import { RuleIndex } from '../../../rules/sigma/index.ts';
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

/** Cases with a filter. Nobody answers for the filters, so they are refused as written and run with the missing keys. */
const FILTERS: ReadonlySet<string> = new Set([
  'rsigma::engine::test_filter_rule_application',
  'rsigma::engine::test_filter_rule_no_ref_applies_to_all',
  'rsigma::engine::test_filter_by_rule_name',
  'rsigma::engine::test_filter_multiple_detections',
  'rsigma::engine::test_filter_applied_to_multiple_rules',
]);

/** Cases outside the language of this engine, by what they need. Their rules must be refused, not half understood. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['sigmalite::sigma/win_system_susp_service_installation_script.yml', 'windash'],
  ['sigmalite::sigma/win_security_admin_logon.yml', 'expand'],
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
  const inside = cases.filter(({ id }) => !LEFT_OUT.has(id) && !FILTERS.has(id));

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

describe.skipIf(isMissing)('filters of rsigma-engine.json (skipped without ../shared/data)', () => {
  const all = isMissing ? [] : (readJson('detection/rsigma-engine.json') as readonly Case[]);
  const cases = all.filter(({ id }) => FILTERS.has(id));

  it('are five cases with thirteen steps', () => {
    expect(cases).toHaveLength(5);
    expect(cases.flatMap(({ steps }) => steps)).toHaveLength(13);
  });

  it.each(cases)('$id is refused as it is written', ({ rules_yaml: text, id }) => {
    const { exceptions, problems } = readRules(text, id);
    expect(exceptions).toEqual([]);
    const places = problems.map(({ place }) => place);
    expect(places).toEqual(expect.arrayContaining(['id', 'logsource', 'spillwatch']));
  });

  it.each(cases)('$id gives its verdicts', ({ rules_yaml: text, id, steps }) => {
    const { rules, exceptions, problems } = readRules(answeredFor(text), id);
    expect(problems).toEqual([]);
    const index = new RuleIndex(rules, exceptions);
    for (const { event, expect: expected } of steps) {
      const fields = new Map(Object.entries(event));
      const hits = rules.filter(
        ({ rule, matches }) =>
          matches(fields) && index.exceptionsOf(rule).every(({ passes }) => passes(fields)),
      );
      expect({ event, hits: hits.length }).toEqual({ event, hits: expected?.matches?.[0]?.[1] });
    }
  });
});

interface Source {
  readonly title: string;
  readonly id?: string;
  readonly logsource?: unknown;
  readonly filter?: { readonly rules: readonly string[] };
}

/** Adds the keys that an exception needs, writes ids as UUIDs and `rules: []`, which means all there, as any. */
function answeredFor(text: string): string {
  const sources = parseAllDocuments(text).map((document) => document.toJS() as Source);
  const uuids = new Map<string, string>();
  const uuidOf = (name: string): string => {
    const digits = String(uuids.size + 1).padStart(12, '0');
    const uuid = uuids.get(name) ?? `00000000-0000-4000-8000-${digits}`;
    uuids.set(name, uuid);
    return uuid;
  };
  const written = sources.map((source) => {
    const id = uuidOf(source.id ?? source.title);
    if (source.filter === undefined) return { ...source, id };
    const rules = source.filter.rules.length === 0 ? 'any' : source.filter.rules.map(uuidOf);
    const spillwatch = { owner: 'o', reason: 'r', ticket: 't', expires: '2030-01-01' };
    const { logsource } = sources[0]!;
    return { ...source, id, logsource, spillwatch, filter: { ...source.filter, rules } };
  });
  return written.map((source) => JSON.stringify(source)).join('\n---\n');
}

describe.skipIf(isMissing)(
  'the filters of the specification (skipped without ../shared/data)',
  () => {
    const folder = join(DATA, 'spec/tests/schema/filter');
    const files = isMissing ? [] : readdirSync(folder);
    const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
    const answered = (file: string): string =>
      `${read(file)}\nid: 0e95725d-7320-415d-80f7-004da920fc11\nspillwatch: {owner: o, reason: r, ticket: t, expires: 2030-01-01}\n`;

    it('are two', () => {
      expect(files).toEqual(['filter_1.yml', 'filter_ecs.yml']);
    });

    it.each(files)('%s lacks only the keys by which somebody answers for it', (file) => {
      const { problems } = readRules(read(file), file);
      expect(problems.map(({ place }) => place)).toEqual(['id', 'spillwatch']);
    });

    it.each([
      ['filter_1.yml', 'User', 'adm_kim', 'kim'],
      ['filter_ecs.yml', 'dns.question.name', 'www.google.com', 'www.example.com'],
    ])('%s loads, is read as written, and is warned about', (file, field, passing, silent) => {
      const { exceptions, problems } = readRules(answered(file), file);
      expect(problems).toEqual([]);
      const [exception] = exceptions;
      expect(exception?.exception.rules?.size).toBe(2);
      expect(exception?.passes(new Map([[field, passing]]))).toBe(true);
      expect(exception?.passes(new Map([[field, silent]]))).toBe(false);
      const warnings = exceptionWarnings(new RuleIndex([], exceptions), [], 0);
      expect(warnings.map(({ reason }) => reason)).toEqual([
        'without-not',
        'without-effect',
        'without-effect',
      ]);
    });
  },
);

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
