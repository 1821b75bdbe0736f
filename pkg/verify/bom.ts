/**
 * Reads the bill of materials of a package; the format is described where it is written. Everything is asked for by place,
 * so no number in the file is believed. Bounds: 64 MiB, 100,000 entries, trees 8 levels high.
 */
import { slice, u16, u32, zeroEnded } from './bytes.ts';
import { FormatError } from './fault.ts';

export const MAX_BOM_BYTES = 64 * 1_048_576;
const MAX_ENTRIES = 100_000;
const MAX_HEIGHT = 8;
const MAX_PATH_BYTES = 1024;
const KINDS = new Map<number, BomEntry['kind']>([
  [1, 'file'],
  [2, 'folder'],
  [3, 'link'],
]);

export interface BomEntry {
  /** Without `./` in front; the root is the empty text. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** With set-id and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** As POSIX `cksum` has it, of a file. */
  readonly cksum: number;
  readonly target: string | null;
}

/** The entries in the order of the tree. Throws a `FormatError`, also when they are not in the order that readers need. */
export function readBom(bytes: Buffer): readonly BomEntry[] {
  const store = new Store(bytes);
  const tree = store.block(store.named('Paths'));
  if (tree.toString('latin1', 0, 4) !== 'tree') throw new FormatError('Paths is no tree');
  const rows: Row[] = [];
  for (const leaf of leavesOf(store, u32(tree, 8)))
    for (const { facts, name } of leaf) {
      if (rows.length === MAX_ENTRIES) throw new FormatError(`has over ${MAX_ENTRIES} entries`);
      rows.push(rowOf(store, facts, name));
    }
  if (rows.length !== u32(tree, 16))
    throw new FormatError(`has ${rows.length} entries and states ${u32(tree, 16)}`);
  return withPaths(rows);
}

/** Numbered places of the file. */
class Store {
  readonly #bytes: Buffer;
  readonly #index: Buffer;
  readonly #names = new Map<string, number>();

  constructor(bytes: Buffer) {
    if (bytes.toString('latin1', 0, 8) !== 'BOMStore') throw new FormatError('is no Bom');
    this.#bytes = bytes;
    this.#index = slice(bytes, u32(bytes, 16), u32(bytes, 20));
    const names = slice(bytes, u32(bytes, 24), u32(bytes, 28));
    let at = 4;
    for (let left = u32(names, 0); left > 0; left--) {
      const length = slice(names, at + 4, 1).readUInt8();
      this.#names.set(slice(names, at + 5, length).toString('latin1'), u32(names, at));
      at += 5 + length;
    }
  }

  named(name: string): number {
    const number = this.#names.get(name);
    if (number === undefined) throw new FormatError(`has no ${name}`);
    return number;
  }

  block(number: number): Buffer {
    if (number >= u32(this.#index, 0)) throw new FormatError(`has no block ${number}`);
    const at = 4 + number * 8;
    return slice(this.#bytes, u32(this.#index, at), u32(this.#index, at + 4));
  }
}

interface Pair {
  readonly facts: number;
  readonly name: number;
}

/** From the first leaf along the chain. */
function* leavesOf(store: Store, root: number): Generator<readonly Pair[]> {
  let number = root;
  for (let height = 0; u16(store.block(number), 0) === 0; height++) {
    const [first] = pairsOf(store.block(number));
    if (first === undefined || height === MAX_HEIGHT)
      throw new FormatError('has a tree without leaves');
    number = first.facts;
  }
  const seen = new Set<number>();
  for (; number !== 0; number = u32(store.block(number), 4)) {
    if (seen.has(number) || u16(store.block(number), 0) === 0)
      throw new FormatError('has leaves that form no chain');
    seen.add(number);
    yield pairsOf(store.block(number));
  }
}

function pairsOf(node: Buffer): readonly Pair[] {
  return Array.from({ length: u16(node, 2) }, (_, at) => ({
    facts: u32(node, 12 + at * 8),
    name: u32(node, 16 + at * 8),
  }));
}

interface Row extends Omit<BomEntry, 'path'> {
  readonly number: number;
  readonly folder: number;
  readonly name: string;
}

function rowOf(store: Store, facts: number, name: number): Row {
  const numbers = store.block(facts);
  const record = store.block(u32(numbers, 4));
  const key = store.block(name);
  const targetBytes = record.length < 31 ? 0 : u32(record, 27);
  return {
    number: u32(numbers, 0),
    folder: u32(key, 0),
    name: zeroEnded(key, 4),
    kind: KINDS.get(slice(record, 0, 1).readUInt8()) ?? 'other',
    mode: u16(record, 4) & 0o7777,
    uid: u32(record, 6),
    gid: u32(record, 10),
    size: u32(record, 18),
    cksum: u32(record, 23),
    target: targetBytes === 0 ? null : zeroEnded(slice(record, 31, targetBytes), 0),
  };
}

function withPaths(rows: readonly Row[]): readonly BomEntry[] {
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  const paths = new Map<number, string>();
  const pathOf = (row: Row, depth: number): string => {
    const known = paths.get(row.number);
    if (known !== undefined) return known;
    const above = byNumber.get(row.folder);
    if (row.folder !== 0 && above === undefined) throw new FormatError(`${row.name} has no folder`);
    if (depth > MAX_PATH_BYTES) throw new FormatError(`${row.name} is in itself`);
    const folder = above === undefined ? '' : pathOf(above, depth + 1);
    const name = above === undefined && row.name === '.' ? '' : row.name;
    const path = folder === '' ? name : `${folder}/${name}`;
    if (path.length > MAX_PATH_BYTES) throw new FormatError(`${row.name} has an overlong path`);
    paths.set(row.number, path);
    return path;
  };
  let before: Row | undefined;
  return rows.map((row) => {
    if (before !== undefined && compareKeys(before, row) >= 0)
      throw new FormatError(`${row.name} is out of order: readers stop there`);
    before = row;
    const { number: _number, folder: _folder, name: _name, ...facts } = row;
    return { ...facts, path: pathOf(row, 0) };
  });
}

function compareKeys(a: Row, b: Row): number {
  return a.folder - b.folder || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
