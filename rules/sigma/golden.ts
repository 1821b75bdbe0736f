import { readDocuments } from './documents.ts';
import type { Fields } from './fields.ts';
import { readGoldenFields } from './golden-fields.ts';
import { isUuid } from './header.ts';
import type { RuleIndex } from './index.ts';
import { MAX_FILE_CHARS } from './parse.ts';
import type { Complaint, Place, RuleProblem } from './problem.ts';
import { placeIn, quote, ruleName } from './problem.ts';
import { MAX_LIST_LENGTH } from './selection.ts';

/** Name of the file with the golden cases, at the top of the rule folder. */
export const GOLDEN_FILE = 'golden.yml';

/** A step that one row has to report whatever exceptions there are. */
export interface GoldenCase {
  /** File relative to the rule folder, and number of the case in it from 1. */
  readonly file: string;
  readonly number: number;
  /** Id of the row, in lower case. */
  readonly rule: string;
  /** What the step shows, in words. */
  readonly name: string;
  readonly fields: Fields;
}

/** Reads a list of golden cases (YAML 1.2, one document). A broken case costs itself, never its neighbours. */
export function readGolden(
  text: string,
  file: string,
): { readonly cases: readonly GoldenCase[]; readonly problems: readonly RuleProblem[] } {
  const complaints: Complaint[] = [];
  const cases: GoldenCase[] = [];
  const top = placeIn(complaints);
  for (const [index, value] of readList(text, top).entries()) {
    const golden = readCase(value, file, index + 1, top.item(index));
    if (golden !== null) cases.push(golden);
  }
  const problems = complaints.map(({ place, reason, message }) => {
    return { file, document: null, rule: null, place, reason, message };
  });
  return { cases, problems };
}

/** Returns a problem for every case that its row does not match. Cases of rules that are not in force say nothing. */
export function checkGolden(
  rules: RuleIndex,
  cases: readonly GoldenCase[],
): readonly RuleProblem[] {
  const problems: RuleProblem[] = [];
  for (const { file, number, rule: id, name, fields } of cases) {
    const found = rules.all.find(({ rule }) => rule.id === id);
    if (found === undefined || found.matches(fields)) continue;
    problems.push({
      file,
      document: null,
      rule: ruleName(found.rule.title, id),
      place: `[${String(number)}]`,
      reason: 'golden',
      message: `the rule does not match its golden case ${quote(name)}; correct the case`,
    });
  }
  return problems;
}

function readList(text: string, top: Place): readonly unknown[] {
  const refuse = (...complaint: Parameters<Place['refuse']>): readonly [] => {
    top.refuse(...complaint);
    return [];
  };
  if (text.length > MAX_FILE_CHARS)
    return refuse('limit', `longer than ${String(MAX_FILE_CHARS)} characters; remove cases`);
  const documents = readDocuments(text);
  if (documents === null)
    return refuse('yaml', 'the YAML is nested too deeply to be read; simplify it');
  const [content] = documents;
  if (content?.kind === 'broken') return refuse('yaml', `${content.message}; correct the YAML`);
  if (documents.length !== 1 || !Array.isArray(content?.value))
    return refuse('invalid', 'write one list of golden cases');
  if (content.value.length > MAX_LIST_LENGTH)
    return refuse('limit', `more than ${String(MAX_LIST_LENGTH)} cases; remove some`);
  return content.value;
}

function readCase(value: unknown, file: string, number: number, place: Place): GoldenCase | null {
  if (!(value instanceof Map))
    return place.refuse('invalid', 'write a map with rule, case and fields');
  const keys: ReadonlyMap<unknown, unknown> = value;
  for (const key of keys.keys())
    if (typeof key !== 'string' || !CASE_KEYS.has(key))
      return place.refuse('invalid', `unknown key ${quote(String(key))}; remove it`);
  const rule = keys.get('rule');
  const name = keys.get('case');
  if (!isUuid(rule)) return place.key('rule').refuse('invalid', 'write the id of a row, a UUID');
  if (typeof name !== 'string' || name.trim() === '')
    return place.key('case').refuse('invalid', 'say in words what the step shows');
  const fields = readGoldenFields(keys.get('fields'), place.key('fields'));
  return fields === null ? null : { file, number, rule: rule.toLowerCase(), name, fields };
}

const CASE_KEYS: ReadonlySet<string> = new Set(['rule', 'case', 'fields']);
