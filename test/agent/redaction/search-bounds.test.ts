import { describe, expect, it } from 'vitest';
import { redactCaptureLine } from '../../../agent/redaction/capture-line.ts';
import { Redactor } from '../../../agent/redaction/redactor.ts';
import { MAX_TEXT, MAX_TOTAL } from '../../../agent/redaction/search-bounds.ts';
import { HOSTILE } from './hostile-texts.ts';

const MEBIBYTE = 1024 * 1024;
const redactor = new Redactor({ kind: 'redact' });
const hasher = new Redactor({ kind: 'hash', key: new Uint8Array(32).fill(3) });

const one = (text: string, by = redactor): string => by.redactArguments([text])[0] ?? '';

describe('a text above the bound', () => {
  it('is shown as far as it was searched, with the number of characters that are left out', () => {
    const whole = 'a'.repeat(MAX_TEXT);
    expect(one(whole)).toBe(whole);
    const [shown = '', mark = ''] = one(`${whole}b`).split('\n');
    expect(shown).toMatch(/^a+$/);
    expect(shown.length).toBeGreaterThan(MAX_TEXT * 0.8);
    expect(mark).toBe(`[LEFT OUT: ${MAX_TEXT + 1 - shown.length} characters]`);
  });

  it.each(['postgres://u:hunter2-hunter2@host/db', 'password=hunter2-hunter2 x'])(
    'shows no part of %s behind the bound, before it, or across it',
    (secret) => {
      const cut = (MAX_TEXT / 8) * 7;
      const places = [cut - 35, cut - 28, cut - 20, cut - 10, cut, MAX_TEXT - 10, MAX_TEXT];
      for (const at of places)
        expect(one(`${' '.repeat(at)}${secret}${' '.repeat(MAX_TEXT)}`)).not.toContain('hun');
    },
  );

  it('is counted as something hidden', () => {
    const counting = new Redactor({ kind: 'redact' });
    one('a'.repeat(MEBIBYTE), counting);
    expect(counting.count).toBe(1);
  });

  it('ends with a whole character', () => {
    for (const padding of ['', 'x']) {
      const text = one(padding + '😀'.repeat(MAX_TEXT));
      expect(text).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
    }
  });

  it.each(HOSTILE)('of %s stays as it is when it is redacted again', (_, unit) => {
    const text = unit.repeat(Math.ceil(MEBIBYTE / unit.length));
    for (const words of [
      ['sh', '-c', text],
      ['mysql', '-e', ...Array(6).fill(text)],
    ]) {
      const once = hasher.redactArguments(words);
      expect(hasher.redactArguments(once)).toEqual(once);
    }
    const prose = redactor.redactText(text);
    expect(redactor.redactText(prose)).toBe(prose);
    const environment = redactor.redactAssignments([`A=${text}`, `DB_PASSWORD=${text}`]);
    expect(redactor.redactAssignments(environment)).toEqual(environment);
  });
});

describe('many texts', () => {
  it('of one vector are shown until the bound of all is reached; then only their lengths', () => {
    const names = Array.from({ length: 8000 }, (_, number) => `/Users/maria/report-${number}.csv`);
    const redacted = redactor.redactArguments(['cp', ...names, '/Volumes/USB']);
    expect(redacted).toHaveLength(8002);
    expect(redacted.slice(0, 100)).toEqual(['cp', ...names.slice(0, 99)]);
    expect(redacted.at(-1)).toBe('[LEFT OUT: 12 characters]');
    const shown = redacted.filter((word) => !word.startsWith('[LEFT'));
    expect(shown.join('').length).toBeGreaterThan(MAX_TOTAL - 100);
    expect(shown.join('').length).toBeLessThanOrEqual(MAX_TOTAL);
    expect(redactor.redactArguments(redacted)).toEqual(redacted);
  });

  it('of one line of a capture cost no more than the bound, and names of variables stay', () => {
    const text = 'x'.repeat(MAX_TEXT);
    const env = Array.from({ length: 20 }, (_, number) => `NAME${number}=${text}`);
    const line = JSON.stringify({ event: { exec: { args: ['x'], env } } });
    const redacted = redactCaptureLine(line, redactor) ?? '';
    expect(redacted.length).toBeLessThan(MAX_TOTAL * 1.1);
    for (let number = 0; number < 20; number += 1) expect(redacted).toContain(`"NAME${number}=`);
    const rows = Array.from({ length: 2000 }, (_, pid) => ({ pid, cmd: 'y'.repeat(1000) }));
    const list = JSON.stringify({ source: 'processes', processes: rows });
    expect(redactCaptureLine(list, redactor)?.length).toBeLessThan(MAX_TOTAL * 2);
  });
});
