import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ConfigShowOptions, checkConfig, showConfig } from '../../../agent/commands/config.ts';
import { KEYS } from '../../../agent/config/keys.ts';

const root = mkdtempSync(join(tmpdir(), 'spillwatch-config-verbs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(root, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function collect(
  run: (output: Parameters<typeof checkConfig>[1]) => Promise<number>,
): Promise<{
  code: number;
  out: string;
  err: string;
}> {
  const texts = { out: '', err: '' };
  const code = await run({
    out: (text) => {
      texts.out += text;
    },
    err: (text) => {
      texts.err += text;
    },
  });
  return { code, ...texts };
}

const check = (...files: string[]): ReturnType<typeof collect> =>
  collect((output) => checkConfig(files, output));
/** `managed` is the content of the managed preferences, when there are some. */
const show = (options: ConfigShowOptions, managed?: unknown): ReturnType<typeof collect> =>
  collect((output) =>
    showConfig(options, output, {
      managed: managed === undefined ? join(root, 'none') : file('managed.plist', managed),
      file: options.config ?? join(root, 'none'),
      isNamed: options.config !== undefined,
    }),
  );

interface Shown {
  readonly settings: readonly {
    readonly key: string;
    readonly value: unknown;
    readonly default: unknown;
    readonly origin: string;
    readonly unit: string | null;
    readonly allowed: string;
    readonly text: string;
  }[];
  readonly problems: readonly unknown[];
}

async function shown(options: ConfigShowOptions, managed?: unknown): Promise<Shown> {
  const { out } = await show({ ...options, json: true }, managed);
  return JSON.parse(out) as Shown;
}

describe('config check', () => {
  it('says that a sound file is sound and ends with 0', async () => {
    const path = file('sound.json', { windows: { flowMinutes: 5 } });
    expect(await check(path)).toEqual({ code: 0, out: `${path}: is sound\n`, err: '' });
  });

  it('names every problem of every file in one line with file, key and fix, and ends with 1', async () => {
    const bad = file('bad.json', {
      windows: { flowMinutes: 'soon', exportMinuets: 5 },
      retention: 5,
    });
    const sound = file('sound.json', {});
    const broken = file('broken.json', '{');
    const { code, out, err } = await check(bad, sound, broken, join(root, 'missing.json'));
    expect(code).toBe(1);
    expect(out).toBe(`${sound}: is sound\n`);
    expect(err.trimEnd().split('\n').toSorted()).toEqual([
      `${bad}: retention: must be an object`,
      `${bad}: windows.exportMinuets: is not a key of the configuration; did you mean windows.exportMinutes?`,
      `${bad}: windows.flowMinutes: must be a number from 1 to 1440`,
      expect.stringMatching(/broken\.json: is not JSON \(.+\); correct it there$/),
      expect.stringMatching(/missing\.json: cannot be read \(ENOENT\); check path and owner$/),
    ]);
  });

  it.each([[[]], [[{}]], ['text'], [3], [null], [true]])(
    'takes a document that is %j for an error of the whole document',
    async (document) => {
      const path = file('no-object.json', JSON.stringify(document));
      const { code, out, err } = await check(path);
      expect(code).toBe(1);
      expect(out).toBe('');
      expect(err).toBe(`${path}: the document: must be a JSON object\n`);
    },
  );

  it('takes an unknown key alone for an error', async () => {
    expect((await check(file('unknown.json', { proxy: 1 }))).code).toBe(1);
  });

  it('prints hostile keys, values and syntax as harmless lines', async () => {
    const hostile = '\u001b]0;pwn\u0007\n\u202e';
    const { err } = await check(
      file('hostile.json', { [hostile]: 1, roles: { users: { [hostile]: hostile } } }),
      file('cut.json', `{"${hostile}`),
    );
    expect(err.trimEnd().split('\n')).toHaveLength(3);
    expect(err).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});

describe('config show', () => {
  it('prints every key of the table with value, default, origin, bounds and meaning', async () => {
    const { settings } = await shown({ config: file('empty.json', {}) });
    expect(settings.map(({ key }) => key)).toEqual(KEYS.map(({ path }) => path));
    expect(settings.find(({ key }) => key === 'windows.flowMinutes')).toEqual({
      key: 'windows.flowMinutes',
      value: 30,
      default: 30,
      origin: 'default',
      unit: 'minutes',
      allowed: 'a number from 1 to 1440',
      text: 'after an export, for connections',
    });
  });

  it('names the origin of each value, managed before file before default', async () => {
    const config = file('layers.json', { retention: { days: 5, maxMegabytes: 64 } });
    const { settings } = await shown({ config }, { retention: { days: 9 } });
    const origins = new Map(settings.map(({ key, value, origin }) => [key, [value, origin]]));
    expect(origins.get('retention.days')).toEqual([9, 'managed']);
    expect(origins.get('retention.maxMegabytes')).toEqual([64, 'file']);
    expect(origins.get('network.idleSeconds')).toEqual([30, 'default']);
  });

  it('prints the same as a table, a line for each key', async () => {
    const { code, out, err } = await show({
      config: file('table.json', { retention: { days: 5 } }),
    });
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(KEYS.length + 1);
    expect(lines[0]).toMatch(/^KEY +VALUE +ORIGIN +DEFAULT +ALLOWED +MEANING$/);
    expect(lines.find((line) => line.startsWith('retention.days'))).toMatch(
      /^retention\.days +5 +file +30 +a number from 1 to 3650, in days +for which/,
    );
  });

  it('says what is wrong on stderr and shows the value that is in force instead', async () => {
    const config = file('wrong.json', { retention: { days: 'x' }, proxy: 1 });
    const { code, err } = await show({ config });
    expect(code).toBe(1);
    expect(err.trimEnd().split('\n')).toEqual([
      `${config}: proxy: is not a key of the configuration; remove it`,
      `${config}: retention.days: must be a number from 1 to 3650`,
    ]);
    const days = (await shown({ config })).settings.find(({ key }) => key === 'retention.days');
    expect(days).toMatchObject({ value: 30, origin: 'default' });
    expect((await shown({ config })).problems).toHaveLength(2);
  });

  it('takes an unknown key for a warning', async () => {
    expect((await show({ config: file('unknown.json', { proxy: 1 }) })).code).toBe(0);
  });

  it('names the managed document as the place of its problems', async () => {
    const { err } = await show({ config: file('empty.json', {}) }, { proxy: 1 });
    expect(err).toBe(
      `${join(root, 'managed.plist')}: proxy: is not a key of the configuration; remove it\n`,
    );
  });

  it('hides what may be a secret of a destination', async () => {
    const config = file('secrets.json', {
      deliver: [
        { type: 'file', path: '/var/log/findings.ndjson' },
        {
          type: 'webhook',
          url: 'https://user:hunter2@siem.example.net:8443/T0/hunter2?k=hunter2',
          headers: { authorization: 'Bearer hunter2' },
          batch: 50,
          also: ['hunter2'],
        },
        { type: 'syslog', url: 'hunter2' },
      ],
    });
    const { settings } = await shown({ config });
    expect(settings.find(({ key }) => key === 'deliver')?.value).toEqual([
      { type: 'file', path: '/var/log/findings.ndjson' },
      {
        type: 'webhook',
        url: 'https://siem.example.net:8443',
        headers: { authorization: '(hidden)' },
        batch: 50,
        also: ['(hidden)'],
      },
      { type: 'syslog', url: '(hidden)' },
    ]);
    expect((await show({ config })).out).not.toContain('hunter2');
  });

  it('of a file that cannot be read is one line and 1', async () => {
    const { code, out, err } = await show({ config: join(root, 'missing.json') });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/missing\.json: cannot be read \(ENOENT\); check path and owner\n$/);
  });

  it('prints hostile names in values as harmless lines', async () => {
    const hostile = '\u001b]0;pwn\u0007\u202e';
    const config = file('hostile.json', { roles: { users: { [hostile]: 'admin' } } });
    expect((await show({ config })).out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});
