import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('destinations', () => {
  const GOOD = [{ type: 'file', path: '/var/log/findings.ndjson' }];
  const BETTER = [...GOOD, { type: 'file', name: 'second', path: '/var/log/second.ndjson' }];
  const SLIP = [...GOOD, { type: 'webhok', url: 'https://siem.example.net/' }];

  it('that were good stay while the files have a slip in one, also through a restart by another key', async () => {
    put({ deliver: GOOD });
    const running = await started();
    put({ deliver: SLIP });
    await running.look();
    expect(await running.look()).toEqual({
      problems: [expect.stringContaining('deliver')],
      changed: [],
    });
    put({ deliver: SLIP, retention: { days: 6 } });
    await running.look();
    expect(await running.look()).toMatchObject({ changed: ['retention.days'] });
    expect(running.latest.config).toMatchObject({ deliver: GOOD, retention: { days: 6 } });
    expect(running.latest.settings.get('deliver')?.value).toEqual(GOOD);
  });

  it('with a slip from the start are taken over with another one', async () => {
    put({ deliver: SLIP });
    const running = await started();
    expect(running.problems()).toHaveLength(1);
    put({ deliver: [...SLIP, ...SLIP] });
    await running.look();
    expect(await running.look()).toMatchObject({ changed: ['deliver'] });
  });

  it('that are good again are taken over', async () => {
    put({ deliver: GOOD });
    const running = await started();
    put({ deliver: SLIP });
    await running.look();
    await running.look();
    put({ deliver: BETTER });
    await running.look();
    expect(await running.look()).toEqual({ problems: [], changed: ['deliver'] });
  });
});
