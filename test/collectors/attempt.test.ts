import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { attempt } from '../../collectors/attempt.ts';

const never = new AbortController().signal;

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

/** Work that stops when it is told to. */
async function obedient(signal: AbortSignal): Promise<void> {
  await sleep(60_000, undefined, { signal });
}

/** Work that stops when it is told to, and takes that for success. */
function content(signal: AbortSignal): Promise<void> {
  return obedient(signal).catch(() => undefined);
}

describe('attempt', () => {
  it('gives what the work gives', async () => {
    expect(await attempt('work', 5000, never, () => Promise.resolve(7))).toBe(7);
  });

  it('ends work that takes too long, and leaves no timer behind', async () => {
    const before = timers();
    await expect(attempt('work', 20, never, obedient)).rejects.toMatchObject({
      code: 'command-slow',
    });
    // Timers of other files in the same worker may end meanwhile.
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('does not believe work that gives something because it was ended', async () => {
    await expect(attempt('work', 20, never, content)).rejects.toMatchObject({
      code: 'command-slow',
    });
  });

  it('is stopped by its signal, which is no slowness', async () => {
    const abort = new AbortController();
    const attempted = attempt('work', 5000, abort.signal, obedient);
    abort.abort();
    await expect(attempted).rejects.toMatchObject({ code: 'command-failed' });
  });

  it.each([
    ['ENOENT', 'command-missing'],
    ['EACCES', 'command-missing'],
    ['EPERM', 'command-failed'],
    [3, 'command-failed'],
  ])('takes an error with code %s for %s, without its message', async (code, meaning) => {
    const error = Object.assign(new Error('tool --password=hunter2'), { code });
    const failed = attempt('work', 5000, never, () => Promise.reject(error));
    await expect(failed).rejects.toMatchObject({ code: meaning, cause: error });
    await expect(failed).rejects.toThrow(`(${code})`);
    await expect(failed).rejects.not.toThrow('hunter2');
  });
});
