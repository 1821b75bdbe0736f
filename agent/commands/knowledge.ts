import { join } from 'node:path';
import type { Catalogue } from '../../rules/catalogue/catalogue.ts';
import { loadCatalogue } from '../../rules/catalogue/load.ts';
import type { RuleIndex } from '../../rules/sigma/index.ts';
import { type LoadedRules, loadRules } from '../../rules/sigma/load.ts';
import { describeProblem } from '../../rules/sigma/problem.ts';

/** Input that a verb needs and cannot read. `message` is one line for a person: what, where, what to do. */
export class InputError extends Error {
  readonly code = 'INPUT_UNREADABLE';
}

export const BUILT_IN_RULES = join(import.meta.dirname, '../../rules/macos');

export interface Knowledge {
  readonly catalogue: Catalogue;
  readonly rules: RuleIndex;
  /** One line for everything that was refused; the rest is in force. */
  readonly problems: readonly string[];
}

/** Catalogue and rules. A folder that cannot be read throws an `InputError`; what is wrong inside costs only itself. */
export function loadKnowledge(rulesFolder = BUILT_IN_RULES): Knowledge {
  const { rules, problems } = readRules(rulesFolder);
  const catalogue = readCatalogue();
  return {
    catalogue,
    rules,
    problems: [
      ...catalogue.problems,
      ...problems.map((problem) => `${rulesFolder}/${describeProblem(problem)}`),
    ],
  };
}

export function readRules(folder: string): LoadedRules {
  try {
    return loadRules(folder);
  } catch (cause) {
    throw new InputError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function readCatalogue(): Catalogue {
  try {
    return loadCatalogue();
  } catch (cause) {
    throw new InputError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
