import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Delivery } from '../../../agent/deliver/delivery.ts';
import { readDestinations } from '../../../agent/deliver/destination.ts';
import type { DestinationStatus } from '../../../agent/deliver/destination-status.ts';
import { openInFolder } from '../../../agent/store/database.ts';
import { Numbers } from '../../../agent/store/numbers.ts';
import { Outbox } from '../../../agent/store/outbox.ts';
import type { Connection } from '../../../agent/store/sqlite.ts';
import { HttpStage } from '../../support/http-stage.ts';
import { UPLOAD } from './formats/example-finding.ts';

/** Five minutes of waiting take a few milliseconds. */
const FASTER = 20_000;
const FINDINGS = 12;
const YEAR_MS = 365 * 24 * 3600 * 1000;

let stage: HttpStage;
let state: string;
let connection: Connection;
let stop: AbortController;
let running: Promise<void>;
/** What is wrong with the destination now, by code. */
let troubles: Map<string, string>;
let received: string[];
let wallMs: () => number;
let storeErrors: unknown[];

beforeEach(() => {
  stage = new HttpStage();
  state = mkdtempSync(join(tmpdir(), 'spillwatch-faults-'));
  connection = openInFolder(state);
  stop = new AbortController();
  running = Promise.resolve();
  troubles = new Map();
  received = [];
  wallMs = Date.now;
  storeErrors = [];
});
afterEach(async () => {
  stop.abort();
  await running;
  connection.close();
  await stage.close();
  rmSync(state, { recursive: true, force: true });
});

/** Keeps what comes, and answers 200. */
const takes: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const lines = body.split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const { metadata }: { metadata: { uid: string } } = JSON.parse(line);
      received.push(metadata.uid);
    }
    return response.end();
  });
};

/** Puts findings into the outbox and sends them. */
function deliver(settings: Record<string, unknown>): Delivery {
  const { destinations, problems } = readDestinations([
    { type: 'webhook', name: 'siem', gzip: false, health: false, timeoutSeconds: 1, ...settings },
  ]);
  expect(problems).toEqual([]);
  const outbox = new Outbox(connection, { maxRows: 1000, maxMegabytes: 8, days: 30 });
  const delivery: Delivery = new Delivery({
    destinations,
    outbox,
    numbers: new Numbers(connection),
    sender: () => ({ host: UPLOAD.host, version: '1.2.3' }),
    version: '1.2.3',
    at: {
      wallMs: () => wallMs(),
      steadyMs: () => performance.now() * FASTER,
      pause: async (ms, signal) => {
        await sleep(ms / FASTER, undefined, { signal }).catch(() => undefined);
      },
      hostName: () => 'mac-17',
      environment: new Map(),
    },
    random: Math.random,
    nowUs: () => wallMs() * 1000,
    raise: (_, code, detail) => troubles.set(code, detail),
    clear: (_, code) => troubles.delete(code),
    note: () => undefined,
    onStoreError: (error) => storeErrors.push(error),
  });
  outbox.enqueue(() =>
    Array.from({ length: FINDINGS }, (_, index) => {
      const finding = { ...UPLOAD, id: `f${index}`, versionId: `v${index}`, sequence: index + 1 };
      return delivery.rowsOf(finding);
    }).flat(),
  );
  running = delivery.run(stop.signal);
  return delivery;
}

async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 8000;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`still ${JSON.stringify([...troubles])}`);
    // oxlint-disable-next-line no-await-in-loop -- asked again and again
    await sleep(5);
  }
}

function statusOf(delivery: Delivery): DestinationStatus | undefined {
  return delivery.status().find(({ name }) => name === 'siem');
}

/** Everything arrives, once the fault is over, and nothing is said to be wrong any more. */
async function allArrives(delivery: Delivery): Promise<void> {
  await until(() => statusOf(delivery)?.rows === 0);
  expect(new Set(received)).toEqual(
    new Set(Array.from({ length: FINDINGS }, (_, index) => `v${index}`)),
  );
  expect(statusOf(delivery)).toMatchObject({ delivered: FINDINGS, dead: 0, dropped: 0 });
  expect([...troubles]).toEqual([]);
}

describe('nothing is lost, nothing is stuck, and it is said what is wrong, when', () => {
  it('the certificate of the receiver has expired, until it has a new one', async () => {
    const old = stage.serverIdentity({ notAfter: new Date(Date.now() - 1000) });
    const server = await stage.httpsServer(takes, { cert: old.certificate, key: old.key });
    const delivery = deliver({
      url: `https://localhost:${server.port}/`,
      tls: { caFile: stage.caFile },
    });
    await until(() => troubles.has('destination-misconfigured'));
    expect(troubles.get('destination-misconfigured')).toContain('expired');
    expect(statusOf(delivery)).toMatchObject({ rows: FINDINGS, state: 'waiting' });
    server.renew(stage.identity);
    await allArrives(delivery);
  });

  it('the client certificate has expired, until the file holds a new one', async () => {
    const old = stage.authority.issue({
      name: 'mac-17',
      for: 'client',
      notAfter: new Date(Date.now() - 1000),
    });
    const fresh = stage.authority.issue({ name: 'mac-17', for: 'client' });
    const { certFile, keyFile } = stage.clientFiles(old);
    const { port } = await stage.httpsServer(takes, {
      requestCert: true,
      rejectUnauthorized: true,
      ca: stage.authority.certificate,
    });
    const delivery = deliver({
      url: `https://localhost:${port}/`,
      tls: { caFile: stage.caFile, certFile, keyFile },
    });
    await until(() => troubles.has('destination-misconfigured'));
    expect(troubles.get('destination-misconfigured')).toContain('client certificate has expired');
    expect(statusOf(delivery)).toMatchObject({ rows: FINDINGS });
    writeFileSync(certFile, fresh.certificate);
    writeFileSync(keyFile, fresh.key);
    await allArrives(delivery);
  });

  it('the token is wrong, until the file holds the right one', async () => {
    const tokenFile = stage.file('token', 'old-token');
    const port = await stage.http((request, response) => {
      if (request.headers.authorization === 'Bearer new-token') takes(request, response);
      else response.writeHead(401).end();
    });
    const delivery = deliver({ url: `http://127.0.0.1:${port}/`, tokenFile });
    await until(() => troubles.has('destination-misconfigured'));
    expect(troubles.get('destination-misconfigured')).toContain('401');
    expect(statusOf(delivery)).toMatchObject({ rows: FINDINGS });
    writeFileSync(tokenFile, 'new-token');
    await allArrives(delivery);
  });

  it('others can read the token, until its mode is narrow', async () => {
    const tokenFile = stage.file('token', 'token', 0o644);
    const port = await stage.http(takes);
    const delivery = deliver({ url: `http://127.0.0.1:${port}/`, tokenFile });
    await until(() => troubles.has('destination-misconfigured'));
    expect(troubles.get('destination-misconfigured')).toContain('chmod 600');
    chmodSync(tokenFile, 0o600);
    await allArrives(delivery);
  });

  it('its name is not known', async () => {
    const delivery = deliver({ url: 'https://no-such-host.invalid/' });
    await until(() => troubles.has('destination-unreachable'));
    expect(troubles.get('destination-unreachable')).toContain('name is not known');
    expect(statusOf(delivery)).toMatchObject({ rows: FINDINGS, dead: 0, dropped: 0 });
  });

  it('nobody listens there, until somebody does', async () => {
    const port = await stage.freePort();
    const delivery = deliver({ url: `http://127.0.0.1:${port}/` });
    await until(() => troubles.has('destination-unreachable'));
    expect(statusOf(delivery)).toMatchObject({ rows: FINDINGS });
    await stage.httpAt(port, takes);
    await allArrives(delivery);
  });

  it('the clock of the Mac jumps ten years, to and fro', async () => {
    let jumps = 0;
    wallMs = () => {
      jumps += 1;
      return Date.now() + (jumps % 2 === 0 ? 10 : -10) * YEAR_MS;
    };
    let requests = 0;
    const port = await stage.http((request, response) => {
      requests += 1;
      const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
      if (requests % 3 === 0) takes(request, response);
      else response.writeHead(503, { 'retry-after': inAnHour }).end();
    });
    const delivery = deliver({ url: `http://127.0.0.1:${port}/` });
    await allArrives(delivery);
    expect(jumps).toBeGreaterThan(0);
  });

  it('the database cannot be written, so deliveries cannot be written down', async () => {
    const port = await stage.http(takes);
    const delivery = deliver({ url: `http://127.0.0.1:${port}/` });
    connection.pragma('query_only = ON');
    await until(() => new Set(received).size === FINDINGS);
    expect(storeErrors.length).toBeGreaterThan(0);
    connection.pragma('query_only = OFF');
    await allArrives(delivery);
  });
});
