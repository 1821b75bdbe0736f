import { assert, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_MS, retryAfterMs } from '../../../agent/deliver/retry-after.ts';

const NOW_MS = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7000],
    ['3600', MAX_RETRY_AFTER_MS],
  ])('in seconds: %j', (header, ms) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(ms);
  });

  it.each([
    'Sun, 06 Nov 1994 08:50:37 GMT',
    'Sunday, 06-Nov-94 08:50:37 GMT',
    'Sun Nov  6 08:50:37 1994',
  ])('as a date in each form of HTTP: %s', (header) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(60_000);
  });

  it('in the past asks for no wait', () => {
    expect(retryAfterMs('Sun, 06 Nov 1994 08:40:00 GMT', NOW_MS)).toBe(0);
  });

  it.each(['3601', '999999999999', '9'.repeat(400), 'Sun, 06 Nov 2044 08:49:37 GMT'])(
    'never asks for more than an hour: %s',
    (header) => {
      expect(retryAfterMs(header, NOW_MS)).toBe(MAX_RETRY_AFTER_MS);
    },
  );

  it.each([
    undefined,
    '',
    '-5',
    '1.5',
    '1e3',
    '0x10',
    'soon',
    '12 apples',
    'Sun, 31 Foo 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 +0200',
  ])('that cannot be read is none: %j', (header) => {
    expect(retryAfterMs(header, NOW_MS)).toBeNull();
  });

  it('is within its bounds whatever it says and whatever the clock shows', () => {
    assert(
      property(string(), integer(), (header, nowMs) => {
        const ms = retryAfterMs(header, nowMs) ?? 0;
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(MAX_RETRY_AFTER_MS);
      }),
    );
  });
});
