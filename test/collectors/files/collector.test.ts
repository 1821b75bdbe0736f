import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { WatchMode } from '../../../collectors/files/collector.ts';
import { MY_UID, temporaryFolder, until, Watching } from './watching.ts';

describe('filesCollector', () => {
  it('reports a new, a changed and a removed file with its state', async () => {
    const root = temporaryFolder();
    const file = join(root, 'customers.csv');
    const watching = new Watching(root);
    await watching.awake(root);
    writeFileSync(file, 'id,name\n');
    await watching.sees(`add ${file}`);
    writeFileSync(file, 'id,name\n1,maria\n');
    await watching.sees(`change ${file}`);
    unlinkSync(file);
    await watching.sees(`unlink ${file}`);
    const events = watching.events().filter((event) => event.path === file);
    expect(events.at(0)).toMatchObject({
      timeUs: 1_790_000_000_000_001,
      file: { ownerId: MY_UID, inode: expect.stringMatching(/^\d+$/) },
    });
    expect(events.at(0)?.file.modifiedUs).toBeGreaterThan(1e15);
    expect(events.at(-2)?.file.size).toBe(16);
    expect(events.at(-1)?.file.size).toBeNull();
    expect(watching.troubles).toEqual([]);
  });

  it('does not report what is there already', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'old.csv'), 'x');
    const watching = new Watching(root);
    await watching.awake(root);
    expect(watching.changes()).toEqual([]);
  });

  it('reports files that editors, permissions or a dot would hide', async () => {
    const root = temporaryFolder();
    const watching = new Watching(root);
    await watching.awake(root);
    writeFileSync(join(root, 'a.csv~'), 'x');
    writeFileSync(join(root, '.hidden.csv'), 'x');
    writeFileSync(join(root, '.b.swp'), 'x');
    writeFileSync(join(root, 'secret.csv'), 'x', { mode: 0o200 });
    await watching.sees(`add ${root}/a.csv~`);
    await watching.sees(`add ${root}/.hidden.csv`);
    await watching.sees(`add ${root}/.b.swp`);
    await watching.sees(`add ${root}/secret.csv`);
    expect(watching.changes()).toHaveLength(4);
  });

  it('sees every file of a burst in a new folder, each once', async () => {
    const root = temporaryFolder();
    const watching = new Watching(root);
    await watching.awake(root);
    const folder = join(root, 'export');
    mkdirSync(folder);
    for (let at = 0; at < 2000; at += 1) writeFileSync(join(folder, `${at}.csv`), 'x');
    const adds = (): readonly string[] =>
      watching.changes().filter((change) => change.startsWith('add '));
    await until('2000 files are seen', () => adds().length >= 2000);
    expect(new Set(adds()).size).toBe(2000);
    expect(adds()).toHaveLength(2000);
  });

  it('passes over pipes, sockets and links, and names them as long as they are there', async () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'target.csv'), 'x');
    const watching = new Watching(root, { mode: () => 'fallback' });
    await watching.awake(root);
    execFileSync('mkfifo', [join(root, 'pipe.csv')]);
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(root, 'socket.csv'), resolve);
    });
    symlinkSync(join(outside, 'target.csv'), join(root, 'link.csv'));
    symlinkSync(outside, join(root, 'linked'));
    writeFileSync(join(outside, 'later.csv'), 'x');
    await watching.awake(root);
    await until('all are named', () =>
      watching.troubles.some(({ detail }) => detail.includes('1 more')),
    );
    const [first] = watching.troubles;
    expect(first).toMatchObject({ code: 'not-a-file', subject: root, lasts: true, isRemark: true });
    expect(first?.detail).toMatch(/^"pipe\.csv" \(pipe\).*neither opened nor followed$/);
    expect(watching.troubles.at(-1)?.detail).toContain('"socket.csv" (socket)');
    server.close();
    for (const name of ['pipe.csv', 'socket.csv', 'link.csv'])
      rmSync(join(root, name), { force: true });
    await until('one is left', () =>
      (watching.troubles.at(-1)?.detail ?? '').startsWith('"linked" (link): '),
    );
    expect(watching.recovered).toEqual([]);
    rmSync(join(root, 'linked'));
    await watching.recovers(`not-a-file ${root}`);
    expect(watching.changes()).toEqual([]);
  });

  it('names a pipe that was there before it started', async () => {
    const root = temporaryFolder();
    execFileSync('mkfifo', [join(root, 'pipe.csv')]);
    const watching = new Watching(root);
    await watching.reports('not-a-file');
    await watching.awake(root);
    expect(watching.changes()).toEqual([]);
  });

  it('reports nothing behind a link that took the place of a watched subfolder, and says so', async () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    const folder = join(root, 'sub');
    mkdirSync(folder);
    writeFileSync(join(outside, 'private.csv'), 'x');
    const watching = new Watching(root, { mode: () => 'fallback' });
    await watching.awake(folder);
    renameSync(folder, join(temporaryFolder(), 'away'));
    symlinkSync(outside, folder);
    writeFileSync(join(outside, 'private-too.csv'), 'x');
    await watching.reports('path-redirected');
    await watching.awake(root);
    expect(watching.changes().filter((change) => change.includes('private'))).toEqual([]);
    const trouble = watching.troubles.find(({ code }) => code === 'path-redirected');
    expect(trouble).toMatchObject({ subject: root, lasts: false });
  });

  it('watches a folder again that was deleted and made anew', async () => {
    const root = join(temporaryFolder(), 'Downloads');
    mkdirSync(root);
    const watching = new Watching(root);
    await watching.awake(root);
    rmSync(root, { recursive: true });
    await watching.reports('root-missing');
    expect(watching.troubles.at(-1)).toMatchObject({ subject: root, lasts: true });
    mkdirSync(root);
    await watching.recovers(`root-missing ${root}`);
    await watching.awake(root);
  });

  it('watches a folder that was missing at the start as soon as it is there, and calls that no trouble', async () => {
    const root = join(temporaryFolder(), 'Downloads');
    const watching = new Watching(root);
    await watching.reports('root-missing');
    expect(watching.troubles).toEqual([
      {
        code: 'root-missing',
        detail: `1 of 1 folders were not there since the start and are watched as soon as they are: "${root}"`,
        subject: null,
        lasts: true,
        isRemark: true,
      },
    ]);
    mkdirSync(root);
    await watching.recovers('root-missing null');
    await watching.awake(root);
    // From now on it is missed.
    rmSync(root, { recursive: true });
    await until('it is missed', () => watching.troubles.length > 1);
    expect(watching.troubles[1]).toMatchObject({
      code: 'root-missing',
      subject: root,
      lasts: true,
    });
    expect(watching.troubles[1]?.isRemark).toBeUndefined();
  });

  it('names many folders that were never there in one remark', async () => {
    const home = temporaryFolder();
    const roots = Array.from({ length: 50 }, (_, at) => ({ path: `${home}/${at}`, uid: MY_UID }));
    const watching = new Watching(home, { roots: () => roots });
    await watching.reports('root-missing');
    expect(watching.troubles).toHaveLength(1);
    expect(watching.troubles[0]?.detail).toMatch(/^50 of 50 .*\/0", .*\/1", .*\/2" and 47 more$/);
  });

  it('watches the folder that took the place of another, and says so', async () => {
    const home = temporaryFolder();
    const root = join(home, 'Downloads');
    mkdirSync(root);
    mkdirSync(join(home, 'other'));
    const watching = new Watching(root);
    await watching.awake(root);
    execFileSync('sh', ['-c', 'mv Downloads away && mv other Downloads'], { cwd: home });
    await watching.reports('root-replaced');
    expect(watching.troubles.at(-1)).toMatchObject({ subject: root, lasts: false });
    await watching.awake(root);
    writeFileSync(join(home, 'away', 'not-here.csv'), 'x');
    await watching.awake(root);
    expect(watching.changes()).toEqual([]);
  });

  it('does not follow a link that took the place of the folder', async () => {
    const root = join(temporaryFolder(), 'Downloads');
    const outside = temporaryFolder();
    mkdirSync(root);
    const watching = new Watching(root);
    await watching.awake(root);
    rmSync(root, { recursive: true });
    symlinkSync(outside, root);
    writeFileSync(join(outside, 'private.csv'), 'x');
    await watching.reports('root-is-link');
    writeFileSync(join(outside, 'private-too.csv'), 'x');
    rmSync(root);
    mkdirSync(root);
    await watching.awake(root);
    expect(watching.changes().filter((change) => change.includes('private'))).toEqual([]);
  });

  it.each([
    ['root-is-link', 'a link', (path: string) => symlinkSync('/', path)],
    ['not-a-file', 'a file', (path: string) => writeFileSync(path, '')],
  ] as const)('refuses with %s a root that is %s', async (code, _what, make) => {
    const root = join(temporaryFolder(), 'root');
    make(root);
    const watching = new Watching(root);
    await watching.reports(code);
    expect(watching.troubles).toMatchObject([{ code, subject: root, lasts: true }]);
  });

  it('refuses a folder of somebody else, without opening it', async () => {
    const root = temporaryFolder();
    const opened: string[] = [];
    const watching = new Watching(root, {
      roots: () => [{ path: root, uid: MY_UID + 1 }],
      watch: (path) => {
        opened.push(path);
        throw new Error('opened');
      },
    });
    await watching.reports('root-unreadable');
    expect(opened).toEqual([]);
  });

  it.each(['Downloads', '/', '/tmp/', '/tmp/../tmp', '/tmp/a\\b'])(
    'refuses the path %s',
    async (path) => {
      const watching = new Watching(path);
      await watching.reports('root-unreadable');
      expect(watching.troubles[0]?.detail).toContain('plain absolute path');
    },
  );

  it('looks into subfolders as a cross-check, and into everything as the fallback', async () => {
    const root = temporaryFolder();
    const deep = join(root, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    let mode: WatchMode = 'crosscheck';
    const watching = new Watching(root, { mode: () => mode });
    await watching.awake(join(root, 'a'));
    writeFileSync(join(deep, 'early.csv'), 'x');
    await watching.awake(join(root, 'a'));
    mode = 'fallback';
    await watching.awake(deep);
    expect(watching.changes()).toEqual([]);
    mode = 'off';
    await watching.stop();
  });

  it('forgets the trouble of a root that is not asked for any more', async () => {
    const root = join(temporaryFolder(), 'root');
    symlinkSync('/', root);
    let roots = [{ path: root, uid: MY_UID }];
    const watching = new Watching(root, { roots: () => roots });
    await watching.reports('root-is-link');
    roots = [];
    await watching.recovers(`root-is-link ${root}`);
    expect(watching.codes()).toEqual(['root-is-link']);
  });

  it('does not say on stopping that trouble is over', async () => {
    const root = join(temporaryFolder(), 'root');
    symlinkSync('/', root);
    const watching = new Watching(root);
    await watching.reports('root-is-link');
    await watching.stop();
    expect(watching.recovered).toEqual([]);
  });

  it('watches no more than 512 roots and says so', async () => {
    const root = temporaryFolder();
    const roots = Array.from({ length: 513 }, (_, at) => ({ path: `${root}/${at}`, uid: MY_UID }));
    const watching = new Watching(root, { roots: () => roots });
    await watching.reports('watch-limit');
    await watching.reports('root-missing');
    expect(watching.troubles.at(-1)?.detail).toMatch(/^512 of 512 folders/);
  });

  it('watches less deep what holds too many entries, and fully again when it was tidied up', async () => {
    const root = temporaryFolder();
    const folder = join(root, 'many');
    mkdirSync(folder);
    for (let at = 0; at < 100; at += 1) writeFileSync(join(folder, `${at}.csv`), '');
    const watching = new Watching(root, { mode: () => 'fallback', maxEntries: 90 });
    await watching.reports('too-many-entries');
    expect(watching.troubles.at(-1)?.detail).toContain('depth 0');
    await watching.awake(root);
    writeFileSync(join(folder, 'unseen.csv'), '');
    await watching.awake(root);
    expect(watching.changes()).toEqual([]);
    rmSync(folder, { recursive: true });
    await watching.recovers(`too-many-entries ${root}`);
  });

  it('ends the watch of a folder that grows over the bound, and watches it again when it was tidied up', async () => {
    const root = temporaryFolder();
    const watching = new Watching(root, { maxEntries: 50 });
    await watching.awake(root);
    for (let at = 0; at < 60; at += 1) writeFileSync(join(root, `${at}.csv`), '');
    await until('it is not watched', () =>
      watching.troubles.some(({ detail }) => detail.includes('not watched')),
    );
    for (let at = 0; at < 60; at += 1) rmSync(join(root, `${at}.csv`));
    await watching.recovers(`too-many-entries ${root}`);
    expect(watching.codes()).toContain('too-many-entries');
  });

  it('stops while a watch begins', async () => {
    const watching = new Watching(temporaryFolder());
    await watching.stop();
    expect(watching.changes()).toEqual([]);
  });

  it('leaves nothing open, so that the process ends by itself', async () => {
    const root = temporaryFolder();
    const program = `
      import { writeFileSync } from 'node:fs';
      import { filesCollector } from ${JSON.stringify(join(COLLECTORS, 'files/collector.ts'))};
      const stop = new AbortController();
      let lines = 0;
      const writing = setInterval(() => writeFileSync(process.argv[1] + '/' + Math.random(), 'x'), 20);
      const output = { line: () => { lines += 1; stop.abort(); }, fault() {}, trouble() {}, recovered() {} };
      const roots = () => [{ path: process.argv[1], uid: process.getuid() }];
      await filesCollector({ roots, mode: () => 'fallback', checkMs: 60000, maxEntries: 100, clock: () => 1 })
        .run(output, stop.signal);
      clearInterval(writing);
      console.log('polling', process.env.CHOKIDAR_USEPOLLING, process.env.CHOKIDAR_INTERVAL);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', program, root],
      { timeout: 9000, env: { ...process.env, CHOKIDAR_USEPOLLING: '1', CHOKIDAR_INTERVAL: '9' } },
    );
    expect(stdout).toBe('polling undefined undefined\n');
  });
});

const COLLECTORS = join(import.meta.dirname, '../../../collectors');
