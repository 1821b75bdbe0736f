import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Coverage, MAX_GAPS } from '../../../agent/context/coverage.ts';

/** Lines as `[number, moment]`. */
function seen(...lines: readonly (readonly [number, number])[]): Coverage {
  const coverage = new Coverage();
  for (const [sequence, clockUs] of lines) coverage.numbered(sequence, clockUs);
  return coverage;
}

/** Numbers 2 and 3 are missing between the moments 20 and 50. */
function holed(): Coverage {
  return seen([0, 10], [1, 20], [4, 50], [5, 60], [6, 70]);
}

describe('a hole in the numbers', () => {
  it.each([
    ['strictly inside', 10, 60, 'gaps'],
    ['whose both ends are the ends of the chain', 20, 50, 'gaps'],
    ['that the chain begins in', 30, 70, 'gaps'],
    ['that the chain ends in, and that is known only later,', 10, 30, 'complete'],
    ['that holds the whole chain, and that is known only later,', 30, 40, 'complete'],
    ['right before the first step', 50, 70, 'complete'],
    ['before the first step', 60, 70, 'complete'],
    ['right after the last step', 10, 20, 'complete'],
    ['after the last step', 10, 15, 'complete'],
  ] as const)('%s of a chain: %j to %j is %s', (_, fromUs, untilUs, expected) => {
    expect(holed().between(fromUs, untilUs)).toBe(expected);
  });

  it('is named by its numbers and the lines around it', () => {
    expect(holed().gaps()).toEqual([
      { fromUs: 20, untilUs: 50, knownUs: 50, reason: 'missing-numbers', first: 2, last: 3 },
    ]);
  });

  it('is filled by late lines, in any order', () => {
    const coverage = holed();
    coverage.late(3, 40);
    expect(coverage.between(10, 60)).toBe('gaps');
    coverage.late(2, 30);
    expect(coverage.between(10, 60)).toBe('complete');
    expect(coverage.gaps()).toEqual([]);
  });

  it('is split by a line in its middle and stays for the rest', () => {
    const coverage = seen([0, 10], [6, 70]);
    coverage.late(3, 40);
    expect(coverage.gaps().map(({ first, last }) => [first, last])).toEqual([
      [1, 2],
      [4, 5],
    ]);
  });

  it('does not reach back over a late line to what is complete before it', () => {
    const coverage = seen([0, 10], [6, 70]);
    coverage.late(1, 20);
    coverage.late(2, 30);
    coverage.late(3, 40);
    expect(coverage.between(10, 40)).toBe('complete');
    expect(coverage.between(10, 70)).toBe('gaps');
  });

  it('is exactly what did not arrive, for every order of arrival', () => {
    const arrivals = fc
      .uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 31 })
      .chain((numbers) => fc.shuffledSubarray(numbers, { minLength: numbers.length }));
    fc.assert(
      fc.property(arrivals, (numbers) => {
        const coverage = new Coverage();
        let highest = -1;
        for (const [at, sequence] of numbers.entries()) {
          if (sequence > highest) coverage.numbered(sequence, at);
          else coverage.late(sequence, at);
          highest = Math.max(highest, sequence);
        }
        const missing = coverage
          .gaps()
          .flatMap(({ first, last }) =>
            Array.from({ length: last - first + 1 }, (_, offset) => first + offset),
          );
        const [start = 0] = numbers;
        const expected = Array.from(
          { length: highest - start },
          (_, offset) => start + offset,
        ).filter((sequence) => !numbers.includes(sequence));
        expect(missing.toSorted((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a restart', () => {
  it('is a gap from the last line to the restart, whatever the numbers say', () => {
    const coverage = seen([0, 10], [1, 20]);
    coverage.restarted();
    coverage.numbered(0, 50);
    coverage.numbered(1, 60);
    expect(coverage.between(10, 60)).toBe('gaps');
    expect(coverage.between(50, 60)).toBe('complete');
    expect(coverage.between(10, 20)).toBe('complete');
  });

  it('before the first line is no gap', () => {
    const coverage = new Coverage();
    coverage.restarted();
    coverage.numbered(0, 10);
    expect(coverage.gaps()).toEqual([]);
  });

  it.each([0, 1, 2, 3])(
    'leaves the holes of the old run to late line %i of the new one',
    (late) => {
      const coverage = holed();
      coverage.restarted();
      coverage.numbered(4, 90);
      coverage.late(late, 85);
      expect(coverage.between(10, 60)).toBe('gaps');
    },
  );

  it('that is stamped no later than the last line is a gap all the same', () => {
    const coverage = seen([0, 10], [1, 20]);
    coverage.restarted();
    coverage.numbered(0, 50);
    expect(coverage.between(10, 50)).toBe('gaps');
  });
});

describe('a time without the sensor', () => {
  it('is a gap when there never was a line', () => {
    expect(new Coverage().between(10, 20)).toBe('gaps');
  });

  it.each([
    ['before the first line', 1, 9, 'gaps'],
    ['after the last line', 71, 99, 'gaps'],
    ['up to the first line', 1, 10, 'complete'],
    ['from the last line on', 70, 99, 'complete'],
  ] as const)('%s: %j to %j is %s', (_, fromUs, untilUs, expected) => {
    expect(seen([0, 10], [1, 70]).between(fromUs, untilUs)).toBe(expected);
  });
});

describe('a line that comes before the first one', () => {
  it('is seen all the same, only late', () => {
    const coverage = seen([3, 40]);
    coverage.late(1, 20);
    expect(coverage.between(15, 20)).toBe('complete');
    expect(coverage.between(15, 19)).toBe('gaps');
  });
});

describe('bounds', () => {
  it('merge the oldest gaps and never claim coverage where there was none', () => {
    const coverage = new Coverage();
    const extra = 5;
    const count = MAX_GAPS + extra;
    for (let gap = 0; gap <= count; gap += 1) coverage.numbered(gap * 2, gap * 10);
    expect(coverage.gaps()).toHaveLength(MAX_GAPS);
    for (let gap = 0; gap < count; gap += 1)
      expect(coverage.between(gap * 10, gap * 10 + 10)).toBe('gaps');
  });

  it('keep a merged gap although a line of number 0 comes late', () => {
    const coverage = new Coverage();
    for (let gap = 0; gap <= MAX_GAPS + 1; gap += 1) coverage.numbered(gap * 2 + 1, gap * 10);
    coverage.late(0, 5);
    expect(coverage.between(0, 10)).toBe('gaps');
  });
});

describe('the state', () => {
  it('goes on as if there had been no break', () => {
    const first = holed();
    const second = new Coverage();
    second.resume(structuredClone(first.state()));
    for (const coverage of [first, second]) {
      coverage.late(2, 30);
      coverage.numbered(9, 90);
    }
    expect(second.state()).toEqual(first.state());
    expect(second.gaps()).toHaveLength(2);
  });
});
