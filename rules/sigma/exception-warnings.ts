import type { Condition } from './condition.ts';
import type { SigmaException } from './exception.ts';
import { isInForce } from './exception.ts';
import type { GoldenCase } from './golden.ts';
import { GOLDEN_FILE } from './golden.ts';
import type { RuleIndex } from './index.ts';
import { appliesTo } from './index.ts';
import type { SigmaRule } from './parse.ts';
import type { Remark } from './problem.ts';
import { quote, ruleName } from './problem.ts';

/** Why an exception that was loaded probably does not do what its author means. */
export type WarningReason = 'expired' | 'without-not' | 'without-effect' | 'unguarded';

/** Something that a person should look at though nothing was refused. */
export interface RuleWarning extends Remark {
  readonly reason: WarningReason;
}

/** Returns what is doubtful about the exceptions in force at a time, microseconds since 1970, in the order of their files. */
export function exceptionWarnings(
  rules: RuleIndex,
  golden: readonly GoldenCase[],
  timeUs: number,
): readonly RuleWarning[] {
  const rows = rules.all.filter(({ rule: { policy } }) => policy?.kind === 'row');
  const ofExceptions = rules.exceptions.flatMap(({ exception }) => {
    const applied = rows.filter(({ rule }) => appliesTo(exception, rule));
    const ids = applied.map(({ rule }) => rule.id);
    return [...aboutDate(exception, timeUs), ...aboutNot(exception), ...aboutRows(exception, ids)];
  });
  const ofRows = rows
    .filter(({ rule }) => rules.exceptionsOf(rule).length > 0)
    .filter(({ rule }) => !golden.some((one) => one.rule === rule.id))
    .map(({ rule }) => warn(rule, '', 'unguarded', UNGUARDED));
  return [...ofExceptions, ...ofRows];
}

const UNGUARDED = `has exceptions and no golden case, so nothing limits them; add one to ${GOLDEN_FILE}`;

function aboutDate(exception: SigmaException, timeUs: number): readonly RuleWarning[] {
  if (isInForce(exception, timeUs)) return [];
  const { expires, owner, ticket } = exception;
  const message = `its last day was ${expires}, so it no longer applies (owner ${quote(owner)}, ticket ${quote(ticket)}); renew or remove it`;
  return [warn(exception, 'spillwatch.expires', 'expired', message)];
}

function aboutNot(exception: SigmaException): readonly RuleWarning[] {
  if (hasNot(exception.condition)) return [];
  const message =
    'has no "not", so all but what it selects is kept silent; write for example not selection';
  return [warn(exception, 'filter.condition', 'without-not', message)];
}

function hasNot(condition: Condition): boolean {
  switch (condition.kind) {
    case 'name':
      return false;
    case 'not':
      return true;
    case 'and':
    case 'or':
      return condition.parts.some((part) => hasNot(part));
  }
}

function aboutRows(
  exception: SigmaException,
  applied: readonly (string | null)[],
): readonly RuleWarning[] {
  const idle =
    exception.rules === null
      ? applied.length === 0
        ? ['no row has a log source that fits']
        : []
      : [...exception.rules]
          .filter((id) => !applied.includes(id))
          .map((id) => `no row in force has the id ${id} and a log source that fits`);
  return idle.map((what) =>
    warn(exception, 'filter.rules', 'without-effect', `${what}; correct or remove it`),
  );
}

function warn(
  about: SigmaException | SigmaRule,
  place: string,
  reason: WarningReason,
  message: string,
): RuleWarning {
  const { file, document, title, id } = about;
  return { file, document, rule: ruleName(title, id), place, reason, message };
}
