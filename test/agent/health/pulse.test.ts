import { expect, it } from 'vitest';
import { Health, type HealthEvent } from '../../../agent/health/health.ts';
import { Pulse } from '../../../agent/health/pulse.ts';

const DAY_MS = 86_400_000;

/** A pulse over clocks that the test moves: `pass(wall, steady)` moves both and beats. */
function footing() {
  const events: HealthEvent[] = [];
  const health = new Health(
    () => 0,
    (event) => events.push(event),
  );
  let wall = 1_700_000_000_000;
  let steady = 0;
  const pulse = new Pulse(health, { wall: () => wall, steady: () => steady }, 2000);
  return {
    health,
    pulse,
    said: () => events.map(({ code, state, detail }) => `${code} ${state}: ${detail}`),
    pass: (wallMs: number, steadyMs = wallMs) => {
      wall += wallMs;
      steady += steadyMs;
      pulse.beat();
    },
  };
}

it('says nothing while both clocks go at the same pace', () => {
  const { said, pass } = footing();
  for (let beat = 0; beat < 100; beat += 1) pass(2000);
  pass(2100, 2000);
  expect(said()).toEqual([]);
});

it('names a clock that was set back, until it shows a later time than before', () => {
  const { health, said, pass } = footing();
  pass(2000);
  pass(2000 - DAY_MS, 2000);
  pass(2000);
  expect(health.active().map(({ part, code }) => [part, code])).toEqual([['clock', 'clock-step']]);
  pass(DAY_MS, 2000);
  expect(health.active()).toEqual([]);
  expect(said()).toEqual([
    'clock-step raised: the clock was set back by 86400 s',
    'clock-step noted: the clock went 86398 s ahead: it was set, or the machine slept',
    'clock-step cleared: the clock was set back by 86400 s',
  ]);
});

it('stays in trouble when a clock that was set back is set back again', () => {
  const { health, pass } = footing();
  pass(-DAY_MS, 2000);
  pass(-DAY_MS, 2000);
  pass(DAY_MS + 10_000, 2000);
  expect(health.active()).toHaveLength(1);
  pass(DAY_MS, 2000);
  expect(health.active()).toEqual([]);
});

it('says when nothing was read for more than a second', () => {
  const { pulse, said, pass } = footing();
  pass(2900);
  expect(pulse.worstLateMs).toBe(900);
  pass(5500);
  pass(2000);
  expect(pulse.worstLateMs).toBe(3500);
  expect(said()).toEqual(['loop-blocked noted: nothing was read for 3.5 s']);
});
