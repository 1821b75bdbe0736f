import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { readDestinations } from '../../../agent/deliver/destination.ts';
import type { Surroundings, Transport } from '../../../agent/deliver/transport.ts';
import type { Identity } from '../../support/certificates.ts';
import { SURROUNDINGS } from './surroundings.ts';

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The body, unpacked. */
  readonly text: string;
}

export type Answer = (request: Received, response: ServerResponse) => void;

export interface Receiver {
  /** Address without a path. */
  readonly url: string;
  readonly requests: readonly Received[];
}

/** A real server on the loopback until the test ends, over TLS when it has an identity. */
export async function startReceiver(answer: Answer, identity?: Identity): Promise<Receiver> {
  const requests: Received[] = [];
  const listener: RequestListener = (message, response) => {
    const pieces: Buffer[] = [];
    message.on('data', (piece: Buffer) => pieces.push(piece));
    message.on('end', () => {
      const bytes = Buffer.concat(pieces);
      const isPacked = message.headers['content-encoding'] === 'gzip';
      const request = {
        method: message.method ?? '',
        path: message.url ?? '',
        headers: message.headers,
        bytes,
        text: (isPacked ? gunzipSync(bytes) : bytes).toString(),
      };
      requests.push(request);
      answer(request, response);
    });
  };
  const server =
    identity === undefined
      ? createServer(listener)
      : createHttpsServer({ cert: identity.certificate, key: identity.key }, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const scheme = identity === undefined ? 'http' : 'https';
  return { url: `${scheme}://127.0.0.1:${port}`, requests };
}

/** Answers everything in the same way; an object goes out as JSON. */
export function reply(
  status: number,
  body: object | string = '',
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const isJson = typeof body !== 'string';
  return (_request, response) => {
    response.writeHead(status, {
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...headers,
    });
    response.end(isJson ? JSON.stringify(body) : body);
  };
}

/** Gives the answers one after the other, the last one for ever. */
export function inTurn(...answers: readonly Answer[]): Answer {
  let count = 0;
  return (request, response) => {
    answers[Math.min(count, answers.length - 1)]?.(request, response);
    count += 1;
  };
}

/** Cuts the connection instead of an answer. */
export const cut: Answer = (_request, response) => {
  response.destroy();
};

/** Says that all is well and cuts the connection before the end of the body. */
export const cutShort: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000', 'content-type': 'application/json' });
  response.write('{');
  setImmediate(() => response.destroy());
};

/** A transport of a destination that must be without fault; closed when the test ends. */
export function openTransport(
  type: string,
  keys: Readonly<Record<string, unknown>>,
  at: Surroundings = SURROUNDINGS,
): Transport {
  const { destinations, problems } = readDestinations([{ type, ...keys }]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const transport = destinations[0]!.open(at);
  onTestFinished(() => transport.close());
  return transport;
}

/** What is wrong with the keys of a destination. */
export function faultsOf(type: string, keys: Readonly<Record<string, unknown>>): readonly string[] {
  return readDestinations([{ type, ...keys }]).problems;
}

/** Path of a file that only its owner can read; gone when the test ends. */
export function secretFile(text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, text, { mode });
  return path;
}

export interface Clock {
  readonly at: Surroundings;
  /** Everything that was waited for. */
  readonly waits: readonly number[];
  pass(ms: number): void;
}

/** A clock that only waiting moves on. */
export function newClock(): Clock {
  const waits: number[] = [];
  let nowMs = 0;
  const at: Surroundings = {
    ...SURROUNDINGS,
    wallMs: () => 1_790_000_000_000 + nowMs,
    steadyMs: () => nowMs,
    pause: (ms) => {
      waits.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
  return {
    at,
    waits,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}
