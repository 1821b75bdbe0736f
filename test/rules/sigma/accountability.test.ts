import { describe, expect, it } from 'vitest';
import { MAX_ACCOUNT_CHARS } from '../../../rules/sigma/accountability.ts';
import { exceptionText } from './exception-text.ts';
import { refusals } from './rule-text.ts';

const WHOLE: ReadonlyMap<string, string> = new Map([
  ['owner', 'ops'],
  ['reason', 'nightly'],
  ['ticket', 'OPS-1'],
  ['expires', '2026-12-31'],
]);

function linesWith(key: string, value: string | null): readonly string[] {
  const keys = new Map(WHOLE);
  if (value === null) keys.delete(key);
  else keys.set(key, value);
  const spillwatch = `{${[...keys].map(([name, text]) => `${name}: ${text}`).join(', ')}}`;
  return refusals(exceptionText({ spillwatch }));
}

describe('the extension key of an exception', () => {
  it.each([...WHOLE.keys()])('is refused without %s, by name', (key) => {
    const lines = linesWith(key, null);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`spillwatch.${key}: an exception needs ${key}; add it`);
  });

  it('names every key that is missing at once', () => {
    expect(refusals(exceptionText({ spillwatch: '{}' }))).toHaveLength(4);
  });

  it('is refused when it is missing itself, or is a policy', () => {
    expect(refusals(exceptionText({ spillwatch: '' }))[0]).toContain(
      'spillwatch: an exception needs owner, reason, ticket, expires',
    );
    expect(refusals(exceptionText({ spillwatch: '{row: {confidence: low}}' }))[0]).toContain(
      'spillwatch: unknown key "row"',
    );
  });

  it.each([
    ['owner', '5', 'spillwatch.owner: write text'],
    ['reason', "' '", 'spillwatch.reason: write text'],
    ['ticket', 'null', 'spillwatch.ticket: write text'],
    ['owner', 'x'.repeat(MAX_ACCOUNT_CHARS + 1), 'spillwatch.owner: longer than 1024'],
    ['expires', 'never', 'spillwatch.expires: no such day; write YYYY-MM-DD'],
    ['expires', '2026-02-30', 'spillwatch.expires: no such day'],
    ['expires', '2026-13-01', 'spillwatch.expires: no such day'],
    ['expires', '26-12-31', 'spillwatch.expires: no such day'],
    ['expires', '2026-12-31T10:00:00Z', 'spillwatch.expires: no such day'],
    ['approver', 'kim', 'spillwatch: unknown key "approver"'],
  ])('refuses %s: %.30s', (key, value, message) => {
    const lines = linesWith(key, value);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  it('accepts a leap day', () => {
    expect(linesWith('expires', '2028-02-29')).toEqual([]);
  });
});
