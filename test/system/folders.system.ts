/** What users can do to the folders that the real daemon watches, on a real account with real chokidar. */
import { execFile, execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  lchownSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount, IS_ROOT, makeFolder, removeAccount, type TestAccount } from './account.ts';
import { collectorOf, makeSite, RunningAgent, unaccounted } from './running-agent.ts';
import { until } from './until.ts';

/** The roots are looked at once a minute. */
const CHECK_MS = 75_000;
const SEVERAL_CHECKS_MS = 300_000;
const MANY = 20_001;

/** Makes empty files, in a program of its own, because the agent is asked meanwhile. */
async function fill(folder: string, files: number): Promise<void> {
  const script = 'cd "$1" && seq "$2" | xargs touch';
  await promisify(execFile)('sh', ['-c', script, 'sh', folder, String(files)]);
}

describe.skipIf(!IS_ROOT)('the watched folders of a real account (skipped unless root)', () => {
  let account: TestAccount;
  let agent: RunningAgent;
  const servers: Server[] = [];

  beforeAll(async () => {
    account = await addAccount('spillanna', 1502);
    agent = await new RunningAgent(makeSite()).started();
  });

  afterAll(async () => {
    for (const server of servers) server.close();
    await agent.kill();
    await removeAccount('spillanna');
    rmSync(agent.site.folder, { recursive: true, force: true });
  });

  const received = async (): Promise<number> => collectorOf(await agent.report(), 'files').received;

  /** Waits until a new file in a folder is seen. */
  async function watches(folder: string): Promise<void> {
    let number = 0;
    const before = await received();
    await until(
      `${folder} to be watched`,
      async () => {
        number += 1;
        writeFileSync(join(folder, `probe-${number}.txt`), 'x');
        return (await received()) > before;
      },
      CHECK_MS,
    );
  }

  /** A health event about one folder; `from` is how many of that kind there were before. */
  async function told(code: string, state: 'raised' | 'cleared', subject: string): Promise<void> {
    await until(
      `${code} ${state} for ${subject}`,
      () => agent.events(code, state).some((event) => event.subject === subject),
      CHECK_MS,
    );
  }

  it('are watched', async () => {
    await watches(`${account.home}/Downloads`);
    expect(collectorOf(await agent.report(), 'files')).toMatchObject({ dropped: {}, badRows: 0 });
  });

  it('may hold a FIFO and a socket: neither is opened, and doctor names them while they are there', {
    timeout: SEVERAL_CHECKS_MS,
  }, async () => {
    const folder = `${account.home}/Downloads`;
    const fifo = `${account.home}/Downloads/pipe.csv`;
    execFileSync('mkfifo', [fifo]);
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(`${folder}/socket.csv`, resolve));
    server.on('connection', () => expect.unreachable('somebody connected'));
    await watches(folder);
    const remark = await until(
      'doctor to name both',
      async () =>
        (await agent.checks()).find(
          ({ name, detail }) => name === 'files: not-a-file' && /pipe.*socket/.test(detail),
        ),
      CHECK_MS,
    );
    expect(remark).toMatchObject({ result: 'warn', detail: expect.stringContaining(folder) });
    const [noted] = agent.events('not-a-file');
    expect(noted).toMatchObject({ part: 'files', state: 'noted', subject: folder });
    // Opening a FIFO for writing fails as long as nobody reads it.
    expect(() => closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK))).toThrow(
      'ENXIO',
    );
    rmSync(fifo);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await told('not-a-file', 'cleared', folder);
    expect((await agent.checks()).map(({ name }) => name)).not.toContain('files: not-a-file');
  });

  it.concurrent('may be deleted and made again', { timeout: SEVERAL_CHECKS_MS }, async () => {
    const folder = `${account.home}/Downloads`;
    rmSync(folder, { recursive: true });
    await told('root-missing', 'raised', folder);
    expect(await agent.faults()).toContain('files: root-missing');
    makeFolder(folder, account.uid);
    await told('root-missing', 'cleared', folder);
    await watches(folder);
  });

  it.concurrent('may be replaced by a link, which is not followed, and filled', {
    timeout: SEVERAL_CHECKS_MS,
  }, async () => {
    const folder = `${account.home}/Documents`;
    const elsewhere = `${account.home}/elsewhere`;
    renameSync(folder, elsewhere);
    symlinkSync(elsewhere, folder);
    lchownSync(folder, account.uid, account.uid);
    await told('root-is-link', 'raised', folder);
    expect(await agent.faults()).toContain('files: root-is-link');
    rmSync(folder);
    makeFolder(folder, account.uid);
    await told('root-is-link', 'cleared', folder);

    mkdirSync(join(folder, 'many'));
    await fill(join(folder, 'many'), MANY);
    await told('too-many-entries', 'raised', folder);
    expect(await agent.faults()).toContain('files: too-many-entries');
    rmSync(join(folder, 'many'), { recursive: true });
    await told('too-many-entries', 'cleared', folder);
  });

  it('leave nothing unaccounted', async () => {
    const { report } = await agent.status();
    expect(unaccounted(report)).toBe(0);
    const { code, ms } = await agent.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5000);
  });
});
