import type { CompiledRule } from './compile.ts';
import type { Fields, LogSource } from './fields.ts';

/**
 * Rules by log source. An observation is shown only to the rules made for its kind: that is faster, and it keeps a rule
 * from matching fields that mean something else elsewhere.
 */
export class RuleIndex {
  /** All rules in the order of their files, which is also their rank when nothing else decides. */
  readonly all: readonly CompiledRule[];
  readonly #bySource = new Map<string, readonly CompiledRule[]>();

  constructor(rules: readonly CompiledRule[]) {
    this.all = rules;
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
}

function admits(wanted: LogSource, source: LogSource): boolean {
  return (
    (wanted.product === null || wanted.product === source.product) &&
    (wanted.category === null || wanted.category === source.category) &&
    (wanted.service === null || wanted.service === source.service)
  );
}
