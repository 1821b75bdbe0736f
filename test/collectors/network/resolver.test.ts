import { describe, expect, it } from 'vitest';
import { readResolverAnswers } from '../../../collectors/network/resolver.ts';

const ANSWER = { name: 'Content.DropboxAPI.com.', address: '162.125.1.14' };

describe('readResolverAnswers', () => {
  it('reads answers in order and as they were given', () => {
    const second = { name: 'x.example', address: '2620:0100::0001' };
    const base = { kind: 'resolver.answer', collector: 'resolver', timeUs: 5 };
    expect(readResolverAnswers({ answers: [ANSWER, second] }, 5)).toStrictEqual({
      badRows: 0,
      events: [
        { ...base, ...ANSWER },
        { ...base, ...second },
      ],
    });
  });

  it.each([
    ['no name', { address: '162.125.1.14' }],
    ['no address', { name: 'x.example' }],
    ['an address in a number', { name: 'x.example', address: 2_726_101_262 }],
    ['addresses in an array', { name: 'x.example', address: ['162.125.1.14'] }],
    ['no object', 'x.example'],
    ['null', null],
  ])('loses and counts an answer with %s, and keeps the others', (_what, row) => {
    const { events, badRows } = readResolverAnswers({ answers: [row, ANSWER] }, 5);
    expect(badRows).toBe(1);
    expect(events).toHaveLength(1);
  });
});
