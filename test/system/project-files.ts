import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../support/command.ts';

/** Not written by us. */
const FOREIGN: ReadonlySet<string> = new Set(['.git', 'dist', 'node_modules']);

/** Every file of the project, by its path in it; links are left out. */
export function projectFiles(folder = ''): readonly string[] {
  return readdirSync(join(PROJECT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return FOREIGN.has(entry.name) ? [] : projectFiles(path);
    return entry.isFile() ? [path] : [];
  });
}
