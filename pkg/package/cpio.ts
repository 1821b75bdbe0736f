/**
 * Archives in the portable ASCII format of cpio ("odc"), which payload and scripts of a package are: for each entry a header
 * of octal digits, the name with a zero behind it, the content; `TRAILER!!!` at the end. Filled up with zeros to 512 bytes,
 * as pkgbuild does.
 */
import type { Entry } from '../staging/entry.ts';

const BLOCK_BYTES = 512;
const TYPES = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;
/** What six octal digits hold: the number of an entry is one. */
const MAX_ENTRIES = 0o777777;

/** `entries` as `inOrder` gives them; `time` in seconds since 1970 is that of every entry. Owner and group are 0. */
export function cpioArchive(entries: readonly Entry[], time: number): Buffer {
  if (entries.length >= MAX_ENTRIES) throw new Error(`more than ${MAX_ENTRIES} entries`);
  const children = childrenOf(entries);
  const parts = entries.flatMap((entry, number) => {
    const content = contentOf(entry);
    const links = entry.kind === 'folder' ? 2 + (children.get(entry.path) ?? 0) : 1;
    const mode = TYPES[entry.kind] | entry.mode;
    return [
      header({ number, mode, links, time, name: nameOf(entry), size: content.length }),
      content,
    ];
  });
  parts.push(
    header({ number: entries.length, mode: 0, links: 1, time: 0, name: 'TRAILER!!!', size: 0 }),
  );
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat(parts, Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES);
}

interface Header {
  readonly number: number;
  readonly mode: number;
  readonly links: number;
  readonly time: number;
  readonly name: string;
  readonly size: number;
}

/** 76 characters and the name: magic, device, inode, mode, owner, group, links, device type, time, sizes. */
function header({ number, mode, links, time, name, size }: Header): Buffer {
  const bytes = Buffer.from(`${name}\0`);
  const digits = [
    octal(0, 6),
    octal(number, 6),
    octal(mode, 6),
    octal(0, 6),
    octal(0, 6),
    octal(links, 6),
    octal(0, 6),
    octal(time, 11),
    octal(bytes.length, 6),
    octal(size, 11),
  ];
  return Buffer.concat([Buffer.from(`070707${digits.join('')}`), bytes]);
}

function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, '0');
  if (text.length > digits) throw new Error(`${value} does not fit ${digits} octal digits`);
  return text;
}

function nameOf({ path }: Entry): string {
  return path === '' ? '.' : `./${path}`;
}

function contentOf(entry: Entry): Buffer {
  switch (entry.kind) {
    case 'file':
      return entry.content;
    case 'link':
      return Buffer.from(entry.target);
    case 'folder':
      return Buffer.alloc(0);
  }
}

/** How many entries lie directly in each folder. */
function childrenOf(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of entries) {
    if (path === '') continue;
    const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}
