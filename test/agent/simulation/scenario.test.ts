import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scenarioOf } from '../../../agent/simulation/scenario.ts';
import { EVIDENCES } from '../../../rules/finding.ts';

const home = mkdtempSync(join(tmpdir(), 'spillwatch-scenario-'));
const documents = join(home, 'Documents');
const dropbox = join(home, 'Dropbox');
const link = join(home, 'link');
mkdirSync(documents);
mkdirSync(dropbox);
symlinkSync(dropbox, link);
afterAll(() => rmSync(home, { recursive: true }));

const of = (evidence: string, syncFolder?: string): ReturnType<typeof scenarioOf> =>
  scenarioOf({ evidence, home, syncFolder });

describe('scenarioOf', () => {
  it('exports to Downloads and uploads by command or pipe without a folder of anybody', () => {
    const exportFolder = join(home, 'Downloads');
    expect(of('named-in-upload-command')).toMatchObject({
      exportFolder,
      departure: { kind: 'upload-command' },
    });
    expect(of('piped-to-uploader')).toMatchObject({ exportFolder, departure: { kind: 'pipe' } });
  });

  it('copies to a cloud folder, and exports to a synced one, when it is given', () => {
    expect(of('landed-in-sync-folder', dropbox)).toMatchObject({
      departure: { kind: 'copy', folder: dropbox },
    });
    for (const evidence of ['cloud-backed-folder', 'opened-by-sync-client'])
      expect(of(evidence, documents)).toMatchObject({
        exportFolder: documents,
        departure: { kind: 'none' },
      });
  });

  it.each([
    ['landed-in-sync-folder', undefined, /needs --sync-folder DIR/],
    ['cloud-backed-folder', undefined, /needs --sync-folder DIR/],
    ['opened-by-sync-client', undefined, /needs --sync-folder DIR/],
    ['opened-by-sync-client', dropbox, /neither .*Downloads nor .*hidden by landed-in-sync-folder/],
    ['landed-in-sync-folder', link, /is not a folder \(a link is not followed\)/],
    ['landed-in-sync-folder', 'Dropbox', /is not an absolute path/],
    ['opened-by-browser', undefined, /cannot be simulated; a real browser/],
    ['flow-only', undefined, /cannot be simulated; a connection to a real cloud service/],
  ])('says why there is no %s with the folder %s', (evidence, folder, reason) => {
    expect(of(evidence, folder)).toMatch(reason);
  });

  it('names the seven kinds when it is asked for another', () => {
    const answer = of('constructor');
    for (const evidence of EVIDENCES) expect(answer).toContain(evidence);
  });
});
