/**
 * What happens to the real daemon when what it depends on fails. Everything here is real but Endpoint Security, for which
 * the programs in test/fixtures/programs stand in, each a real process.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_DELAY_MS } from '../../agent/supervise.ts';
import { PROJECT, spillwatch } from '../support/command.ts';
import { PROGRAMS, Story } from '../support/story.ts';
import { LiveStory } from './live-story.ts';
import {
  collectorOf,
  HELPER,
  HELPER_SH,
  makeSite,
  NO_DELAYS,
  NODE,
  RunningAgent,
  type Site,
  type StoredFinding,
  storedFindings,
  total,
  unaccounted,
} from './running-agent.ts';
import { until } from './until.ts';

const FLOODING = join(PROJECT, 'test/fixtures/programs/flooding-helper.ts');
const HANGING = join(PROJECT, 'test/fixtures/programs/hanging');
const SHIFTED_CLOCK = join(PROJECT, 'test/fixtures/programs/shifted-clock.mjs');
const DAY_MS = 86_400_000;
const USER = { uid: 1777, name: 'nobody-real' };
const HOME = '/home/nobody-real';

const agents: RunningAgent[] = [];

async function start(...args: ConstructorParameters<typeof RunningAgent>): Promise<RunningAgent> {
  const agent = new RunningAgent(...args);
  agents.push(agent);
  await agent.started();
  // A configuration that is not in force would make every other expectation one about the defaults.
  expect(agent.events('configuration')).toEqual([]);
  return agent;
}

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.kill()));
  for (const { site } of agents) rmSync(site.folder, { recursive: true, force: true });
});

async function endsWell(agent: RunningAgent): Promise<void> {
  const { code, ms } = await agent.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5000);
}

/** The main run of the helper: a child of the agent that is asked for more than `open`. */
function helperOf(agent: RunningAgent): number | null {
  for (const entry of readdirSync('/proc')) {
    try {
      const status = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = status.slice(status.lastIndexOf(')') + 2).split(' ')[1];
      if (Number(parent) !== agent.pid) continue;
      const args = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      if (args.includes('exec') && args.includes('fork')) return Number(entry);
    } catch {
      // It is no process, or is gone.
    }
  }
  return null;
}

async function unaccountedOf(agent: RunningAgent): Promise<number> {
  return unaccounted((await agent.status()).report);
}

describe.concurrent('the daemon survives a helper that', () => {
  it('is killed 50 times', async () => {
    const agent = await start(makeSite(), { nodeArgs: NO_DELAYS });
    const story = new LiveStory(agent.site.feed);
    const received = async (): Promise<number> =>
      collectorOf(await agent.report(), 'endpoint-security').received;
    await until(
      'the canary',
      async () => (await agent.report()).canary.lastSeenAgeSeconds !== null,
      60_000,
    );
    let told = await received();
    for (let kills = 1; kills <= 50; kills += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one life after the other
      const pid = await until('the helper', () => helperOf(agent));
      story.tell((s) => s.noise(10));
      // Each run begins with a line of its own.
      told += kills === 1 ? 10 : 11;
      // oxlint-disable-next-line no-await-in-loop -- as above
      await until('ten lines more', async () => (await received()) >= told);
      process.kill(pid, 'SIGKILL');
      // oxlint-disable-next-line no-await-in-loop -- as above
      await until(
        'its end to be noticed',
        () => agent.events('collector-restarted').length >= kills,
      );
    }
    story.tell((s) => s.noise(10));
    await until('the last lines', async () => (await received()) >= told + 11);
    expect(await agent.faults()).not.toContain('endpoint-security: helper-exited');

    const { report } = await agent.status();
    expect(unaccounted(report)).toBe(0);
    const sensor = collectorOf(report, 'endpoint-security');
    expect(sensor).toMatchObject({ state: 'running', restarts: 50, dropped: {} });
    for (const state of ['raised', 'cleared'] as const)
      expect(agent.events('helper-exited', state)).toHaveLength(50);
    expect(agent.events('collector-restarted')).toHaveLength(50);
    // Each new run numbers from 0; said so by a notice, that is no gap.
    expect(report.coverage.missingMessages).toBe(0);
    await endsWell(agent);
  });

  it('exits at once', async () => {
    const agent = await start(makeSite([HELPER_SH, 'ends', '3']));
    await agent.told('helper-exited');
    await agent.doctorNames('endpoint-security: helper-exited');
    const ends = await until(
      'six ends',
      () => {
        const events = agent.events('collector-restarted');
        return events.length >= 6 && events.map(({ time = 0 }) => time);
      },
      60_000,
    );
    // Full jitter: each pause is any part of a limit that doubles. The helper itself takes a moment each time.
    const pauses = ends.slice(1).map((time, at) => time - (ends[at] ?? 0));
    for (const [at, ms] of pauses.entries())
      expect(ms).toBeLessThan(FIRST_DELAY_MS * 2 ** (at + 1) + 3000);
    expect(Math.max(...pauses)).toBeGreaterThan(FIRST_DELAY_MS / 5);
    expect(new Set(pauses.map((ms) => Math.round(ms / 20))).size).toBeGreaterThan(1);
    const { code, report } = await agent.status();
    expect(code).toBe(1);
    expect(unaccounted(report)).toBe(0);
    // It is tried again, with growing pauses.
    const { restarts } = collectorOf(report, 'endpoint-security');
    expect(restarts).toBeGreaterThan(1);
    expect(restarts).toBeLessThan(25);
    expect(agent.events('collector-restarted').length).toBeGreaterThanOrEqual(restarts);
    // Without a stream the processes are listed instead.
    expect(collectorOf(report, 'processes-fallback').state).toBe('running');
    await endsWell(agent);
  });

  it('is not there', async () => {
    const agent = await start(makeSite(['/nowhere/eslogger']));
    await agent.doctorNames('endpoint-security: helper-missing');
    expect(await unaccountedOf(agent)).toBe(0);
    await endsWell(agent);
  });

  it('may not see anything', async () => {
    const agent = await start(makeSite([HELPER_SH, 'refuses', 'ES: ERR_NOT_PERMITTED']));
    await agent.doctorNames('endpoint-security: not-permitted');
    const { code } = await agent.status();
    expect(code).toBe(4);
    const { out } = await spillwatch(['status', '--ea', '--state', agent.site.state]);
    expect(out).toBe('no-full-disk-access\n');
    await endsWell(agent);
  });

  it('hangs, which the canary notices', async () => {
    const agent = await start(makeSite([HELPER_SH, 'hangs', 'ES: nothing of note']));
    await agent.told('canary-missing', 60_000);
    await agent.doctorNames('canary: canary-missing');
    expect(await unaccountedOf(agent)).toBe(0);
    await endsWell(agent);
  });

  it('hangs, and does not end on SIGTERM', async () => {
    const agent = await start(makeSite([HELPER_SH, 'stubborn', '-']));
    // It has said what it was asked for.
    await until('the helper', async () => totals(await agent.report()).dropped > 0);
    expect(await unaccountedOf(agent)).toBe(0);
    await endsWell(agent);
  });

  it('writes bytes that are no text', async () => {
    const agent = await start(makeSite([HELPER_SH, 'garbage', '5000']));
    const { report } = await until('all of it', async () => {
      const status = await agent.status();
      return totals(status.report).dropped >= 5000 && status;
    });
    expect(unaccounted(report)).toBe(0);
    expect(totals(report).reasons).toEqual({ 'invalid-utf8': 5000 });
    await agent.doctorNames('endpoint-security: unreadable-lines', 30_000);
    await endsWell(agent);
  });

  it('writes text that is no JSON, and JSON that is no event', async () => {
    const site = makeSite();
    const file = join(site.folder, 'garbage.txt');
    const lines = ['Segmentation fault', '{"event":{"exec":', '[]', '{"source":"elsewhere"}', '{}'];
    writeFileSync(file, `${Array.from({ length: 500 }, () => lines.join('\n')).join('\n')}\n`);
    rewriteHelper(site, [HELPER_SH, 'stream', file]);
    const agent = await start(site);
    const { report } = await until('all of it', async () => {
      const status = await agent.status();
      return totals(status.report).received >= 2500 && status;
    });
    expect(unaccounted(report)).toBe(0);
    expect(totals(report).reasons).toMatchObject({ 'bad-json': 1000 });
    await agent.doctorNames('endpoint-security: unreadable-lines', 30_000);
    await endsWell(agent);
  });

  it('writes a line of 7 MiB, and one of 9', async () => {
    const site = makeSite();
    const file = join(site.folder, 'long.ndjson');
    const s = new Story({ start: new Date().toISOString() });
    const shell = s.shell(USER);
    s.run(shell, { ...PROGRAMS.cat, args: ['cat', 'x'.repeat(7 * 1024 * 1024)] });
    s.run(shell, { ...PROGRAMS.cat, args: ['cat', 'x'.repeat(9 * 1024 * 1024)] });
    s.run(shell, { ...PROGRAMS.cat, args: ['cat', 'short'] });
    writeFileSync(file, s.text());
    expect(statSync(file).size).toBeGreaterThan(16 * 1024 * 1024);
    rewriteHelper(site, [HELPER_SH, 'stream', file]);
    const agent = await start(site);
    const { report } = await until('all six lines', async () => {
      const status = await agent.status();
      return collectorOf(status.report, 'endpoint-security').received >= 6 && status;
    });
    expect(unaccounted(report)).toBe(0);
    expect(collectorOf(report, 'endpoint-security')).toMatchObject({
      received: 6,
      dropped: { 'line-too-long': 1 },
    });
    await endsWell(agent);
  });
});

function rewriteHelper(site: Site, command: readonly string[]): void {
  const document = { endpointSecurity: { command }, network: { resolver: false } };
  writeFileSync(site.config, JSON.stringify(document));
}

/** Over all collectors, as `status --json` shows them. */
function totals({ collectors }: Parameters<typeof unaccounted>[0]): {
  readonly received: number;
  readonly dropped: number;
  readonly reasons: Readonly<Record<string, number>>;
} {
  const reasons: Record<string, number> = {};
  for (const { dropped } of collectors)
    for (const [reason, count] of Object.entries(dropped))
      reasons[reason] = (reasons[reason] ?? 0) + count;
  const received = collectors.reduce((sum, collector) => sum + collector.received, 0);
  return { received, dropped: total(reasons), reasons };
}

describe('the daemon survives', () => {
  it('a flood of 50,000 lines a second: each is judged or counted as dropped', async () => {
    const site = makeSite();
    const counted = join(site.folder, 'lines');
    rewriteHelper(site, [NODE, FLOODING, '50000', '4', counted]);
    const agent = await start(site);
    let slowestMs = 0;
    const lines = await until(
      'the end of the flood',
      async () => {
        const askedAt = performance.now();
        await agent.report();
        slowestMs = Math.max(slowestMs, performance.now() - askedAt);
        return existsSync(counted) && Number(readFileSync(counted, 'utf8'));
      },
      60_000,
    );
    expect(lines).toBe(200_000);
    const report = await until(
      'all lines',
      async () => {
        const now = await agent.report();
        return now.queue.lines === 0 && totals(now).received >= lines && now;
      },
      90_000,
    );
    expect(unaccounted(report)).toBe(0);
    const sensor = collectorOf(report, 'endpoint-security');
    expect(sensor.received).toBe(lines);
    // It could be asked all the time; on a quiet machine within a second.
    expect(slowestMs).toBeLessThan(5000);
    const dropped = sensor.dropped['queue-full'] ?? 0;
    expect(agent.events('queue-full', 'raised').length > 0).toBe(dropped > 0);
    expect(report.resources.rssMegabytes).toBeLessThan(1500);
    await endsWell(agent);
  });
});

describe.concurrent('the daemon survives', () => {
  it('commands that are missing', async () => {
    const site = makeSite();
    const nothing = join(site.folder, 'empty');
    mkdirSync(nothing);
    const agent = await start(site, { path: nothing });
    await agent.doctorNames('processes: command-missing');
    await agent.doctorNames('network: command-missing');
    expect(await unaccountedOf(agent)).toBe(0);
    await endsWell(agent);
  });

  it('commands that hang', async () => {
    const agent = await start(makeSite(), { path: `${HANGING}:/usr/bin:/bin` });
    await agent.doctorNames('processes: command-slow', 30_000);
    await agent.doctorNames('network: command-slow', 30_000);
    expect(await unaccountedOf(agent)).toBe(0);
    await endsWell(agent);
  });

  it('a database that is damaged: it is put aside, and a new one is begun', async () => {
    const site = makeSite();
    writeFileSync(join(site.state, 'spillwatch.db'), 'no database'.repeat(1000));
    const agent = await start(site);
    await agent.doctorNames('store: state-lost');
    expect(readFileSync(join(site.state, 'spillwatch.db.corrupt'), 'utf8')).toContain(
      'no database',
    );
    expect(await unaccountedOf(agent)).toBe(0);
    await endsWell(agent);
  });

  it('a second daemon on the same state, which is turned away', async () => {
    const agent = await start(makeSite());
    const second = new RunningAgent(agent.site);
    agents.push(second);
    await until('the second to end', () => second.isOver, 30_000);
    expect((await second.stop()).code).toBe(1);
    expect(second.errors).toContain('another agent runs');
    expect((await agent.report()).pid).toBe(agent.pid);
    await endsWell(agent);
  });

  it('a clock that is set back a day, and forward again', async () => {
    const site = makeSite();
    const offset = join(site.folder, 'offset');
    const shift = [
      '--import',
      `${pathToFileURL(SHIFTED_CLOCK).href}?${encodeURIComponent(offset)}`,
    ];
    // The sensor has the clock of the machine, too.
    const where = ['--feed', site.feed, '--state', site.state];
    rewriteHelper(site, [NODE, ...shift, HELPER, ...where]);
    const agent = await start(site, { nodeArgs: shift });
    const story = new LiveStory(site.feed);
    const file = `${HOME}/Downloads/clock.csv`;
    const setClock = (ms: number): void => {
      writeFileSync(offset, String(ms));
      story.setClock(ms);
    };
    const last = async (stage: string): Promise<StoredFinding> =>
      until(`the ${stage}`, () => {
        const finding = storedFindings(site.state).at(-1);
        return finding?.document['stage'] === stage && finding;
      });
    const shell = story.running(PROGRAMS.zsh, USER);
    const psql = story.run(shell, PROGRAMS.psql);
    story.tell((s) => s.write(psql, file));
    const exported = await last('export');

    setClock(-DAY_MS);
    await agent.told('clock-step');
    await agent.doctorNames('clock: clock-step');
    const args = ['rclone', 'copy', file, 'dropbox:x'];
    story.run(shell, { ...PROGRAMS.rclone, args });
    expect(await last('upload')).toMatchObject({
      findingId: exported.findingId,
      document: { files: [file], coverage: 'complete' },
    });
    // It still sees, and knows that it does.
    const asked = await agent.checks('--canary');
    expect(asked.find(({ name }) => name === 'canary')?.result).toBe('pass');
    const { report } = await agent.status();
    expect(unaccounted(report)).toBe(0);
    expect(collectorOf(report, 'processes-fallback').state).toBe('not-wanted');
    expect(report.coverage.lastLineAgeSeconds).toBeLessThan(60);
    expect(report.uptimeSeconds).toBeGreaterThan(0);

    setClock(0);
    await until('the end of it', () => agent.events('clock-step', 'cleared')[0]);
    expect(await agent.faults()).not.toContain('clock: clock-step');
    story.tell((s) => s.noise(10));
    await sleep(5000);
    expect(await unaccountedOf(agent)).toBe(0);
    await endsWell(agent);
  });

  it('a status asker that never reads, and many of them', async () => {
    const agent = await start(makeSite());
    const path = join(agent.site.state, 'agent.sock');
    const silent = Array.from({ length: 20 }, () =>
      createConnection(path)
        .pause()
        .on('error', () => {}),
    );
    await sleep(3000);
    expect((await agent.report()).pid).toBe(agent.pid);
    for (const socket of silent) socket.destroy();
    await endsWell(agent);
  });
});

const canMount = ((): boolean => {
  try {
    execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!canMount)('on a full disk (skipped where nothing may be mounted)', () => {
  it('the daemon goes on, says so, and commits when there is room again', async () => {
    const site = makeSite();
    const mount = `mount -t tmpfs -o size=64m,mode=700 tmpfs ${site.state} && exec "$@"`;
    // A configuration and feed outside, the state on a disk of 64 MiB that only the agent sees.
    const agent = await start(site, { wrapper: ['unshare', '-m', 'sh', '-c', mount, 'sh'] });
    const state = `/proc/${agent.pid}/root${site.state}`;
    const report = (): ReturnType<RunningAgent['report']> => agent.report(state);
    await until('the reserve', () => existsSync(join(state, 'spillwatch.reserve')));
    const story = new LiveStory(site.feed);
    const shell = story.running(PROGRAMS.zsh, USER);
    const fill = (name: string): void => {
      execFileSync('sh', ['-c', `cat /dev/zero > ${join(state, name)} || true`], {
        stdio: 'ignore',
      });
    };
    fill('filler-1');
    // Enough exports that the write-ahead log needs more room than it has.
    const exportFiles = (name: string): void => {
      for (let index = 0; index < 200; index += 1) {
        const psql = story.run(shell, PROGRAMS.psql);
        story.tell((s) =>
          s.write(psql, `${HOME}/Downloads/${name}-${index}-${'x'.repeat(100)}.csv`),
        );
      }
    };
    exportFiles('first');
    await agent.told('disk-full', 30_000);
    // The reserve was given up for it.
    await until('the reserve to be gone', () => !existsSync(join(state, 'spillwatch.reserve')));
    fill('filler-2');
    exportFiles('second');
    await until(
      'disk-full to last',
      async () => {
        const { troubles } = await report();
        return troubles.some(({ code }) => code === 'disk-full');
      },
      30_000,
    );
    const { out } = await spillwatch([
      'doctor',
      '--json',
      '--state',
      state,
      '--config',
      site.config,
    ]);
    expect(out).toContain('"store: disk-full","result":"fail"');
    expect(unaccounted(await report())).toBe(0);

    for (const name of ['filler-1', 'filler-2']) rmSync(join(state, name), { force: true });
    await until(
      'disk-full to be over',
      async () => (await report()).troubles.every(({ code }) => code !== 'disk-full'),
      30_000,
    );
    await until(
      'every finding',
      () => agent.findings().some(({ files }) => files.some((file) => file.includes('second-199'))),
      30_000,
    );
    // SQLite would look behind the link that leads to the agent's disk.
    const copy = join(site.folder, 'copy');
    mkdirSync(copy);
    for (const name of ['spillwatch.db', 'spillwatch.db-wal'])
      copyFileSync(join(state, name), join(copy, name));
    const stored = storedFindings(copy);
    expect(stored.map(({ sequence }) => sequence)).toEqual(stored.map((_finding, at) => at + 1));
    expect(stored).toHaveLength(agent.findings().length);
    expect(unaccounted(await report())).toBe(0);
    await endsWell(agent);
  });
});

describe('SIGKILL at any moment', () => {
  let site: Site;
  const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
  beforeAll(() => {
    site = makeSite();
  });
  afterAll(() => {
    rmSync(site.folder, { recursive: true, force: true });
  });

  it(`loses and doubles no finding in 20 lives, and the last one finishes the chain (KILL_SEED=${seed})`, async () => {
    let state = seed;
    const random = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const story = new LiveStory(site.feed);
    const shell = story.running(PROGRAMS.zsh, USER);
    const first = `${HOME}/Downloads/first.csv`;
    const emitted: string[] = [];
    for (let life = 0; life < 20; life += 1) {
      const agent = new RunningAgent(site);
      agents.push(agent);
      // oxlint-disable-next-line no-await-in-loop -- one life after the other
      if (life === 0) await agent.started();
      const psql = story.run(shell, PROGRAMS.psql);
      story.tell((s) => s.write(psql, life === 0 ? first : `${HOME}/Downloads/again-${life}.csv`));
      const cp = story.run(shell, {
        ...PROGRAMS.cp,
        args: ['cp', first, `${HOME}/Documents/copy-${life}.csv`],
      });
      story.tell((s) =>
        s.clone(cp, first, `${HOME}/Documents/copy-${life}.csv`).exit(cp).noise(50),
      );
      // The first life lasts until its export is committed: that is the chain.
      const hasExport = (): boolean => agent.findings().some(({ stage }) => stage === 'export');
      // oxlint-disable-next-line no-await-in-loop -- as above
      await until('the export', () => life > 0 || hasExport());
      // oxlint-disable-next-line no-await-in-loop -- as above
      await sleep(random() * 7000 * (life % 2 === 0 ? 1 : 0.3));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await agent.kill();
      emitted.push(...agent.findings().map(({ finding }) => finding));
    }
    const chain = emitted[0];

    const last = await start(site);
    expect(
      last.log().some(({ code, state: kind }) => code === 'unclean-stop' && kind === 'noted'),
    ).toBe(true);
    const rclone = story.run(shell, {
      ...PROGRAMS.rclone,
      args: ['rclone', 'copy', first, 'dropbox:x'],
    });
    await until('the upload', () => last.findings().some(({ stage }) => stage === 'upload'));
    story.tell((s) => s.exit(rclone));
    const upload = last.findings().find(({ stage }) => stage === 'upload');
    expect(upload).toMatchObject({ finding: chain, activity: 'update', service: 'dropbox' });
    expect(upload?.files).toContain(first);
    expect(await unaccountedOf(last)).toBe(0);
    await endsWell(last);
    emitted.push(...last.findings().map(({ finding }) => finding));

    const stored = storedFindings(site.state);
    expect(new Set(stored.map(({ versionId }) => versionId)).size).toBe(stored.length);
    expect(stored.map(({ sequence }) => sequence)).toEqual(stored.map((_finding, at) => at + 1));
    // All that went out is kept, in that order; what was kept at the moment of a kill may not have gone out.
    const kept = stored.map(({ findingId }) => findingId);
    let at = 0;
    for (const finding of kept) if (finding === emitted[at]) at += 1;
    expect(at).toBe(emitted.length);
    // One chain for this user and tool, whatever happened.
    const creations = stored.filter(({ document }) => document['activity'] === 'create');
    expect(new Set(creations.map(({ findingId }) => findingId)).size).toBe(creations.length);
  });
});
