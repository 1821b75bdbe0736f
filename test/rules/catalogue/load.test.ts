import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue } from '../../../rules/catalogue/catalogue.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';

const SOURCE = join(import.meta.dirname, '../../../rules/catalogue');
const FILES = [
  'cloud-services.yml',
  'database-tools.yml',
  'export-kinds.yml',
  'file-tools.yml',
  'upload-tools.yml',
  'domains.tsv',
  'ranges.tsv',
];

let whole: Catalogue;
let folder: string;

beforeAll(() => {
  whole = loadCatalogue();
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-catalogue-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The catalogue in which one file's text was replaced. */
function loadWith(file: string, change: (text: string) => string): Catalogue {
  for (const name of FILES) cpSync(join(SOURCE, name), join(folder, name));
  const before = readFileSync(join(SOURCE, file), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(folder, file), after);
  return loadCatalogue(folder);
}

describe('a faulty row', () => {
  it.each([
    ['lacks its source', '    source: ATT&CK AN0678\n', '', 'source is missing'],
    ['has a key nobody knows', '    kind: cli\n', '    kind: cli\n    colour: red\n', '"colour"'],
    ['has a kind nobody knows', '    kind: cli\n', '    kind: tui\n', 'kind must be one of gui'],
    ['has a list in the place of text', '    kind: cli\n', '    kind: [cli]\n', 'kind must be'],
    [
      'has text in the place of a list',
      '    names: [psql]\n',
      '    names: psql\n',
      'names must be',
    ],
    ['has a path as a name', '    names: [psql]\n', '    names: [/bin/psql]\n', 'base names'],
    [
      'has a date that is none',
      '    checked: 2026-11-24\n',
      '    checked: 24.11.2026\n',
      'checked',
    ],
    ['trusts beyond the known words', '    trust: high\n', '    trust: total\n', 'trust must be'],
  ])('that %s costs only itself and is reported', (_, search, replacement, message) => {
    const catalogue = loadWith('database-tools.yml', (text) => {
      const at = text.indexOf('  - name: psql\n');
      return text.slice(0, at) + text.slice(at).replace(search, replacement);
    });
    expect(catalogue.problems).toHaveLength(1);
    expect(catalogue.problems[0]).toContain(message);
    expect(catalogue.problems[0]).toMatch(/^database-tools\.yml tools row \d+ \(line \d+/);
    expect(catalogue.databaseTools).toEqual(
      whole.databaseTools.filter(({ name }) => name !== 'psql'),
    );
    expect(catalogue.services).toEqual(whole.services);
  });

  it('that repeats a name is reported, and the first one stays', () => {
    const catalogue = loadWith('database-tools.yml', (text) =>
      text.replace('  - name: mysql\n', '  - name: psql\n'),
    );
    expect(catalogue.problems).toEqual([expect.stringContaining('repeats "psql"')]);
    const named = catalogue.databaseTools.filter(({ name }) => name === 'psql');
    expect(named.map(({ signingIds }) => signingIds)).toEqual([['psql']]);
  });

  it.each([
    [
      'a tier that contradicts its kind',
      '    tier: storage\n',
      '    tier: tunnel\n',
      'tier must be',
    ],
    ['a host that is none', 'db.tt', 'Db_.Tt', 'is no host name'],
    ['a range that belongs to another service', 'ranges: [dropbox]', 'ranges: [box]', 'box'],
  ])('of a service with %s is reported', (_, search, replacement, message) => {
    const catalogue = loadWith('cloud-services.yml', (text) => text.replace(search, replacement));
    expect(catalogue.problems.length).toBeGreaterThan(0);
    expect(catalogue.problems[0]).toContain(message);
    expect(catalogue.services.size).toBe(whole.services.size - 1);
    expect(catalogue.syncClients).toEqual(whole.syncClients);
  });

  it('with a pattern that is no RE2 expression is reported', () => {
    const catalogue = loadWith('cloud-services.yml', (text) =>
      text.replace("'(.+\\.)?s3", "'((.+\\.)?s3"),
    );
    expect(catalogue.problems).toEqual([expect.stringContaining('no RE2 expression')]);
    expect(catalogue.services.has('s3')).toBe(false);
  });

  it('that refers to a service nobody declared is reported', () => {
    const catalogue = loadWith('cloud-services.yml', (text) =>
      text.replace('    service: mega\n', '    service: megaa\n'),
    );
    expect(catalogue.problems).toEqual([expect.stringContaining('service "megaa" has no row')]);
    expect(catalogue.syncClients).toHaveLength(whole.syncClients.length - 1);
  });

  it.each([
    ['a service nobody declared', 'dropbox.com\tdropboxx\tsuffix\tknown', 'dropboxx'],
    ['a match nobody knows', 'dropbox.example\tdropbox\tprefix\tknown', 'prefix'],
    ['a column too few', 'dropbox.example\tdropbox\tsuffix', 'needs domain'],
    ['upper case', 'Dropbox.example\tdropbox\tsuffix\tknown', 'lower-case'],
    ['a host that was there before', 'dropbox.com\tdropbox\tsuffix\tknown', 'repeats'],
  ])('of domains.tsv with %s is reported', (_, row, message) => {
    const catalogue = loadWith('domains.tsv', (text) => `${text}${row}\n`);
    expect(catalogue.problems).toEqual([expect.stringContaining(message)]);
    expect(catalogue.problems[0]).toMatch(/^domains\.tsv line \d+: /);
  });

  it.each([
    ['no range', '192.0.2.0\tacme\tacme\tservice\tknown', 'no address range'],
    ['a prefix too long', '192.0.2.0/33\tacme\tacme\tservice\tknown', 'no IPv4 range'],
    ['bits behind the prefix', '192.0.2.1/24\tacme\tacme\tservice\tknown', 'first address'],
    ['a tier nobody knows', '192.0.2.0/24\tacme\tacme\tcloud\tknown', 'tier "cloud"'],
    ['a column too few', '192.0.2.0/24\tacme\tacme\tservice', 'separated by tabs'],
  ])('of ranges.tsv with %s is reported', (_, row, message) => {
    const catalogue = loadWith('ranges.tsv', (text) => `${text}${row}\n`);
    expect(catalogue.problems).toEqual([expect.stringContaining(message)]);
    expect(catalogue.ranges.lookup('192.0.2.1')).toBeNull();
  });

  it('of a service that names a range nobody has is reported', () => {
    const catalogue = loadWith('cloud-services.yml', (text) =>
      text.replace('ranges: [dropbox]', 'ranges: [dropbox, dropbux]'),
    );
    expect(catalogue.problems).toEqual([expect.stringContaining('"dropbux"')]);
    expect(catalogue.serviceOfRange('dropbox')).toBe('dropbox');
  });
});

describe('a faulty file', () => {
  it('that is missing stops the start and names its path', () => {
    for (const name of FILES) cpSync(join(SOURCE, name), join(folder, name));
    rmSync(join(folder, 'file-tools.yml'));
    expect(() => loadCatalogue(folder)).toThrow(/cannot read the catalogue file .*file-tools\.yml/);
  });

  it('that lacks a section stops the start', () => {
    expect(() =>
      loadWith('file-tools.yml', (text) => text.replace('readers:\n', 'raeders:\n')),
    ).toThrow(/file-tools\.yml: has the sections .*raeders; it needs .*readers/);
  });

  it('that is no YAML stops the start and names the line', () => {
    expect(() =>
      loadWith('export-kinds.yml', (text) => text.replace('source: ', 'source: "')),
    ).toThrow(/export-kinds\.yml line \d+/);
  });
});
