import { loadSecretTables, type SecretTables } from '../../rules/catalogue/redaction-tools.ts';
import { InputError } from '../knowledge.ts';

/**
 * The tables that say where command lines hold secrets. Throws an `InputError` when they cannot be read or a row is faulty:
 * a verb that promises to hide secrets must not do it by halves.
 */
export function readTables(directory?: string): SecretTables {
  let tables: SecretTables;
  try {
    tables = loadSecretTables(directory);
  } catch (cause) {
    throw new InputError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const [problem] = tables.problems;
  if (problem !== undefined) throw new InputError(problem);
  return tables;
}
