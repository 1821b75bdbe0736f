import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { KEYS } from '../../../agent/config/keys.ts';
import { readDestinations } from '../../../agent/deliver/destination.ts';
import { TRANSPORT_TYPES } from '../../../agent/deliver/transports/table.ts';
import { jamfSchema } from '../../../pkg/profiles/jamf-schema.ts';
import type { JsonSchema } from '../../../pkg/profiles/json-schema.ts';
import { filesFor } from './wish.ts';

const SCHEMA: JsonSchema = JSON.parse(filesFor().get('spillwatch.jamf-schema.json') ?? '');
// Words of the form are none of JSON Schema.
const isValid = new Ajv({ strict: false }).compile(SCHEMA);

/** A document with one value at a dotted path. */
function at(path: string, value: unknown): unknown {
  return path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
}

function propertyAt(path: string): JsonSchema | undefined {
  return path
    .split('.')
    .reduce<JsonSchema | undefined>((schema, name) => schema?.properties?.[name], SCHEMA);
}

/** Every schema in it, with those inside. */
function schemasIn(schema: JsonSchema): readonly JsonSchema[] {
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
  return [schema, ...inner.flatMap(schemasIn)];
}

describe('the form', () => {
  it('is what the file holds', () => {
    expect(SCHEMA).toEqual(JSON.parse(JSON.stringify(jamfSchema())));
  });

  it('has every key of the table, with title, meaning, unit, bounds and default in words', () => {
    for (const { path, text, unit, allowed, fallback } of KEYS) {
      const property = propertyAt(path);
      expect([path, property?.title]).toEqual([path, expect.stringMatching(/^[A-Z]/)]);
      expect(property?.description?.toLowerCase()).toContain(text.toLowerCase());
      expect(property?.description).toContain(unit === null ? '' : `Unit: ${unit}.`);
      expect(property?.options?.infoText).toContain(allowed);
      expect(property?.options?.infoText).toContain(`default ${JSON.stringify(fallback)}`);
    }
  });

  it('has nothing else', () => {
    const leaves = (schema: JsonSchema, prefix: string): readonly string[] =>
      Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
        inner.anyOf === undefined ? leaves(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
      );
    expect(leaves(SCHEMA, '')).toEqual(KEYS.map(({ path }) => path));
  });

  it('leaves out what is not configured', () => {
    expect(isValid({})).toBe(true);
    for (const { path } of KEYS) expect([path, isValid(at(path, null))]).toEqual([path, true]);
  });

  it('orders the properties of each group from 1', () => {
    for (const { properties } of schemasIn(SCHEMA)) {
      const orders = Object.values(properties ?? {}).map(({ property_order }) => property_order);
      expect(orders).toEqual(orders.map((_, index) => index + 1));
    }
  });

  it('takes every default, and offers it', () => {
    for (const { path, fallback } of KEYS) {
      expect([path, isValid(at(path, fallback))]).toEqual([path, true]);
      const offered = propertyAt(path)?.anyOf?.map((choice) => choice.default);
      expect(offered).toContainEqual(fallback);
    }
  });
});

/** What forms know no words for: the first item of a command is a path. */
function isUnsaid(path: string, value: unknown): boolean {
  return (
    path === 'endpointSecurity.command' && Array.isArray(value) && !String(value[0]).startsWith('/')
  );
}

describe('what the table refuses, the form refuses', () => {
  const BAD: readonly unknown[] = [
    true,
    'no such word',
    '',
    -1,
    0,
    1e9,
    [],
    ['relative'],
    [''],
    [7],
    ['a b', 'a..b'],
    ['ok\u0000'],
    Array.from({ length: 65 }, () => 'exec'),
    Array.from({ length: 17 }, () => '/x'),
    { sam: 'nobody' },
    { 'not a host': 'drive' },
    { 'a.example': '' },
    { developer: 7 },
  ];
  it.each(KEYS)('$path', ({ path, faultIn, shape }) => {
    const refused = BAD.filter((value) => faultIn(value) !== null && !isUnsaid(path, value));
    expect(refused.length).toBeGreaterThan(3);
    for (const value of refused)
      expect([path, value, isValid(at(path, value))]).toEqual([path, value, false]);
    const numbers = shape.kind === 'number' ? [shape.min - 1, shape.max + 1] : [];
    for (const value of numbers) expect([value, isValid(at(path, value))]).toEqual([value, false]);
  });

  it('an unknown key', () => {
    expect(isValid({ windos: {} })).toBe(false);
    expect(isValid(at('windows.export', 1))).toBe(false);
  });
});

describe('what the table takes, the form takes', () => {
  it.each<[string, unknown]>([
    ['roles.users', { 'sam*': 'admin' }],
    ['userPrivilegeLevel', { admin: 'lower' }],
    ['cloud.domains.add', { '*.files.example.net': 'drive' }],
    ['cloud.domains.remove', ['a.example', '.b.example.']],
    ['endpointSecurity.command', ['/opt/helper', '--json']],
    ['endpointSecurity.events', ['exec', 'exit']],
    ['files.mode', 'off'],
  ])('%s %j', (path, value) => {
    expect(isValid(at(path, value))).toBe(true);
  });

  it('both bounds of every number', () => {
    for (const { path, shape } of KEYS.filter((key) => key.shape.kind === 'number')) {
      const bounds = shape.kind === 'number' ? [shape.min, shape.max] : [];
      expect([path, bounds.map((value) => isValid(at(path, value)))]).toEqual([path, [true, true]]);
    }
  });
});

describe('destinations', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../agent/deliver/README.md'), 'utf8');
  const examples = [...page.matchAll(/^```json\n(\{.*\})\n```$/gm)].map(([, json = '']): unknown =>
    JSON.parse(json),
  );

  it('every example of their page is taken', () => {
    expect(examples.length).toBeGreaterThan(8);
    for (const example of examples)
      expect([example, isValid({ deliver: [example] })]).toEqual([example, true]);
  });

  it('every type is offered', () => {
    const choices = schemasIn(propertyAt('deliver') ?? {}).flatMap(
      ({ properties }) => properties?.['type']?.enum ?? [],
    );
    expect(choices).toEqual([...TRANSPORT_TYPES.keys()]);
  });

  it.each<[string, object]>([
    ['no type', { url: 'https://x.example' }],
    ['an unknown type', { type: 'smoke' }],
    ['no address', { type: 'webhook' }],
    ['an unknown key', { type: 'file', path: '/x', token: 'a' }],
    [
      'an unknown key in a group',
      { type: 'webhook', url: 'https://x.example', tls: { file: '/x' } },
    ],
    ['a number out of bounds', { type: 'file', path: '/x', keep: 100 }],
    ['a fraction', { type: 'file', path: '/x', keep: 1.5 }],
    ['a relative path', { type: 'file', path: 'x' }],
    ['a bad word', { type: 'syslog', host: 'x', framing: 'none' }],
    [
      'a format of other types',
      { type: 'splunk-hec', url: 'https://x', tokenFile: '/t', format: 'ecs' },
    ],
    ['an empty text', { type: 'syslog', host: '' }],
    ['no truth value', { type: 'file', path: '/x', health: 'yes' }],
  ])('%s is refused by agent and form', (_, destination) => {
    expect(readDestinations([destination]).problems).not.toEqual([]);
    expect(isValid({ deliver: [destination] })).toBe(false);
  });

  it('there are at most as many as the agent takes', () => {
    const many = Array.from({ length: 17 }, (_, n) => ({
      type: 'file',
      name: `f${n}`,
      path: '/x',
    }));
    expect(readDestinations(many).problems).toHaveLength(1);
    expect(isValid({ deliver: many })).toBe(false);
    expect(isValid({ deliver: many.slice(1) })).toBe(true);
  });

  it('what may be left out has the choice to be none', () => {
    expect(isValid({ deliver: [{ type: 'file', path: '/x', keep: null, batch: null }] })).toBe(
      true,
    );
  });
});
