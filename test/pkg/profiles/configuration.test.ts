import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../../pkg/profiles/configuration.ts';

function faultsOf(document: unknown): readonly string[] {
  const checked = checkConfiguration(document);
  return 'faults' in checked ? checked.faults : [];
}

function doubtsOf(document: unknown): readonly string[] {
  const checked = checkConfiguration(document);
  if ('faults' in checked) throw new Error(checked.faults.join('\n'));
  return checked.doubts;
}

const WEBHOOK = { type: 'webhook', url: 'https://siem.example.com/hooks/spillwatch' };

describe('a configuration is refused, as by config check,', () => {
  it.each<[string, unknown, string]>([
    ['for an unknown key', { windos: {} }, 'windos: is not a key of the configuration'],
    [
      'for a bad value',
      { heartbeat: { minutes: 0 } },
      'heartbeat.minutes: must be a number from 1 to 1440',
    ],
    [
      'for a destination that is none',
      { deliver: [{ type: 'smoke' }] },
      'deliver, item 1: type must be one of',
    ],
    [
      'for a value that no property list has',
      { deliver: [{ ...WEBHOOK, name: null }] },
      'deliver, item 1: name must be',
    ],
    [
      'for a text in very many lists',
      { deliver: [JSON.parse(`${'['.repeat(100_000)}"a"${']'.repeat(100_000)}`)] },
      'deliver, item 1: must be an object with a type',
    ],
    ['when it is a list', [], 'the document: must be a JSON object'],
    [
      'for a text that XML cannot hold',
      { roles: { users: { 'a\u0001': 'admin' } } },
      'has a text that a property list cannot hold',
    ],
    [
      'for a name that readers of property lists refuse',
      JSON.parse('{"roles": {"users": {"__proto__": "admin"}}}'),
      'has a text that a property list cannot hold',
    ],
  ])('%s', (_, document, fault) => {
    expect(faultsOf(document)[0]).toContain(fault);
  });
});

describe('a secret in the open is refused, with the key that takes a file,', () => {
  it.each<[string, object, string, string]>([
    ['token', { ...WEBHOOK, token: 'x1y2z3' }, 'deliver, item 1: token', 'tokenFile'],
    [
      'clientSecret',
      { type: 'sentinel', clientSecret: 'x1y2z3' },
      'clientSecret',
      'clientSecretFile',
    ],
    ['apiKey', { type: 'elasticsearch', apiKey: 'x1y2z3' }, 'apiKey', 'apiKeyFile'],
    [
      'a header',
      { ...WEBHOOK, headers: { 'X-Api-Key': 'x1y2z3' } },
      'headers.X-Api-Key',
      'headerFiles',
    ],
    [
      'a bearer token',
      { ...WEBHOOK, headers: { 'X-Other': 'Bearer abcdef0123456789abcdef' } },
      'headers.X-Other',
      'headerFiles',
    ],
    [
      'a login in an address',
      { ...WEBHOOK, url: 'https://sam:pw12345@x.example/' },
      'url',
      'tokenFile',
    ],
    [
      'the login of a proxy',
      { ...WEBHOOK, proxy: { url: 'http://sam:pw12345@proxy.example:3128' } },
      'proxy.url',
      'proxy.credentialsFile',
    ],
  ])('%s', (_, destination, where, key) => {
    const [fault = ''] = faultsOf({ deliver: [destination] });
    expect(fault).toContain(`${where} is a secret in the open`);
    expect(fault).toContain(`a file of mode 0600 and name that in ${key}`);
    expect(fault).not.toMatch(/x1y2z3|pw12345|abcdef0/);
  });

  it('among the arguments of the helper', () => {
    const command = ['/opt/helper', '--password', 'x1y2z3'];
    const faults = faultsOf({ endpointSecurity: { command } });
    expect(faults).toEqual([
      expect.stringContaining('endpointSecurity.command: has a secret among its arguments'),
    ]);
    expect(faults.join('')).not.toContain('x1y2z3');
  });
});

describe('an address that may be a password', () => {
  it.each([
    'https://x.example/in?code=1',
    'https://x.example/services/T0AB1CD2E3/a1b2c3d4e5f6a7b8',
  ])('%s is a warning', (url) => {
    expect(doubtsOf({ deliver: [{ type: 'webhook', url }] })).toEqual([
      expect.stringContaining('deliver, item 1: url has a path or query that may be the password'),
    ]);
  });

  it('any other is none', () => {
    expect(doubtsOf({ deliver: [WEBHOOK] })).toEqual([]);
  });
});

it('every example of the page on destinations can be pushed', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../agent/deliver/README.md'), 'utf8');
  const examples = [...page.matchAll(/^```json\n(\{.*\})\n```$/gm)].map(([, json = '']) => json);
  expect(examples.length).toBeGreaterThan(8);
  for (const json of examples)
    expect([json, doubtsOf({ deliver: [JSON.parse(json)] })]).toEqual([json, []]);
});
