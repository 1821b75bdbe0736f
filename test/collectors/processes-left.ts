import { readdirSync, readFileSync } from 'node:fs';

/** Child processes of this one that have not ended, by their command lines; Linux only. */
export function childrenLeft(): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(parent) === process.pid && state !== 'Z'
          ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
          : [];
      } catch {
        return [];
      }
    });
}

/** Processes anywhere whose environment holds `variable`, a `NAME=value`, and that are not this one; Linux only. */
export function processesWith(variable: string): number {
  return readdirSync('/proc').filter((entry) => {
    try {
      if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return false;
      return readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(variable);
    } catch {
      return false;
    }
  }).length;
}
