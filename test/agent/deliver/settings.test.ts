import { anything, assert, dictionary, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Settings } from '../../../agent/deliver/settings.ts';

/** What a reader gives for a value under `key`, and what is noted. */
function reading<T>(
  value: unknown,
  read: (settings: Settings) => T,
): readonly [T, readonly string[]] {
  const settings = new Settings(value === undefined ? {} : { key: value });
  return [read(settings), settings.faults()];
}

describe('a text', () => {
  it('is given as it is', () => {
    expect(reading('a ü b', (settings) => settings.text('key'))).toEqual(['a ü b', []]);
    expect(reading('a', (settings) => settings.optionalText('key'))).toEqual(['a', []]);
  });

  it('may be missing when it is optional', () => {
    expect(reading(undefined, (settings) => settings.optionalText('key'))).toEqual([null, []]);
    expect(reading(undefined, (settings) => settings.text('key'))).toEqual([
      '',
      ['key is missing; add it'],
    ]);
  });

  it.each([7, null, '', true, [], {}, 'a\nb', 'a\u0000', '\u007f'])(
    'is nothing else: %j',
    (value) => {
      const fault = 'key must be a text of one line that is not empty';
      expect(reading(value, (settings) => settings.text('key'))).toEqual(['', [fault]]);
      expect(reading(value, (settings) => settings.optionalText('key'))).toEqual([null, [fault]]);
    },
  );
});

describe('a list of texts', () => {
  it('may be empty or missing', () => {
    expect(reading(['a', 'b'], (settings) => settings.texts('key'))).toEqual([['a', 'b'], []]);
    expect(reading([], (settings) => settings.texts('key'))).toEqual([[], []]);
    expect(reading(undefined, (settings) => settings.texts('key'))).toEqual([[], []]);
  });

  it.each(['a', 7, null, {}, ['a', 7], [''], ['a\nb'], [null]])('holds texts only: %j', (value) => {
    expect(reading(value, (settings) => settings.texts('key'))).toEqual([
      [],
      ['key must be a list of texts'],
    ]);
  });
});

describe('a map of texts', () => {
  it('may be missing', () => {
    expect(reading({ a: 'b' }, (settings) => settings.textMap('key'))).toEqual([
      new Map([['a', 'b']]),
      [],
    ]);
    expect(reading(undefined, (settings) => settings.textMap('key'))).toEqual([new Map(), []]);
  });

  it.each(['a', null, [], { a: 7 }, { a: 'x\ny' }, { 'a\n': 'x' }, { a: null }])(
    'holds lines only: %j',
    (value) => {
      expect(reading(value, (settings) => settings.textMap('key'))[1]).toEqual([
        'key must be an object with texts as values',
      ]);
    },
  );

  it('takes any name for a name', () => {
    const document: unknown = JSON.parse('{"__proto__":"x","constructor":"y"}');
    expect(reading(document, (settings) => settings.textMap('key'))).toEqual([
      new Map([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
      [],
    ]);
  });
});

describe('a word', () => {
  it.each([
    ['b', 'b', []],
    [undefined, 'a', []],
    ['c', 'a', ['key must be one of a, b']],
    [7, 'a', ['key must be one of a, b']],
  ])('is one of those: %j', (value, word, faults) => {
    expect(reading(value, (settings) => settings.oneOf('key', ['a', 'b'], 'a'))).toEqual([
      word,
      faults,
    ]);
  });
});

describe('a number', () => {
  it.each([1, 2, 9])('is whole and within its bounds: %d', (value) => {
    expect(reading(value, (settings) => settings.number('key', 1, 9, 5))).toEqual([value, []]);
  });

  it.each([0, 10, 1.5, '3', null, Number.NaN, Number.POSITIVE_INFINITY, -1])(
    'is nothing else: %j',
    (value) => {
      expect(reading(value, (settings) => settings.number('key', 1, 9, 5))).toEqual([
        5,
        ['key must be a whole number from 1 to 9'],
      ]);
    },
  );

  it('may be missing', () => {
    expect(reading(undefined, (settings) => settings.number('key', 1, 9, 5))).toEqual([5, []]);
  });
});

describe('yes or no', () => {
  it.each([
    [true, true, []],
    [false, false, []],
    [undefined, true, []],
    ['false', true, ['key must be true or false']],
    [0, true, ['key must be true or false']],
  ])('is a boolean: %j', (value, answer, faults) => {
    expect(reading(value, (settings) => settings.yesOrNo('key', true))).toEqual([answer, faults]);
  });
});

describe('a path', () => {
  it('is absolute', () => {
    expect(reading('/etc/x', (settings) => settings.path('key'))).toEqual(['/etc/x', []]);
    expect(reading('x', (settings) => settings.path('key'))).toEqual([
      '/',
      ['key must be an absolute path'],
    ]);
    expect(reading('~/x', (settings) => settings.optionalPath('key'))).toEqual([
      null,
      ['key must be an absolute path'],
    ]);
  });

  it('may be missing when it is optional', () => {
    expect(reading(undefined, (settings) => settings.optionalPath('key'))).toEqual([null, []]);
    expect(reading(undefined, (settings) => settings.path('key'))).toEqual([
      '/',
      ['key is missing; add it'],
    ]);
  });
});

describe('a group', () => {
  it('tells its faults under its name', () => {
    const settings = new Settings({ tls: { caFile: 'x', verify: false } });
    settings.group('tls')?.optionalPath('caFile');
    expect(settings.faults()).toEqual([
      'tls.caFile must be an absolute path',
      'tls.verify is no key of this type; remove it',
    ]);
  });

  it.each([7, 'x', null, []])('is an object: %j', (value) => {
    expect(reading(value, (settings) => settings.group('key'))).toEqual([
      null,
      ['key must be an object'],
    ]);
  });

  it('may be a word instead', () => {
    expect(reading('none', (settings) => settings.groupOrWord('key', 'none'))).toEqual([
      'none',
      [],
    ]);
    expect(reading({}, (settings) => settings.groupOrWord('key', 'none'))[0]).toBeInstanceOf(
      Settings,
    );
    expect(reading(undefined, (settings) => settings.groupOrWord('key', 'none'))).toEqual([
      null,
      [],
    ]);
    expect(reading('all', (settings) => settings.groupOrWord('key', 'none'))).toEqual([
      null,
      ['key must be an object'],
    ]);
  });
});

describe('the faults of a destination', () => {
  it('are all told at once, keys that nobody reads at the end', () => {
    const settings = new Settings({ url: 7, batch: [], colour: 'red' });
    settings.text('url');
    settings.group('batch');
    settings.text('token');
    settings.fault('url', 'is odd; correct it');
    expect(settings.faults()).toEqual([
      'url must be a text of one line that is not empty',
      'batch must be an object',
      'token is missing; add it',
      'url is odd; correct it',
      'colour is no key of this type; remove it',
    ]);
  });

  it('never are an exception, whatever the document is', () => {
    assert(
      property(dictionary(string(), anything()), (document) => {
        const settings = new Settings({ ...document });
        for (const key of [...Object.keys(document), 'url', '__proto__']) {
          settings.text(key);
          settings.texts(key);
          settings.textMap(key);
          settings.oneOf(key, ['a'], 'a');
          settings.number(key, 0, 1, 0);
          settings.yesOrNo(key, false);
          settings.path(key);
          settings.group(key)?.text('x');
        }
        expect(settings.faults().every((fault) => typeof fault === 'string')).toBe(true);
      }),
    );
  });
});
