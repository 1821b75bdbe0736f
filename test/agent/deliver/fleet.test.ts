import { expect, it } from 'vitest';
import { simulateFleet } from '../../support/fleet.ts';

/** Numbers from 0 up to 1 that follow from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

it('a fleet comes back from an outage over minutes, not at once', async () => {
  const report = await simulateFleet({
    agents: 60,
    waiting: 26,
    outageMs: 1_800_000,
    perSecond: 1000,
    random: randomFrom(7),
  });
  // One to begin with, then 4, 16 and the rest: four requests an agent.
  expect(report).toMatchObject({ items: 60 * 26, requests: 60 * 4, refused: 0 });
  expect(report.halfSeconds).toBeGreaterThan(45);
  expect(report.allSeconds).toBeLessThanOrEqual(302);
  expect(Math.max(...report.perSecond)).toBeLessThan(20);
});

it('a receiver that takes little is not pressed, and gets everything', async () => {
  const report = await simulateFleet({
    agents: 40,
    waiting: 10,
    outageMs: 60_000,
    perSecond: 2,
    random: randomFrom(11),
  });
  expect(report.items).toBe(400);
  // It needs 100 seconds for what is asked of it, and refuses fewer than it takes.
  expect(report.refused / report.requests).toBeLessThan(0.5);
});
