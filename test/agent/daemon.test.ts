import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../agent/config.ts';
import { runDaemon } from '../../agent/daemon.ts';
import type { DaemonOptions } from '../../agent/daemon-options.ts';
import type { HealthEvent } from '../../agent/health/health.ts';
import type { StatusReport } from '../../agent/health/report.ts';
import { askStatus } from '../../agent/health/status-socket.ts';
import { loadKnowledge } from '../../agent/knowledge.ts';
import type { LiveNeeds } from '../../agent/live-needs.ts';
import { openExisting } from '../../agent/store/database.ts';
import { openOrRecover } from '../../agent/store/recovery.ts';
import type { Supervised } from '../../agent/supervise.ts';
import type { Collector, LiveOutput } from '../../collectors/collector.ts';
import type { Finding } from '../../rules/finding.ts';
import { MARIA, PROGRAMS, Story } from '../support/story.ts';

/** A source of which the test is the other end. */
class Wire {
  readonly #part: string;
  readonly #name: Collector['name'];
  output: LiveOutput | null = null;
  isOver = false;
  /** Ignores the signal, as a program that hangs in the kernel does. */
  isStuck = false;

  constructor(part: string, name: Collector['name']) {
    this.#part = part;
    this.#name = name;
  }

  get supervised(): Supervised {
    const run: Collector['run'] = (output, signal) =>
      new Promise((resolve) => {
        this.output = output;
        signal.addEventListener('abort', () => {
          this.isOver = true;
          if (!this.isStuck) resolve();
        });
      });
    return { part: this.#part, make: () => ({ name: this.#name, run }) };
  }

  say(lines: readonly string[]): void {
    for (const line of lines) this.output?.line(line);
  }
}

const knowledge = loadKnowledge(undefined);

let state: string;
let stop: AbortController;
let sensor: Wire;
let findings: Finding[];
let log: HealthEvent[];
let beats: StatusReport[];
let needs: LiveNeeds | null;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'spillwatch-daemon-'));
  stop = new AbortController();
  sensor = new Wire('endpoint-security', 'endpoint-security');
  findings = [];
  log = [];
  beats = [];
  needs = null;
});

afterEach(() => {
  stop.abort();
  rmSync(state, { recursive: true, force: true });
});

/** Starts a daemon on the state folder; resolves when it is ready. */
async function start(
  changes: Partial<DaemonOptions> = {},
): Promise<{ readonly ended: ReturnType<typeof runDaemon> }> {
  const { connection, recovered } = openOrRecover(state);
  const ready = new AbortController();
  const ended = runDaemon(
    {
      stateFolder: state,
      connection,
      key: new Uint8Array(32),
      recovered,
      redactText: (text) => text.replaceAll('S3cret', '[REDACTED]'),
      configProblems: [],
      config: readConfig({}).config,
      origins: [{ key: 'files.mode', value: 'off', origin: 'file' }],
      knowledge,
      sources: (live) => {
        needs = live;
        return [sensor.supervised];
      },
      emit: (finding) => findings.push(finding),
      log: (event) => log.push(event),
      heartbeat: (report) => beats.push(report),
      destinations: [],
      environment: new Map(),
      onReady: () => ready.abort(),
      ...changes,
    },
    stop.signal,
  );
  await Promise.race([once(ready.signal, 'abort'), ended]);
  return { ended };
}

/** An export, and with `upload` its way out, at the time of now. */
function storyOf(upload = false): Story {
  const s = new Story({ start: new Date().toISOString() }).host();
  const shell = s.shell();
  const psql = s.run(shell, PROGRAMS.psql);
  const path = '/Users/maria/Downloads/export.csv';
  s.write(psql, path);
  if (upload)
    s.run(shell, { ...PROGRAMS.rclone, args: ['rclone', 'copy', path, 'dropbox:backup'] });
  return s;
}

const report = async (): Promise<StatusReport> => (await askStatus(state)) as StatusReport;

describe('the daemon', () => {
  it('turns what its sources say into committed findings, in order', async () => {
    const { ended } = await start();
    sensor.say(storyOf(true).lines());
    stop.abort();
    await ended;
    expect(findings.map(({ stage }) => stage)).toEqual(['tool', 'export', 'upload']);
    expect(findings.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const connection = openExisting(state);
    expect(
      connection.prepare('SELECT version_id FROM findings ORDER BY sequence').pluck().all(),
    ).toEqual(findings.map(({ versionId }) => versionId));
    connection.close();
  });

  it('judges what its sources said last before it ends, and ends them first', async () => {
    const { ended } = await start();
    sensor.say(storyOf().lines());
    expect(findings).toEqual([]);
    stop.abort();
    await ended;
    expect(sensor.isOver).toBe(true);
    expect(findings.at(-1)?.stage).toBe('export');
    expect(existsSync(join(state, 'agent.sock'))).toBe(false);
  });

  it('goes on where the run before ended, and knows that it did not look meanwhile', async () => {
    const first = await start();
    const story = storyOf();
    sensor.say(story.lines());
    stop.abort();
    await first.ended;
    const [chain] = findings;

    stop = new AbortController();
    const told = story.lines().length;
    const second = await start();
    const shell = story.running(PROGRAMS.zsh, MARIA);
    story.restartSensor(false);
    story.run(shell, {
      ...PROGRAMS.rclone,
      args: ['rclone', 'copy', '/Users/maria/Downloads/export.csv', 'dropbox:backup'],
    });
    sensor.say(story.lines().slice(told));
    stop.abort();
    await second.ended;
    expect(findings.at(-1)).toMatchObject({
      id: chain?.id,
      sequence: findings.length,
      stage: 'upload',
      coverage: 'gaps',
    });
  });

  it('answers whoever asks with the numbers of the moment', async () => {
    const { ended } = await start();
    const story = storyOf();
    sensor.say(story.lines());
    sensor.say(['no JSON']);
    await expect.poll(async () => (await report()).queue.lines).toBe(0);
    const now = await report();
    expect(now).toMatchObject({
      product: 'Spillwatch',
      pid: process.pid,
      heartbeat: 1,
      configuration: [{ key: 'files.mode', value: 'off', origin: 'file' }],
      rules: { hash: knowledge.rulesHash },
    });
    const all = (key: 'received' | 'stored'): number =>
      now.collectors.reduce((sum, collector) => sum + collector[key], 0);
    const counted = (key: 'skipped' | 'dropped'): number =>
      now.collectors
        .flatMap((collector) => Object.values(collector[key]))
        .reduce((sum, count) => sum + count, 0);
    expect(all('received')).toBe(story.lines().length + 1);
    expect(all('received')).toBe(
      all('stored') + counted('skipped') + counted('dropped') + now.held,
    );
    expect(counted('dropped')).toBe(1);
    expect(statSync(join(state, 'agent.sock')).mode & 0o777).toBe(0o600);
    stop.abort();
    await ended;
  });

  it('beats at the start, with the same numbers', async () => {
    const { ended } = await start();
    await expect.poll(() => beats.length).toBe(1);
    expect(beats[0]).toMatchObject({ heartbeat: 1, product: 'Spillwatch' });
    stop.abort();
    await ended;
    expect(beats).toHaveLength(1);
  });

  it('tells at the start what is wrong with its own files', async () => {
    writeFileSync(join(state, 'spillwatch.db'), 'no database'.repeat(1000));
    const problems = { ...knowledge, problems: ['rule x: broken'] };
    const { ended } = await start({
      configProblems: ['file: files.mode: wrong'],
      knowledge: problems,
    });
    const { troubles } = await report();
    expect(troubles.map(({ part, code }) => `${part} ${code}`)).toEqual([
      'rules rules',
      'configuration configuration',
      'store state-lost',
    ]);
    stop.abort();
    await ended;
    expect(log.map(({ state: kind }) => kind)).not.toContain('cleared');
  });

  it('says so when the run before did not end by itself', async () => {
    const { ended } = await start();
    expect(log.map(({ code }) => code)).not.toContain('unclean-stop');
    stop.abort();
    await ended;

    // As a run that was killed leaves it.
    writeFileSync(join(state, 'running'), '2026-11-02T09:00:00Z');
    stop = new AbortController();
    const second = await start();
    expect(log.find(({ code }) => code === 'unclean-stop')).toMatchObject({
      state: 'noted',
      detail: expect.stringContaining('2026-11-02T09:00:00Z'),
    });
    stop.abort();
    await second.ended;
  });

  it('tells its sources what the engine needs', async () => {
    const { ended } = await start();
    expect(needs?.wantsOpens()).toBe(false);
    expect(needs?.isActive()).toBe(false);
    expect(needs?.hasStream()).toBe(false);
    expect(needs?.accounts()).toEqual([]);
    let uploads = 0;
    needs?.onUploadTool(() => {
      uploads += 1;
    });
    const story = storyOf(true);
    // Later lines move the timeline on, so that these are judged.
    story.wait(10).noise(1);
    sensor.say(story.lines());
    await expect.poll(() => needs?.wantsOpens()).toBe(true);
    expect(needs?.isActive()).toBe(true);
    expect(needs?.hasStream()).toBe(true);
    expect(needs?.accounts()).toEqual([{ uid: 501, home: '/Users/maria' }]);
    await expect.poll(() => uploads).toBe(1);
    stop.abort();
    await ended;
  });

  it('ends in order when it had no Full Disk Access for as long as it may, and not before', async () => {
    const blindMs = 60;
    const { ended } = await start({ lookMs: 10, blindMs });
    const trouble = { code: 'not-permitted', detail: '', subject: null, lasts: true } as const;
    sensor.output?.trouble(trouble);
    const startedMs = performance.now();
    expect(await ended).toBe('blind');
    expect(performance.now() - startedMs).toBeGreaterThan(blindMs - 20);
    expect(sensor.isOver).toBe(true);
  });

  it('does not end for another configuration while findings wait for a database that cannot be written', async () => {
    const { connection } = openOrRecover(state);
    const busy: boolean[] = [];
    const lookAtConfig: DaemonOptions['lookAtConfig'] = (isBusy) => {
      busy.push(isBusy);
      const changed = isBusy || findings.length === 0 ? [] : ['retention.days'];
      return Promise.resolve({ problems: [], changed });
    };
    const { ended } = await start({ connection, lookAtConfig, lookMs: 10 });
    connection.pragma('query_only = ON');
    const story = storyOf(true);
    story.wait(10).noise(1);
    sensor.say(story.lines());
    await expect.poll(() => busy.at(-1)).toBe(true);
    connection.pragma('query_only = OFF');
    expect(await ended).toBe('reconfigured');
    expect(findings).toHaveLength(3);
  });

  it('says that its state can be written again although nothing waits for it', async () => {
    const mark = join(state, 'running');
    mkdirSync(mark);
    const { ended } = await start();
    expect(log).toContainEqual(expect.objectContaining({ code: 'state-unwritable' }));
    rmSync(mark, { recursive: true });
    await expect.poll(async () => (await report()).troubles, { timeout: 8000 }).toEqual([]);
    stop.abort();
    await ended;
  });

  it('calls garbage a trouble while it comes', async () => {
    const { ended } = await start();
    sensor.say(Array.from({ length: 101 }, () => 'Segmentation fault'));
    await expect
      .poll(async () => (await report()).troubles.map(({ code }) => code), { timeout: 8000 })
      .toContain('unreadable-lines');
    stop.abort();
    await ended;
  });

  it('ends within five seconds although a source does not and an asker does not read, and says so', async () => {
    sensor.isStuck = true;
    const { ended } = await start();
    const asker = createConnection(join(state, 'agent.sock'))
      .pause()
      .on('error', () => {});
    await once(asker, 'connect');
    sensor.say(storyOf().lines());
    const stoppedAt = performance.now();
    stop.abort();
    await ended;
    expect(performance.now() - stoppedAt).toBeLessThan(5000);
    expect(findings.at(-1)?.stage).toBe('export');
    expect(log.find(({ code }) => code === 'stop-cut-short')?.detail).toContain(
      'not ended in time: endpoint-security;',
    );
    // What it says now is nobody's any more.
    sensor.say(storyOf().lines());
    sensor.output?.trouble({ code: 'helper-exited', detail: '', subject: null, lasts: true });
    expect(log.map(({ code }) => code)).not.toContain('helper-exited');
    asker.destroy();
  });

  it('ends at once when it is stopped while it starts', async () => {
    stop.abort();
    const { ended } = await start();
    await ended;
    expect(existsSync(join(state, 'agent.sock'))).toBe(false);
  });
});
