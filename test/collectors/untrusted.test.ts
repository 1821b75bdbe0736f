import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asArray,
  asInteger,
  asObject,
  asText,
  asTexts,
  asTimeUs,
  type JsonObject,
  own,
} from '../../collectors/untrusted.ts';

function parse(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}

describe('asTimeUs', () => {
  it.each([
    ['2026-07-01T21:50:33Z', 1_782_942_633_000_000],
    ['2026-07-01T21:50:33.2Z', 1_782_942_633_200_000],
    ['2026-07-01T21:50:33.239Z', 1_782_942_633_239_000],
    ['2026-07-01T21:50:33.239905Z', 1_782_942_633_239_905],
    ['2026-07-01T21:50:33.239905081Z', 1_782_942_633_239_905],
    ['2026-07-01T21:50:33.239905999Z', 1_782_942_633_239_905],
    ['2026-07-01T21:50:33.000000999Z', 1_782_942_633_000_000],
    ['2026-07-01T21:50:33.000001Z', 1_782_942_633_000_001],
    ['2026-07-01T21:50:33.999999999Z', 1_782_942_633_999_999],
    ['2026-07-01T21:50:33.239905+00:00', 1_782_942_633_239_905],
    ['1970-01-01T00:00:00Z', 0],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['2024-02-29T12:00:00Z', 1_709_208_000_000_000],
  ])('reads %s to the microsecond and cuts off what is below', (text, us) => {
    expect(asTimeUs(text)).toBe(us);
  });

  it.each([
    ['no zone', '2026-07-01T21:50:33'],
    ['another zone', '2026-07-01T21:50:33+02:00'],
    ['ten digits', '2026-07-01T21:50:33.1234567890Z'],
    ['a dot without digits', '2026-07-01T21:50:33.Z'],
    ['a blank for the T', '2026-07-01 21:50:33Z'],
    ['no seconds', '2026-07-01T21:50Z'],
    ['a month 13', '2026-13-01T00:00:00Z'],
    ['a month 0', '2026-00-01T00:00:00Z'],
    ['a day 32', '2026-01-32T00:00:00Z'],
    ['an hour 25', '2026-01-01T25:00:00Z'],
    ['a minute 60', '2026-01-01T00:60:00Z'],
    ['text around it', ' 2026-07-01T21:50:33Z'],
    ['a line after it', '2026-07-01T21:50:33Z\n'],
    ['digits of another script', '２０２６-07-01T21:50:33Z'],
    ['nothing', ''],
    ['a number', 1_782_942_633],
    ['null', null],
    ['an array of one time', ['2026-07-01T21:50:33Z']],
  ])('does not take %s for a time', (_what, value) => {
    expect(asTimeUs(value)).toBeNull();
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-01-01T24:00:00Z',
  ])('does not move %s, a moment that never was, to another day', (text) => {
    expect(asTimeUs(text)).toBeNull();
  });

  it('gives no number for a moment that a double cannot hold to the microsecond', () => {
    expect(asTimeUs('9999-12-31T23:59:59.999999Z')).toBeNull();
  });

  it('is exact for every microsecond of a hundred years', () => {
    const until = Date.UTC(2070, 0, 1) * 1000;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: until }),
        fc.integer({ min: 0, max: 999 }),
        (us, ns) => {
          const second = new Date(Math.floor(us / 1_000_000) * 1000).toISOString().slice(0, 19);
          const digits = String(us % 1_000_000).padStart(6, '0') + String(ns).padStart(3, '0');
          expect(asTimeUs(`${second}.${digits}Z`)).toBe(us);
        },
      ),
    );
  });
});

describe('own', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'missing'])(
    'does not see %s, which the object only inherits',
    (key) => {
      expect(own({}, key)).toBeUndefined();
      expect(own(parse('{}'), key)).toBeUndefined();
    },
  );

  it.each(['__proto__', 'constructor', 'toString'])('sees a key %s that was sent', (key) => {
    expect(own(parse(`{"${key}":{"sent":1}}`), key)).toEqual({ sent: 1 });
  });

  it('does not follow a sent __proto__ to other keys', () => {
    expect(own(parse('{"__proto__":{"path":"/tmp/x"}}'), 'path')).toBeUndefined();
  });
});

describe('reading a type', () => {
  it.each([
    ['an object', {}, true],
    ['null', null, false],
    ['an array', [], false],
    ['text', 'x', false],
  ])('asObject gives its type or null on %s', (_what, value, isObject) => {
    expect(asObject(value)).toBe(isObject ? value : null);
  });

  it.each([
    ['an array', [1], true],
    ['an object that looks like one', { length: 0 }, false],
    ['text', 'x', false],
  ])('asArray gives its type or null on %s', (_what, value, isArray) => {
    expect(asArray(value)).toBe(isArray ? value : null);
  });

  it.each([
    ['text', 'x', 'x'],
    ['no characters', '', ''],
    ['a number', 1, null],
    ['null', null, null],
  ])('asText gives its type or null on %s', (_what, value, text) => {
    expect(asText(value)).toBe(text);
  });

  it.each([
    [0, 0],
    [-2, -2],
    [4_294_967_295, 4_294_967_295],
    [9_007_199_254_740_991, 9_007_199_254_740_991],
    [9_007_199_254_740_992, null],
    [1.5, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    ['1', null],
    [true, null],
    [null, null],
  ])('asInteger gives whole numbers that a double holds exactly: %s', (value, number) => {
    expect(asInteger(value)).toBe(number);
  });

  it.each([
    ['only texts', ['a', ''], true],
    ['nothing', [], true],
    ['one number among texts', ['a', 1], false],
    ['one null among texts', ['a', null], false],
    ['a text', 'a', false],
  ])('asTexts gives its type or null on %s', (_what, value, isTexts) => {
    expect(asTexts(value)).toBe(isTexts ? value : null);
  });
});
