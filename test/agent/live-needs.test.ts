import { expect, it } from 'vitest';
import { readConfig } from '../../agent/config.ts';
import { liveNeeds } from '../../agent/live-needs.ts';
import { openInMemory } from '../../agent/store/database.ts';
import { engineOn } from '../support/engine.ts';
import { PROGRAMS, Story } from '../support/story.ts';

const START = '2026-11-02T09:00:00Z';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What an engine needs that reads a story; `at` is the machine's clock in milliseconds since the start. */
function needing() {
  const { engine, reader } = engineOn(openInMemory());
  const story = new Story({ start: START });
  let nowMs = 0;
  const clock = (): number => (Date.parse(START) + nowMs) * 1000;
  const needs = liveNeeds(engine, [], readConfig({}).config, clock);
  let told = 0;
  return {
    story,
    needs,
    read: () => {
      const lines = story.lines();
      for (const line of lines.slice(told)) reader.line(line);
      told = lines.length;
    },
    at: (ms: number) => {
      nowMs = ms;
    },
  };
}

it('takes a stream for gone when it says nothing for a minute', () => {
  const { story, needs, read, at } = needing();
  expect(needs.hasStream()).toBe(false);
  story.noise(1);
  read();
  expect(needs.hasStream()).toBe(true);
  at(59_000);
  expect(needs.hasStream()).toBe(true);
  at(61_000);
  expect(needs.hasStream()).toBe(false);
});

it('knows the stream, and how long a chain matters, also after the clock was set back a day', () => {
  const { story, needs, read, at } = needing();
  const psql = story.run(story.shell(), PROGRAMS.psql);
  story.write(psql, '/Users/maria/Downloads/a.csv').wait(5).noise(1);
  read();
  expect(needs.wantsOpens()).toBe(true);

  at(-DAY_MS);
  // Nobody knows yet whether the stream still speaks.
  expect(needs.hasStream()).toBe(false);
  story.setClock(new Date(Date.parse(START) - DAY_MS + 10_000).toISOString()).noise(1);
  read();
  at(-DAY_MS + 10_000);
  expect(needs.hasStream()).toBe(true);
  expect(needs.wantsOpens()).toBe(true);
  at(-DAY_MS + 2 * MINUTE_MS);
  expect(needs.hasStream()).toBe(false);
  at(-DAY_MS + 31 * MINUTE_MS);
  expect(needs.wantsOpens()).toBe(false);
  expect(needs.isActive()).toBe(true);
  at(-DAY_MS + 62 * MINUTE_MS);
  expect(needs.isActive()).toBe(false);
});
