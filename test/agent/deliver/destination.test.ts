import { anything, array, assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DESTINATIONS, readDestinations } from '../../../agent/deliver/destination.ts';
import { TRANSPORT_TYPES } from '../../../agent/deliver/transports/table.ts';

const HOOK = { type: 'webhook', url: 'https://siem.example.com/hook' };

function problemsOf(...list: readonly unknown[]): readonly string[] {
  return readDestinations(list).problems;
}

describe('the list of destinations', () => {
  it('may be empty, or no list', () => {
    for (const list of [[], undefined, null, {}, 'x'])
      expect(readDestinations(list)).toEqual({ destinations: [], problems: [] });
  });

  it('is read in its order, with what the type says where it says nothing', () => {
    const { destinations, problems } = readDestinations([HOOK, { ...HOOK, name: 'second' }]);
    expect(problems).toEqual([]);
    expect(destinations.map(({ name }) => name)).toEqual(['webhook', 'second']);
    expect(destinations[0]).toMatchObject({
      type: 'webhook',
      format: 'ocsf',
      minimumSeverity: 'informational',
      takesHealth: true,
      isBestEffort: false,
      batch: { maxItems: 500, maxBytes: 262_144 },
    });
  });

  it('takes what a destination says of itself', () => {
    const { destinations } = readDestinations([
      {
        ...HOOK,
        format: 'ecs',
        minimumSeverity: 'high',
        health: false,
        batch: { maxItems: 1, maxBytes: 1024 },
      },
    ]);
    expect(destinations).toMatchObject([
      {
        format: 'ecs',
        minimumSeverity: 'high',
        takesHealth: false,
        batch: { maxItems: 1, maxBytes: 1024 },
      },
    ]);
  });

  it('takes one bound of a batch without the other', () => {
    const { destinations } = readDestinations([{ ...HOOK, batch: { maxItems: 7 } }]);
    expect(destinations[0]?.batch).toEqual({ maxItems: 7, maxBytes: 262_144 });
  });

  it('leaves out only what has a fault', () => {
    const { destinations, problems } = readDestinations([
      { ...HOOK, url: 7 },
      { ...HOOK, name: 'good' },
    ]);
    expect(destinations.map(({ name }) => name)).toEqual(['good']);
    expect(problems).toEqual(['deliver, item 1: url must be a text of one line that is not empty']);
  });

  it.each([7, null, 'webhook', []])('holds objects: %j', (item) => {
    expect(problemsOf(item)).toEqual(['deliver, item 1: must be an object with a type']);
  });

  it('knows its types', () => {
    const types = [...TRANSPORT_TYPES.keys()].join(', ');
    expect(problemsOf({ type: 'pigeon' })).toEqual([
      `deliver, item 1: type must be one of ${types}`,
    ]);
    expect(problemsOf({})).toEqual([`deliver, item 1: type must be one of ${types}`]);
  });

  it('knows each name once', () => {
    expect(problemsOf(HOOK, HOOK)).toEqual([
      'deliver, item 2: name "webhook" is taken; give each a name of its own',
    ]);
  });

  it.each(['Siem', 'a b', '-a', 'ä', 'x'.repeat(33), '../x'])('knows plain names: %s', (name) => {
    expect(problemsOf({ ...HOOK, name })).toEqual([
      'deliver, item 1: name must be 1 to 32 of a-z, 0-9 and -',
    ]);
  });

  it.each([
    [{ batch: { maxItems: 0 } }, 'batch.maxItems must be a whole number from 1 to 5000'],
    [{ batch: { maxBytes: 1023 } }, 'batch.maxBytes must be a whole number from 1024 to 8388608'],
    [{ batch: { size: 1 } }, 'batch.size is no key of this type; remove it'],
    [
      { minimumSeverity: 'grave' },
      'minimumSeverity must be one of informational, low, medium, high, critical',
    ],
    [{ health: 'yes' }, 'health must be true or false'],
    [{ password: 'hunter2' }, 'password is no key of this type; remove it'],
  ])('says what is wrong: %j', (keys, fault) => {
    const problems = problemsOf({ ...HOOK, ...keys });
    expect(problems).toEqual([`deliver, item 1: ${fault}`]);
    expect(problems.join('')).not.toContain('hunter2');
  });

  it('has an end', () => {
    const list = Array.from({ length: MAX_DESTINATIONS + 1 }, (_, index) => ({
      ...HOOK,
      name: `to-${index}`,
    }));
    const { destinations, problems } = readDestinations(list);
    expect(destinations).toHaveLength(MAX_DESTINATIONS);
    expect(problems).toEqual([
      `deliver, item 17: is left out; there are at most ${MAX_DESTINATIONS} destinations`,
    ]);
  });

  it('never is an exception, whatever the document is', () => {
    assert(
      property(array(anything()), (list) => {
        const { destinations, problems } = readDestinations(list);
        expect(destinations.length + problems.length).toBeGreaterThanOrEqual(list.length);
      }),
    );
  });
});

describe('every type of destination', () => {
  it.each([...TRANSPORT_TYPES])('has formats and bounds: %s', (_name, type) => {
    expect(type.formats.length).toBeGreaterThan(0);
    expect(type.batch.maxItems).toBeGreaterThan(0);
    expect(type.batch.maxBytes).toBeGreaterThanOrEqual(1024);
  });

  it.each([...TRANSPORT_TYPES.keys()])('says what it lacks, and does not throw: %s', (type) => {
    expect(readDestinations([{ type }]).destinations).toEqual([]);
  });
});
