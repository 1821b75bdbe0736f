import type { ExceptionHits } from '../../rules/exception-tally.ts';
import { RULES_FOLDER } from '../../rules/resources.ts';
import { exceptionWarnings } from '../../rules/sigma/exception-warnings.ts';
import type { LoadedRules } from '../../rules/sigma/load.ts';
import { describeProblem } from '../../rules/sigma/problem.ts';
import { readRules, silenceOf } from '../knowledge.ts';
import { openExisting } from '../store/database.ts';
import { Store } from '../store/store.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { type Output, printable } from './terminal.ts';

export interface RulesOptions {
  readonly rules?: string;
  readonly json?: boolean;
  /** Folder of a database: how often each exception kept a step silent there. */
  readonly state?: string;
}

/**
 * `spillwatch rules list`: the rules and exceptions in force; what was refused goes to stderr and makes it exit 1.
 */
export function listRules(options: RulesOptions, output: Output): ExitCode {
  return withRules(options, output, ({ rules }) => {
    const hits = options.state === undefined ? null : readHits(options.state);
    for (const { exception } of rules.exceptions) {
      const { id, title, owner, reason, ticket, expires, file } = exception;
      const counted = hits?.get(id) ?? null;
      if (options.json) {
        const row = { id, title, exception: { owner, reason, ticket, expires }, file };
        output.out(`${JSON.stringify(hits ? { ...row, hits: counted?.hits ?? 0 } : row)}\n`);
      } else {
        const times = hits ? `, ${counted?.hits ?? 0} hits` : '';
        const facts = `exception of ${owner} until ${expires}${times}`;
        output.out(
          `${printable(['exception'.padEnd(13), id, `${title} (${facts})`].join('  '))}\n`,
        );
      }
    }
    for (const { rule } of rules.all) {
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

/**
 * `spillwatch rules check`: every fault as one line that names file, place and fix; exit 1 when there is one. What is
 * doubtful about an exception at `nowUs` (microseconds since 1970) is a warning and leaves the exit code alone.
 */
export function checkRules(options: RulesOptions, output: Output, nowUs: number): ExitCode {
  return withRules(options, output, ({ rules, golden }, folder) => {
    output.out(`${rules.all.length} rules are sound, exceptions: ${rules.exceptions.length}\n`);
    for (const warning of exceptionWarnings(rules, golden, nowUs))
      output.err(`${printable(`warning: ${folder}/${describeProblem(warning)}`)}\n`);
  });
}

function readHits(folder: string): ReadonlyMap<string, ExceptionHits> {
  const store = new Store(openExisting(folder));
  try {
    return store.exceptionHits();
  } finally {
    store.close();
  }
}

function withRules(
  options: RulesOptions,
  output: Output,
  use: (loaded: LoadedRules, folder: string) => void,
): ExitCode {
  const folder = options.rules ?? RULES_FOLDER;
  try {
    const loaded = readRules(folder);
    use(loaded, folder);
    const problems = [
      ...loaded.problems.map((problem) => `${folder}/${describeProblem(problem)}`),
      ...silenceOf(folder, loaded.rules),
    ];
    for (const problem of problems) output.err(`${printable(problem)}\n`);
    return problems.length > 0 ? EXIT.unreadable : EXIT.done;
  } catch (error) {
    return refused(error, output);
  }
}
