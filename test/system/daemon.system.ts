/**
 * The whole way on a real machine. Real: the daemon, its database and socket, PostgreSQL and psql, the exported file, curl
 * and the TLS server it sends to, the account with its home, chokidar, ps and the list of connections. Not real: Endpoint
 * Security, which Linux has not; its lines are written by the test at the moments when the real things happen, with the
 * real pids and paths, and go through a real helper process (test/fixtures/programs/following-helper.ts).
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spillwatch } from '../support/command.ts';
import { PROGRAMS } from '../support/story.ts';
import { addAccount, IS_ROOT, removeAccount, type TestAccount } from './account.ts';
import { LiveStory } from './live-story.ts';
import { type Cluster, postgresPrograms, startCluster } from './postgres.ts';
import {
  collectorOf,
  makeSite,
  RunningAgent,
  type Site,
  storedFindings,
  unaccounted,
} from './running-agent.ts';
import { startTlsServer, type TlsServer } from './tls-server.ts';
import { until } from './until.ts';

const CLOUD = 'drop.spillwatch.test';
const DATABASE_SECRET = 'pg-secret-3f9a';
const UPLOAD_SECRET = 'curl-secret-77c1';
const CURL = '/usr/bin/curl';
const programs = postgresPrograms();
const canRun = IS_ROOT && programs !== null && existsSync(CURL);

/** A real shell of the user that runs one command after the other and says their pids. */
class Shell {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #said = '';

  constructor({ uid, home }: TestAccount) {
    this.#child = spawn('/bin/sh', [], {
      uid,
      gid: uid,
      cwd: home,
      stdio: 'pipe',
      env: { PATH: '/usr/bin:/bin', HOME: home, PGPASSWORD: DATABASE_SECRET },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Starts a program; gives its pid and how to wait for its end. */
  async start(args: readonly string[]): Promise<{ readonly pid: number; end(): Promise<string> }> {
    this.#said = '';
    const quoted = args.map((arg) => `'${arg.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    this.#child.stdin.write(`${quoted} & echo "pid=$!"; wait $!; echo "status=$?"\n`);
    const [, pid] = await until('a pid', () => /^pid=(\d+)$/m.exec(this.#said));
    const end = async (): Promise<string> => {
      const [, status = ''] = await until('the end', () => /^status=(\d+)$/m.exec(this.#said));
      if (status !== '0') throw new Error(`${args[0]}: ${this.#said}`);
      return status;
    };
    return { pid: Number(pid), end };
  }

  close(): void {
    this.#child.stdin.end();
  }
}

describe.skipIf(!canRun)(
  'the daemon on a real machine (skipped unless root, with the package postgresql and curl)',
  () => {
    let site: Site;
    let agent: RunningAgent;
    let account: TestAccount;
    let cluster: Cluster;
    let cloud: TlsServer;
    let shell: Shell;
    /** What was made so far, to be taken away in reverse. */
    const undo: (() => unknown)[] = [];

    beforeAll(async () => {
      account = await addAccount('spillmaria', 1501);
      undo.push(() => removeAccount('spillmaria'));
      cluster = await startCluster(programs ?? '', DATABASE_SECRET);
      undo.push(() => cluster.stop());
      site = makeSite(undefined, {
        cloud: { domains: { add: { [CLOUD]: 'dropbox' } } },
        // As fast as it goes: the sample in which curl's connection shows must not be left to luck.
        network: { resolver: false, idleSeconds: 1, activeSeconds: 1 },
      });
      undo.push(() => rmSync(site.folder, { recursive: true, force: true }));
      cloud = await startTlsServer(site.folder, CLOUD, 2500);
      undo.push(() => cloud.close());
      shell = new Shell(account);
      undo.push(() => shell.close());
      agent = new RunningAgent(site);
      undo.push(() => agent.kill());
      await agent.started();
    });

    afterAll(async () => {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      for (const step of undo.toReversed()) await step();
    });

    it('sees its canary come back through the helper', async () => {
      await until(
        'the canary',
        async () => (await agent.report()).canary.lastSeenAgeSeconds !== null,
        60_000,
      );
      expect(agent.events('canary-missing')).toEqual([]);
    });

    it('knows the account and watches its folders', async () => {
      let number = 0;
      await until(
        'the folder watcher',
        async () => {
          number += 1;
          writeFileSync(`${account.home}/Documents/note-${number}.txt`, 'nothing');
          return collectorOf(await agent.report(), 'files').received > 0;
        },
        90_000,
      );
      const files = collectorOf(await agent.report(), 'files');
      expect(files).toMatchObject({ state: 'running', dropped: {}, badRows: 0 });
    });

    it('follows an export from PostgreSQL to a cloud service', async () => {
      const target = `${account.home}/Downloads/export.csv`;
      const story = new LiveStory(site.feed);
      const user = { uid: account.uid, name: account.name };
      const sh = story.running(
        { path: '/bin/sh', signingId: 'com.apple.sh', platform: true },
        user,
        shell.pid,
      );
      const filesBefore = collectorOf(await agent.report(), 'files').received;

      const query = 'select g, md5(g::text), pg_sleep(0.0005) from generate_series(1, 1000) g';
      const psql = [
        cluster.psql,
        `postgresql://postgres:${DATABASE_SECRET}@127.0.0.1:${cluster.port}/postgres`,
        '-c',
        String.raw`\copy (${query}) to '~/Downloads/export.csv' csv`,
      ];
      const running = await shell.start(psql);
      const tool = story.run(
        sh,
        { path: cluster.psql, signingId: 'psql', args: psql, cwd: account.home },
        running.pid,
      );
      await until('the file', () => existsSync(target));
      story.tell((s) => s.create(tool, target));
      await running.end();
      story.tell((s) => s.close(tool, target).exit(tool));

      const curl = [
        CURL,
        '--silent',
        '--show-error',
        '--fail',
        '--cacert',
        cloud.certificate,
        '--resolve',
        `${CLOUD}:${cloud.port}:127.0.0.1`,
        '-u',
        `maria:${UPLOAD_SECRET}`,
        '-T',
        target,
        `https://${CLOUD}:${cloud.port}/inbox/`,
      ];
      const sending = await shell.start(curl);
      const uploader = story.run(
        sh,
        { ...PROGRAMS.curl, path: CURL, args: curl, cwd: account.home },
        sending.pid,
      );
      await sending.end();
      story.tell((s) => s.exit(uploader));

      // It did leave the machine, as it was exported.
      expect(cloud.uploads).toHaveLength(1);
      expect(cloud.uploads[0]?.path).toBe('/inbox/export.csv');
      expect(cloud.uploads[0]?.body).toBe(readFileSync(target, 'utf8'));
      expect(cloud.uploads[0]?.body.split('\n')).toHaveLength(1001);

      const last = await until('the finding', () =>
        storedFindings(site.state).findLast(({ document }) => document['stage'] === 'upload'),
      );
      expect(last.document).toMatchObject({
        stage: 'upload',
        service: 'dropbox',
        destination: CLOUD,
        tool: 'psql',
        user: account.name,
        uid: account.uid,
        files: [target],
        link: 'lineage',
      });
      expect(agent.findings().at(-1)).toMatchObject({ stage: 'upload', service: 'dropbox' });
      const filesAfter = await until('the folder watcher to see the export', async () => {
        const { received } = collectorOf(await agent.report(), 'files');
        return received > filesBefore && received;
      });
      expect(filesAfter).toBeGreaterThan(filesBefore);
    });

    it('shows what it found to people who ask the database', async () => {
      const { code, out } = await spillwatch(['findings', 'list', '--json', '--state', site.state]);
      expect(code).toBe(0);
      expect(out).toContain('"stage":"upload"');
    });

    it('accounts for every record in status --json', async () => {
      const { report } = await agent.status();
      expect(unaccounted(report)).toBe(0);
      const told = readFileSync(site.feed, 'utf8').split('\n').length - 1;
      // The lines of the feed, the first of the helper and the three of the canary.
      expect(collectorOf(report, 'endpoint-security').received).toBe(told + 4);
      for (const part of ['host', 'processes', 'network', 'files'])
        expect(collectorOf(report, part).received).toBeGreaterThan(0);
      expect(report.database.findings).toBe(storedFindings(site.state).length);
      expect(report.coverage).toMatchObject({ gaps: 0, missingMessages: 0 });
    });

    it('is healthy but for the folders of other accounts of this machine', async () => {
      const { code, report } = await agent.status();
      const isOthers = ({ subject }: (typeof report.troubles)[number]): boolean =>
        subject?.startsWith(`${account.home}/`) === false;
      expect(report.troubles.filter((trouble) => !isOthers(trouble))).toEqual([]);
      expect(code).toBe(report.troubles.length === 0 ? 0 : 1);
    });

    it('ends within five seconds of SIGTERM with exit 0, and leaves no process behind', async () => {
      const { code, ms } = await agent.stop();
      expect(code).toBe(0);
      expect(ms).toBeLessThan(5000);
      expect(processesNaming(site.folder)).toEqual([]);
      expect((await spillwatch(['status', '--state', site.state])).code).toBe(3);
    });

    it('keeps no secret of psql or curl in its state, its log or its findings', () => {
      const kept = readdirSync(site.state)
        .filter((name) => name.startsWith('spillwatch.db'))
        .map((name) => readFileSync(join(site.state, name), 'latin1'));
      expect(kept.join('')).toContain('export.csv');
      const said = [agent.errors, JSON.stringify(agent.findings())];
      for (const secret of [DATABASE_SECRET, UPLOAD_SECRET, 'hunter2'])
        for (const text of [...kept, ...said]) expect(text.includes(secret)).toBe(false);
    });
  },
);

/** Command lines of processes that name a folder. */
function processesNaming(folder: string): readonly string[] {
  return readdirSync('/proc').flatMap((entry) => {
    try {
      if (!/^\d+$/.test(entry)) return [];
      const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return line.includes(folder) ? [line] : [];
    } catch {
      return [];
    }
  });
}
