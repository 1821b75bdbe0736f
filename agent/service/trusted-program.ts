import { lstatSync } from 'node:fs';

/** What is wrong with a program that root is to run, or `null`: it must be a file of root's that nobody else can change. */
export function programFault(path: string, owner = 0): string | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 'is not there';
  if (!stats.isFile()) return stats.isSymbolicLink() ? 'is a link' : 'is not a file';
  if (stats.uid !== owner) return `belongs to user ${stats.uid} and not to root`;
  if ((stats.mode & 0o022) !== 0) return 'can be changed by others';
  return (stats.mode & 0o100) === 0 ? 'is not executable' : null;
}
