import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedCopy } from '../../../../agent/deliver/formats/bounded-copy.ts';

describe('a bounded copy', () => {
  it('is whole when there is room', () => {
    const value = { a: [1, 'two', null, true], b: { c: {} } };
    expect(boundedCopy(value, 10_000)).toEqual({ copy: value, left: 0 });
  });

  it('keeps what comes first and counts the branches that are missing', () => {
    const { copy, left } = boundedCopy([1, 2, { a: 3 }, { b: 4 }], 100);
    expect({ copy, left }).toEqual({ copy: [1, 2], left: 2 });
  });

  it('cuts long texts, which cost no more than what stays of them', () => {
    const { copy, left } = boundedCopy(['x'.repeat(5000), 'y'], 1000);
    expect(copy).toEqual([`${'x'.repeat(511)}…`, 'y']);
    expect(left).toBe(0);
  });

  it('leaves out what is too deep', () => {
    const deep = (depth: number): object => (depth === 0 ? {} : { a: deep(depth - 1) });
    const { copy, left } = boundedCopy(deep(1000), 1_000_000);
    expect(JSON.stringify(copy).length).toBeLessThan(100);
    expect(left).toBe(1);
  });

  it('is null when there is no room at all', () => {
    expect(boundedCopy({ a: 1 }, 0)).toEqual({ copy: null, left: 1 });
  });

  it('has at most six bytes of JSON for each unit of the budget, whatever is copied', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(2000), (value, budget) => {
        const { copy, left } = boundedCopy(value, budget);
        expect(Buffer.byteLength(JSON.stringify(copy))).toBeLessThanOrEqual(
          Math.max(6 * budget, 4),
        );
        expect(left === 0 ? copy : value).toEqual(value);
      }),
    );
  });
});
