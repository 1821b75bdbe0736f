import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MAX_CONFIG_BYTES, MAX_CONFIG_LEVELS } from '../../agent/config/document-file.ts';
import { KEYS } from '../../agent/config/keys.ts';
import {
  type Config,
  ConfigError,
  describeConfigProblem,
  readConfig,
  readConfigFile,
} from '../../agent/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DEFAULTS = readConfig({}).config;

/** A document with one value at a dotted path. */
function at(path: string, value: unknown): unknown {
  return path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
}

function fileWith(text: string | Buffer): string {
  const path = join(folder, 'config.json');
  writeFileSync(path, text);
  return path;
}

describe('the default', () => {
  it('is that of the design', () => {
    expect(readConfig({})).toMatchObject({
      problems: [],
      config: {
        roles: { users: new Map(), groups: new Map() },
        userPrivilegeLevel: new Map([
          ['developer', 'ignore'],
          ['admin', 'ignore'],
          ['unassigned', 'alert'],
          ['unknown', 'alert'],
        ]),
        cloud: { add: new Map(), remove: [], sanctioned: new Set() },
        windows: {
          exportMinutes: 60,
          flowMinutes: 30,
          browserSeconds: 120,
          lineageDays: 7,
          suppressHours: 24,
        },
        endpointSecurity: { command: ['/usr/bin/eslogger'], events: 'default' },
        network: { idleSeconds: 30, activeSeconds: 1, resolver: true },
        files: { mode: 'crosscheck' },
        processes: { everySeconds: 60 },
        accounts: { everyMinutes: 15 },
        retention: { days: 30, maxMegabytes: 256 },
        redaction: { mode: 'redact', fileNames: 'keep' },
        heartbeat: { minutes: 5 },
        canary: { minutes: 60 },
      },
    });
  });

  it('is a good value for every key of the table', () => {
    for (const { path, fallback, faultIn } of KEYS)
      expect([path, faultIn(fallback)]).toEqual([path, null]);
  });
});

describe('every key', () => {
  it.each<[string, unknown, (config: Config) => unknown, unknown]>([
    ['roles.users', { sam: 'developer' }, (c) => c.roles.users.get('sam'), 'developer'],
    ['roles.groups', { sql: 'admin' }, (c) => c.roles.groups.get('sql'), 'admin'],
    [
      'userPrivilegeLevel',
      { developer: 'alert', unknown: 'lower' },
      (c) => [...c.userPrivilegeLevel.values()],
      ['alert', 'ignore', 'alert', 'lower'],
    ],
    [
      'cloud.domains.add',
      { 'files.example.net': 'example-drive' },
      (c) => [...c.cloud.add],
      [['files.example.net', 'example-drive']],
    ],
    ['cloud.domains.remove', ['a.example'], (c) => c.cloud.remove, ['a.example']],
    ['cloud.sanctioned', ['onedrive'], (c) => c.cloud.sanctioned, new Set(['onedrive'])],
    ['windows.exportMinutes', 5, (c) => c.windows.exportMinutes, 5],
    ['windows.flowMinutes', 6, (c) => c.windows.flowMinutes, 6],
    ['windows.browserSeconds', 7, (c) => c.windows.browserSeconds, 7],
    ['windows.lineageDays', 8, (c) => c.windows.lineageDays, 8],
    ['windows.suppressHours', 9, (c) => c.windows.suppressHours, 9],
    [
      'endpointSecurity.command',
      ['/opt/helper', '--json'],
      (c) => c.endpointSecurity.command,
      ['/opt/helper', '--json'],
    ],
    [
      'endpointSecurity.events',
      ['exec', 'exit'],
      (c) => c.endpointSecurity.events,
      ['exec', 'exit'],
    ],
    ['endpointSecurity.events', 'default', (c) => c.endpointSecurity.events, 'default'],
    ['network.idleSeconds', 10, (c) => c.network.idleSeconds, 10],
    ['network.activeSeconds', 11, (c) => c.network.activeSeconds, 11],
    ['network.resolver', false, (c) => c.network.resolver, false],
    ['files.mode', 'off', (c) => c.files.mode, 'off'],
    ['files.mode', 'fallback', (c) => c.files.mode, 'fallback'],
    ['processes.everySeconds', 12, (c) => c.processes.everySeconds, 12],
    ['accounts.everyMinutes', 13, (c) => c.accounts.everyMinutes, 13],
    ['retention.days', 14, (c) => c.retention.days, 14],
    ['retention.maxMegabytes', 64, (c) => c.retention.maxMegabytes, 64],
    ['redaction.mode', 'hash', (c) => c.redaction.mode, 'hash'],
    ['redaction.mode', 'drop', (c) => c.redaction.mode, 'drop'],
    ['redaction.fileNames', 'hash', (c) => c.redaction.fileNames, 'hash'],
    ['heartbeat.minutes', 5, (c) => c.heartbeat.minutes, 5],
    ['canary.minutes', 30, (c) => c.canary.minutes, 30],
  ])('%s is taken over', (path, value, read, expected) => {
    const { config, problems } = readConfig(at(path, value));
    expect(problems).toEqual([]);
    expect(read(config)).toEqual(expected);
  });

  it('of the example in the design is known', () => {
    const { problems } = readConfig({
      roles: { users: { sam: 'developer' }, groups: { engineering: 'developer' } },
      userPrivilegeLevel: {
        developer: 'ignore',
        admin: 'ignore',
        unassigned: 'alert',
        unknown: 'alert',
      },
      cloud: {
        domains: { add: { 'files.example.net': 'example-drive' }, remove: [] },
        sanctioned: ['onedrive'],
      },
      windows: {
        exportMinutes: 60,
        flowMinutes: 30,
        browserSeconds: 120,
        lineageDays: 7,
        suppressHours: 24,
      },
      endpointSecurity: { command: ['/usr/bin/eslogger'], events: 'default' },
      network: { idleSeconds: 30, activeSeconds: 1 },
      retention: { days: 30, maxMegabytes: 256 },
      deliver: [
        { type: 'file', path: '/x' },
        { type: 'webhook', url: 'https://siem.example.net' },
      ],
    });
    expect(problems).toEqual([]);
  });
});

describe('a bad value', () => {
  it.each<[string, unknown]>([
    ['roles.users', { sam: 'boss' }],
    ['roles.users', ['sam']],
    ['roles.groups', { engineering: 1 }],
    ['userPrivilegeLevel', { developer: 'never' }],
    ['userPrivilegeLevel', { boss: 'alert' }],
    ['userPrivilegeLevel', 'alert'],
    ['cloud.domains.add', { 'a.example': '' }],
    ['cloud.domains.add', { 'a.example': null }],
    ['cloud.domains.add', { '': 'box' }],
    ['cloud.domains.add', { 'a b.example': 'box' }],
    ['cloud.domains.add', { 'a.example/in': 'box' }],
    ['cloud.domains.add', { 'https://a.example': 'box' }],
    ['cloud.domains.add', { 'a.example:8443': 'box' }],
    ['cloud.domains.add', { 'a..example': 'box' }],
    ['cloud.domains.add', { '..': 'box' }],
    ['cloud.domains.add', { '*': 'box' }],
    ['cloud.domains.add', { 'a.*.example': 'box' }],
    ['cloud.domains.add', { 'ä.example': 'box' }],
    ['cloud.domains.add', { [`${'a'.repeat(64)}.example`]: 'box' }],
    ['cloud.domains.add', { [`${'a.'.repeat(126)}ab`]: 'box' }],
    ['cloud.domains.remove', 'a.example'],
    ['cloud.domains.remove', ['a.example', 'b example']],
    ['cloud.domains.remove', [1]],
    ['cloud.sanctioned', [null]],
    ['cloud.sanctioned', ['']],
    ['windows.exportMinutes', 0],
    ['windows.exportMinutes', 1441],
    ['windows.flowMinutes', '30'],
    ['windows.browserSeconds', null],
    ['windows.browserSeconds', 3601],
    ['windows.lineageDays', -1],
    ['windows.suppressHours', true],
    ['endpointSecurity.command', []],
    ['endpointSecurity.command', 'eslogger'],
    ['endpointSecurity.command', ['eslogger']],
    ['endpointSecurity.command', ['/usr/bin/eslogger', '']],
    ['endpointSecurity.command', ['/usr/bin/eslogger', 'a\0b']],
    ['endpointSecurity.command', Array(17).fill('/bin/x')],
    ['endpointSecurity.events', 'all'],
    ['endpointSecurity.events', []],
    ['endpointSecurity.events', ['exec', '--help']],
    ['endpointSecurity.events', Array(65).fill('exec')],
    ['network.idleSeconds', 0],
    ['network.activeSeconds', 61],
    ['network.resolver', 'yes'],
    ['files.mode', 'on'],
    ['processes.everySeconds', 1],
    ['accounts.everyMinutes', 0],
    ['retention.days', 0],
    ['retention.maxMegabytes', 15],
    ['redaction.mode', 'none'],
    ['redaction.fileNames', false],
    ['redaction', 'hash'],
    ['heartbeat.minutes', 0],
    ['canary.minutes', 1441],
    ['endpointSecurity', []],
    ['network', 5],
    ['retention', 'x'],
    ['deliver', {}],
  ])('of %s (%j) is named in one line and leaves the default in force', (path, value) => {
    const { config, problems } = readConfig(at(path, value));
    expect(problems).toEqual([
      {
        key: path,
        kind: 'bad-value',
        origin: 'file',
        message: expect.stringMatching(/^must be an? [^\n]+$/),
      },
    ]);
    expect(describeConfigProblem(problems[0]!)).toBe(`${path}: ${problems[0]!.message}`);
    expect(config).toEqual(DEFAULTS);
  });

  it.each([null, 1, 'x', [], true])('of the whole document (%j) is one, too', (document) => {
    const { config, problems } = readConfig(document);
    expect(problems.map(describeConfigProblem)).toEqual(['the document: must be a JSON object']);
    expect(config).toEqual(DEFAULTS);
  });

  it.each([
    ['windows', 60],
    ['windows', [60]],
    ['roles', 'developer'],
    ['cloud', null],
    ['cloud.domains', ['a.example']],
  ])('where a group of keys belongs (%s is %j) is not called an unknown key', (path, value) => {
    expect(readConfig(at(path, value)).problems).toEqual([
      expect.objectContaining({ key: path, kind: 'bad-value' }),
    ]);
  });

  it('costs only itself', () => {
    const { config, problems } = readConfig({
      windows: { exportMinutes: 'soon', flowMinutes: 10 },
      cloud: { sanctioned: ['onedrive'] },
    });
    expect(problems).toHaveLength(1);
    expect(config.windows).toEqual({ ...DEFAULTS.windows, flowMinutes: 10 });
    expect(config.cloud.sanctioned).toEqual(new Set(['onedrive']));
  });
});

describe('a host name', () => {
  it.each([
    'a',
    'files.example.net',
    'Files.Example.NET.',
    '*.example.net',
    '.example.net',
    '_dmarc.example.net',
    'xn--mnchen-3ya.example',
    '203.0.113.5',
    `*.${'a.'.repeat(126)}a.`,
  ])('may be %s', (host) => {
    expect(readConfig(at('cloud.domains.add', { [host]: 'box' })).problems).toEqual([]);
    expect(readConfig(at('cloud.domains.remove', [host])).problems).toEqual([]);
  });
});

describe('the message about a bad value', () => {
  it.each<[string, unknown, string]>([
    ['roles.users', { ann: 'admin', 'a\nb': 'boss' }, '; "a\\nb" has "boss"'],
    ['userPrivilegeLevel', { boss: 'alert' }, '; "boss" has "alert"'],
    ['cloud.sanctioned', ['onedrive', 5], '; item 2 is 5'],
    ['endpointSecurity.command', ['eslogger'], '; "eslogger" is no absolute path'],
    ['cloud.domains.add', { 'a.example': ['x'.repeat(500)] }, '…'],
    ['cloud.domains.add', { 'a.example': 'box', 'a b': 'box' }, '; "a b" is no host name'],
    ['cloud.domains.remove', ['a.example', 'b/in'], '; item 2 is "b/in"'],
  ])('of %s (%j) names the part that is wrong', (path, value, end) => {
    const [problem] = readConfig(at(path, value)).problems;
    expect(problem!.message.endsWith(end)).toBe(true);
    expect(problem!.message.length).toBeLessThan(300);
  });
});

describe('an unknown key', () => {
  it.each([
    ['windows.exportMinuets', 'windows.exportMinutes'],
    ['Windows', 'windows'],
    ['retention.day', 'retention.days'],
    ['cloud.domain', 'cloud.domains'],
    ['userprivilegelevel', 'userPrivilegeLevel'],
  ])('%s is taken for %s', (path, meant) => {
    expect(readConfig(at(path, 5)).problems[0]!.message).toMatch(`; did you mean ${meant}?`);
  });

  it.each(['proxy', 'x', 'roles.administrators', 'y'.repeat(5000)])(
    'that is like none (%s) is to be removed',
    (path) => {
      expect(readConfig(at(path, 5)).problems[0]!.message).toMatch(/; remove it$/);
    },
  );

  it('that only reads like one because of its dot is none', () => {
    const { problems, config } = readConfig({ 'windows.flowMinutes': 5, 'cloud.domains': {} });
    expect(problems.map(({ kind }) => kind)).toEqual(['unknown-key', 'unknown-key']);
    expect(config).toEqual(DEFAULTS);
  });

  it.each([
    ['windows.exportMinuets'],
    ['Windows'],
    ['cloud.domains.ad'],
    ['roles.admins'],
    ['constructor'],
    ['toString.valueOf'],
  ])('%s is named with its place and costs nothing else', (path) => {
    const { config, problems } = readConfig(at(path, 5));
    expect(problems.map(({ kind }) => kind)).toEqual(['unknown-key']);
    expect(path.startsWith(problems[0]!.key)).toBe(true);
    expect(describeConfigProblem(problems[0]!)).toContain('is not a key of the configuration');
    expect(config).toEqual(DEFAULTS);
  });

  it('is named by its beginning when it is long', () => {
    const { problems } = readConfig({ ['k'.repeat(100_000)]: 1 });
    expect(describeConfigProblem(problems[0]!).length).toBeLessThan(200);
  });

  it('is counted and no longer named when there are a hundred', () => {
    const document = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`retention-days-${index}`, 1]),
    );
    const { problems, config } = readConfig({ ...document, retention: { days: 9, dayz: 1 } });
    expect(problems).toHaveLength(101);
    expect(describeConfigProblem(problems[100]!)).toBe(
      'the document: has 901 more names that are no keys of the configuration; remove them',
    );
    expect(config.retention.days).toBe(9);
  });

  it('called __proto__ changes no object', () => {
    const { config, problems } = readConfig(
      JSON.parse(
        '{"__proto__":{"windows":{"flowMinutes":1}},"roles":{"users":{"__proto__":"admin"}}}',
      ),
    );
    expect(problems.map(({ key }) => key)).toEqual(['__proto__']);
    expect(config.windows).toEqual(DEFAULTS.windows);
    expect([...config.roles.users]).toEqual([['__proto__', 'admin']]);
    expect(Object.hasOwn(Object.prototype, 'windows')).toBe(false);
  });
});

/** With so many lists within each other below the document. */
function nested(levels: number): string {
  return fileWith(`{"deliver":${'['.repeat(levels)}${']'.repeat(levels)}}`);
}

describe('a configuration file', async () => {
  it('is read as JSON', async () => {
    const { config } = await readConfigFile(fileWith('{"windows":{"flowMinutes":3}}'));
    expect(config.windows.flowMinutes).toBe(3);
  });

  it.each([
    ['is no JSON', '{"windows":'],
    ['is empty', ''],
    ['is JSON with a comment', '{"windows":{} // yes\n}'],
    ['is not text', Buffer.from([0xff, 0xfe, 0, 1])],
  ])('that %s is refused with its name and what to do', async (_, text) => {
    const path = fileWith(text);
    await expect(readConfigFile(path)).rejects.toThrow(ConfigError);
    await expect(readConfigFile(path)).rejects.toThrow(`${path}: is not JSON`);
  });

  it('may begin with a byte order mark', async () => {
    const { problems } = await readConfigFile(fileWith('\uFEFF{"windows":{"flowMinutes":3}}'));
    expect(problems).toEqual([]);
  });

  it('that is too large is refused before it is parsed', async () => {
    const path = fileWith(' '.repeat(MAX_CONFIG_BYTES + 1));
    await expect(readConfigFile(path)).rejects.toThrow(
      `${path}: has more than ${MAX_CONFIG_BYTES} bytes`,
    );
  });

  it('that is nested without end is refused', async () => {
    expect((await readConfigFile(nested(MAX_CONFIG_LEVELS - 1))).problems).toEqual([]);
    for (const levels of [MAX_CONFIG_LEVELS, 200_000]) {
      const path = nested(levels);
      // oxlint-disable-next-line no-await-in-loop -- one file after the other
      await expect(readConfigFile(path)).rejects.toThrow(
        `${path}: has more than ${MAX_CONFIG_LEVELS} levels; correct it there`,
      );
    }
  });

  it('that is a pipe or a device is refused, and not waited for', async () => {
    const pipe = join(folder, 'pipe.json');
    execFileSync('mkfifo', [pipe]);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await expect(readConfigFile(pipe)).rejects.toThrow(`${pipe}: is not a file`);
    await expect(readConfigFile('/dev/null')).rejects.toThrow('/dev/null: is not a file');
  });

  it('that is not there, or a folder, is refused with its name and the reason', async () => {
    const missing = join(folder, 'no-such.json');
    await expect(readConfigFile(missing)).rejects.toThrow(`${missing}: cannot be read (ENOENT)`);
    await expect(readConfigFile(folder)).rejects.toThrow(`${folder}: cannot be read (EISDIR)`);
  });
});
