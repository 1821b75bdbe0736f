import { lstatSync } from 'node:fs';
import { distrust } from '../trust.ts';

/** What is wrong with a program that root is to run, or `null`: it must be a file that nobody but its owner can change or swap. */
export function programFault(path: string, owner = 0): string | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 'is not there';
  if (!stats.isFile()) return stats.isSymbolicLink() ? 'is a link' : 'is not a file';
  return distrust(path, owner) ?? ((stats.mode & 0o100) === 0 ? 'is not executable' : null);
}
