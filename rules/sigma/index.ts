import type { CompiledException, CompiledRule } from './compile.ts';
import type { SigmaException } from './exception.ts';
import type { Fields, LogSource } from './fields.ts';
import type { SigmaRule } from './parse.ts';

/**
 * Rules by log source. An observation is shown only to the rules made for its kind: that is faster, and it keeps a rule
 * from matching fields that mean something else elsewhere.
 */
export class RuleIndex {
  /** All rules in the order of their files, which is also their rank when nothing else decides. */
  readonly all: readonly CompiledRule[];
  /** All exceptions in the order of their files, expired ones too. */
  readonly exceptions: readonly CompiledException[];
  readonly #bySource = new Map<string, readonly CompiledRule[]>();
  readonly #byRule = new Map<SigmaRule, readonly CompiledException[]>();

  constructor(rules: readonly CompiledRule[], exceptions: readonly CompiledException[] = []) {
    this.all = rules;
    this.exceptions = exceptions;
  }

  /** Returns the rules for a log source, in file order. Log sources come from the agent's code, so the memory is bounded. */
  route(source: LogSource): readonly CompiledRule[] {
    const key = [source.product, source.category, source.service].join('\0');
    const known = this.#bySource.get(key);
    if (known !== undefined) return known;
    const routed = this.all.filter(({ rule }) => admits(rule.logSource, source));
    this.#bySource.set(key, routed);
    return routed;
  }

  /** Returns the rules that match an observation, in file order. */
  matching(source: LogSource, fields: Fields): readonly CompiledRule[] {
    return this.route(source).filter((compiled) => compiled.matches(fields));
  }

  /** Returns the exceptions that apply to a rule of this index, in file order; the memory is bounded by the rules. */
  exceptionsOf(rule: SigmaRule): readonly CompiledException[] {
    const known = this.#byRule.get(rule);
    if (known !== undefined) return known;
    const applying = this.exceptions.filter(({ exception }) => appliesTo(exception, rule));
    this.#byRule.set(rule, applying);
    return applying;
  }
}

/** Whether an exception is about a rule: by id or because it takes any, and by log source. Expiry is not looked at. */
export function appliesTo(exception: SigmaException, rule: SigmaRule): boolean {
  const { rules, logSource } = exception;
  if (rules !== null && (rule.id === null || !rules.has(rule.id))) return false;
  return admits(logSource, rule.logSource);
}

function admits(wanted: LogSource, source: LogSource): boolean {
  return (
    (wanted.product === null || wanted.product === source.product) &&
    (wanted.category === null || wanted.category === source.category) &&
    (wanted.service === null || wanted.service === source.service)
  );
}
