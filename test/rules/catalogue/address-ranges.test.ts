import { readFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressRanges } from '../../../rules/catalogue/address-ranges.ts';

interface Range {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly prefix: number;
  readonly tier: string;
  readonly name: string;
}

const TIERS = ['platform', 'cdn', 'proxy', 'service'];
const REAL = readFileSync(join(import.meta.dirname, '../../../rules/catalogue/ranges.tsv'), 'utf8');

function bitsOf(version: 4 | 6): number {
  return version === 4 ? 32 : 128;
}

function textOf(version: 4 | 6, value: bigint): string {
  const parts: string[] = [];
  const [size, count] = version === 4 ? [8, 4] : [16, 8];
  for (let at = count - 1; at >= 0; at--) {
    const part = (value >> BigInt(at * size)) & ((1n << BigInt(size)) - 1n);
    parts.push(part.toString(version === 4 ? 10 : 16));
  }
  return parts.join(version === 4 ? '.' : ':');
}

function holds(range: Range, version: 4 | 6, value: bigint): boolean {
  const rest = BigInt(bitsOf(version) - range.prefix);
  return range.version === version && range.first >> rest === value >> rest;
}

/** Every range that holds the address, judged one after the other. */
function naiveName(ranges: readonly Range[], version: 4 | 6, value: bigint): string | null {
  let best: Range | null = null;
  for (const range of ranges.filter((candidate) => holds(candidate, version, value))) {
    const rank = (of: Range): number => of.prefix * 10 + TIERS.indexOf(of.tier);
    const better = best === null || rank(range) > rank(best);
    if (better || (best !== null && rank(range) === rank(best) && range.name > best.name))
      best = range;
  }
  return best?.name ?? null;
}

function parse(ranges: readonly Range[]): AddressRanges {
  const lines = ranges.map(
    ({ version, first, prefix, tier, name }) =>
      `${textOf(version, first)}/${prefix}\tacme\t${name}\t${tier}\ttest`,
  );
  const { ranges: parsed, problems } = AddressRanges.parse(lines.join('\n'));
  expect(problems).toEqual([]);
  return parsed;
}

/** Few distinct bits, so that ranges nest, touch and repeat often. */
function sparse(version: 4 | 6): fc.Arbitrary<bigint> {
  const bits = bitsOf(version);
  return fc.tuple(fc.bigInt(0n, 15n), fc.bigInt(0n, 15n), fc.boolean()).map(([high, low, ones]) => {
    const middle = ones ? ((1n << BigInt(bits - 8)) - 1n) & ~15n : 0n;
    return (high << BigInt(bits - 4)) | middle | low;
  });
}

function anyRange(version: 4 | 6): fc.Arbitrary<Range> {
  const bits = bitsOf(version);
  return (
    fc
      .record({
        value: sparse(version),
        prefix: fc.oneof(
          fc.integer({ min: 0, max: bits }),
          fc.constantFrom(0, 2, 4, bits - 2, bits),
        ),
        tier: fc.constantFrom(...TIERS),
        name: fc.constantFrom('m365', 'm365-teams', 'other', 'apple'),
      })
      .map(({ value, prefix, tier, name }) => {
        const rest = BigInt(bits - prefix);
        return { version, prefix, tier, name, first: (value >> rest) << rest };
      })
      // Addresses of ::ffff:0:0/96 are IPv4 addresses and never looked up as IPv6.
      .filter(({ first }) => version === 4 || first >> 32n !== 0xffffn)
  );
}

describe.each([4, 6] as const)('random IPv%i ranges', (version) => {
  it('give the same answer as a search through all of them', () => {
    fc.assert(
      fc.property(
        fc.array(anyRange(version), { maxLength: 25 }),
        fc.array(sparse(version), { minLength: 1, maxLength: 25 }),
        (list, addresses) => {
          const parsed = parse(list);
          const edges = list.flatMap(({ first, prefix }) => {
            const size = 1n << BigInt(bitsOf(version) - prefix);
            return [first - 1n, first, first + size - 1n, first + size];
          });
          const all = [...addresses, ...edges].filter(
            (value) => value >= 0n && value >> BigInt(bitsOf(version)) === 0n,
          );
          for (const value of all) {
            if (version === 6 && value >> 32n === 0xffffn) continue;
            const found = parsed.lookup(textOf(version, value))?.name ?? null;
            expect(found).toBe(naiveName(list, version, value));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the real ranges', () => {
  const rows = REAL.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const cidrs = rows.map((line) => line.slice(0, line.indexOf('\t')));
  const { ranges: real, problems } = AddressRanges.parse(REAL);

  it('are all sound', () => {
    expect(problems).toEqual([]);
    expect(rows.length).toBeGreaterThan(8_000);
  });

  it('hold an address exactly when a block list of them does', () => {
    const list = new BlockList();
    for (const cidr of cidrs) {
      const [address = '', prefix = ''] = cidr.split('/');
      list.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
    }
    const near = fc.constantFrom(...cidrs).chain((cidr) => {
      const [address = ''] = cidr.split('/');
      return fc
        .integer({ min: 0, max: 255 })
        .map((last) =>
          address.includes(':')
            ? address.replace(/::$/, `::${last.toString(16)}`)
            : address.replace(/\d+$/, String(last)),
        );
    });
    fc.assert(
      fc.property(fc.oneof(near, fc.ipV4(), fc.ipV6()), (address) => {
        // A block list also judges ::ffff:a.b.c.d by its IPv4 rows; so do we.
        const family = address.includes(':') ? 'ipv6' : 'ipv4';
        expect(real.lookup(address) !== null).toBe(list.check(address, family));
      }),
      { numRuns: 200 },
    );
  });
});

describe('AddressRanges', () => {
  const { ranges: few } = AddressRanges.parse(
    [
      '# a comment',
      '203.0.113.0/24\tacme\thosting\tplatform\ttest',
      '203.0.113.0/24\tacme\tdrive\tservice\ttest',
      '203.0.113.0/24\tacme\tedge\tcdn\ttest',
      '203.0.113.0/24\tacme\tgate\tproxy\ttest',
      '198.51.100.0/24\tacme\tsuite-drive\tservice\ttest',
      '198.51.100.0/24\tacme\tsuite\tservice\ttest',
      '0.0.0.0/0\tall\tall\tplatform\ttest',
      '255.255.255.255/32\tlast\tlast\tservice\ttest\r',
      '2001:db8::/32\tacme\tsix\tservice\ttest',
    ].join('\n'),
  );

  it('prefers service to proxy to cdn to platform for equal prefixes', () => {
    expect(few.lookup('203.0.113.7')).toEqual({ provider: 'acme', name: 'drive', tier: 'service' });
  });

  it('prefers a named part of a family to the family', () => {
    expect(few.lookup('198.51.100.7')?.name).toBe('suite-drive');
  });

  it('answers up to the last address there is', () => {
    expect(few.lookup('255.255.255.255')?.name).toBe('last');
    expect(few.lookup('255.255.255.254')?.name).toBe('all');
    expect(few.lookup('0.0.0.0')?.name).toBe('all');
    expect(few.lookup('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBeNull();
  });

  it('knows an IPv4 address in IPv6 clothes, a zone and every spelling', () => {
    expect(few.lookup('::ffff:203.0.113.7')?.name).toBe('drive');
    expect(few.lookup('::FFFF:cb00:7107')?.name).toBe('drive');
    expect(few.lookup('2001:0DB8:0:0::1')?.name).toBe('six');
    expect(few.lookup('2001:db8::1%en0')?.name).toBe('six');
    expect(few.lookup('2001:db9::1')).toBeNull();
    expect(few.lookup('::203.0.113.7')).toBeNull();
  });

  it.each([
    '',
    '*',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.07',
    '0xcb.0.113.7',
    '203.0.113.7 ',
    '1.2.3.4.5',
    ':',
    '2001:db8',
    '[::1]',
    '%en0',
  ])('has no owner for %j, which is no address', (text) => {
    expect(few.lookup(text)).toBeNull();
  });
});
