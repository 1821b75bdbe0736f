import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LiveConfig } from '../../agent/config/live-config.ts';
import { RunningConfig } from '../../agent/running-config.ts';

let folder: string;
let file: string;
let mayRestart: boolean;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-running-config-'));
  file = join(folder, 'config.json');
  mayRestart = true;
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(document: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(document));
  renameSync(`${file}.new`, file);
}

async function started(): Promise<RunningConfig> {
  const live = new LiveConfig(
    { managed: join(folder, 'none'), file, isNamed: false },
    null,
    () => 0,
  );
  return new RunningConfig(live, await live.start(), () => mayRestart);
}

it('names the keys that have other values', async () => {
  put({ retention: { days: 5 } });
  const running = await started();
  put({ retention: { days: 6 }, heartbeat: { minutes: 5 }, deliver: [{ type: 'none' }] });
  expect(await running.look()).toBe(null);
  expect(await running.look()).toEqual({
    problems: [expect.stringContaining('deliver')],
    changed: ['retention.days', 'deliver'],
  });
  expect(running.started.config.retention.days).toBe(5);
  expect(running.latest.config.retention.days).toBe(6);
});

it('tells of problems although no value is another', async () => {
  const running = await started();
  put({ retention: { days: 'x' } });
  await running.look();
  expect(await running.look()).toEqual({
    problems: ['retention.days: must be a number from 1 to 3650'],
    changed: [],
  });
  put({});
  await running.look();
  expect(await running.look()).toEqual({ problems: [], changed: [] });
});

it('holds other values back until a restart may be, and forgets those that were taken back', async () => {
  const running = await started();
  mayRestart = false;
  put({ retention: { days: 6 } });
  await running.look();
  expect(await running.look()).toEqual({ problems: [], changed: [] });
  mayRestart = true;
  expect(await running.look()).toEqual({ problems: [], changed: ['retention.days'] });
  mayRestart = false;
  put({});
  await running.look();
  await running.look();
  mayRestart = true;
  expect(await running.look()).toBe(null);
});

it('holds other values back while the agent has something to do first', async () => {
  const running = await started();
  put({ retention: { days: 6 } });
  await running.look(true);
  expect(await running.look(true)).toEqual({ problems: [], changed: [] });
  expect(await running.look()).toEqual({ problems: [], changed: ['retention.days'] });
});
