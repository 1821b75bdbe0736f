/**
 * The door through which `status` asks the running agent: a UNIX socket in the state folder, for its owner alone. Whoever
 * connects gets one JSON document and the end of the connection; nothing is read from them.
 */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { StateError } from '../store/state-error.ts';

const SOCKET_NAME = 'agent.sock';
/** A document larger than this, or one that takes longer, is no answer. */
const MAX_BYTES = 4 * 1024 * 1024;
const ANSWER_MS = 2000;
/** Askers at once; more are turned away. */
const MAX_ASKERS = 8;

/** Answers until it is closed, which ends every answer that is under way. */
export interface StatusServer {
  close(): Promise<void>;
}

/**
 * Answers with `report()` until the server is closed. A socket that an earlier run left behind is replaced; rejects with a
 * `StateError` when its place is taken or it cannot be made there.
 */
export async function serveStatus(folder: string, report: () => unknown): Promise<StatusServer> {
  const path = join(folder, SOCKET_NAME);
  await refuseTaken(folder);
  // Nobody listens on it, so it is left from a run that was killed. A link would be removed itself and not followed.
  rmSync(path, { force: true });
  const askers = new Set<Socket>();
  const server = createServer((socket) => {
    askers.add(socket);
    socket.on('close', () => askers.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.end(answer(report));
  });
  server.maxConnections = MAX_ASKERS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const advice = 'check the folder, the length of its path, and that no other agent starts';
      reject(new StateError(`${path}: cannot be opened (${codeOf(cause)}): ${advice}`, { cause }));
    });
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const asker of askers) asker.destroy();
      }),
  };
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

/**
 * Rejects with a `StateError` when an agent listens on this state folder, however busy it is, or when something that is no
 * socket lies where its socket belongs. Changes nothing.
 */
export async function refuseTaken(folder: string): Promise<void> {
  const path = join(folder, SOCKET_NAME);
  const kind = kindAt(path);
  if (kind === 'nothing') return;
  if (kind !== 'socket')
    throw new StateError(
      `${path}: is a ${kind} where the agent's socket belongs; look at who put it there and take it away`,
    );
  // Two agents would take each other's socket and give out the same numbers.
  if (await isListening(path))
    throw new StateError(`${folder}: another agent runs on it; stop that one first`);
}

function kindAt(path: string): 'nothing' | 'socket' | 'link' | 'folder' | 'file' {
  try {
    const stats = lstatSync(path);
    if (stats.isSocket()) return 'socket';
    if (stats.isSymbolicLink()) return 'link';
    return stats.isDirectory() ? 'folder' : 'file';
  } catch {
    // Whoever opens the state folder says what is wrong with it.
    return 'nothing';
  }
}

/** Only a refusal proves that nobody listens: a busy agent cannot take one more, and gives another error. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error) => {
      resolve(!['ECONNREFUSED', 'ENOENT'].includes(codeOf(error)));
    });
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}
