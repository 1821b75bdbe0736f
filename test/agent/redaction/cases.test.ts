import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../agent/redaction/redactor.ts';
import { loadSecretTables } from '../../../rules/catalogue/redaction-tools.ts';
import { type RedactionCase, redactionCases, textOf } from '../../support/redaction-cases.ts';

const CASES = redactionCases();
const TABLES = loadSecretTables();

function redacted(given: RedactionCase, redactor: Redactor): unknown {
  if (given.argv) return redactor.redactArguments(given.argv);
  if (given.env)
    return Object.fromEntries(redactor.redactEnvironment(new Map(Object.entries(given.env))));
  if (given.url !== undefined) return redactor.redactUrl(given.url);
  return redactor.redactText(given.text ?? '');
}

const inputOf = (given: RedactionCase): unknown =>
  given.argv ?? given.env ?? given.url ?? given.text;
const expectedOf = (given: RedactionCase): unknown =>
  given.expected_argv ?? given.expected_env ?? given.expected_url ?? given.expected_text;

const placeholders = (value: unknown): number => textOf(value).split('[REDACTED]').length - 1;

describe.skipIf(CASES.length === 0)('the shared redaction cases (skipped without them)', () => {
  it('are all there', () => {
    expect(CASES).toHaveLength(77);
  });

  it.each(CASES)('$id is redacted exactly as expected', (given) => {
    expect(redacted(given, new Redactor({ kind: 'redact' }, TABLES))).toEqual(expectedOf(given));
  });

  it.each(CASES)('$id passes the weaker checks with keyed placeholders', (given) => {
    const key = new Uint8Array(32).fill(7);
    const text = textOf(redacted(given, new Redactor({ kind: 'hash', key }, TABLES)));
    for (const secret of given.must_not_contain ?? []) expect(text).not.toContain(secret);
    for (const evidence of given.must_contain ?? []) expect(text).toContain(evidence);
  });

  it.each(CASES)('$id counts its redactions', (given) => {
    const redactor = new Redactor({ kind: 'redact' }, TABLES);
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
