import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../agent/redaction/redactor.ts';

const MEBIBYTE = 1024 * 1024;
const redactor = new Redactor({ kind: 'redact' });

/** Texts that make a search start over and over again. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['letters', 'a'],
  ['equals signs', '='],
  ['secret names', 'password='],
  ['quotes', '"'],
  ['backslashes', '\\'],
  ['slashes', '://'],
  ['JSON keys without values', '"token":'],
  ['SQL words', 'identified by '],
  ['key blocks without end', '-----BEGIN PRIVATE KEY-----'],
  ['shell words', "sh -c 'mysql -pX' ; "],
  ['substitutions', '$(mysql -pX '],
  ['options', '--password '],
  ['headers', 'Authorization: '],
  ['commas', ',pass='],
  ['statements without end', 'send "a\\'],
  ['parameters', '&sig='],
  ['pairs with wide names', 'a b c d e f=;'],
];

/** Microseconds of the processor that one argument takes. */
function run(text: string): number {
  const started = process.cpuUsage();
  redactor.redactArguments(['sh', '-c', text]);
  redactor.redactArguments(['tool', text]);
  const { user, system } = process.cpuUsage(started);
  return user + system;
}

describe('one argument of a mebibyte', () => {
  it.each(HOSTILE)('of %s is redacted in time that grows with its length only', (_, unit) => {
    const whole = unit.repeat(Math.ceil(MEBIBYTE / unit.length));
    const part = whole.slice(0, MEBIBYTE / 8);
    run(part);
    const eighth = Math.min(run(part), run(part));
    // Eight times the text takes eight times as long, squared it would be 64. Below 20 ms the compiler decides.
    expect(run(whole)).toBeLessThan(Math.max(eighth, 20_000) * 32);
  });
});
