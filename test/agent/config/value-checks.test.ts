import { describe, expect, it } from 'vitest';
import { KEYS } from '../../../agent/config/keys.ts';
import {
  command,
  eventNames,
  hostList,
  hostMap,
  numberBetween,
  type ValueCheck,
} from '../../../agent/config/value-checks.ts';

describe('host names', () => {
  const label = 'a'.repeat(63);
  const longest = [label, label, label, 'a'.repeat(61)].join('.');

  it.each([
    'a',
    'a.example',
    'A.Example',
    '*.example',
    '.example',
    'example.',
    '*.example.',
    'under_score.example',
    label,
    longest,
    `*.${longest}.`,
  ])('%s is one', (host) => {
    expect(hostList().faultIn([host])).toBeNull();
    expect(hostMap('ids').faultIn({ [host]: 'drive' })).toBeNull();
  });

  it.each([
    '',
    '.',
    '..',
    '*',
    '*.',
    '*example',
    '..example',
    'example..',
    'a..example',
    'a b',
    'a/b',
    'a:443',
    'a\n',
    'ä.example',
    `${label}a`,
    `${longest}a`,
    7,
    null,
  ])('%j is none', (host) => {
    expect(hostList().faultIn([host])).toMatch(/^item 1 is /);
  });
});

describe('the shape of a check says', () => {
  it.each<[ValueCheck, object]>([
    [numberBetween(1, 60), { kind: 'number', min: 1, max: 60 }],
    [command(), { kind: 'texts', min: 1, max: 16, word: null }],
    [eventNames(), { kind: 'texts', min: 1, max: 64, word: 'default' }],
  ])('what is allowed: %j', ({ shape }, wanted) => {
    expect(shape).toMatchObject(wanted);
  });

  it('for every number of the table the bounds at which the check turns', () => {
    const numbers = KEYS.filter(({ shape }) => shape.kind === 'number');
    expect(numbers.length).toBeGreaterThan(10);
    for (const { path, shape, faultIn } of numbers) {
      if (shape.kind !== 'number') continue;
      const around = [shape.min - 1, shape.min, shape.max, shape.max + 1];
      expect([path, around.map((value) => faultIn(value) === null)]).toEqual([
        path,
        [false, true, true, false],
      ]);
    }
  });
});
