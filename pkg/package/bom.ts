/**
 * Bill of materials of a package: what the installer expects in the payload, and what stays behind as the receipt. Apple has
 * not published the format; the facts here are from the notes of people who compared it with `mkbom` and `lsbom`.
 *
 * A Bom is a store of numbered blocks with five named ones. All numbers are big-endian. Block 0 is nothing.
 *
 *     header      BOMStore, 1, blocks, where index and names lie; 512 bytes
 *     blocks      one after another
 *     names       BomInfo, Paths, HLIndex, VIndex, Size64 -> number of a block
 *     index       place and length of every block, then the list of free places, which is empty
 *
 * `Paths` is a tree of leaves with at most 256 keys. A key is (number of the folder, name) and the keys are in that order;
 * readers stop at the first one that is not. The entries are therefore numbered level by level.
 */
import type { Entry } from '../staging/entry.ts';
import { BomStore } from './bom-store.ts';
import { cksum } from './cksum.ts';

const KEYS_IN_LEAF = 256;
const TREE_BYTES = 4096;
const INDEX_TREE_BYTES = 128;
const TYPES = {
  file: { code: 1, bits: 0o100000 },
  folder: { code: 2, bits: 0o040000 },
  link: { code: 3, bits: 0o120000 },
} as const;
/** What mkbom writes for every file, whatever it holds. */
const ANY_ARCHITECTURE = 15;

interface Key {
  /** Blocks with the facts of the entry, and with its folder and name. */
  readonly facts: number;
  readonly name: number;
}

/** The Bom of a payload. `entries` as `inOrder` gives them; `time` in seconds since 1970 is that of every entry. */
export function bomOf(entries: readonly Entry[], time: number): Buffer {
  const store = new BomStore();
  store.name('BomInfo', store.add(bomInfo(entries.length)));
  const keys = levelByLevel(entries).map(({ entry, number, folder }) => {
    const record = store.add(recordOf(entry, time));
    return {
      facts: store.add(words(number, record)),
      name: store.add(Buffer.concat([words(folder), Buffer.from(`${lastName(entry.path)}\0`)])),
    };
  });
  store.name('Paths', store.add(tree(addLeaves(store, keys), TREE_BYTES, keys.length)));
  store.name('HLIndex', addEmptyTree(store, TREE_BYTES));
  const index = addEmptyTree(store, INDEX_TREE_BYTES);
  store.name('VIndex', store.add(Buffer.concat([words(1, index, 0), Buffer.alloc(1)])));
  store.name('Size64', addEmptyTree(store, TREE_BYTES));
  return store.bytes();
}

/** The null path counts, too. One entry of sizes by processor, all zero. */
function bomInfo(paths: number): Buffer {
  return words(1, paths + 1, 1, 0, 0, 0, 0);
}

/** Numbers from 1 on; the volume's folder is 0. */
function levelByLevel(
  entries: readonly Entry[],
): readonly { readonly entry: Entry; readonly number: number; readonly folder: number }[] {
  const numbers = new Map<string, number>();
  const inFolder = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.path === '') continue;
    const others = inFolder.get(folderOf(entry.path));
    if (others === undefined) inFolder.set(folderOf(entry.path), [entry]);
    else others.push(entry);
  }
  const ordered = entries.filter(({ path }) => path === '');
  for (let at = 0; at < ordered.length; at++) {
    const path = ordered[at]?.path ?? '';
    numbers.set(path, at + 1);
    ordered.push(...(inFolder.get(path) ?? []));
  }
  return ordered.map((entry) => ({
    entry,
    number: numbers.get(entry.path) ?? 0,
    folder: entry.path === '' ? 0 : (numbers.get(folderOf(entry.path)) ?? 0),
  }));
}

/** A file's record has four bytes more than the other kinds': `lsbom` reads them. */
function recordOf(entry: Entry, time: number): Buffer {
  const { code, bits } = TYPES[entry.kind];
  const content = entry.kind === 'link' ? Buffer.from(entry.target) : contentOf(entry);
  const target = entry.kind === 'link' ? Buffer.from(`${entry.target}\0`) : Buffer.alloc(0);
  const record = Buffer.alloc(31);
  record.writeUInt8(code, 0);
  record.writeUInt8(1, 1);
  record.writeUInt16BE(ANY_ARCHITECTURE, 2);
  record.writeUInt16BE(bits | entry.mode, 4);
  record.writeUInt32BE(time, 14);
  record.writeUInt32BE(content.length, 18);
  record.writeUInt8(1, 22);
  record.writeUInt32BE(entry.kind === 'folder' ? 0 : cksum(content), 23);
  record.writeUInt32BE(target.length, 27);
  return Buffer.concat([record, target, Buffer.alloc(entry.kind === 'file' ? 4 : 0)]);
}

/** Leaves that are chained in both directions, and above more than one a branch. Gives the block a tree begins at. */
function addLeaves(store: BomStore, keys: readonly Key[]): number {
  const count = Math.ceil(keys.length / KEYS_IN_LEAF);
  const first = store.next;
  const leaves = Array.from({ length: count }, (_, at) =>
    keys.slice(at * KEYS_IN_LEAF, (at + 1) * KEYS_IN_LEAF),
  );
  for (const [at, leaf] of leaves.entries())
    store.add(
      node({
        isLeaf: true,
        next: at + 1 < count ? first + at + 1 : 0,
        previous: at > 0 ? first + at - 1 : 0,
        pairs: leaf.map(({ facts, name }) => [facts, name]),
      }),
    );
  if (count === 1) return first;
  // A branch points at each leaf with the leaf's last name.
  const pairs = leaves.map((leaf, at) => [first + at, leaf.at(-1)?.name ?? 0] as const);
  return store.add(node({ isLeaf: false, next: 0, previous: 0, pairs }));
}

function addEmptyTree(store: BomStore, bytes: number): number {
  const leaf = store.add(node({ isLeaf: true, next: 0, previous: 0, pairs: [] }));
  return store.add(tree(leaf, bytes, 0));
}

function tree(child: number, bytes: number, keys: number): Buffer {
  return Buffer.concat([Buffer.from('tree'), words(1, child, bytes, keys), Buffer.alloc(1)]);
}

function node({
  isLeaf,
  next,
  previous,
  pairs,
}: {
  readonly isLeaf: boolean;
  readonly next: number;
  readonly previous: number;
  readonly pairs: readonly (readonly [number, number])[];
}): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(isLeaf ? 1 : 0, 0);
  head.writeUInt16BE(pairs.length, 2);
  return Buffer.concat([head, words(next, previous, ...pairs.flat())]);
}

function contentOf(entry: Entry): Buffer {
  return entry.kind === 'file' ? entry.content : Buffer.alloc(0);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

function lastName(path: string): string {
  return path === '' ? '.' : path.slice(path.lastIndexOf('/') + 1);
}

export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
}
