import { describe, expect, it } from 'vitest';
import { addHits, ExceptionTally } from '../../rules/exception-tally.ts';
import type { Verdict } from '../../rules/observation.ts';

const verdictOf = (...exceptions: readonly string[]): Verdict => ({
  row: { severity: 'low', confidence: 'low' },
  severity: 'low',
  confidence: 'low',
  silent: exceptions.length > 0,
  rule: { id: 'r', title: 'R' },
  adjustments: [],
  exceptions,
});

describe('ExceptionTally', () => {
  it('counts hits by exception and keeps the latest time, also when steps come late', () => {
    const tally = new ExceptionTally();
    tally.record(verdictOf('a', 'b'), 20);
    tally.record(verdictOf('a'), 10);
    tally.record(verdictOf(), 30);
    expect(tally.take()).toEqual(
      new Map([
        ['a', { hits: 2, lastUs: 20 }],
        ['b', { hits: 1, lastUs: 20 }],
      ]),
    );
  });

  it('gives each hit once', () => {
    const tally = new ExceptionTally();
    tally.record(verdictOf('a'), 1);
    const first = tally.take();
    expect(tally.take()).toEqual(new Map());
    tally.record(verdictOf('a'), 2);
    expect(tally.take()).toEqual(new Map([['a', { hits: 1, lastUs: 2 }]]));
    expect(first).toEqual(new Map([['a', { hits: 1, lastUs: 1 }]]));
  });

  it('takes ids for data and nothing else', () => {
    const tally = new ExceptionTally();
    tally.record(verdictOf('__proto__'), 1);
    expect(tally.take().get('__proto__')).toEqual({ hits: 1, lastUs: 1 });
  });
});

describe('addHits', () => {
  it('adds hits and keeps the later time', () => {
    expect(addHits({ hits: 2, lastUs: 9 }, { hits: 3, lastUs: 4 })).toEqual({ hits: 5, lastUs: 9 });
  });
});
