import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  askStatus,
  refuseTaken,
  type StatusServer,
  serveStatus,
} from '../../../agent/health/status-socket.ts';
import { StateError } from '../../../agent/store/state-error.ts';

let folder: string;
let path: string;
const servers: StatusServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-socket-'));
  chmodSync(folder, 0o700);
  path = join(folder, 'agent.sock');
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function serve(report: () => unknown): Promise<StatusServer> {
  const server = await serveStatus(folder, report);
  servers.push(server);
  return server;
}

/** Something else that listens where the agent would. */
async function listen(answer: (socket: Socket) => void): Promise<void> {
  const server = createServer(answer);
  servers.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
}

describe('the status socket', () => {
  it('answers each asker with the document of that moment', async () => {
    let number = 0;
    await serve(() => ({ number: (number += 1) }));
    expect(await askStatus(folder)).toEqual({ number: 1 });
    expect(await askStatus(folder)).toEqual({ number: 2 });
  });

  it('is for its owner alone', async () => {
    await serve(() => 'x');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('replaces the socket that an earlier run left behind', async () => {
    // A server takes its file away by name, so one that lies elsewhere at that moment stays, as after a kill.
    await listen(() => {});
    renameSync(path, join(folder, 'aside'));
    await Promise.all(servers.splice(0).map((server) => server.close()));
    renameSync(join(folder, 'aside'), path);
    expect(statSync(path).isSocket()).toBe(true);
    await serve(() => 'new');
    expect(await askStatus(folder)).toBe('new');
  });

  it('leaves the socket of an agent that runs alone, also of one that does not answer', async () => {
    await listen(() => {});
    await expect(serve(() => 'x')).rejects.toThrow(`${folder}: another agent runs on it`);
    await expect(refuseTaken(folder)).rejects.toThrow(StateError);
    expect(statSync(path).isSocket()).toBe(true);
  });

  it('refuses a link in its place and leaves what it leads to alone', async () => {
    const target = join(folder, 'precious');
    writeFileSync(target, 'precious');
    symlinkSync(target, path);
    await expect(serve(() => 'x')).rejects.toThrow(StateError);
    await expect(refuseTaken(folder)).rejects.toThrow(
      `${path}: is a link where the agent's socket`,
    );
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(statSync(target).mode & 0o777).not.toBe(0o600);
  });

  it('refuses a file and a folder in its place and leaves them alone', async () => {
    writeFileSync(path, 'precious');
    await expect(serve(() => 'x')).rejects.toThrow(`${path}: is a file where`);
    expect(readFileSync(path, 'utf8')).toBe('precious');
    rmSync(path);
    mkdirSync(path);
    await expect(serve(() => 'x')).rejects.toThrow(`${path}: is a folder where`);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('refuses a folder whose path is too long for a socket, and says which', async () => {
    const deep = join(folder, 'x'.repeat(120));
    mkdirSync(deep);
    await expect(serveStatus(deep, () => 'x')).rejects.toThrow(StateError);
    await expect(serveStatus(deep, () => 'x')).rejects.toThrow(/cannot be opened \(E[A-Z]+\)/);
  });

  it('is gone when its server is closed', async () => {
    await (await serve(() => 'x')).close();
    expect(existsSync(path)).toBe(false);
    expect(await askStatus(folder)).toBeNull();
  });

  it('closes at once, whoever is still reading', async () => {
    const server = await serve(() => 'x'.repeat(3 * 1024 * 1024));
    const reader = createConnection(path).pause();
    const over = new Promise((resolve) => reader.on('close', resolve));
    await new Promise((resolve) => reader.on('connect', resolve));
    const closedAt = performance.now();
    await server.close();
    expect(performance.now() - closedAt).toBeLessThan(500);
    reader.on('error', () => {}).resume();
    await over;
  });

  it('takes no harm from facts that cannot be gathered: the asker gets no answer', async () => {
    let isBroken = true;
    await serve(() => {
      if (isBroken) throw new Error('disk I/O error');
      return 'well';
    });
    expect(await askStatus(folder)).toBeNull();
    isBroken = false;
    expect(await askStatus(folder)).toBe('well');
  });

  it('takes no harm from askers that write, never read or go away', async () => {
    const large = 'x'.repeat(3 * 1024 * 1024);
    await serve(() => large);
    const askers = Array.from({ length: 4 }, () =>
      createConnection(path)
        .pause()
        .on('error', () => {}),
    );
    for (const asker of askers) asker.write('GET / HTTP/1.0\r\n\r\n');
    askers[0]?.destroy();
    expect(await askStatus(folder)).toBe(large);
    for (const asker of askers) asker.destroy();
  });
});

describe('asking', () => {
  it('gets nothing where nobody listens', async () => {
    expect(await askStatus(folder)).toBeNull();
    expect(await askStatus(join(folder, 'nowhere'))).toBeNull();
    writeFileSync(path, '');
    expect(await askStatus(folder)).toBeNull();
  });

  it('takes an answer of 4 MiB and none that is larger', async () => {
    let length = 4 * 1024 * 1024 - 2;
    await serve(() => 'x'.repeat(length));
    expect(await askStatus(folder)).toHaveLength(length);
    length += 1;
    expect(await askStatus(folder)).toBeNull();
  });

  it('gets nothing from one that says what is no JSON, or half of it', async () => {
    let answer = 'hello';
    await listen((socket) => socket.end(answer));
    expect(await askStatus(folder)).toBeNull();
    answer = '{"product":"Spill';
    expect(await askStatus(folder)).toBeNull();
    answer = '';
    expect(await askStatus(folder)).toBeNull();
  });

  it('gives up on one that does not answer within two seconds', async () => {
    const sockets: { destroy(): void }[] = [];
    await listen((socket) => sockets.push(socket));
    const askedAt = performance.now();
    expect(await askStatus(folder)).toBeNull();
    expect(performance.now() - askedAt).toBeLessThan(4000);
    for (const socket of sockets) socket.destroy();
  });

  it('gives up on one that drips', async () => {
    const timers: NodeJS.Timeout[] = [];
    await listen((socket) => {
      socket.on('error', () => {});
      timers.push(setInterval(() => socket.write(' '), 500));
    });
    const askedAt = performance.now();
    expect(await askStatus(folder)).toBeNull();
    expect(performance.now() - askedAt).toBeLessThan(6000);
    for (const timer of timers) clearInterval(timer);
  });
});
