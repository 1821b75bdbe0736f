import { describe, expect, it } from 'vitest';
import {
  MAX_RESENT_BYTES,
  MAX_RESENT_ITEMS,
  SyslogResends,
} from '../../../../agent/deliver/transports/syslog-resends.ts';
import { itemOf, itemsFrom } from '../items.ts';

function owed(resends: SyslogResends): readonly number[] {
  return resends.owed.map(({ id }) => id);
}

describe('what may be lost with a connection', () => {
  it('is owed once the connection is lost', () => {
    const resends = new SyslogResends();
    resends.handedOver(itemsFrom(1, 3));
    resends.handedOver(itemsFrom(4, 5));
    expect(owed(resends)).toEqual([]);
    resends.connectionLost();
    expect(owed(resends)).toEqual([1, 2, 3, 4, 5]);
  });

  it('stays owed until a batch is handed over, over any number of lost connections', () => {
    const resends = new SyslogResends();
    resends.handedOver(itemsFrom(1, 2));
    resends.connectionLost();
    resends.connectionLost();
    expect(owed(resends)).toEqual([1, 2]);
  });

  it('is owed once only', () => {
    const resends = new SyslogResends();
    resends.handedOver(itemsFrom(1, 2));
    resends.connectionLost();
    resends.handedOver(itemsFrom(3, 3));
    resends.connectionLost();
    expect(owed(resends)).toEqual([3]);
  });

  it('is nothing when the receiver read to the end', () => {
    const resends = new SyslogResends();
    resends.handedOver(itemsFrom(1, 2));
    resends.connectionFinished();
    resends.connectionLost();
    expect(owed(resends)).toEqual([]);
  });

  it('is the newest of many', () => {
    const resends = new SyslogResends();
    resends.handedOver(itemsFrom(1, 450));
    resends.handedOver(itemsFrom(451, 470));
    resends.connectionLost();
    expect(owed(resends)).toHaveLength(MAX_RESENT_ITEMS);
    expect(owed(resends).at(0)).toBe(71);
    expect(owed(resends).at(-1)).toBe(470);
  });

  it('is the newest of large ones', () => {
    const large = itemsFrom(1, 5).map((item) => ({ ...item, body: 'x'.repeat(100_000) }));
    const resends = new SyslogResends();
    resends.handedOver(large);
    resends.connectionLost();
    expect(owed(resends)).toEqual([4, 5]);
    resends.handedOver([itemOf(6, { body: 'ü'.repeat(MAX_RESENT_BYTES / 2 + 1) })]);
    resends.connectionLost();
    expect(owed(resends)).toEqual([]);
  });
});
