import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ChangeThrottle } from '../../../collectors/files/change-throttle.ts';
import type { Change } from '../../../collectors/files/watch.ts';

describe('ChangeThrottle', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
  });

  it('lets the first change through at once and the last one after a second', () => {
    const { passed, note } = throttled();
    for (const what of ['first', 'second', 'last']) note('change', 'a', what);
    expect(passed).toEqual(['first']);
    vi.advanceTimersByTime(999);
    expect(passed).toEqual(['first']);
    vi.advanceTimersByTime(1);
    expect(passed).toEqual(['first', 'last']);
  });

  it('lets no more than one change a second through however long it goes on', () => {
    const { passed, note } = throttled();
    for (let at = 0; at < 50; at += 1) {
      note('change', 'a', String(at));
      vi.advanceTimersByTime(100);
    }
    expect(passed).toHaveLength(6);
  });

  it('does not hold back other paths, additions and removals', () => {
    const { passed, note } = throttled();
    note('change', 'a', 'a');
    note('change', 'b', 'b');
    note('unlink', 'a', 'gone');
    note('add', 'a', 'back');
    expect(passed).toEqual(['a', 'b', 'gone', 'back']);
  });

  it('forgets a change that was held back when the file is removed', () => {
    const { passed, note } = throttled();
    note('change', 'a', 'first');
    note('change', 'a', 'held back');
    note('unlink', 'a', 'gone');
    vi.advanceTimersByTime(5000);
    expect(passed).toEqual(['first', 'gone']);
  });

  it('holds back at most 4096 paths; the oldest passes early', () => {
    const { passed, note } = throttled();
    note('change', 'oldest', 'first');
    note('change', 'oldest', 'held back');
    for (let at = 0; at < 4096; at += 1) note('change', String(at), 'other');
    expect(passed.filter((what) => what === 'held back')).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(4096);
  });

  it('leaves no timer when it is closed', () => {
    const { passed, note, throttle } = throttled();
    note('change', 'a', 'first');
    note('change', 'a', 'held back');
    throttle.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(5000);
    expect(passed).toEqual(['first']);
  });
});

function throttled(): {
  readonly passed: string[];
  readonly note: (change: Change, path: string, what: string) => void;
  readonly throttle: ChangeThrottle;
} {
  const passed: string[] = [];
  const throttle = new ChangeThrottle(1000);
  return {
    passed,
    throttle,
    note: (change, path, what) => throttle.note(change, path, () => passed.push(what)),
  };
}
