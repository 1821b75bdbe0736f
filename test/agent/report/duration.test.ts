import { expect, it } from 'vitest';
import { durationText } from '../../../agent/report/duration.ts';

it('writes a span with two units at most', () => {
  const spans = [
    0, 999, 2000, 1_000_000, 95_000_000, 7_140_000_000, 90_000_000_000, 86_400_000_000,
  ];
  expect(spans.map(durationText)).toEqual([
    '0 µs',
    '999 µs',
    '2 ms',
    '1 s',
    '1 min 35 s',
    '1 h 59 min',
    '1 d 1 h',
    '1 d',
  ]);
});

it('says when a clock went back', () => {
  expect(durationText(-2_000_000)).toBe('−2 s');
});

it('never writes a thousand milliseconds', () => {
  expect(durationText(999_999)).toBe('999 ms');
});
