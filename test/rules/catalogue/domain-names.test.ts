import { describe, expect, it } from 'vitest';
import { DomainNames, patternProblem } from '../../../rules/catalogue/domain-names.ts';

const names = DomainNames.from([
  { match: 'exact', host: 'exact.example.com', service: 'exact' },
  { match: 'suffix', host: 'example.com', service: 'outer' },
  { match: 'suffix', host: 'inner.example.com', service: 'inner' },
  { match: 'suffix', host: 'example.com', service: 'late' },
  { match: 'pattern', host: '[a-z]+\\.example\\.(com|net)', service: 'pattern' },
]);

describe('DomainNames', () => {
  it.each([
    ['example.com', 'outer'],
    ['a.b.example.com', 'outer'],
    ['x.inner.example.com', 'inner'],
    ['exact.example.com', 'exact'],
    ['below.exact.example.com', 'outer'],
    ['Inner.EXAMPLE.com.', 'inner'],
    ['myexample.com', null],
    ['com', null],
    ['a.example.net', 'pattern'],
    ['b.a.example.net', null],
    ['a.example.net.evil.org', null],
    ['..', null],
    ['__proto__', null],
  ])('says of %s: %s', (host, service) => {
    expect(names.serviceOf(host)).toBe(service);
  });

  it('names nothing for text longer than a host name can be', () => {
    expect(names.serviceOf(`${'a.'.repeat(121)}example.com`)).toBe('outer');
    expect(names.serviceOf(`${'a.'.repeat(122)}example.com`)).toBeNull();
  });

  it('lets an added suffix beat exact names, longer suffixes and removed names', () => {
    const changed = names.withChanges({
      add: new Map([['*.Example.com.', 'mine']]),
      remove: ['inner.example.com', 'example.com'],
    });
    expect(changed.serviceOf('exact.example.com')).toBe('mine');
    expect(changed.serviceOf('inner.example.com')).toBe('mine');
    expect(changed.serviceOf('a.example.net')).toBe('pattern');
  });

  it('takes a removed suffix out with all that is below, and nothing above', () => {
    const changed = names.withChanges({
      add: new Map(),
      remove: ['inner.example.com', 'example.net'],
    });
    expect(changed.serviceOf('x.inner.example.com')).toBeNull();
    expect(changed.serviceOf('a.example.net')).toBeNull();
    expect(changed.serviceOf('example.com')).toBe('outer');
  });

  it('does not change the names it was made from', () => {
    names.withChanges({ add: new Map([['new.example.org', 'new']]), remove: ['example.com'] });
    expect(names.serviceOf('new.example.org')).toBeNull();
    expect(names.serviceOf('example.com')).toBe('outer');
  });

  it('keeps earlier changes, of which a later one may take some back', () => {
    const once = names.withChanges({
      add: new Map([
        ['a.example.org', 'a'],
        ['b.example.org', 'b'],
        ['kept.example.com', 'kept'],
      ]),
      remove: ['example.com'],
    });
    const twice = once.withChanges({ add: new Map(), remove: ['a.example.org'] });
    expect(twice.serviceOf('a.example.org')).toBeNull();
    expect(twice.serviceOf('b.example.org')).toBe('b');
    expect(twice.serviceOf('kept.example.com')).toBe('kept');
    expect(twice.serviceOf('example.com')).toBeNull();
  });
});

describe('patternProblem', () => {
  it('says what is wrong with an expression and nothing about a sound one', () => {
    expect(patternProblem('a+b')).toBeNull();
    expect(patternProblem('(a')).toEqual(expect.any(String));
    expect(patternProblem('(?<=a)b')).toEqual(expect.any(String));
  });
});
