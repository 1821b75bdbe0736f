import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PassedTime } from '../../../agent/context/passed-time.ts';

function timeOf(...undone: readonly (readonly [number, number])[]): PassedTime {
  const time = new PassedTime();
  for (const [clockUs, byUs] of undone) time.undo(clockUs, byUs);
  return time;
}

describe('the time that passed', () => {
  it('is the distance of the moments when no clock was set', () => {
    expect(timeOf().between(10, 35)).toBe(25);
    expect(timeOf().between(35, 10)).toBe(-25);
    expect(timeOf().before(35, 25)).toBe(10);
  });

  it('leaves out what a step between them pretended', () => {
    const time = timeOf([3610, 3600]);
    expect(time.between(10, 3620)).toBe(10);
    expect(time.between(3620, 10)).toBe(-10);
    expect(time.before(3620, 11)).toBe(9);
  });

  it.each([
    [0, 3609, 3609],
    [0, 3610, 10],
    [3609, 3610, 0],
    [3610, 3620, 10],
  ])('from %i to %i knows whether the step is between them', (from, until, passed) => {
    expect(timeOf([3610, 3600]).between(from, until)).toBe(passed);
  });

  it('adds up several steps, and several parts of one', () => {
    const time = timeOf([9000, 100], [3610, 3000], [3610, 600]);
    expect(time.between(0, 10_000)).toBe(6300);
    expect(time.before(10_000, 6300)).toBe(0);
  });

  it('is never less than none', () => {
    expect(timeOf([50, 500]).between(0, 60)).toBe(0);
  });

  it('goes on where another stopped', () => {
    const next = new PassedTime();
    next.resume(timeOf([3610, 3600]).state());
    expect(next.between(10, 3620)).toBe(10);
  });

  it('forgets the oldest of too many steps', () => {
    const time = new PassedTime();
    for (let at = 1; at <= 101; at += 1) time.undo(at * 10, 1);
    expect(time.state()).toHaveLength(100);
    expect(time.between(0, 2000)).toBe(1900);
  });

  it('from the moment before which so much passed is so much again', () => {
    const step = fc.tuple(fc.integer({ min: 100, max: 10_000 }), fc.integer({ min: 1, max: 90 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), fc.nat(5000), (steps, passed) => {
        // Each step is real: the clock went on by more than what was undone of it.
        const time = timeOf(...steps.map(([at, by], index) => [at + index * 20_000, by] as const));
        expect(time.between(time.before(200_000, passed), 200_000)).toBe(passed);
      }),
    );
  });
});
