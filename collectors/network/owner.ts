import type { KnownNames } from './process-names.ts';

/** Names this long may have been cut by the command that printed them, so that the beginning is enough. */
const CUT_LENGTH = 12;

/**
 * Whether the process that a connection is said to belong to goes by another name: then the pid is not believed. Without
 * a name on either side there is nothing to contradict.
 */
export function contradicts(claimed: string, known: KnownNames | undefined): boolean {
  const claim = whole(claimed);
  if (claim === '' || known === undefined) return false;
  return !known.all.some((name) => {
    const full = whole(name);
    return full === claim || (claim.length >= CUT_LENGTH && full.startsWith(claim));
  });
}

/** The first line, without the rest of a character that was cut in half, and without padding. */
function whole(name: string): string {
  return (name.split('\n', 1)[0] ?? '').replace(/[\uFFFD\s]+$/u, '').trimStart();
}
