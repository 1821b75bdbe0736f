import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { OpensNumbers } from '../../../agent/context/opens-numbers.ts';

it('misses exactly what is left out of announced runs, from the last line before it on', () => {
  const run = fc.array(fc.boolean(), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 5 }), (runs) => {
      const numbers = new OpensNumbers();
      const found: (number | null)[] = [];
      const expected: (number | null)[] = [];
      let clockUs = 0;
      for (const arrives of runs) {
        numbers.started(clockUs);
        let lastUs = clockUs;
        let isMissing = false;
        for (const [sequence, isThere] of arrives.entries()) {
          clockUs += 10;
          if (isThere) {
            found.push(numbers.see(sequence, clockUs));
            expected.push(isMissing ? lastUs : null);
            lastUs = clockUs;
          }
          isMissing = !isThere;
        }
      }
      expect(found).toEqual(expected);
    }),
  );
});

it('knows no beginning of a run that was not announced', () => {
  const numbers = new OpensNumbers();
  expect(numbers.see(500, 10)).toBeNull();
  expect(numbers.see(502, 20)).toBe(10);
  // A number that falls far is that of a new run; one that falls little is late.
  expect(numbers.see(501, 30)).toBeNull();
  expect(numbers.see(503, 40)).toBeNull();
  expect(numbers.see(5000, 50)).toBe(40);
  expect(numbers.see(3, 60)).toBeNull();
  expect(numbers.see(5, 70)).toBe(60);
});

it('says since when nobody watched before a run that began anew', () => {
  const numbers = new OpensNumbers();
  expect(numbers.restarted(10)).toBeNull();
  numbers.see(0, 20);
  // One that could not be read shows no moment.
  numbers.see(1, null);
  expect(numbers.restarted(50)).toBe(20);
  expect(numbers.see(2, 60)).toBe(50);
});

it('goes on where another one stopped', () => {
  const numbers = new OpensNumbers();
  numbers.see(7, 10);
  const next = new OpensNumbers();
  next.resume(numbers.state());
  expect(next.see(9, 30)).toBe(10);
});
