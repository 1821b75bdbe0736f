import type { FieldValue } from '../../../rules/sigma/fields.ts';
import { readRules } from '../../../rules/sigma/load.ts';
import { describeProblem } from '../../../rules/sigma/problem.ts';

/** Returns a rule with these lines of detection, each indented by two blanks, and further keys at the top level. */
export function ruleText(detection: readonly string[], top: readonly string[] = []): string {
  return [
    'title: Example',
    'logsource:',
    '  product: macos',
    ...top,
    'detection:',
    ...detection.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** Returns whether a rule whose only item is `line` matches the fields; throws when the rule is refused. */
export function itemMatches(line: string, fields: Readonly<Record<string, FieldValue>>): boolean {
  return textMatches(ruleText(['selection:', `  ${line}`, 'condition: selection']), fields);
}

/** Returns whether the only rule of a text matches the fields; throws when it is refused. */
export function textMatches(text: string, fields: Readonly<Record<string, FieldValue>>): boolean {
  const { rules, problems } = readRules(text, 'example.yml');
  const [problem] = problems;
  if (problem !== undefined) throw new Error(describeProblem(problem));
  return rules[0]!.matches(new Map(Object.entries(fields)));
}

/** Returns why a text is refused, one line per problem. */
export function refusals(text: string): readonly string[] {
  return readRules(text, 'example.yml').problems.map((problem) => describeProblem(problem));
}

/** Returns why a rule whose only item is `line` is refused. */
export function itemRefusals(line: string): readonly string[] {
  return refusals(ruleText(['selection:', `  ${line}`, 'condition: selection']));
}
