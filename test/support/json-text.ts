import * as fc from 'fast-check';

/** Keys that mean something to a reader of the stream, or to JavaScript. */
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'event',
  'source',
  'time',
  'process',
  'exec',
  'close',
  'destination',
  'new_path',
  'existing_file',
  'audit_token',
  'stat',
  'st_ino',
  'path',
  'accounts',
  'folders',
  'connections',
  'polluted',
];

const LEAVES = [
  'null',
  'true',
  'false',
  '""',
  '"x"',
  String.raw`"\ud800"`,
  String.raw`"\u0000"`,
  '"host"',
  '"network"',
  '"2026-11-02T09:00:00Z"',
  '-0',
  '-1',
  '0.5',
  '1e400',
  '9007199254740993',
  '18446744073709551615',
];

/** Any JSON value as text, also such that `JSON.stringify` would not write: magic keys, a key twice, numbers too large. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => {
  const key = fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 4 }));
  const member = fc
    .tuple(key, tie('value'))
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        fc.constantFrom(...LEAVES),
        fc.string().map((text) => JSON.stringify(text)),
      ),
      fc.array(tie('value'), { maxLength: 9 }).map((items) => `[${items.join(',')}]`),
      fc.array(member, { maxLength: 6 }).map((members) => `{${members.join(',')}}`),
    ),
  };
}).value;

const HOLE = '\u0001hole';

/** One of the lines with any value inside it replaced by any other JSON. */
export function damaged(lines: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...lines), fc.nat(), jsonText)
    .map(([line, place, text]) => replaceOne(line, place, text));
}

function replaceOne(line: string, place: number, text: string): string {
  let count = 0;
  JSON.parse(line, () => {
    count += 1;
    return null;
  });
  const chosen = place % count;
  let index = -1;
  const holed: unknown = JSON.parse(line, (_key, value: unknown) => {
    index += 1;
    return index === chosen ? HOLE : value;
  });
  return JSON.stringify(holed).replace(JSON.stringify(HOLE), () => text);
}

/** The same JSON with the keys of every object in another order. */
export function shuffled(value: unknown, seed: number): unknown {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  const mix = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(mix);
    if (typeof inner !== 'object' || inner === null) return inner;
    const rest: [string, unknown][] = Object.entries(inner);
    const mixed: [string, unknown][] = [];
    while (rest.length > 0) mixed.push(...rest.splice(next(rest.length), 1));
    return Object.fromEntries(mixed.map(([key, item]) => [key, mix(item)]));
  };
  return mix(value);
}
