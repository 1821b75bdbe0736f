import { expect, it } from 'vitest';
import { ConfigTrouble } from '../../../agent/health/config-trouble.ts';
import { Health, type HealthEvent } from '../../../agent/health/health.ts';

it('is one trouble a line, raised once and over when the line does not come any more', () => {
  const events: HealthEvent[] = [];
  const health = new Health(
    () => 0,
    (event) => events.push(event),
  );
  const trouble = new ConfigTrouble(health);
  trouble.are(['a', 'b']);
  trouble.are(['b', 'c']);
  expect(health.active().map(({ detail }) => detail)).toEqual(['b', 'c']);
  trouble.are([]);
  expect(health.active()).toEqual([]);
  expect(events.map(({ state, subject }) => `${state} ${subject}`)).toEqual([
    'raised a',
    'raised b',
    'cleared a',
    'raised c',
    'cleared b',
    'cleared c',
  ]);
});
