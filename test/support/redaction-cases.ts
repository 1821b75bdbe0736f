import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One case of the shared file: an input of one kind, what becomes of it, and the weaker checks. */
export interface RedactionCase {
  readonly id: string;
  readonly argv?: readonly string[];
  readonly expected_argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly expected_env?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly expected_text?: string;
  readonly url?: string;
  readonly expected_url?: string;
  readonly must_not_contain?: readonly string[];
  readonly must_contain?: readonly string[];
}

const FILE = join(import.meta.dirname, '../../../shared/data/redaction/cases.json');

/** The shared cases, none when the file is not there. Marks in it keep secret scanners from taking its tokens for real ones. */
export function redactionCases(): readonly RedactionCase[] {
  if (!existsSync(FILE)) return [];
  const { cases } = JSON.parse(readFileSync(FILE, 'utf8').replaceAll('~|~', '')) as {
    cases: readonly RedactionCase[];
  };
  return cases;
}

/** All text of a value, without the escapes of JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.values(value as object)
    .map(textOf)
    .join('\n');
}
