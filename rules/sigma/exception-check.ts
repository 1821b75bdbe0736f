import type { CompiledException } from './compile.ts';
import type { GoldenCase } from './golden.ts';
import { appliesTo, RuleIndex } from './index.ts';
import type { SigmaRule } from './parse.ts';
import type { RuleProblem } from './problem.ts';
import { quote, ruleName } from './problem.ts';

/** The rules with those exceptions that may be in force, and why others may not. */
export interface CheckedExceptions {
  readonly rules: RuleIndex;
  readonly problems: readonly RuleProblem[];
}

/**
 * Takes every exception out of force that would silence a golden case of a row, whenever it expires. One problem for each
 * names the first such case. A case guards only a row that is in force and matches it.
 */
export function checkExceptions(
  rules: RuleIndex,
  golden: readonly GoldenCase[],
): CheckedExceptions {
  const guarded = guardedCases(rules, golden);
  const kept: CompiledException[] = [];
  const problems: RuleProblem[] = [];
  for (const compiled of rules.exceptions) {
    const silenced = guarded.filter(
      ({ rule, golden: { fields } }) =>
        appliesTo(compiled.exception, rule) && !compiled.passes(fields),
    );
    const [first] = silenced;
    if (first === undefined) kept.push(compiled);
    else problems.push(refuse(compiled, first, silenced.length - 1));
  }
  return { rules: new RuleIndex(rules.all, kept), problems };
}

interface Guarded {
  readonly rule: SigmaRule;
  readonly golden: GoldenCase;
}

function guardedCases(rules: RuleIndex, golden: readonly GoldenCase[]): readonly Guarded[] {
  const rows = rules.all.filter(({ rule }) => rule.policy?.kind === 'row');
  return golden.flatMap((one) =>
    rows
      .filter(({ rule, matches }) => rule.id === one.rule && matches(one.fields))
      .map(({ rule }) => ({ rule, golden: one })),
  );
}

function refuse({ exception }: CompiledException, first: Guarded, more: number): RuleProblem {
  const { file, document, title, id } = exception;
  const name = ruleName(first.rule.title, first.rule.id) ?? '';
  const others = more === 0 ? '' : ` (and ${String(more)} more)`;
  return {
    file,
    document,
    rule: ruleName(title, id),
    place: 'filter.condition',
    reason: 'golden',
    message: `silences the golden case ${quote(first.golden.name)}${others} of ${name}; narrow the exception`,
  };
}
