import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulateOptions, simulate } from '../../../agent/commands/simulate.ts';
import { type StatusServer, serveStatus } from '../../../agent/health/status-socket.ts';
import { openInFolder } from '../../../agent/store/database.ts';
import type { Connection } from '../../../agent/store/sqlite.ts';
import { replayOnto } from '../../support/engine.ts';
import { MARIA, type User } from '../../support/story.ts';
import { simulationStory } from '../simulation/simulation-story.ts';

const CAN_RUN = existsSync('/usr/bin/curl');
const REPORT = {
  product: 'Spillwatch',
  troubles: [],
  permissions: { fullDiskAccess: 'granted' },
  configuration: [{ key: 'userPrivilegeLevel', value: { admin: 'ignore' }, origin: 'default' }],
};

let root: string;
let state: string;
let home: string;
let connection: Connection;
let server: StatusServer | null;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spillwatch-simulate-verb-'));
  state = join(root, 'state');
  home = join(root, 'home');
  mkdirSync(join(home, 'Downloads'), { recursive: true });
  connection = openInFolder(state);
  server = null;
});
afterEach(async () => {
  connection.close();
  await server?.close();
  rmSync(root, { recursive: true, force: true });
});

async function ran(
  options: Partial<SimulateOptions> = {},
  nowMs = (): number => performance.now(),
): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: '', err: '' };
  const code = await simulate(
    { analytic: 'an0678', state, home, ...options },
    {
      out: (text) => {
        texts.out += text;
      },
      err: (text) => {
        texts.err += text;
      },
    },
    { uid: process.getuid?.() ?? 0, gid: 0, env: {}, runtime: process.execPath, nowMs },
  );
  return { code, ...texts };
}

/** Answers for an agent with this report. */
async function running(report: unknown = REPORT): Promise<void> {
  server = await serveStatus(state, () => report);
}

/** Waits for the export of a simulation, then judges what a sensor would have recorded of it, as the agent does. */
async function judgeExport(user: User): Promise<void> {
  for await (const _ of setInterval(10)) {
    const [name] = readdirSync(join(home, 'Downloads'));
    const token = /simulation-([0-9a-f]{12})/.exec(name ?? '')?.[1];
    if (token === undefined) continue;
    replayOnto(
      connection,
      simulationStory({ token, evidence: 'named-in-upload-command', user }).lines(),
    );
    return;
  }
}

/** A clock on which the time to appear is over at the first look. */
function fastClock(): () => number {
  let ms = 0;
  return () => (ms += 60_000);
}

describe('simulate', () => {
  it.each<[string, Partial<SimulateOptions>, RegExp]>([
    ['another analytic', { analytic: 'an0679' }, /the only analytic is an0678/],
    [
      'unknown evidence',
      { evidence: 'telepathy' },
      /^telepathy: is no evidence; allowed are piped/,
    ],
    ['evidence that needs a browser', { evidence: 'opened-by-browser' }, /cannot be simulated/],
    ['evidence without its folder', { evidence: 'landed-in-sync-folder' }, /needs --sync-folder/],
    ['a home that is none', { home: '/nowhere' }, /^\/nowhere: is not a folder/],
  ])('ends with 64 and one line for %s', async (_, options, message) => {
    const { code, out, err } = await ran(options);
    expect([code, out]).toEqual([64, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends with 64 when there are no Downloads, for a link as well', async () => {
    const refused = { code: 64, err: expect.stringContaining('Downloads: is not a folder') };
    rmSync(join(home, 'Downloads'), { recursive: true });
    expect(await ran()).toMatchObject(refused);
    symlinkSync(root, join(home, 'Downloads'));
    expect(await ran()).toMatchObject(refused);
  });

  it('ends with 3 and makes nothing when no agent answers', async () => {
    const { code, err } = await ran();
    expect([code, readdirSync(join(home, 'Downloads'))]).toEqual([3, []]);
    expect(err).toContain('no agent answers there, so nothing was simulated');
  });
});

describe.skipIf(!CAN_RUN)('simulate with real programs (needs /usr/bin/curl)', () => {
  it('prints all three legs as seen and ends with 0 when the finding came', async () => {
    await running();
    const [{ code, out, err }] = await Promise.all([ran(), judgeExport(MARIA)]);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^SIMULATED: AN0678 with evidence named-in-upload-command/);
    expect(lines[2]).toMatch(
      /^1 {4}a database tool starts .* seen +tool +low +[0-9a-f]{8} +[\d.]+$/,
    );
    expect(lines[3]).toMatch(/^2 {4}an export appears .* seen +export +medium /);
    expect(lines[4]).toMatch(/^3 {4}the data leaves: named-in-upload-command +seen +upload +high /);
    expect(lines).toHaveLength(5);
    expect(readdirSync(join(home, 'Downloads'))).toEqual([]);
  });

  it('gives the same as one document', async () => {
    await running();
    const [{ out }] = await Promise.all([ran({ json: true }), judgeExport(MARIA)]);
    expect(JSON.parse(out)).toMatchObject({
      simulated: true,
      analytic: 'AN0678',
      evidence: 'named-in-upload-command',
      allSeen: true,
      legs: [
        { leg: 1, happened: true, seen: true, stage: 'tool', severity: 'low' },
        { leg: 2, happened: true, seen: true, stage: 'export', severity: 'medium' },
        { leg: 3, happened: true, seen: true, stage: 'upload', severity: 'high' },
      ],
      likelyWrong: [],
      kept: [],
    });
  });

  it('ends with 1 and the trouble of the agent when nothing was seen', async () => {
    const detail = 'Not permitted to create an ES Client';
    const trouble = { part: 'endpoint-security', code: 'not-permitted', detail };
    await running({ ...REPORT, troubles: [trouble] });
    const { code, out } = await ran({}, fastClock());
    expect(code).toBe(1);
    expect(out.match(/not seen/g)).toHaveLength(3);
    expect(out).toContain(`endpoint-security not-permitted (${detail}): grant Full Disk Access`);
  });

  it('says that an ignored role is silent by policy', async () => {
    await running();
    // Recorded long after any clock of today, so that the run is newer than the simulation.
    const story = simulationStory({
      token: '0123456789ab',
      evidence: 'named-in-upload-command',
      user: { ...MARIA, groups: ['staff', 'admin'] },
      start: '2200-01-01T00:00:00Z',
    });
    replayOnto(connection, story.lines());
    const { code, out } = await ran({}, fastClock());
    expect(code).toBe(1);
    expect(out).toContain('silent by policy: role admin (by local-admin) is set to ignore');
    expect(out).toContain(`spillwatch explain --state '${state}' --user maria`);
  });

  it('names what it kept', async () => {
    await running();
    const { out } = await ran({ keep: true, json: true }, fastClock());
    const { kept } = JSON.parse(out) as { kept: readonly string[] };
    expect(kept).toHaveLength(2);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    for (const path of kept) rmSync(path, { recursive: true });
  });
});
