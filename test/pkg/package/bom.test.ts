/** The bill of materials as another reader sees it, which is written here from the description of the format. */
import { describe, expect, it } from 'vitest';
import { bomOf } from '../../../pkg/package/bom.ts';
import { cksum } from '../../../pkg/package/cksum.ts';
import { type Entry, inOrder } from '../../../pkg/staging/entry.ts';
import { readBom } from '../../../pkg/verify/bom.ts';

const TIME = 1_790_000_000;

interface Line {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly type: number;
  readonly mode: string;
  readonly owner: string;
  readonly time: number;
  readonly size: number;
  readonly sum: number;
  readonly link: string;
  readonly recordBytes: number;
}

interface Walk {
  readonly leaves: readonly (readonly Line[])[];
  readonly names: ReadonlyMap<string, number>;
  /** Tree of the paths. */
  readonly keys: number;
  readonly isBranched: boolean;
}

function walk(bom: Buffer): Walk {
  const word = (at: number) => bom.readUInt32BE(at);
  expect(bom.toString('latin1', 0, 8)).toBe('BOMStore');
  expect(word(8)).toBe(1);
  const [blocks, index, indexBytes, vars, varsBytes] = [12, 16, 20, 24, 28].map(word);
  const count = word(index!);
  expect(count).toBe(blocks! + 1);
  // The index ends with an empty list of free places and two pointers of nothing.
  expect(indexBytes).toBe(4 + count * 8 + 20);
  expect(bom.subarray(index! + 4 + count * 8, index! + indexBytes!)).toEqual(Buffer.alloc(20));
  expect(index! + indexBytes!).toBe(bom.length);
  const at = (number: number) => word(index! + 4 + number * 8);
  const length = (number: number) => word(index! + 8 + number * 8);
  expect([at(0), length(0)]).toEqual([0, 0]);

  const names = new Map<string, number>();
  let place = vars! + 4;
  for (let left = word(vars!); left > 0; left--) {
    const bytes = bom.readUInt8(place + 4);
    names.set(bom.toString('latin1', place + 5, place + 5 + bytes), word(place));
    place += 5 + bytes;
  }
  expect(place).toBe(vars! + varsBytes!);

  const tree = at(names.get('Paths')!);
  expect(bom.toString('latin1', tree, tree + 4)).toBe('tree');
  expect([word(tree + 4), word(tree + 12)]).toEqual([1, 4096]);
  let node = word(tree + 8);
  const isBranched = bom.readUInt16BE(at(node)) === 0;
  const branch = isBranched ? node : 0;
  if (isBranched) node = word(at(node) + 12);
  const leaves: Line[][] = [];
  let previous = 0;
  while (node !== 0) {
    const leaf = at(node);
    expect(bom.readUInt16BE(leaf)).toBe(1);
    expect(word(leaf + 8)).toBe(previous);
    const keys = bom.readUInt16BE(leaf + 2);
    expect(length(node)).toBe(12 + keys * 8);
    leaves.push(
      Array.from({ length: keys }, (_, key) => {
        const info = at(word(leaf + 12 + key * 8));
        const file = word(leaf + 16 + key * 8);
        const record = word(info + 4);
        const r = at(record);
        const linkBytes = word(r + 27);
        return {
          id: word(info),
          parent: word(at(file)),
          name: bom.toString('utf8', at(file) + 4, at(file) + length(file) - 1),
          type: bom.readUInt8(r),
          mode: bom.readUInt16BE(r + 4).toString(8),
          owner: `${word(r + 6)}:${word(r + 10)}`,
          time: word(r + 14),
          size: word(r + 18),
          sum: word(r + 23),
          link: bom.toString('utf8', r + 31, r + 31 + Math.max(linkBytes - 1, 0)),
          recordBytes: length(record),
        };
      }),
    );
    if (isBranched) {
      // The branch points at the leaf, with the leaf's last key.
      const row = at(branch) + 12 + (leaves.length - 1) * 8;
      expect([word(row), word(row + 4)]).toEqual([node, word(leaf + 16 + (keys - 1) * 8)]);
    }
    previous = node;
    node = word(leaf + 4);
  }
  return { leaves, names, keys: word(tree + 16), isBranched };
}

function pathsOf(lines: readonly Line[]): readonly string[] {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const pathOf = (line: Line): string => {
    const above = byId.get(line.parent);
    return above === undefined ? line.name : `${pathOf(above)}/${line.name}`;
  };
  return lines.map(pathOf);
}

const ENTRIES: readonly Entry[] = inOrder([
  { kind: 'file', path: 'Library/a b.txt', mode: 0o644, content: Buffer.from('hello\n') },
  { kind: 'file', path: 'Library/empty', mode: 0o700, content: Buffer.alloc(0) },
  { kind: 'link', path: 'Library/ü', mode: 0o755, target: 'a b.txt' },
  { kind: 'folder', path: 'Library/closed', mode: 0o700 },
]);

describe('a small one', () => {
  const { leaves, names, keys, isBranched } = walk(bomOf(ENTRIES, TIME));
  const lines = leaves.flat();

  it('has one leaf and no branch', () => {
    expect([leaves.length, isBranched, keys]).toEqual([1, false, ENTRIES.length]);
  });

  it('has the five blocks that readers look for', () => {
    expect([...names.keys()]).toEqual(['BomInfo', 'Paths', 'HLIndex', 'VIndex', 'Size64']);
  });

  it('lists every entry once, level by level', () => {
    expect(pathsOf(lines)).toEqual([
      '.',
      './Library',
      './Library/a b.txt',
      './Library/closed',
      './Library/empty',
      './Library/ü',
    ]);
    expect(lines.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('has mode, owner, time, size and checksum of each', () => {
    const root = { owner: '0:0', time: TIME };
    expect(lines[0]).toMatchObject({ ...root, type: 2, mode: '40755', size: 0, sum: 0 });
    expect(lines[2]).toMatchObject({ ...root, type: 1, mode: '100644', size: 6, sum: 3015617425 });
    expect(lines[3]).toMatchObject({ ...root, type: 2, mode: '40700' });
    expect(lines[4]).toMatchObject({ ...root, type: 1, mode: '100700', size: 0, sum: 4294967295 });
    expect(lines[5]).toMatchObject({
      ...root,
      type: 3,
      mode: '120755',
      size: 7,
      sum: cksum(Buffer.from('a b.txt')),
      link: 'a b.txt',
    });
  });

  it('has the longer record that lsbom reads for files only', () => {
    expect(lines.map(({ recordBytes }) => recordBytes)).toEqual([31, 31, 35, 31, 35, 39]);
  });
});

describe.each([256, 257, 600, 2000])('one of %d entries', (count) => {
  const entries = inOrder(
    Array.from({ length: count - 2 }, (_, at) => ({
      kind: 'file' as const,
      path: `Library/file ${at}`,
      mode: 0o644,
      content: Buffer.from(String(at)),
    })),
  );
  const { leaves, keys, isBranched } = walk(bomOf(entries, TIME));

  it('has leaves of at most 256 keys, with a branch above more than one', () => {
    expect(keys).toBe(count);
    expect(leaves.length).toBe(Math.ceil(count / 256));
    expect(leaves.map((leaf) => leaf.length).every((length) => length <= 256)).toBe(true);
    expect(isBranched).toBe(count > 256);
  });

  it('has every entry in the order of its key', () => {
    const lines = leaves.flat();
    expect(pathsOf(lines).toSorted()).toEqual(
      entries.map(({ path }) => (path === '' ? '.' : `./${path}`)).toSorted(),
    );
    const inTreeOrder = lines.every((line, at) => {
      const before = lines[at - 1];
      if (before === undefined || before.parent < line.parent) return true;
      return (
        before.parent === line.parent &&
        Buffer.compare(Buffer.from(before.name), Buffer.from(line.name)) < 0
      );
    });
    expect(inTreeOrder).toBe(true);
  });
});

it('the reader that ships reads the same', () => {
  const read = readBom(bomOf(ENTRIES, TIME));
  expect(read.map(({ path }) => path)).toEqual(ENTRIES.map(({ path }) => path));
  expect(read.at(-1)).toEqual({
    path: 'Library/ü',
    kind: 'link',
    mode: 0o755,
    uid: 0,
    gid: 0,
    size: 7,
    cksum: cksum(Buffer.from('a b.txt')),
    target: 'a b.txt',
  });
});
