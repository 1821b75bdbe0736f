import { type Block, FlatIntervals } from './flat-intervals.ts';
import { parseIpAddress } from './ip-address.ts';
import { tsvRows } from './tsv-rows.ts';

const TIERS = ['platform', 'cdn', 'proxy', 'service'] as const;
/** What an address of a range proves: a service or family, nothing but the provider, a shared edge, or a proxy before the peer. */
type RangeTier = (typeof TIERS)[number];

/** Who owns an address. */
export interface AddressOwner {
  readonly provider: string;
  /** What the range stands for: a service, or only the provider. */
  readonly name: string;
  readonly tier: RangeTier;
}

interface Range<T extends number | bigint> extends Block<T> {
  readonly prefix: number;
}

const IPV4_BITS = 32;
const IPV6_BITS = 128;

/** Owners of addresses. Of several ranges that hold an address the longest prefix answers; of equal ones the better tier. */
export class AddressRanges {
  readonly #owners: readonly AddressOwner[];
  readonly #ipv4: FlatIntervals<number>;
  readonly #ipv6: FlatIntervals<bigint>;

  private constructor(
    owners: readonly AddressOwner[],
    ipv4: readonly Range<number>[],
    ipv6: readonly Range<bigint>[],
  ) {
    this.#owners = owners;
    const inOrder = (a: Range<number | bigint>, b: Range<number | bigint>): number =>
      compare(a.start, b.start) || a.prefix - b.prefix || compareOwners(owners, a.owner, b.owner);
    this.#ipv4 = new FlatIntervals(ipv4.toSorted(inOrder));
    this.#ipv6 = new FlatIntervals(ipv6.toSorted(inOrder));
  }

  /**
   * Reads lines of `cidr provider name tier source`, separated by tabs; `#` starts a comment line. A faulty line is left out
   * and described in `problems`, which name `file`.
   */
  static parse(
    text: string,
    file = 'ranges.tsv',
  ): { readonly ranges: AddressRanges; readonly problems: readonly string[] } {
    const problems: string[] = [];
    const owners = new OwnerList();
    const ipv4: Range<number>[] = [];
    const ipv6: Range<bigint>[] = [];
    for (const { line, text: row } of tsvRows(text)) {
      const tab = row.indexOf('\t');
      const owner = owners.positionOf(tab === -1 ? '' : row.slice(tab + 1));
      const problem =
        typeof owner === 'string' ? owner : addRange(row.slice(0, tab), owner, ipv4, ipv6);
      if (problem !== null) problems.push(`${file} line ${line}: ${problem}`);
    }
    return { ranges: new AddressRanges(owners.list, ipv4, ipv6), problems };
  }

  /** Who owns the address; `null` when nobody is known to, or when the text is no address. */
  lookup(address: string): AddressOwner | null {
    const parsed = parseIpAddress(address);
    if (parsed === null) return null;
    const owner =
      parsed.version === 4 ? this.#ipv4.ownerOf(parsed.value) : this.#ipv6.ownerOf(parsed.value);
    return this.#owners[owner] ?? null;
  }

  /** Every name that some range has. */
  names(): ReadonlySet<string> {
    return new Set(this.#owners.map((owner) => owner.name));
  }
}

/** Appends the range to the list of its family; otherwise says what is wrong with it. */
function addRange(
  cidr: string,
  owner: number,
  ipv4: Range<number>[],
  ipv6: Range<bigint>[],
): string | null {
  const slash = cidr.indexOf('/');
  const prefixText = cidr.slice(slash + 1);
  const address = slash === -1 ? null : parseIpAddress(cidr.slice(0, slash));
  if (address === null || !/^\d{1,3}$/.test(prefixText)) {
    return `"${cidr}" is no address range; write it like 192.0.2.0/24 or 2001:db8::/32`;
  }
  const prefix = Number(prefixText);
  if (address.version === 4) {
    if (prefix > IPV4_BITS || cidr.includes(':')) {
      return `"${cidr}" is no IPv4 range; write it like 192.0.2.0/24`;
    }
    const size = 2 ** (IPV4_BITS - prefix);
    if (address.value % size !== 0) return notFirst(cidr);
    ipv4.push({ start: address.value, end: address.value + size, owner, prefix });
    return null;
  }
  if (prefix > IPV6_BITS) return `"${cidr}" has a prefix over ${IPV6_BITS}`;
  const size = 1n << BigInt(IPV6_BITS - prefix);
  if ((address.value & (size - 1n)) !== 0n) return notFirst(cidr);
  ipv6.push({ start: address.value, end: address.value + size, owner, prefix });
  return null;
}

function notFirst(cidr: string): string {
  return `"${cidr}" does not start at the first address of its range; clear the bits behind the prefix`;
}

/** Owners without repeats: thousands of lines share a few of them, and each is read once. */
class OwnerList {
  readonly list: AddressOwner[] = [];
  readonly #known = new Map<string, number | string>();

  /** Position of the owner that a line's columns behind the range describe, or what is wrong with them. */
  positionOf(columns: string): number | string {
    let position = this.#known.get(columns);
    if (position === undefined) {
      const owner = readOwner(columns);
      position = typeof owner === 'string' ? owner : this.list.push(owner) - 1;
      this.#known.set(columns, position);
    }
    return position;
  }
}

function readOwner(text: string): AddressOwner | string {
  const columns = text.split('\t');
  const [provider = '', name = '', tierText = '', source = ''] = columns;
  if (columns.length !== 4 || provider === '' || name === '' || source === '') {
    return 'needs cidr, provider, name, tier and source, separated by tabs';
  }
  const tier = TIERS.find((known) => known === tierText);
  if (tier === undefined) return `tier "${tierText}" is unknown; use one of ${TIERS.join(', ')}`;
  return { provider, name, tier };
}

/** The better owner of two equal ranges comes last: the better tier, then the longer of two names that start alike. */
function compareOwners(owners: readonly AddressOwner[], a: number, b: number): number {
  const first = owners[a];
  const second = owners[b];
  if (first === undefined || second === undefined) return 0;
  return (
    TIERS.indexOf(first.tier) - TIERS.indexOf(second.tier) ||
    compare(first.name, second.name) ||
    compare(first.provider, second.provider)
  );
}

function compare<T extends number | bigint | string>(a: T, b: T): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
