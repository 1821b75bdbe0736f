import { expect, it } from 'vitest';
import { Blindness } from '../../../agent/health/blindness.ts';

it('lasts after its limit without a break, and begins anew after one', () => {
  let nowMs = 0;
  const blindness = new Blindness(100, () => nowMs);
  const at = (ms: number, isBlind: boolean): boolean => {
    nowMs = ms;
    return blindness.lasts(isBlind);
  };
  expect([at(0, true), at(99, true), at(100, true)]).toEqual([false, false, true]);
  expect([at(110, false), at(120, true), at(219, true), at(220, true)]).toEqual([
    false,
    false,
    false,
    true,
  ]);
});
