import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markedContent } from '../../../agent/simulation/exporter.ts';
import { markedName, newToken } from '../../../agent/simulation/simulated.ts';
import {
  type SimulationOptions,
  type SimulationResult,
  simulate,
} from '../../../agent/simulation/simulation.ts';
import type { Evidence } from '../../../rules/finding.ts';

const CAN_RUN = existsSync('/usr/bin/curl');
const [UID, GID] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];

let root: string;
let downloads: string;
let parent: string;
let token: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spillwatch-simulate-'));
  downloads = join(root, 'Downloads');
  parent = join(root, 'work');
  mkdirSync(downloads);
  mkdirSync(parent);
  token = newToken();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function simulated(changes: Partial<SimulationOptions> = {}): Promise<SimulationResult> {
  return simulate({
    token,
    scenario: scenario('named-in-upload-command'),
    actor: { uid: UID, gid: GID, home: root, isOther: false },
    parent,
    runtime: process.execPath,
    keep: false,
    findings: null,
    nowMs: () => performance.now(),
    signal: new AbortController().signal,
    ...changes,
  });
}

function scenario(evidence: Evidence): SimulationOptions['scenario'] {
  const kind = evidence === 'piped-to-uploader' ? 'pipe' : 'upload-command';
  return { evidence, exportFolder: downloads, departure: { kind } };
}

const problems = ({ performed }: SimulationResult): unknown[] =>
  performed.map(({ problem }) => problem);

describe.skipIf(!CAN_RUN)('simulate with real programs (needs /usr/bin/curl)', () => {
  it.each<Evidence>(['named-in-upload-command', 'piped-to-uploader'])(
    'by %s: the export and the upload happen on loopback, and nothing is left behind',
    async (evidence) => {
      const result = await simulated({ scenario: scenario(evidence) });
      expect(problems(result)).toEqual([null, null, null]);
      // All of the export came to the loopback server, so it went nowhere else.
      expect(result.bytesOnLoopback).toBe(Buffer.byteLength(markedContent(token)));
      expect(result.leftBehind).toBeNull();
      expect([readdirSync(downloads), readdirSync(parent)]).toEqual([[], []]);
    },
  );

  it('keeps tool and export, which are marked and not for others, when it is told to', async () => {
    const { folder } = await simulated({ keep: true });
    const file = join(downloads, markedName(token));
    expect(readFileSync(file, 'utf8')).toBe(markedContent(token));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).toSorted()).toEqual(['exporter.mts', 'spillwatch-simulated-db']);
  });

  it('copies the export into the folder that was named, and removes the copy too', async () => {
    const folder = join(root, 'Dropbox');
    mkdirSync(folder);
    const departure = { kind: 'copy', folder } as const;
    const evidence = 'landed-in-sync-folder';
    const asked = { evidence, exportFolder: downloads, departure } as const;
    await simulated({ scenario: asked, keep: true });
    expect(readdirSync(folder)).toEqual([markedName(token)]);
    token = newToken();
    const result = await simulated({ scenario: asked });
    expect([problems(result), result.bytesOnLoopback]).toEqual([[null, null, null], 0]);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('says of every leg that it did not happen when the export cannot be written', async () => {
    const exportFolder = join(root, 'nowhere');
    const result = await simulated({
      scenario: { ...scenario('named-in-upload-command'), exportFolder },
    });
    for (const problem of problems(result)) expect(problem).toContain('ENOENT');
    expect([result.bytesOnLoopback, readdirSync(parent)]).toEqual([0, []]);
  });

  it.skipIf(UID !== 0)(
    'acts as the login user when it runs as root, who cannot change the tool (as root)',
    async () => {
      for (const path of [root, parent]) chmodSync(path, 0o755);
      chownSync(downloads, 501, 20);
      const actor = { uid: 501, gid: 20, home: root, isOther: true };
      const result = await simulated({ actor, keep: true });
      expect(problems(result)).toEqual([null, null, null]);
      expect(statSync(join(downloads, markedName(token))).uid).toBe(501);
      const { uid, mode } = statSync(result.folder);
      expect([uid, mode & 0o777]).toEqual([0, 0o755]);
    },
  );

  it('is ended by the signal and still removes what it made', async () => {
    const stop = new AbortController();
    const running = simulated({ signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toThrow(/abort/i);
    expect([readdirSync(downloads), readdirSync(parent)]).toEqual([[], []]);
  });

  it('removes what it had made of the tool when there is no runtime to copy', async () => {
    await expect(simulated({ runtime: join(root, 'no-node') })).rejects.toThrow(/ENOENT/);
    expect(readdirSync(parent)).toEqual([]);
  });
});
