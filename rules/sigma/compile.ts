import type { Condition } from './condition.ts';
import type { Detection } from './detection.ts';
import type { SigmaException } from './exception.ts';
import type { Fields } from './fields.ts';
import type { Matcher } from './matcher.ts';
import { compileValue } from './matcher.ts';
import type { SigmaRule } from './parse.ts';
import type { Complaint, RuleProblem } from './problem.ts';
import { placeIn, ruleName } from './problem.ts';
import type { Item, Selection } from './selection.ts';

/** A rule that is ready to be asked. Asking it reads nothing but the fields and always gives the same answer. */
export interface CompiledRule {
  readonly rule: SigmaRule;
  /** Whether detection and condition hold; the log source is not looked at. */
  readonly matches: (fields: Fields) => boolean;
}

/** An exception that is ready to be asked about the matches of the rules it applies to. */
export interface CompiledException {
  readonly exception: SigmaException;
  /** Whether the condition holds, so that a match of a rule is reported; `false` keeps the match silent. */
  readonly passes: (fields: Fields) => boolean;
}

/** A rule or an exception made ready, or why it could not be. */
export type Compilation<Compiled> =
  | { readonly kind: 'compiled'; readonly compiled: Compiled }
  | { readonly kind: 'refused'; readonly problems: readonly RuleProblem[] };

/** Makes a rule ready. It is refused when a regular expression or an address range in it cannot be read. */
export function compileRule(rule: SigmaRule): Compilation<CompiledRule> {
  const complaints: Complaint[] = [];
  const matches = compileDetection(rule, complaints);
  if (complaints.length > 0) return refuse(rule, complaints);
  return { kind: 'compiled', compiled: { rule, matches } };
}

/** Makes an exception ready; it is refused as a rule is. Its selections are its own: names of a rule never meet them. */
export function compileException(exception: SigmaException): Compilation<CompiledException> {
  const complaints: Complaint[] = [];
  const passes = compileDetection(exception, complaints);
  if (complaints.length > 0) return refuse(exception, complaints);
  return { kind: 'compiled', compiled: { exception, passes } };
}

type Test = (fields: Fields) => boolean;

function compileDetection(detection: Detection, complaints: Complaint[]): Test {
  const selections = new Map<string, Test>();
  for (const [name, selection] of detection.selections)
    selections.set(name, compileSelection(selection, complaints));
  return compileCondition(detection.condition, selections);
}

function refuse(
  source: SigmaRule | SigmaException,
  complaints: readonly Complaint[],
): Compilation<never> {
  const { file, document } = source;
  const rule = ruleName(source.title, source.id);
  const problems = complaints.map(({ place, reason, message }) => {
    return { file, document, rule, place, reason, message };
  });
  return { kind: 'refused', problems };
}

function compileCondition(condition: Condition, selections: ReadonlyMap<string, Test>): Test {
  switch (condition.kind) {
    case 'name':
      return selections.get(condition.name) ?? never;
    case 'not': {
      const part = compileCondition(condition.part, selections);
      return (fields) => !part(fields);
    }
    case 'and':
    case 'or':
      return join(
        condition.kind,
        condition.parts.map((part) => compileCondition(part, selections)),
      );
  }
}

function compileSelection(selection: Selection, complaints: Complaint[]): Test {
  if (selection.kind === 'item') return compileItem(selection, complaints);
  const parts = selection.parts.map((part) => compileSelection(part, complaints));
  return join(selection.kind, parts);
}

function compileItem(item: Item, complaints: Complaint[]): Test {
  const { field, modifiers, values } = item;
  const place = placeIn(complaints, item.place);
  const isKeyword = field === null && modifiers.comparison === 'equals';
  const effective = isKeyword ? { ...modifiers, comparison: 'contains' as const } : modifiers;
  const tests: Test[] = [];
  for (const [index, value] of values.entries()) {
    const at = values.length > 1 ? place.item(index) : place;
    const matcher = compileValue(value, effective, at);
    if (matcher !== null) tests.push(testField(field, matcher));
  }
  const whole = join(modifiers.all ? 'and' : 'or', tests);
  return modifiers.negated ? (fields) => !whole(fields) : whole;
}

function testField(field: string | null, matcher: Matcher): Test {
  if (field !== null) return (fields) => matcher(fields.get(field));
  return (fields) => {
    for (const value of fields.values()) if (matcher(value)) return true;
    return false;
  };
}

function join(kind: 'and' | 'or', parts: readonly Test[]): Test {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return kind === 'and'
    ? (fields) => parts.every((part) => part(fields))
    : (fields) => parts.some((part) => part(fields));
}

function never(): boolean {
  return false;
}
