import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDestinations } from '../../../agent/deliver/destination.ts';
import { BatchSize, MAX_BACKOFF_MS } from '../../../agent/deliver/pace.ts';
import { COLLECTOR, collectorFiles, collectorText } from './collector-files.ts';
import { bytesOf } from './examples.ts';

const PAGES = collectorFiles('', '.md');

it('the pages are there', () => {
  expect(PAGES.length).toBe(7);
});

it.each(PAGES)('every link of $path leads to something', ({ path, text }) => {
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
  const dead = links.filter((link) => !existsSync(join(COLLECTOR, dirname(path), link)));
  expect(dead).toEqual([]);
});

describe('destinations in the pages', () => {
  const examples = PAGES.flatMap(({ path, text }) =>
    [...text.matchAll(/```json\n(\{\s*"deliver"[\s\S]*?)```/g)].map(([, json = '']) => ({
      path,
      deliver: (JSON.parse(json) as { deliver: { type: string }[] }).deliver,
    })),
  );

  it('there are some of every type that a page is about', () => {
    const types = new Set(examples.flatMap(({ deliver }) => deliver.map(({ type }) => type)));
    expect([...types].toSorted()).toEqual([
      'elasticsearch',
      'otlp',
      'sentinel',
      'splunk-hec',
      'syslog',
      'webhook',
    ]);
  });

  it.each(examples)('the agent accepts that of $path', ({ deliver }) => {
    const { destinations, problems } = readDestinations(deliver);
    expect(problems).toEqual([]);
    expect(destinations.length).toBe(deliver.length);
  });
});

describe('the arithmetic of the overview', () => {
  const text = collectorText('README.md');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) => line.slice(2, -2).split(' | '));

  function valueOf(name: string): number {
    const [, value = ''] = rows.find(([first]) => first === `\`${name}\``) ?? [];
    return Number(value.replaceAll(',', '').split(' ')[0]);
  }

  const names = [
    'heartbeat',
    'heartbeatBytes',
    'findingBytes',
    'findings',
    'wire',
    'backoff',
    'outage',
    'handshakeMs',
  ];

  it('rests on what the agent does', () => {
    expect(bytesOf('heartbeat', 'ocsf')).toBeGreaterThan(valueOf('heartbeatBytes') * 0.8);
    expect(bytesOf('heartbeat', 'ocsf')).toBeLessThan(valueOf('heartbeatBytes') * 1.2);
    expect(bytesOf('finding', 'ocsf')).toBeGreaterThan(valueOf('findingBytes') * 0.8);
    expect(bytesOf('finding', 'ocsf')).toBeLessThan(valueOf('findingBytes') * 1.2);
    expect(valueOf('backoff') * 1000).toBe(MAX_BACKOFF_MS);
    const [, , requests] = rows.find(([first]) => first?.startsWith('requests a Mac needs')) ?? [];
    expect(Number(requests)).toBe(requestsFor(valueOf('outage') / valueOf('heartbeat') + 2));
  });

  const computed = rows.filter(([, formula = '']) => /^`.*\*|^`.*\/|^`ceil/.test(formula));

  it('has rows', () => {
    expect(computed.length).toBe(16);
  });

  it.each(computed)('%s: %s', (_name, formula = '', ...shown) => {
    for (const [index, macs] of [10_000, 100_000].entries()) {
      const inputs = new Map([
        ['macs', macs],
        ...names.map((name) => [name, valueOf(name)] as const),
      ]);
      const value = evaluate(formula.replaceAll('`', ''), inputs);
      const cell = Number((shown[index] ?? '').replaceAll(',', ''));
      // Two digits that count, or the whole number.
      expect(Math.abs(cell - value)).toBeLessThanOrEqual(
        Math.max(0.5 * 10 ** (Math.floor(Math.log10(value)) - 1), value >= 10 ? 0.5 : 0),
      );
    }
  });
});

/** Requests in which an agent hands that many events over after a failure. */
function requestsFor(events: number): number {
  const size = new BatchSize({ maxItems: 500, maxBytes: 1_048_576 });
  let requests = 0;
  for (let left = events; left > 0; left -= size.bounds.maxItems) {
    if (requests > 0) size.grow();
    requests += 1;
  }
  return requests;
}

/** Value of a formula of numbers, names, `+ - * / ( )`, `sqrt`, `ceil` and `log2`. */
function evaluate(formula: string, inputs: ReadonlyMap<string, number>): number {
  const tokens = formula.match(/[\d.]+(?:e\d+)?|\w+|[-+*/()]/g) ?? [];
  let at = 0;

  function sum(): number {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-') {
      const sign = tokens[at] === '+' ? 1 : -1;
      at += 1;
      value += sign * product();
    }
    return value;
  }

  function product(): number {
    let value = factor();
    while (tokens[at] === '*' || tokens[at] === '/') {
      const isDivision = tokens[at] === '/';
      at += 1;
      const next = factor();
      value = isDivision ? value / next : value * next;
    }
    return value;
  }

  function factor(): number {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '(') {
      const value = sum();
      at += 1;
      return value;
    }
    if (/^[\d.]/.test(token)) return Number(token);
    const input = inputs.get(token);
    if (input !== undefined) return input;
    const call = FUNCTIONS.get(token);
    if (call === undefined) throw new Error(`${token} is no name of the formula`);
    return call(factor());
  }

  return sum();
}

const FUNCTIONS: ReadonlyMap<string, (value: number) => number> = new Map([
  ['sqrt', Math.sqrt],
  ['ceil', Math.ceil],
  ['log2', Math.log2],
]);
