import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Catalogue } from '../rules/catalogue/catalogue.ts';
import { loadCatalogue } from '../rules/catalogue/load.ts';
import { RULES_FOLDER } from '../rules/resources.ts';
import type { RuleIndex } from '../rules/sigma/index.ts';
import { type LoadedRules, loadRules } from '../rules/sigma/load.ts';
import { describeProblem } from '../rules/sigma/problem.ts';

/** Input that a verb needs and cannot read. `message` is one line for a person: what, where, what to do. */
export class InputError extends Error {
  readonly code = 'INPUT_UNREADABLE';
}

export interface Knowledge {
  readonly catalogue: Catalogue;
  readonly rules: RuleIndex;
  /** Tells two sets of rule files apart; the same files give the same hash on every machine. */
  readonly rulesHash: string;
  /** One line for everything that is wrong; what was not refused is in force. */
  readonly problems: readonly string[];
  /** Something was refused: a rule, or a row of the catalogue. */
  readonly hasRefused: boolean;
}

/** Catalogue and rules. A folder that cannot be read throws an `InputError`; what is wrong inside costs only itself. */
export function loadKnowledge(rulesFolder = RULES_FOLDER): Knowledge {
  const { rules, problems } = readRules(rulesFolder);
  const catalogue = readCatalogue();
  const refused = [
    ...catalogue.problems,
    ...problems.map((problem) => `${rulesFolder}/${describeProblem(problem)}`),
  ];
  return {
    catalogue,
    rules,
    rulesHash: hashOf(rulesFolder),
    problems: [...refused, ...silenceOf(rulesFolder, rules)],
    hasRefused: refused.length > 0,
  };
}

/** A line for a person when no rule of the folder would ever report anything. */
export function silenceOf(folder: string, rules: RuleIndex): readonly string[] {
  if (rules.all.some(({ rule }) => rule.policy?.kind === 'row')) return [];
  return [
    `${folder}: no rule in it reports a step of a chain, so nothing will be reported; copy the rules of the agent there, or name another folder`,
  ];
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) {
    hash.update(`${relative(folder, file)}\n`);
    hash.update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
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
