/**
 * The configuration of pkg/collector/rsyslog in a real rsyslogd: events of the agent's own syslog transport, the file it writes,
 * and the hand-over to Elasticsearch (a server of the test that speaks its bulk protocol) and Kafka (librdkafka's mock broker).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readDestinations } from '../../agent/deliver/destination.ts';
import { encode } from '../../agent/deliver/formats/encode.ts';
import type { Item } from '../../agent/deliver/item.ts';
import type { Outcome } from '../../agent/deliver/outcome.ts';
import { UPLOAD } from '../agent/deliver/formats/example-finding.ts';
import { EXAMPLES, SENDER } from '../agent/deliver/formats/example-outgoing.ts';
import { NEVER, SURROUNDINGS } from '../agent/deliver/surroundings.ts';
import { type Handover, isShippedRsyslogHere, ShippedRsyslog } from './shipped-rsyslog.ts';
import { slowLineTo } from './slow-line.ts';
import { until } from './until.ts';

const KCAT = '/usr/bin/kcat';
/** A refusal is waited for this long, because silence is all that syslog has for a yes. */
const REFUSED_BY_MS = 10_000;
const endings: (() => unknown)[] = [];

afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- the last that was begun first
  while (endings.length > 0) await endings.pop()?.();
});

async function collector(
  handovers: readonly Handover[] = [],
  changes?: (text: string) => string,
): Promise<ShippedRsyslog> {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-collector-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  const server = await ShippedRsyslog.prepare(folder, handovers, changes);
  endings.push(() => server.stop());
  return server;
}

async function running(
  handovers: readonly Handover[] = [],
  changes?: (text: string) => string,
): Promise<ShippedRsyslog> {
  const server = await collector(handovers, changes);
  await server.start();
  return server;
}

/** Hands items over by the destination of the page, one after the other. */
async function send(
  server: ShippedRsyslog,
  items: readonly Item[],
  {
    client = 'mac',
    port = server.port,
    quietMs = 300,
  }: { client?: 'mac' | 'stranger' | 'rogue'; port?: number; quietMs?: number } = {},
): Promise<Outcome> {
  const { destinations, problems } = readDestinations([
    {
      type: 'syslog',
      host: 'localhost',
      port,
      format: 'ocsf',
      quietMs,
      tls: server.client(client),
    },
  ]);
  expect(problems).toEqual([]);
  const transport = destinations[0]!.open(SURROUNDINGS);
  const outcome = await transport.send(items, NEVER);
  await transport.close();
  return outcome;
}

function finding(number: number, user = 'maria'): Item {
  const versionId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const outgoing = { ...EXAMPLES.finding, finding: { ...UPLOAD, versionId, user } };
  return { ...encode(outgoing, 'ocsf', SENDER), id: number };
}

const bodiesOf = (items: readonly Item[]) => items.map(({ body }) => body);

describe.skipIf(!isShippedRsyslogHere())('the rsyslog of pkg/collector', () => {
  it.each([[[]], [['elastic']], [['kafka']], [['elastic', 'kafka']]] as const)(
    'rsyslogd finds its configuration in order with the hand-overs %j',
    async (handovers) => {
      const { status, output } = (await collector(handovers)).check();
      expect(output).toMatch(/End of config validation run/);
      expect(status).toBe(0);
    },
  );

  it('writes down two findings, a heartbeat and a health event byte by byte, in their order', async () => {
    const server = await running();
    const own = [EXAMPLES.heartbeat, EXAMPLES.health].map((outgoing, index) => ({
      ...encode(outgoing, 'ocsf', SENDER),
      id: 10 + index,
    }));
    const items = [finding(1, 'Zoë \u007f \\ "x" \t %s 100%'), finding(2), ...own];
    expect(await send(server, items)).toEqual({ kind: 'ok' });
    await until('the events', () => server.events().length >= items.length);
    expect(server.events()).toEqual(bodiesOf(items));
    expect(server.log('unreadable.log')).toBe('');
  });

  it('takes an event that is as long as the transport sends', async () => {
    const server = await running();
    const long = { ...finding(1), body: JSON.stringify({ text: 'ö'.repeat(125_000) }) };
    expect(await send(server, [long])).toEqual({ kind: 'ok' });
    await until('the event', () => server.events().length > 0);
    expect(server.events()).toEqual([long.body]);
  });

  it.each([
    ['stranger', 'at once'],
    ['stranger', 'in pieces'],
    ['rogue', 'at once'],
    ['rogue', 'in pieces'],
  ] as const)('lets no %s in, whose handshake comes %s, and says so', async (client, how) => {
    const server = await running();
    const line = await slowLineTo(server.port);
    endings.push(() => line.close());
    const { port } = how === 'in pieces' ? line : server;
    const refused = await send(server, [finding(1)], { client, port, quietMs: REFUSED_BY_MS });
    expect(['config', 'retry']).toContain(refused.kind);
    expect(await send(server, [finding(2)], { port })).toEqual({ kind: 'ok' });
    await until('the event of the good client', () => server.events().length > 0);
    expect(server.events()).toEqual([finding(2).body]);
    expect(server.log('rsyslogd.log')).toMatch(/peer|certificate/i);
  });

  it('keeps what is no JSON', async () => {
    const server = await running();
    await send(server, [{ ...finding(1), body: 'not {json}' }, finding(2)]);
    await until('the event', () => server.events().length > 0);
    expect(server.events()).toEqual([finding(2).body]);
    expect(server.log('unreadable.log')).toContain('not {json}');
  });

  it('hands over to Elasticsearch: repeats are no matter, what is refused for now comes again, for good is kept', async () => {
    const elastic = await startElastic();
    const server = await running(['elastic'], elastic.changes);
    const [first, second, busy, poison] = [finding(1), finding(2), finding(3), finding(4)];
    elastic.answers.set(busy.uid, [429, 429, 201]);
    elastic.answers.set(poison.uid, [400]);
    await send(server, [first, second, busy, poison]);
    await send(server, [first]);
    await until(
      'all answers',
      () => elastic.asked(busy.uid) === 3 && elastic.asked(first.uid) === 2,
    );
    await until('the refusal', () => server.log('elastic-refused.log') !== '');
    expect([...elastic.documents.keys()].toSorted()).toEqual(
      [first.uid, second.uid, busy.uid].toSorted(),
    );
    expect(elastic.documents.get(first.uid)).toEqual(JSON.parse(first.body));
    expect(elastic.authorizations).toEqual(
      new Set([`Basic ${Buffer.from('spillwatch:elastic-password-1').toString('base64')}`]),
    );
    const [refused = ''] = server.log('elastic-refused.log').split('\n');
    expect(refused).toMatch(/^400 test_exception \{/);
    expect(JSON.parse(refused.slice(refused.indexOf('{')))).toEqual(JSON.parse(poison.body));
    // Nothing goes round and round.
    expect(elastic.asked(first.uid) + elastic.asked(poison.uid)).toBe(3);
  });

  it('a request that Elasticsearch refuses as a whole is kept in a file, not sent again', async () => {
    const elastic = await startElastic();
    const server = await running(['elastic'], elastic.changes);
    elastic.refuseRequests(503);
    await send(server, [finding(1)]);
    await until('the request', () => server.log('elastic-requests.log').includes(finding(1).uid));
    elastic.refuseRequests(null);
    await send(server, [finding(2)]);
    await until('the document', () => elastic.documents.size > 0);
    expect([...elastic.documents.keys()]).toEqual([finding(2).uid]);
    expect(server.events()).toEqual(bodiesOf([finding(1), finding(2)]));
  });

  it('a server that cannot be reached is waited for', async () => {
    const elastic = await startElastic();
    const server = await running(['elastic'], elastic.changes);
    await elastic.close();
    await send(server, [finding(1)]);
    await until('the failure', () => server.log('rsyslogd.log').includes('suspended'));
    await elastic.reopen();
    await until('the document', () => elastic.documents.size > 0, 60_000);
    expect([...elastic.documents.keys()]).toEqual([finding(1).uid]);
  });

  it.skipIf(!existsSync(KCAT))('hands over to Kafka, with the Mac as key', async () => {
    const address = await startKafka();
    const server = await running(['kafka'], (text) =>
      text
        .replace(/broker=\[[^\]]*\]/, `broker=["${address}"]`)
        .replace('security.protocol=ssl', 'security.protocol=plaintext')
        .replaceAll(/^.*"ssl\..*\n/gm, ''),
    );
    const items = [finding(1), finding(2)];
    await send(server, items);
    const read = await until('the messages', () => {
      const lines = consumed(address);
      return lines.length >= items.length && lines;
    });
    expect(read).toEqual(items.map(({ body }) => `${UPLOAD.host.id} ${body}`));
  });
});

interface Elastic {
  /** Leads the shipped hand-over to this server. */
  readonly changes: (text: string) => string;
  /** Statuses of an item by its id, in turn; else 201, and 409 for one that is there. */
  readonly answers: Map<string, number[]>;
  readonly documents: ReadonlyMap<string, unknown>;
  readonly authorizations: ReadonlySet<string>;
  /** How often an item came. */
  asked(id: string): number;
  /** Answers every request with this status; `null` as usual. */
  refuseRequests(status: number | null): void;
  close(): Promise<void>;
  reopen(): Promise<void>;
}

/** A server that speaks the bulk protocol of Elasticsearch. */
async function startElastic(): Promise<Elastic> {
  const answers = new Map<string, number[]>();
  const documents = new Map<string, unknown>();
  const authorizations = new Set<string>();
  const asked = new Map<string, number>();
  let refusal: number | null = null;

  function statusOf(id: string, document: string): number {
    asked.set(id, (asked.get(id) ?? 0) + 1);
    const status = answers.get(id)?.shift() ?? (documents.has(id) ? 409 : 201);
    if (status === 201) documents.set(id, JSON.parse(document));
    return status;
  }

  const listen = (port: number) => {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        if (request.url !== '/_bulk') {
          response.end('{}');
          return;
        }
        authorizations.add(request.headers.authorization ?? '');
        if (refusal !== null) {
          response.writeHead(refusal, { 'content-type': 'application/json' });
          response.end('{"error":"as the test wants it"}');
          return;
        }
        const lines = body.split('\n').filter((line) => line !== '');
        const items = lines.flatMap((line, index) => {
          if (index % 2 === 1) return [];
          const { _id: id } = (JSON.parse(line) as { create: { _id: string } }).create;
          const status = statusOf(id, lines[index + 1] ?? '');
          const error = { type: 'test_exception', reason: 'as the test wants it' };
          return [{ create: { _id: id, status, ...(status >= 400 && { error }) } }];
        });
        const errors = items.some(({ create }) => create.status >= 400);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ took: 1, errors, items }));
      });
    });
    server.listen(port, '127.0.0.1');
    return once(server, 'listening').then(() => server);
  };

  let server: Server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  endings.push(close);
  return {
    changes: (text) =>
      text
        .replace('https://elastic.example.net', 'http://127.0.0.1')
        .replace('serverPort="9200"', `serverPort="${port}"`)
        .replace('action.resumeInterval="10"', 'action.resumeInterval="1"')
        .replaceAll(/^.*tls\.caCert=.*\n/gm, ''),
    answers,
    documents,
    authorizations,
    asked: (id) => asked.get(id) ?? 0,
    refuseRequests: (status) => {
      refusal = status;
    },
    close,
    reopen: async () => {
      server = await listen(port);
    },
  };
}

/** A broker of librdkafka's mock cluster, which lives in an idle producer. */
async function startKafka(): Promise<string> {
  const mock = ['-X', 'test.mock.num.brokers=1', '-d', 'mock'];
  const producer: ChildProcess = spawn(KCAT, ['-P', '-t', 'idle', '-b', 'mock', ...mock], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  endings.push(() => producer.kill());
  let said = '';
  producer.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return until('the mock broker', () => /bootstrap\.servers=(127\.0\.0\.1:\d+)/.exec(said)?.[1]);
}

/** Key and value of every message of the topic. */
function consumed(address: string): readonly string[] {
  const topic = ['-t', 'spillwatch', '-o', 'beginning', '-e', '-q', '-f', '%k %s\\n'];
  const { stdout } = spawnSync(KCAT, ['-C', '-b', address, ...topic], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  return stdout.split('\n').slice(0, -1);
}
