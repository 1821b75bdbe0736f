import { describe, expect, it } from 'vitest';
import { loadSecretTables, readSecretTables } from '../../../rules/catalogue/redaction-tools.ts';

const PROVENANCE = '\n    source: x\n    trust: low\n    checked: 2026-11-24\n';
const wrappers = (row: string): string => `tools: []\nwrappers:\n  - ${row}${PROVENANCE}`;
const tools = (row: string): string => `wrappers: []\ntools:\n  - ${row}${PROVENANCE}`;

describe('the tables of command lines that hold secrets', () => {
  it('are without a fault', () => {
    const { problems, tools: rows, wrappers: starters } = loadSecretTables();
    expect(problems).toEqual([]);
    expect(rows.get('mysql')?.[0]?.options.get('-p')).toBe('joined-secret');
    expect(starters.get('sudo')?.[0]?.valueOptions.has('-u')).toBe(true);
  });

  it.each([
    ['no executable', tools('name: t\n    names: []'), 'names is empty'],
    [
      'an option without a dash',
      tools('name: t\n    names: [t]\n    secretOptions: [p]'),
      'p is no option',
    ],
    [
      'words instead of a number',
      tools('name: t\n    names: [t]\n    secretsFrom: two'),
      'secretsFrom must be',
    ],
    [
      'a key with a slip',
      tools('name: t\n    names: [t]\n    secretOption: [-p]'),
      '"secretOption" is unknown',
    ],
    [
      'a wrapper with a wrong number',
      wrappers('name: t\n    names: [t]\n    operands: "-1"'),
      'operands must be',
    ],
  ])('leave out a row with %s and say so', (_, text, problem) => {
    const { problems, tools: rows, wrappers: starters } = readSecretTables('redaction.yml', text);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(rows.size + starters.size).toBe(0);
  });

  it('that are not there are an error that says what to do', () => {
    expect(() => loadSecretTables('/nonexistent')).toThrow(/cannot read .*install the agent again/);
  });
});
