import { describe, expect, it } from 'vitest';
import { markedContent, SIMULATION_PROGRAM } from '../../../agent/simulation/exporter.ts';
import {
  isSimulated,
  markedName,
  newToken,
  reservedHost,
  SIMULATION_TOOL,
} from '../../../agent/simulation/simulated.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';

const TOKEN = '0123456789ab';
const SIMULATION = {
  tool: SIMULATION_TOOL,
  files: [`/Users/maria/Downloads/${markedName(TOKEN)}`],
  evidence: 'named-in-upload-command',
  destination: reservedHost(TOKEN),
} as const;

describe('isSimulated', () => {
  it('knows a finding of a simulation at every stage', () => {
    expect(isSimulated(SIMULATION)).toBe(true);
    expect(isSimulated({ ...SIMULATION, files: [], evidence: null, destination: null })).toBe(true);
    const folder = {
      evidence: 'landed-in-sync-folder',
      destination: '/Users/maria/Dropbox',
    } as const;
    expect(isSimulated({ ...SIMULATION, ...folder })).toBe(true);
  });

  it.each([
    ['of another tool', { tool: 'psql' }],
    ['with a file of another name', { files: [...SIMULATION.files, '/Users/maria/crm.csv'] }],
    ['that was sent to a real host', { destination: 'transfer.sh' }],
    [
      'that was sent to a host that only begins like it',
      { destination: `${reservedHost(TOKEN)}.evil.net` },
    ],
    ['that was sent nobody knows where', { destination: null }],
  ])('does not take a finding %s for one', (_, change) => {
    expect(isSimulated({ ...SIMULATION, ...change })).toBe(false);
  });
});

describe('the names of a simulation', () => {
  it('are those of a row of the catalogue', () => {
    const row = loadCatalogue().databaseTools.find(({ name }) => name === SIMULATION_TOOL);
    expect(row).toMatchObject({ kind: 'cli', names: [SIMULATION_PROGRAM], signingIds: [] });
  });

  it('hold a token that is new each time', () => {
    expect(newToken()).toMatch(/^[0-9a-f]{12}$/);
    expect(newToken()).not.toBe(newToken());
  });

  it('are said in the first line of the content', () => {
    expect(markedContent(TOKEN).split('\n', 1)[0]).toMatch(/^# SIMULATED .*0123456789ab/);
  });

  it('name a host that no service of the catalogue owns', () => {
    expect(loadCatalogue().domains.serviceOf(reservedHost(TOKEN))).toBeNull();
  });
});
