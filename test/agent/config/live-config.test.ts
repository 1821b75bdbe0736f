import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, buildBinary } from 'plist';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keep, loadKept } from '../../../agent/config/kept-settings.ts';
import { GONE_MS, LiveConfig } from '../../../agent/config/live-config.ts';
import { type ConfigReading, describeConfigProblem } from '../../../agent/config.ts';

let folder: string;
let managed: string;
let file: string;
let nowMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-live-config-'));
  mkdirSync(join(folder, 'managed'));
  managed = join(folder, 'managed/org.spillwatch.agent.plist');
  file = join(folder, 'config.json');
  nowMs = 0;
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const live = (
  changes: { readonly isNamed?: boolean; readonly kept?: ReturnType<typeof loadKept> } = {},
): LiveConfig =>
  new LiveConfig(
    { managed, file, isNamed: changes.isNamed ?? false },
    changes.kept ?? null,
    () => nowMs,
  );

/** Replaces a file as a whole, as macOS and editors do. */
function put(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

const days = (count: unknown): string => JSON.stringify({ retention: { days: count } });
const managedDays = (count: number): Uint8Array => buildBinary({ retention: { days: count } });

function of(reading: ConfigReading | null): readonly unknown[] {
  const setting = reading?.settings.get('retention.days');
  return [setting?.value, setting?.origin];
}

/** What two looks find, of which the second is the one that reads. */
async function twoLooks(config: LiveConfig): Promise<ConfigReading | null> {
  expect(await config.look()).toBe(null);
  return config.look();
}

describe('at the start', () => {
  it('a key comes from managed preferences, else from the file, else from the table', async () => {
    expect(of(await live().start())).toEqual([30, 'default']);
    put(file, days(5));
    expect(of(await live().start())).toEqual([5, 'file']);
    put(managed, managedDays(9));
    expect(of(await live().start())).toEqual([9, 'managed']);
    put(managed, build({ retention: { days: 8 } }));
    expect(of(await live().start())).toEqual([8, 'managed']);
  });

  it('a named file that is no good is refused, and one that lies there of itself costs only itself', async () => {
    put(file, '{');
    await expect(live({ isNamed: true }).start()).rejects.toThrow(`${file}: is not JSON`);
    put(managed, managedDays(9));
    const reading = await live().start();
    expect(of(reading)).toEqual([9, 'managed']);
    expect(reading.problems.map(describeConfigProblem)).toEqual([
      expect.stringMatching(/config\.json: is not JSON .*; correct it there$/),
    ]);
  });

  it.runIf(process.getuid?.() === 0)(
    'root uses neither when others could have written it',
    async () => {
      put(file, days(5));
      put(managed, managedDays(9));
      chmodSync(join(folder, 'managed'), 0o777);
      chmodSync(file, 0o666);
      const reading = await live().start();
      expect(of(reading)).toEqual([30, 'default']);
      expect(reading.problems.map(describeConfigProblem)).toEqual([
        expect.stringMatching(/plist: is not used, .*managed: others can write it/),
        expect.stringMatching(/config\.json: is not used, .*config\.json: others can write it/),
      ]);
    },
  );

  it('damaged preferences have their values of the last run', async () => {
    put(managed, managedDays(9));
    put(file, JSON.stringify({ retention: { days: 5 }, heartbeat: { minutes: 7 } }));
    keep(folder, (await live().start()).settings);
    put(managed, 'bplist00');
    const reading = await live({ kept: loadKept(folder) }).start();
    expect(of(reading)).toEqual([9, 'managed']);
    // What they did not decide, they do not hold up either.
    expect(reading.settings.get('heartbeat.minutes')).toMatchObject({ value: 7, origin: 'file' });
    expect(reading.problems).toHaveLength(1);
  });

  it('preferences that macOS has not written yet have their values of the last run, for a time', async () => {
    put(managed, managedDays(9));
    keep(folder, (await live().start()).settings);
    rmSync(managed);
    const config = live({ kept: loadKept(folder) });
    const reading = await config.start();
    expect(of(reading)).toEqual([9, 'managed']);
    expect(reading.problems.map(describeConfigProblem)).toEqual([
      `${managed}: is gone; what it said holds for 2 minutes`,
    ]);
    nowMs = GONE_MS;
    expect(of(await config.look())).toEqual([30, 'default']);
  });
});

describe('a look', () => {
  it('finds what was written while the start read', async () => {
    put(file, days(5));
    const config = live();
    const starting = config.start();
    put(file, days(6));
    const readings = [await starting, await config.look(), await config.look()];
    expect(of(readings.findLast((reading) => reading !== null) ?? null)).toEqual([6, 'file']);
  });

  it('reads a link whose file has another content, or another file', async () => {
    put(join(folder, 'one.json'), days(5));
    put(join(folder, 'two.json'), days(7));
    symlinkSync(join(folder, 'one.json'), file);
    const config = live();
    expect(of(await config.start())).toEqual([5, 'file']);
    put(join(folder, 'one.json'), days(6));
    expect(of(await twoLooks(config))).toEqual([6, 'file']);
    rmSync(file);
    symlinkSync(join(folder, 'two.json'), file);
    expect(of(await twoLooks(config))).toEqual([7, 'file']);
  });

  it.runIf(process.getuid?.() === 0)(
    'uses a file as soon as its folder is closed for others, and no longer when it is opened',
    async () => {
      put(managed, managedDays(9));
      chmodSync(join(folder, 'managed'), 0o777);
      const config = live();
      expect(of(await config.start())).toEqual([30, 'default']);
      chmodSync(join(folder, 'managed'), 0o755);
      expect(of(await twoLooks(config))).toEqual([9, 'managed']);
      chmodSync(join(folder, 'managed'), 0o777);
      const opened = await twoLooks(config);
      expect([of(opened), opened?.problems]).toMatchObject([[9, 'managed'], [{}]]);
    },
  );

  it('goes on where a place cannot be looked at', async () => {
    put(file, days(5));
    const config = new LiveConfig(
      { managed: join(file, 'below'), file, isNamed: false },
      null,
      () => nowMs,
    );
    const reading = await config.start();
    expect(reading.problems.map(describeConfigProblem)).toEqual([
      expect.stringContaining('below: cannot be read (ENOTDIR)'),
    ]);
  });

  it('finds nothing new while nothing was written', async () => {
    put(file, days(5));
    const config = live();
    await config.start();
    expect(await config.look()).toBe(null);
    expect(await config.look()).toBe(null);
  });

  it('reads what is different at its second sight, and not again', async () => {
    const config = live();
    await config.start();
    put(managed, managedDays(9));
    expect(of(await twoLooks(config))).toEqual([9, 'managed']);
    expect(await config.look()).toBe(null);
  });

  it('waits for as long as a file is being written', async () => {
    const config = live();
    await config.start();
    put(file, days(5));
    expect(await config.look()).toBe(null);
    put(file, days(6));
    expect(await config.look()).toBe(null);
    expect(of(await config.look())).toEqual([6, 'file']);
  });

  it.each([
    ['a bad value', days('x')],
    ['no JSON', '{"retention":'],
  ])('keeps the last good value over %s, and takes the next good one', async (_, bad) => {
    put(file, days(5));
    const config = live({ isNamed: true });
    await config.start();
    put(file, bad);
    const reading = await twoLooks(config);
    expect(of(reading)).toEqual([5, 'file']);
    expect(reading?.problems).toHaveLength(1);
    put(file, days(6));
    expect(await twoLooks(config)).toMatchObject({ problems: [] });
  });

  it('keeps what a named file said when it is gone, and forgets what one said that nobody named', async () => {
    put(file, days(5));
    const named = live({ isNamed: true });
    const installed = live();
    await Promise.all([named.start(), installed.start()]);
    rmSync(file);
    expect(of(await twoLooks(named))).toEqual([5, 'file']);
    expect(of(await twoLooks(installed))).toEqual([30, 'default']);
  });

  it('bridges preferences that are gone for a moment, and says so', async () => {
    put(managed, managedDays(9));
    const config = live();
    await config.start();
    rmSync(managed);
    const gone = await twoLooks(config);
    expect(of(gone)).toEqual([9, 'managed']);
    expect(gone?.problems).toHaveLength(1);
    nowMs = GONE_MS - 1;
    expect(await config.look()).toBe(null);
    put(managed, managedDays(8));
    const back = await twoLooks(config);
    expect([of(back), back?.problems]).toEqual([[8, 'managed'], []]);
    nowMs = GONE_MS * 3;
    expect(await config.look()).toBe(null);
  });

  it('takes preferences for removed when they stay away', async () => {
    put(managed, managedDays(9));
    put(file, days(5));
    const config = live();
    await config.start();
    rmSync(managed);
    await twoLooks(config);
    nowMs = GONE_MS;
    const reading = await config.look();
    expect([of(reading), reading?.problems]).toEqual([[5, 'file'], []]);
    nowMs = GONE_MS * 3;
    expect(await config.look()).toBe(null);
  });
});

describe('what is kept', () => {
  it('is for its owner alone, and is checked as a configuration is', async () => {
    put(file, days(5));
    keep(folder, (await live().start()).settings);
    expect(loadKept(folder)?.get('retention.days')).toMatchObject({ value: 5, origin: 'file' });
    put(
      join(folder, 'settings.json'),
      JSON.stringify({
        'retention.days': { value: -1, origin: 'file' },
        'heartbeat.minutes': { value: 7, origin: 'nobody' },
        'canary.minutes': { value: 9, origin: 'managed' },
        unknown: { value: 1, origin: 'file' },
      }),
    );
    expect([...(loadKept(folder)?.keys() ?? [])]).toEqual(['canary.minutes']);
  });

  it('is kept although a run was killed while it kept something', async () => {
    put(file, days(5));
    put(join(folder, 'settings.json.new'), '{"retention.days":');
    keep(folder, (await live().start()).settings);
    expect(loadKept(folder)?.get('retention.days')).toMatchObject({ value: 5 });
  });

  it('is not read through a link, from a pipe, or when others could have written it', () => {
    const place = join(folder, 'settings.json');
    const good = JSON.stringify({ 'canary.minutes': { value: 9, origin: 'managed' } });
    put(join(folder, 'elsewhere'), good);
    symlinkSync(join(folder, 'elsewhere'), place);
    expect(loadKept(folder)).toBe(null);
    rmSync(place);
    execFileSync('mkfifo', [place]);
    expect(loadKept(folder)).toBe(null);
    put(place, good);
    expect(loadKept(folder)?.size).toBe(1);
    chmodSync(place, 0o666);
    expect(loadKept(folder)).toBe(null);
  });

  it.each(['', '{', '[]', 'null'])('that is damaged (%j) is as if there was nothing', (content) => {
    put(join(folder, 'settings.json'), content);
    expect(loadKept(folder) ?? new Map()).toEqual(new Map());
  });
});
