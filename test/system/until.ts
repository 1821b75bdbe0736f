import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until there is an answer other than `null`, `undefined` and `false`; after `ms` an error that names what was awaited. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  ms = 60_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + ms;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false)
      return answer as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain for ${what}`);
    // oxlint-disable-next-line no-await-in-loop -- as above
    await sleep(100);
  }
}
