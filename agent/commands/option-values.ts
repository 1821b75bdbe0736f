import { InvalidArgumentError } from 'commander';
import { SEVERITIES, type Severity } from '../../rules/finding.ts';

/** A count on the command line: 1 to 999999. */
export function limit(text: string): number {
  const count = Number(text);
  if (!/^\d{1,6}$/.test(text) || count === 0)
    throw new InvalidArgumentError('Allowed are whole numbers from 1 to 999999.');
  return count;
}

/** A severity on the command line. */
export function severity(text: string): Severity {
  const known = SEVERITIES.find((candidate) => candidate === text);
  if (known === undefined) throw new InvalidArgumentError(`Allowed are ${SEVERITIES.join(', ')}.`);
  return known;
}
