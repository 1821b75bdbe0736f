import { describe, expect, it } from 'vitest';
import { excerptOf } from '../../../agent/deliver/excerpt.ts';

describe('an excerpt', () => {
  it('is one line without control and invisible characters', () => {
    expect(excerptOf(' a\r\n\tb\u0000c\u001b[2J\u202ed\u200be\u2028f ')).toBe('a b c [2J d e f');
  });

  it('is short', () => {
    expect(excerptOf('x'.repeat(100_000))).toBe('x'.repeat(120));
  });

  it.each([
    ['{"error":"bad","password":"hunter2"}', '{"error":"bad","password":"[REDACTED]"}'],
    ['Authorization: Bearer abc123def456', 'Authorization: Bearer [REDACTED]'],
    ['https://u:hunter2@host/', 'https://u:[REDACTED]@host/'],
  ])('hides secrets that the text shows: %s', (text, excerpt) => {
    expect(excerptOf(text)).toBe(excerpt);
  });

  it('hides the secrets of the destination wherever they stand', () => {
    const token = '2f6b1c50-6d1e-4a5a-9f57-0d6a1f4f9f11';
    expect(excerptOf(`no such token ${token}, really (${token})`, [token])).toBe(
      'no such token [REDACTED], really ([REDACTED])',
    );
  });

  it('takes a word for no secret because it is short', () => {
    expect(excerptOf('a bad day', ['a', ''])).toBe('a bad day');
  });

  it('of a web page is its title', () => {
    const page = '\n<!DOCTYPE html><html><head>\n<title>413 Too\nLarge</title></head>';
    expect(excerptOf(page)).toBe('page "413 Too Large"');
    expect(excerptOf('<html><body>x')).toBe('<html><body>x');
    expect(excerptOf('{"page":"<html><title>x</title>"}')).toBe(
      '{"page":"<html><title>x</title>"}',
    );
  });

  it('is empty when nothing is left', () => {
    expect(excerptOf('\n\u0000 ')).toBe('');
  });
});
