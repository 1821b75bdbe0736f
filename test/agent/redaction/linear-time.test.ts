import { describe, expect, it } from 'vitest';
import { findInArguments } from '../../../agent/redaction/find-secrets.ts';
import { Redactor } from '../../../agent/redaction/redactor.ts';
import { MAX_TEXT } from '../../../agent/redaction/search-bounds.ts';
import { loadSecretTables } from '../../../rules/catalogue/redaction-tools.ts';
import { HOSTILE } from './hostile-texts.ts';

const MEBIBYTE = 1024 * 1024;
const tables = loadSecretTables();
const redactor = new Redactor({ kind: 'redact' }, tables);

/** Microseconds of the processor that `work` takes. */
function costOf(work: () => void): number {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return user + system;
}

/** Searches without the bound of the redactor. */
function search(text: string): number {
  return costOf(() => {
    findInArguments(['sh', '-c', text], tables);
    findInArguments(['tool', text], tables);
  });
}

function redact(text: string): number {
  return costOf(() => redactor.redactArguments(['sh', '-c', text]));
}

describe('one long argument', () => {
  it.each(HOSTILE)('of %s is searched in time that grows with its length only', (_, unit) => {
    const whole = unit.repeat(Math.ceil(MEBIBYTE / 4 / unit.length));
    const part = whole.slice(0, MEBIBYTE / 64);
    search(part);
    const small = Math.min(search(part), search(part));
    // 16 times the text takes 16 times as long, squared it would be 256. Below 10 ms the compiler decides.
    expect(search(whole)).toBeLessThan(Math.max(small, 10_000) * 64);
  });

  it.each(HOSTILE)('of %s costs no more than one at the bound', (_, unit) => {
    const whole = unit.repeat(Math.ceil(MEBIBYTE / unit.length));
    const part = whole.slice(0, MAX_TEXT);
    const most = Math.max(redact(part), redact(part), 20_000);
    // A pass or two more, for what is left out; without the bound it would be 32 times as much.
    expect(redact(whole)).toBeLessThan(most * 6);
  });
});
