import type { Severity } from '../finding.ts';
import { SEVERITIES } from '../finding.ts';
import type { Condition } from './condition.ts';
import { readDetection } from './detection.ts';
import type { YamlDocument } from './documents.ts';
import { readDocuments } from './documents.ts';
import type { SigmaException } from './exception.ts';
import { readException } from './exception.ts';
import type { LogSource } from './fields.ts';
import { DATA_MOVEMENT } from './fields.ts';
import { readId, readLogSource, readTags, readTitle } from './header.ts';
import type { Policy } from './policy.ts';
import { readPolicy, readWord } from './policy.ts';
import type { Complaint, Place, RuleProblem } from './problem.ts';
import { placeIn, ruleName } from './problem.ts';
import type { Selection } from './selection.ts';

/** One detection rule as plain data, checked. Absent keys are `null`. */
export interface SigmaRule {
  /** File relative to the rule folder, and document in it from 1. */
  readonly file: string;
  readonly document: number;
  readonly title: string;
  /** UUID in lower case. */
  readonly id: string | null;
  readonly level: Severity | null;
  /** `namespace.value`, in lower case as Sigma asks for. */
  readonly tags: readonly string[];
  /** A part that is `null` restricts nothing. */
  readonly logSource: LogSource;
  readonly selections: ReadonlyMap<string, Selection>;
  readonly condition: Condition;
  /** Value of the extension key `spillwatch`. */
  readonly policy: Policy | null;
  /** All other keys of the document as they were written (description, author, references, unknown ones). */
  readonly rest: ReadonlyMap<string, unknown>;
}

/** What a text holds: the rules and exceptions that can be used, and why others cannot. */
export interface ParsedRules {
  readonly rules: readonly SigmaRule[];
  readonly exceptions: readonly SigmaException[];
  readonly problems: readonly RuleProblem[];
}

/** Length of one rule file, in UTF-16 units. */
export const MAX_FILE_CHARS = 262_144;

/** Reads all documents of one rule file (YAML 1.2). A broken document costs itself, never its neighbours. */
export function parseRules(text: string, file: string): ParsedRules {
  const rules: SigmaRule[] = [];
  const exceptions: SigmaException[] = [];
  const problems: RuleProblem[] = [];
  const refuseFile = (reason: RuleProblem['reason'], message: string): ParsedRules => ({
    rules,
    exceptions,
    problems: [{ file, document: null, rule: null, place: '', reason, message }],
  });
  if (text.length > MAX_FILE_CHARS)
    return refuseFile('limit', `longer than ${String(MAX_FILE_CHARS)} characters; split the file`);
  const documents = readDocuments(text);
  if (documents === null)
    return refuseFile('yaml', 'the YAML is nested too deeply to be read; simplify it');
  for (const [index, content] of documents.entries()) {
    if (content.kind === 'value' && content.value === null) continue;
    const complaints: Complaint[] = [];
    const document = index + 1;
    const read = readDocument(content, file, document, placeIn(complaints));
    if (read !== null && complaints.length === 0) {
      if (read.kind === 'rule') rules.push(read.rule);
      else exceptions.push(read.exception);
    }
    const name = nameOf(content);
    for (const { place, reason, message } of complaints)
      problems.push({ file, document, rule: name, place, reason, message });
  }
  if (rules.length === 0 && exceptions.length === 0 && problems.length === 0)
    return refuseFile('invalid', 'the file holds no rule; add one or remove the file');
  return { rules, exceptions, problems };
}

function nameOf(content: YamlDocument): string | null {
  if (content.kind === 'broken' || !(content.value instanceof Map)) return null;
  return ruleName(content.value.get('title'), content.value.get('id'));
}

type Read =
  | { readonly kind: 'rule'; readonly rule: SigmaRule }
  | { readonly kind: 'exception'; readonly exception: SigmaException };

function readDocument(
  content: YamlDocument,
  file: string,
  document: number,
  top: Place,
): Read | null {
  if (content.kind === 'broken') return top.refuse('yaml', `${content.message}; correct the YAML`);
  if (!(content.value instanceof Map))
    return top.refuse('invalid', 'a rule is a map of keys; write one');
  const keys: ReadonlyMap<unknown, unknown> = content.value;
  for (const [key, fix] of UNSUPPORTED_KEYS)
    if (keys.has(key)) return top.key(key).refuse('unsupported', fix);
  if (keys.has('filter')) {
    const exception = readException(keys, file, document, top);
    return exception === null ? null : { kind: 'exception', exception };
  }
  const rule = readRule(keys, file, document, top);
  return rule === null ? null : { kind: 'rule', rule };
}

function readRule(
  rule: ReadonlyMap<unknown, unknown>,
  file: string,
  document: number,
  top: Place,
): SigmaRule | null {
  const title = readTitle(rule.get('title'), top.key('title'));
  const id = readId(rule.get('id'), top.key('id'));
  const level = rule.has('level')
    ? readWord(rule.get('level'), SEVERITIES, top.key('level'))
    : null;
  const tags = readTags(rule.get('tags') ?? [], top.key('tags'));
  const logSource = readLogSource(rule.get('logsource'), top.key('logsource'));
  const detection = readDetection(rule.get('detection'), top.key('detection'));
  const place = top.key('spillwatch');
  const policy = rule.has('spillwatch') ? readPolicy(rule.get('spillwatch'), place) : null;
  if (title === null || tags === null || logSource === null || detection === null) return null;
  if (policy !== null) checkPolicy(policy, rule, logSource, place);
  const rest = new Map<string, unknown>();
  for (const [key, kept] of rule)
    if (typeof key === 'string' && !READ_KEYS.has(key)) rest.set(key, kept);
  return { file, document, title, id, level, tags, logSource, ...detection, policy, rest };
}

const READ_KEYS: ReadonlySet<string> = new Set([
  'title',
  'id',
  'level',
  'tags',
  'logsource',
  'detection',
  'spillwatch',
]);

const UNSUPPORTED_KEYS: ReadonlyMap<string, string> = new Map([
  ['correlation', 'correlation rules are not supported; remove this document'],
  ['action', 'collections with action are not supported; write each rule out in full'],
]);

/** A policy rule is named in verdicts and reads the facts of a step, so it needs an id and the step's log source. */
function checkPolicy(
  policy: Policy,
  rule: ReadonlyMap<unknown, unknown>,
  logSource: LogSource,
  place: Place,
): void {
  if (!rule.has('id')) place.refuse('invalid', 'a policy rule needs an id; make one with uuidgen');
  if (policy.kind === 'row' && !rule.has('level'))
    place.refuse('invalid', 'a row needs a level; it is the severity of the row');
  if (
    logSource.product !== DATA_MOVEMENT.product ||
    logSource.category !== DATA_MOVEMENT.category ||
    logSource.service !== null
  )
    place.refuse(
      'invalid',
      'works only with product macos, category data_movement; change logsource',
    );
}
