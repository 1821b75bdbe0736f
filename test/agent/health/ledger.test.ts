import { describe, expect, it } from 'vitest';
import { Ledger, sum } from '../../../agent/health/ledger.ts';

describe('the ledger', () => {
  it('counts each collector by itself and everything in total', () => {
    const ledger = new Ledger();
    ledger.received('endpoint-security');
    ledger.stored('endpoint-security');
    ledger.received('endpoint-security');
    ledger.skipped('endpoint-security', 'denied');
    ledger.received('network', 3);
    ledger.skipped('network', 'denied');
    ledger.received('network');
    ledger.dropped('network', 'bad-shape');
    expect(ledger.accounts().get('endpoint-security')).toEqual({
      received: 2,
      stored: 1,
      skipped: new Map([['denied', 1]]),
      dropped: new Map(),
      badRows: 0,
    });
    expect(ledger.total()).toEqual({
      received: 4,
      stored: 1,
      skipped: new Map([['denied', 2]]),
      dropped: new Map([['bad-shape', 1]]),
      badRows: 3,
    });
  });

  it('counts what has no known source as unknown', () => {
    const ledger = new Ledger();
    ledger.received(null);
    ledger.dropped(null, 'bad-json');
    expect(ledger.accounts().get('unknown')?.dropped.get('bad-json')).toBe(1);
  });

  it('is empty before the first record', () => {
    expect(new Ledger().total().received).toBe(0);
    expect(sum(new Ledger().total().skipped)).toBe(0);
  });

  it('sums over all reasons', () => {
    expect(
      sum(
        new Map([
          ['a', 2],
          ['b', 3],
        ]),
      ),
    ).toBe(5);
  });
});
