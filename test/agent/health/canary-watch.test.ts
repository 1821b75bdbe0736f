import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { Canary } from '../../../agent/health/canary.ts';
import { CanaryWatch } from '../../../agent/health/canary-watch.ts';
import { Health } from '../../../agent/health/health.ts';

const SECOND_US = 1_000_000;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A watch whose clock the test moves, and how often its canary was sent. */
function watched() {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-canaries-'));
  folders.push(folder);
  let nowUs = 0;
  const clock = (): number => nowUs;
  const canary = new Canary(folder, clock);
  const sent = vi.spyOn(canary, 'send');
  const health = new Health(clock, () => {});
  const stop = new AbortController();
  const watch = new CanaryWatch(canary, health, clock, stop.signal);
  /** `silent`: seconds since the sensor's last line; `null` when it has said nothing. Gives how many were sent. */
  const pass = (seconds: number, silent: number | null): number => {
    nowUs += seconds * SECOND_US;
    watch.look(silent === null ? null : silent * SECOND_US);
    return sent.mock.calls.length;
  };
  /** Ends the programs before their folder goes. */
  const end = async (): Promise<void> => {
    stop.abort();
    await Promise.allSettled(sent.mock.results.map(({ value }) => value));
  };
  return { canary, watch, health, sent, pass, end };
}

it('sends the first canary when the sensor has spoken', async () => {
  const { pass, end } = watched();
  expect(pass(2, null)).toBe(0);
  expect(pass(2, 0)).toBe(1);
  expect(pass(2, 0)).toBe(1);
  await end();
});

it('sends it after twenty seconds when the sensor says nothing', async () => {
  const { pass, end } = watched();
  expect(pass(20, null)).toBe(0);
  expect(pass(1, null)).toBe(1);
  await end();
});

it('says that a canary is missing and why, and sends another a minute after the last one', async () => {
  const { health, pass, end } = watched();
  health.raise('endpoint-security', 'not-permitted', 'refused');
  pass(1, 0);
  pass(29, 0);
  expect(health.active()).toHaveLength(1);
  expect(pass(1, 0)).toBe(1);
  expect(health.active().at(-1)).toMatchObject({
    part: 'canary',
    code: 'canary-missing',
    detail: "the canary's exec, write, rename did not come back; likely because of not-permitted",
  });
  expect(pass(30, 0)).toBe(1);
  expect(pass(1, 0)).toBe(2);
  expect(health.active()).toHaveLength(2);
  await end();
});

it('asks a stream that fell silent whether it lives, and again after as long a silence', async () => {
  const { canary, pass, end } = watched();
  vi.spyOn(canary, 'isWaiting', 'get').mockReturnValue(false);
  vi.spyOn(canary, 'overdue').mockReturnValue(null);
  expect(pass(1, 0)).toBe(1);
  expect(pass(39, 39)).toBe(1);
  expect(pass(2, 41)).toBe(2);
  // It answered, and is silent again.
  expect(pass(30, 30)).toBe(2);
  expect(pass(11, 41)).toBe(3);
  // A stream that goes on is not asked.
  expect(pass(600, 1)).toBe(3);
  await end();
});

it('notes a canary that cannot be started, and sends on demand', async () => {
  const { watch, health, sent, end } = watched();
  sent.mockRejectedValueOnce(new Error('no shell'));
  watch.send();
  await vi.waitFor(() => {
    expect(health.events()).toMatchObject([{ code: 'canary-missing', detail: 'no shell' }]);
  });
  await end();
});
