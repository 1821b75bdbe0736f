import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMilliseconds, toRfc3339 } from '../../../../agent/deliver/formats/time.ts';

describe('toRfc3339', () => {
  it('writes six digits and Z', () => {
    expect(toRfc3339(Date.UTC(2026, 9, 14, 7, 30) * 1000 + 123_456)).toBe(
      '2026-10-14T07:30:00.123456Z',
    );
  });

  it('keeps leading and trailing zeros of the fraction', () => {
    expect(toRfc3339(0)).toBe('1970-01-01T00:00:00.000000Z');
    expect(toRfc3339(1)).toBe('1970-01-01T00:00:00.000001Z');
    expect(toRfc3339(1_100_000)).toBe('1970-01-01T00:00:01.100000Z');
  });

  it('counts down into the years before 1970', () => {
    expect(toRfc3339(-1)).toBe('1969-12-31T23:59:59.999999Z');
  });

  it('gives back every microsecond of the whole range', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (us) => {
        const [, seconds = '', micros = ''] = /^(.*)\.(\d{6})Z$/u.exec(toRfc3339(us)) ?? [];
        const parsed = BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(micros);
        expect(parsed).toBe(BigInt(us));
      }),
    );
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %s', (us) => {
    expect(() => toRfc3339(us)).toThrow(RangeError);
  });
});

describe('toMilliseconds', () => {
  it('rounds down, also before 1970 and near the end of the range', () => {
    expect(toMilliseconds(1999)).toBe(1);
    expect(toMilliseconds(-1)).toBe(-1);
    expect(toMilliseconds(Number.MAX_SAFE_INTEGER)).toBe(9_007_199_254_740);
    expect(toMilliseconds(9_007_199_254_739_999)).toBe(9_007_199_254_739);
  });
});
