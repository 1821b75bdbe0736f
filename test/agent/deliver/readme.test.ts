import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDestinations } from '../../../agent/deliver/destination.ts';
import { TRANSPORT_TYPES } from '../../../agent/deliver/transports/table.ts';
import { PROJECT } from '../../support/command.ts';

const PAGE = readFileSync(join(PROJECT, 'agent/deliver/README.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/```json\n(.*?)\n```/gs)].map(([, text = '']) => text);

describe('the page about destinations', () => {
  it.each(EXAMPLES)('has an example that is read without a fault: %s', (text) => {
    const { destinations, problems } = readDestinations([JSON.parse(text)]);
    expect(problems).toEqual([]);
    expect(destinations).toHaveLength(1);
  });

  it('has an example of every type', () => {
    const types = readDestinations(EXAMPLES.map((text): unknown => JSON.parse(text))).destinations;
    expect(new Set(types.map(({ type }) => type))).toEqual(new Set(TRANSPORT_TYPES.keys()));
  });
});
