/**
 * The door through which `status` asks the running agent: a UNIX socket in the state folder, for its owner alone. Whoever
 * connects gets one JSON document and the end of the connection; nothing is read from them.
 */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';

const SOCKET_NAME = 'agent.sock';
/** A document larger than this, or one that takes longer, is no answer. */
const MAX_BYTES = 4 * 1024 * 1024;
const ANSWER_MS = 2000;
/** Askers at once; more are turned away. */
const MAX_ASKERS = 8;

/** Answers with `report()` until the server is closed. A socket file that an earlier run left behind is replaced. */
export async function serveStatus(folder: string, report: () => unknown): Promise<Server> {
  const path = join(folder, SOCKET_NAME);
  removeStale(path);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.end(answer(report));
  });
  server.maxConnections = MAX_ASKERS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}

/** The document of the agent that runs on this state folder; `null` when none answers in time. */
export function askStatus(folder: string): Promise<unknown> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const socket = createConnection(join(folder, SOCKET_NAME));
    const give = (value: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(value);
    };
    // Not the timeout of the socket, which begins anew with every byte.
    const timer = setTimeout(() => {
      give(null);
    }, ANSWER_MS);
    socket.on('error', () => {
      give(null);
    });
    socket.on('data', (part: Buffer) => {
      size += part.length;
      if (size > MAX_BYTES) give(null);
      else parts.push(part);
    });
    socket.on('end', () => {
      try {
        give(JSON.parse(Buffer.concat(parts).toString('utf8')));
      } catch {
        give(null);
      }
    });
  });
}

/** Nothing when the facts cannot be gathered, as when the database cannot be read: no answer, and the agent goes on. */
function answer(report: () => unknown): string {
  try {
    return JSON.stringify(report());
  } catch {
    return '';
  }
}

/** Whether an agent listens on this state folder, however busy it is. */
export function isServed(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(join(folder, SOCKET_NAME));
    const give = (value: boolean) => (): void => {
      socket.destroy();
      resolve(value);
    };
    socket.on('connect', give(true));
    socket.on('error', give(false));
  });
}

function removeStale(path: string): void {
  try {
    if (lstatSync(path).isSocket()) rmSync(path);
  } catch {
    // There is none.
  }
}
