import { KEYS } from './keys.ts';

/** More differences than this are another word, not a slip of the pen. */
const MAX_DISTANCE = 3;
/** No key is as long; what is longer is not compared. */
const MAX_LENGTH = 64;

/** The key, or group of keys, that a misspelt path most likely means; `null` when none is near. Case does not count. */
export function nearestKey(path: string): string | null {
  if (path.length > MAX_LENGTH) return null;
  let nearest: string | null = null;
  let least = Math.min(MAX_DISTANCE, Math.floor(path.length / 3)) + 1;
  for (const candidate of candidates()) {
    const distance = distanceBetween(path.toLowerCase(), candidate.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

function candidates(): ReadonlySet<string> {
  const groups = KEYS.flatMap(({ path }) => {
    const names = path.split('.');
    return names.map((_, index) => names.slice(0, index + 1).join('.'));
  });
  return new Set(groups);
}

/** Levenshtein: characters put in, taken out or replaced to get from one text to the other. */
function distanceBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let index = 1; index <= to.length; index += 1) {
      const replaced = (row[index - 1] ?? 0) + (from[at - 1] === to[index - 1] ? 0 : 1);
      const inserted = (next[index - 1] ?? 0) + 1;
      next.push(Math.min(replaced, inserted, (row[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
