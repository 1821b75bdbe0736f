import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Entry, inOrder } from './entry.ts';
import { sourceFile } from './source-file.ts';

/** Puts a root into a folder that must not be there yet. Owners are whoever runs it. */
export function writeRoot(entries: readonly Entry[], folder: string): void {
  for (const entry of entries) {
    const path = join(folder, entry.path);
    switch (entry.kind) {
      case 'folder':
        mkdirSync(path, { mode: 0o755 });
        break;
      case 'file':
        writeFileSync(path, entry.content, { flag: 'wx' });
        break;
      case 'link':
        symlinkSync(entry.target, path);
        continue;
    }
    chmodSync(path, entry.mode);
  }
}

/** Reads a root back, as it is now: signing changes files and adds some. */
export function readRoot(folder: string): readonly Entry[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return inOrder(paths.map((path) => entryAt(folder, path)));
}

function entryAt(folder: string, path: string): Entry {
  const place = join(folder, path);
  const stats = lstatSync(place);
  const mode = stats.mode & 0o7777;
  if (stats.isSymbolicLink())
    return { kind: 'link', path, mode: 0o755, target: readlinkSync(place) };
  if (stats.isDirectory()) return { kind: 'folder', path, mode };
  return { kind: 'file', path, mode, content: sourceFile(place) };
}
