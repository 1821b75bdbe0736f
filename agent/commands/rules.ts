import type { CompiledRule } from '../../rules/sigma/compile.ts';
import { describeProblem } from '../../rules/sigma/problem.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { BUILT_IN_RULES, InputError, readRules } from './knowledge.ts';
import { type Output, printable } from './terminal.ts';

export interface RulesOptions {
  readonly rules?: string;
  readonly json?: boolean;
}

/** `spillwatch rules list`: what is in force; what was refused goes to stderr and makes it exit 1. */
export function listRules(options: RulesOptions, output: Output): ExitCode {
  return withRules(options, output, (rules) => {
    for (const { rule } of rules) {
      if (options.json) {
        const { id, title, level, file, logSource, tags } = rule;
        output.out(`${JSON.stringify({ id, title, level, file, logsource: logSource, tags })}\n`);
      } else {
        const columns = [(rule.level ?? '-').padEnd(13), rule.id ?? '-'.padEnd(36), rule.title];
        output.out(`${printable(columns.join('  '))}\n`);
      }
    }
  });
}

/** `spillwatch rules check`: every fault as one line that names file, place and fix; exit 1 when there is one. */
export function checkRules(options: RulesOptions, output: Output): ExitCode {
  return withRules(options, output, (rules) => {
    output.out(`${rules.length} rules are sound\n`);
  });
}

function withRules(
  options: RulesOptions,
  output: Output,
  use: (rules: readonly CompiledRule[]) => void,
): ExitCode {
  const folder = options.rules ?? BUILT_IN_RULES;
  try {
    const { rules, problems } = readRules(folder);
    use(rules.all);
    for (const problem of problems)
      output.err(`${printable(`${folder}/${describeProblem(problem)}`)}\n`);
    return problems.length > 0 ? EXIT.unreadable : EXIT.done;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    output.err(`${printable(error.message)}\n`);
    return EXIT.unreadable;
  }
}
