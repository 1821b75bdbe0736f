import { describe, expect, it } from 'vitest';
import { type BrowserOpen, BrowserOpens, MAX_OPENS } from '../../../agent/context/browser-opens.ts';

function openOf(given: Partial<BrowserOpen> = {}): BrowserOpen {
  return {
    browser: 'Safari',
    userId: 501,
    chainId: 'chain',
    link: 'lineage',
    path: '/Users/maria/Downloads/x.csv',
    places: [],
    clockUs: 100,
    ...given,
  };
}

function opensOf(...opens: readonly BrowserOpen[]): BrowserOpens {
  const all = new BrowserOpens();
  for (const open of opens) all.add(open);
  return all;
}

describe('an opening by a browser', () => {
  it.each([
    [100, 'within'],
    [150, 'within'],
    [151, 'tooLate'],
    [99, 'nothing'],
  ])('at 100 with a flow at %i and a window of 50 is: %s', (clockUs, expected) => {
    const open = openOf();
    const { within, tooLate } = opensOf(open).take('Safari', 501, clockUs, 50);
    expect(within).toEqual(expected === 'within' ? [open] : []);
    expect(tooLate).toEqual(expected === 'tooLate' ? [open] : []);
  });

  it('waits for a flow of the same browser and user', () => {
    const opens = opensOf(openOf());
    const none = { within: [], tooLate: [] };
    expect(opens.take('Firefox', 501, 110, 50)).toEqual(none);
    expect(opens.take('Safari', 502, 110, 50)).toEqual(none);
    expect(opens.take('Safari', 501, 110, 50).within).toHaveLength(1);
  });

  it('stays for the next flow, for each file and chain', () => {
    const first = openOf({ chainId: 'a' });
    const second = openOf({ chainId: 'b', path: '/Users/maria/Downloads/y.csv', clockUs: 120 });
    const opens = opensOf(first, second);
    expect(opens.take('Safari', 501, 110, 50).within).toEqual([first]);
    expect(opens.take('Safari', 501, 130, 50).within).toEqual([first, second]);
  });

  it('is forgotten by the first flow that comes too late, which leaves those of others', () => {
    const other = openOf({ browser: 'Firefox' });
    const opens = opensOf(openOf(), other);
    expect(opens.take('Safari', 501, 1000, 50).tooLate).toHaveLength(1);
    expect(opens.take('Safari', 501, 1000, 50).tooLate).toEqual([]);
    expect(opens.state()).toEqual([other]);
  });

  it('is dropped when 2000 others came after it', () => {
    const opens = opensOf(
      ...Array.from({ length: MAX_OPENS + 1 }, (_, clockUs) => openOf({ clockUs })),
    );
    expect(MAX_OPENS).toBe(2000);
    expect(opens.state()).toHaveLength(MAX_OPENS);
    expect(opens.state()[0]?.clockUs).toBe(1);
  });

  it('is known in the next run, apart from the state it was taken from', () => {
    const opens = opensOf(openOf());
    const next = new BrowserOpens();
    next.resume(opens.state());
    next.add(openOf({ clockUs: 101 }));
    expect(next.take('Safari', 501, 110, 50).within).toHaveLength(2);
    expect(opens.state()).toHaveLength(1);
  });
});
