import { join } from 'node:path';
import type { Compilation, CompiledException, CompiledRule } from './compile.ts';
import { compileException, compileRule } from './compile.ts';
import { checkExceptions } from './exception-check.ts';
import type { GoldenCase } from './golden.ts';
import { checkGolden, GOLDEN_FILE, readGolden } from './golden.ts';
import { RuleIndex } from './index.ts';
import { parseRules } from './parse.ts';
import type { RuleProblem } from './problem.ts';
import { quote, ruleName } from './problem.ts';
import { listRuleFiles, readRuleFile } from './rule-files.ts';

/** The rules and exceptions in force and everything that is not, and why. */
export interface LoadedRules {
  readonly rules: RuleIndex;
  /** The cases that no exception may silence; none when the folder has no `golden.yml`. */
  readonly golden: readonly GoldenCase[];
  readonly problems: readonly RuleProblem[];
}

/**
 * Reads all `*.yml` files under `directory`, sorted by name; `golden.yml` at its top holds golden cases. Links are reported
 * and not followed, names that start with a dot are passed over. What is wrong with a file, a rule or an exception is a
 * problem; only an unreadable `directory` throws an `Error` with the system's error as its `cause`.
 */
export function loadRules(directory: string): LoadedRules {
  const problems: RuleProblem[] = [];
  const rules: CompiledRule[] = [];
  const exceptions: CompiledException[] = [];
  const golden: GoldenCase[] = [];
  const seen = new Map<string, string>();
  for (const file of listRuleFiles(directory, problems)) {
    const text = readRuleFile(join(directory, file), file, problems);
    if (text === null) continue;
    if (file === GOLDEN_FILE) {
      const read = readGolden(text, file);
      golden.push(...read.cases);
      problems.push(...read.problems);
      continue;
    }
    const loaded = readRules(text, file);
    problems.push(...loaded.problems);
    rules.push(...loaded.rules.filter(({ rule }) => isFirst(rule, seen, problems)));
    exceptions.push(
      ...loaded.exceptions.filter(({ exception }) => isFirst(exception, seen, problems)),
    );
  }
  const checked = checkExceptions(new RuleIndex(rules, exceptions), golden);
  problems.push(...checked.problems, ...checkGolden(checked.rules, golden));
  problems.sort((a, b) => Number(a.file > b.file) - Number(a.file < b.file));
  return { rules: checked.rules, golden, problems };
}

/** Rules and exceptions of one text, compiled, and why others are not. */
export interface ReadRules {
  readonly rules: readonly CompiledRule[];
  readonly exceptions: readonly CompiledException[];
  readonly problems: readonly RuleProblem[];
}

/** Reads and compiles the text of one rule file; `file` is its name in problems. */
export function readRules(text: string, file: string): ReadRules {
  const parsed = parseRules(text, file);
  const problems = [...parsed.problems];
  const take = <Compiled>(compilation: Compilation<Compiled>): readonly Compiled[] => {
    if (compilation.kind === 'compiled') return [compilation.compiled];
    problems.push(...compilation.problems);
    return [];
  };
  const rules = parsed.rules.flatMap((rule) => take(compileRule(rule)));
  const exceptions = parsed.exceptions.flatMap((exception) => take(compileException(exception)));
  return { rules, exceptions, problems };
}

interface Named {
  readonly file: string;
  readonly document: number;
  readonly title: string;
  readonly id: string | null;
}

function isFirst(named: Named, seen: Map<string, string>, problems: RuleProblem[]): boolean {
  const { file, document, title, id } = named;
  if (id === null) return true;
  const first = seen.get(id);
  if (first === undefined) {
    seen.set(id, file);
    return true;
  }
  problems.push({
    file,
    document,
    rule: ruleName(title, id),
    place: 'id',
    reason: 'duplicate',
    message: `${quote(first)} has this id already; give this one its own with uuidgen`,
  });
  return false;
}
