import type { Chain } from '../../agent/context/chain.ts';
import { pathKey } from '../../agent/context/paths.ts';
import type { Step } from '../../rules/finding.ts';

/** A chain at its first run, with what a test names. */
export function chainOf(given: Partial<Chain> = {}): Chain {
  return {
    id: '6f1c0f5a-0000-8b1e-9c55-7ae41e1e6910',
    userId: 501,
    tool: 'psql',
    toolKind: 'cli',
    firstUs: 1000,
    firstClockUs: 1000,
    lastUs: 1000,
    lastRunClockUs: 1000,
    exportedClockUs: { lineage: null, temporal: null },
    runs: 1,
    role: 'unassigned',
    roleSource: 'account-record',
    roleAsOfUs: null,
    user: 'maria',
    shown: null,
    severity: 'informational',
    emissions: 0,
    paths: [],
    pathKeys: new Set(given.paths?.map(({ path }) => pathKey(path))),
    pathsOmitted: 0,
    steps: [],
    stepsOmitted: 0,
    misses: [],
    filesEvicted: 0,
    ...given,
  };
}

export function stepOf(given: Partial<Step> = {}): Step {
  return {
    timeUs: 2000,
    action: 'file-written',
    process: null,
    path: '/Users/maria/Downloads/x.csv',
    sourcePath: null,
    connection: null,
    link: 'lineage',
    evidence: null,
    service: null,
    destination: null,
    ...given,
  };
}
