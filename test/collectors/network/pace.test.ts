import { describe, expect, it } from 'vitest';
import { paceOf } from '../../../collectors/network/pace.ts';

const INTERVALS = { idleMs: 30_000, activeMs: 1000 };

describe('paceOf', () => {
  it.each([
    ['idle', 30_000],
    ['active', 1000],
    ['burst', 250],
  ] as const)('samples at the interval for %s when sampling is quick', (wanted, intervalMs) => {
    expect(paceOf(wanted, INTERVALS, 20)).toStrictEqual({ intervalMs, isBehind: false });
  });

  it('keeps its pace at exactly half of the interval', () => {
    expect(paceOf('active', INTERVALS, 500)).toStrictEqual({ intervalMs: 1000, isBehind: false });
  });

  it('backs off to 5 s when sampling takes more than half of the interval', () => {
    expect(paceOf('active', INTERVALS, 501)).toStrictEqual({ intervalMs: 5000, isBehind: true });
  });

  it('falls back from a burst to the active interval, which is still better than 5 s', () => {
    expect(paceOf('burst', INTERVALS, 200)).toStrictEqual({ intervalMs: 1000, isBehind: true });
    expect(paceOf('burst', INTERVALS, 600)).toStrictEqual({ intervalMs: 5000, isBehind: true });
  });

  it('never backs off to less than the interval that was asked for', () => {
    const slow = { idleMs: 30_000, activeMs: 8000 };
    expect(paceOf('active', slow, 5000)).toStrictEqual({ intervalMs: 8000, isBehind: true });
  });
});
