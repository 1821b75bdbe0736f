import { pathProblem } from '../../staging/entry.ts';
import type { ArchivedEntry } from '../archive.ts';
import type { Fault } from '../fault.ts';

/** What is wrong with entries of a payload whatever they are for: where they go, and who may write or become root by them. */
export function entryFaults(where: string, entries: readonly ArchivedEntry[]): readonly Fault[] {
  const seen = new Set<string>();
  return entries.flatMap(({ path, kind, mode }) => {
    const faults: string[] = [];
    const problem = pathProblem(path);
    if (problem !== null) faults.push(problem);
    // APFS takes names for one that differ in case or composition.
    const folded = path.normalize('NFC').toLowerCase();
    if (seen.has(folded)) faults.push('is there twice');
    seen.add(folded);
    if (kind === 'other') faults.push('is neither file, folder nor link');
    if ((mode & 0o6000) !== 0) faults.push(`has a set-id bit (mode ${octal(mode)})`);
    if (kind !== 'link' && (mode & 0o1002) === 0o0002)
      faults.push(`can be written by everybody (mode ${octal(mode)})`);
    return faults.map((what) => ({ where: placed(where, path), what }));
  });
}

/** Part and file in one: `x.pkg/Payload Library/y`. */
export function placed(where: string, path: string): string {
  return `${where} ${path === '' ? '.' : path}`;
}

export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
