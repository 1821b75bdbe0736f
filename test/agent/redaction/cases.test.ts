import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../agent/redaction/redactor.ts';

interface Case {
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

const FILE = join(import.meta.dirname, '../../../../shared/data/redaction/cases.json');

/** The marks in the file keep secret scanners from taking its made-up tokens for real ones. */
function readCases(): readonly Case[] {
  if (!existsSync(FILE)) return [];
  const { cases } = JSON.parse(readFileSync(FILE, 'utf8').replaceAll('~|~', '')) as {
    cases: readonly Case[];
  };
  return cases;
}

const CASES = readCases();

function redacted(given: Case, redactor: Redactor): unknown {
  if (given.argv) return redactor.redactArguments(given.argv);
  if (given.env)
    return Object.fromEntries(redactor.redactEnvironment(new Map(Object.entries(given.env))));
  if (given.url !== undefined) return redactor.redactUrl(given.url);
  return redactor.redactText(given.text ?? '');
}

const inputOf = (given: Case): unknown => given.argv ?? given.env ?? given.url ?? given.text;
const expectedOf = (given: Case): unknown =>
  given.expected_argv ?? given.expected_env ?? given.expected_url ?? given.expected_text;

/** All text of a value, without the escapes of JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.values(value as object)
    .map(textOf)
    .join('\n');
}

const placeholders = (value: unknown): number => textOf(value).split('[REDACTED]').length - 1;

describe.skipIf(CASES.length === 0)('the shared redaction cases (skipped without them)', () => {
  it('are all there', () => {
    expect(CASES).toHaveLength(77);
  });

  it.each(CASES)('$id is redacted exactly as expected', (given) => {
    expect(redacted(given, new Redactor({ kind: 'redact' }))).toEqual(expectedOf(given));
  });

  it.each(CASES)('$id passes the weaker checks with keyed placeholders', (given) => {
    const key = new Uint8Array(32).fill(7);
    const text = textOf(redacted(given, new Redactor({ kind: 'hash', key })));
    for (const secret of given.must_not_contain ?? []) expect(text).not.toContain(secret);
    for (const evidence of given.must_contain ?? []) expect(text).toContain(evidence);
  });

  it.each(CASES)('$id counts its redactions', (given) => {
    const redactor = new Redactor({ kind: 'redact' });
    redacted(given, redactor);
    expect(redactor.count).toBe(placeholders(expectedOf(given)) - placeholders(inputOf(given)));
  });

  it.each(CASES.filter((given) => given.must_not_contain))(
    '$id tells its secrets from what it expects',
    (given) => {
      for (const secret of given.must_not_contain ?? []) {
        expect(textOf(inputOf(given))).toContain(secret);
        expect(textOf(expectedOf(given))).not.toContain(secret);
      }
    },
  );
});
