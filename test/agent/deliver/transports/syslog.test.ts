import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Destination, readDestinations } from '../../../../agent/deliver/destination.ts';
import type { Item } from '../../../../agent/deliver/item.ts';
import type { Outcome } from '../../../../agent/deliver/outcome.ts';
import type { Surroundings, Transport } from '../../../../agent/deliver/transport.ts';
import { type Authority, newAuthority } from '../../../support/certificates.ts';
import {
  SyslogReceiver,
  type SyslogReceiverOptions,
  startSilentServer,
} from '../../../support/syslog-receiver.ts';
import { itemOf, itemsFrom } from '../items.ts';
import { NEVER, SURROUNDINGS } from '../surroundings.ts';
import { parseStrictly } from './rfc5424.ts';

let authority: Authority;
let folder: string;
let toClose: { readonly close: () => unknown }[] = [];

/** Longer than any test takes: what ends earlier was ended by an event. */
const FOREVER_MS = 60_000;
/** What the settings say, by which pauses are told apart. */
const QUIET_MS = 700;
const TIMEOUT_MS = 30_000;
const SHORT_MS = 50;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-syslog-'));
  authority = newAuthority('Test CA');
  const stranger = newAuthority('Strange CA');
  const good = authority.issue({ name: 'mac-17', for: 'client' });
  const rogue = stranger.issue({ name: 'mac-17', for: 'client' });
  const files = {
    'ca.pem': authority.certificate,
    'strange-ca.pem': stranger.certificate,
    'good.pem': good.certificate,
    'good.key': good.key,
    'rogue.pem': rogue.certificate,
    'rogue.key': rogue.key,
  };
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text, { mode: 0o600 });
});

afterEach(async () => {
  await Promise.all(toClose.map((opened) => opened.close()));
  toClose = [];
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function startReceiver(
  options: Partial<SyslogReceiverOptions> = {},
  port = 0,
): Promise<SyslogReceiver> {
  const identity = authority.issue({ name: 'localhost' });
  const receiver = await SyslogReceiver.start({ identity, ...options }, port);
  toClose.push({ close: () => receiver.close() });
  return receiver;
}

function destinationAt(port: number, keys: object = {}, tls: object = {}): Destination {
  const { destinations, problems } = readDestinations([
    {
      type: 'syslog',
      host: 'localhost',
      port,
      quietMs: QUIET_MS,
      tls: { caFile: join(folder, 'ca.pem'), ...tls },
      ...keys,
    },
  ]);
  expect(problems).toEqual([]);
  return destinations[0]!;
}

/**
 * Quiet periods that really last so long in turn, the last one for all after it, and time-outs of `timeoutMs`. `onForever` is
 * called when a pause begins that does not end by itself.
 */
function machine(
  quietsMs: readonly number[],
  timeoutMs = TIMEOUT_MS,
  onForever: () => void = () => {},
): Surroundings {
  const left = [...quietsMs];
  const nextQuietMs = (): number => (left.length > 1 ? left.shift()! : left[0]!);
  const pause: Surroundings['pause'] = (ms, signal) => {
    const realMs = ms === QUIET_MS ? nextQuietMs() : ms === TIMEOUT_MS ? timeoutMs : SHORT_MS;
    const over = SURROUNDINGS.pause(realMs, signal);
    if (realMs === FOREVER_MS) setImmediate(onForever);
    return over;
  };
  return { ...SURROUNDINGS, pause };
}

function open(destination: Destination, at = machine([SHORT_MS])): Transport {
  const transport = destination.open(at);
  toClose.push({ close: () => transport.close() });
  return transport;
}

const clientCertificate = (name: string): object => ({
  certFile: join(folder, `${name}.pem`),
  keyFile: join(folder, `${name}.key`),
});

const read = (keys: object) => readDestinations([{ type: 'syslog', ...keys }]);

const pinOf = (text: string): string => createHash('sha256').update(text).digest('base64');

const bodiesOf = (messages: readonly string[]): readonly string[] =>
  messages.map((message) => parseStrictly(message).body);

const numbersOf = (messages: readonly string[]): readonly unknown[] =>
  bodiesOf(messages).map((body) => (JSON.parse(body) as { number: number }).number);

/** Goes on as the outbox does: what is to be tried again is tried again. */
async function sendPatiently(transport: Transport, items: readonly Item[]): Promise<Outcome> {
  for (let tries = 0; tries < 5; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    const outcome = await transport.send(items, NEVER);
    if (outcome.kind !== 'retry') return outcome;
  }
  throw new Error('does not come through');
}

const ENDED: Outcome = {
  kind: 'retry',
  detail: expect.stringContaining('ended before all was sent'),
  retryAfterMs: null,
};

describe('syslog over TLS', () => {
  it.each(['octet-counting', 'newline'] as const)(
    'brings a batch in its order over one connection, framed by %s',
    async (framing) => {
      const receiver = await startReceiver({ framing });
      const transport = open(destinationAt(receiver.port, { framing }));
      const body = JSON.stringify({ text: 'Zürich\u2028🙂 ]"\\' });
      const items = [...itemsFrom(1, 50), itemOf(51, { body })];
      expect(await transport.send(items, NEVER)).toEqual({ kind: 'ok' });
      expect(await transport.send(itemsFrom(52, 53), NEVER)).toEqual({ kind: 'ok' });
      const bodies = bodiesOf(await receiver.arrived(53));
      expect(bodies).toEqual([...items, ...itemsFrom(52, 53)].map((item) => item.body));
      expect(receiver.connections).toBe(1);
    },
  );

  it('shows the client certificate that a receiver wants', async () => {
    const receiver = await startReceiver({ clientCa: authority.certificate });
    const transport = open(destinationAt(receiver.port, {}, clientCertificate('good')));
    expect(await transport.send([itemOf(1)], NEVER)).toEqual({ kind: 'ok' });
    expect(numbersOf(await receiver.arrived(1))).toEqual([1]);
  });

  it('brings a message of 150 KB and more than the buffers of the system hold', async () => {
    const receiver = await startReceiver();
    const transport = open(destinationAt(receiver.port));
    const body = JSON.stringify({ text: 'x'.repeat(150_000) });
    const items = itemsFrom(1, 100).map((item) => ({ ...item, body }));
    expect(await transport.send(items, NEVER)).toEqual({ kind: 'ok' });
    expect(bodiesOf(await receiver.arrived(100))).toEqual(items.map(() => body));
  });

  it('sends nothing of a batch with a message above the bound', async () => {
    const receiver = await startReceiver();
    const transport = open(destinationAt(receiver.port, { maxMessageBytes: 2048 }));
    const large = itemOf(2, { body: JSON.stringify({ text: 'ü'.repeat(1024) }) });
    expect(await transport.send([itemOf(1), large], NEVER)).toEqual({
      kind: 'too-big',
      detail: expect.stringMatching(
        /^a message of 21\d\d bytes is above maxMessageBytes \(2048\)$/,
      ),
    });
    expect(await transport.send([itemOf(3)], NEVER)).toEqual({ kind: 'ok' });
    expect(numbersOf(await receiver.arrived(1))).toEqual([3]);
  });

  it('says goodbye when it is closed', async () => {
    const receiver = await startReceiver();
    const transport = destinationAt(receiver.port).open(machine([SHORT_MS]));
    await transport.send([itemOf(1)], NEVER);
    await transport.close();
    await receiver.abandoned();
    expect(receiver.messages(0)).toHaveLength(1);
  });
});

describe('what the receiver may have lost', () => {
  it('is not handed over when the connection ends in the quiet period', async () => {
    const receiver = await startReceiver({ onData: (self) => self.reset() });
    const transport = open(destinationAt(receiver.port), machine([0, FOREVER_MS]));
    expect(await transport.send([itemOf(1)], NEVER)).toMatchObject({ kind: 'retry' });
    expect(receiver.connections).toBe(1);
  });

  it('goes out once more, before the next batch, when the connection was lost later', async () => {
    const receiver = await startReceiver();
    const transport = open(destinationAt(receiver.port));
    expect(await transport.send(itemsFrom(1, 2), NEVER)).toEqual({ kind: 'ok' });
    expect(await transport.send(itemsFrom(3, 3), NEVER)).toEqual({ kind: 'ok' });
    receiver.reset();
    expect(await sendPatiently(transport, itemsFrom(4, 4))).toEqual({ kind: 'ok', resent: 3 });
    expect(numbersOf(await receiver.arrived(4, receiver.connections - 1))).toEqual([1, 2, 3, 4]);
  });

  it('goes out once more when the receiver itself was killed and is there again', async () => {
    const first = await startReceiver();
    const transport = open(destinationAt(first.port));
    expect(await transport.send(itemsFrom(1, 2), NEVER)).toEqual({ kind: 'ok' });
    const { port } = first;
    first.close();
    const outcome = await transport.send(itemsFrom(3, 3), NEVER);
    expect(outcome).toMatchObject({ kind: 'retry', retryAfterMs: null });
    const second = await startReceiver({}, port);
    expect(await sendPatiently(transport, itemsFrom(3, 3))).toEqual({ kind: 'ok', resent: 2 });
    expect(numbersOf(await second.arrived(3))).toEqual([1, 2, 3]);
  });

  it('goes out twice at most to a receiver that closes idle connections', async () => {
    const receiver = await startReceiver();
    const transport = open(destinationAt(receiver.port));
    const outcomes: Outcome[] = [];
    for (const id of [1, 2, 3]) {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      outcomes.push(await sendPatiently(transport, [itemOf(id)]));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await receiver.end();
    }
    expect(outcomes).toEqual([
      { kind: 'ok' },
      { kind: 'ok', resent: 1 },
      { kind: 'ok', resent: 1 },
    ]);
    const connections = Array.from({ length: receiver.connections }, (_, index) => index);
    expect(connections.map((index) => numbersOf(receiver.messages(index)))).toEqual([
      [1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('is not forgotten when connection and credentials are made anew', async () => {
    const first = await startReceiver();
    const destination = destinationAt(first.port);
    const { port } = first;
    const before = open(destination);
    expect(await before.send(itemsFrom(1, 2), NEVER)).toEqual({ kind: 'ok' });
    first.close();
    expect(await before.send(itemsFrom(3, 3), NEVER)).toMatchObject({ kind: 'retry' });
    await before.close();
    const second = await startReceiver({}, port);
    const after = open(destination);
    expect(await after.send(itemsFrom(3, 3), NEVER)).toEqual({ kind: 'ok', resent: 2 });
    expect(numbersOf(await second.arrived(3))).toEqual([1, 2, 3]);
  });

  it('goes out once more when the receiver does not answer the goodbye', async () => {
    const receiver = await startReceiver({ isDeaf: true });
    const destination = destinationAt(receiver.port);
    const before = open(destination);
    expect(await before.send([itemOf(1)], NEVER)).toEqual({ kind: 'ok' });
    await before.close();
    const outcome = await open(destination).send([itemOf(2)], NEVER);
    expect(outcome).toEqual({ kind: 'ok', resent: 1 });
  });

  it('is nothing when the receiver read to the goodbye', async () => {
    const receiver = await startReceiver();
    const destination = destinationAt(receiver.port);
    const before = open(destination);
    expect(await before.send(itemsFrom(1, 2), NEVER)).toEqual({ kind: 'ok' });
    await before.close();
    const after = open(destination);
    expect(await after.send(itemsFrom(3, 3), NEVER)).toEqual({ kind: 'ok' });
    expect(numbersOf(await receiver.arrived(1, 1))).toEqual([3]);
  });
});

describe('a receiver that cannot be used', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is a matter of the configuration when it wants a client certificate (%s)',
    async (maxVersion) => {
      const receiver = await startReceiver({ clientCa: authority.certificate, maxVersion });
      const transport = open(destinationAt(receiver.port), machine([FOREVER_MS]));
      expect(await transport.send([itemOf(1)], NEVER)).toEqual({
        kind: 'config',
        detail: expect.stringContaining('certificate'),
      });
      expect(receiver.messages(0)).toEqual([]);
    },
  );

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'costs nothing when it hangs up on a rogue client certificate without a word (%s)',
    async (maxVersion) => {
      const receiver = await startReceiver({ clientCa: authority.certificate, maxVersion });
      const destination = destinationAt(receiver.port, {}, clientCertificate('rogue'));
      expect(await open(destination, machine([FOREVER_MS])).send([itemOf(1)], NEVER)).toEqual({
        kind: 'retry',
        detail: expect.stringContaining('its log says why (the client certificate?)'),
        retryAfterMs: null,
      });
      expect(receiver.messages(0)).toEqual([]);
    },
  );

  it.each([
    ['an unknown CA', { caFile: 'strange-ca.pem' }, 'tls.caFile'],
    ['another name', { serverName: 'logs.example.com' }, 'tls.serverName'],
    ['other pins', { pins: [pinOf('a'), pinOf('b')] }, 'tls.pins'],
  ])('is a matter of the configuration when its certificate has %s', async (_, tls, advice) => {
    const receiver = await startReceiver();
    const { caFile = 'ca.pem', ...others } = tls as { caFile?: string };
    const transport = open(
      destinationAt(receiver.port, {}, { caFile: join(folder, caFile), ...others }),
    );
    expect(await transport.send([itemOf(1)], NEVER)).toEqual({
      kind: 'config',
      detail: expect.stringContaining(advice),
    });
    expect(receiver.connections).toBe(0);
  });

  it('is a matter of the configuration when a certificate cannot be read', async () => {
    const missing = join(folder, 'missing.pem');
    const transport = open(destinationAt(1, {}, { caFile: missing }));
    expect(await transport.send([itemOf(1)], NEVER)).toEqual({
      kind: 'config',
      detail: expect.stringContaining(missing),
    });
  });

  it('is waited for when nobody listens', async () => {
    const receiver = await startReceiver();
    const { port } = receiver;
    receiver.close();
    expect(await open(destinationAt(port)).send([itemOf(1)], NEVER)).toMatchObject({
      kind: 'retry',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is given up when it takes the connection and says nothing', async () => {
    const silent = await startSilentServer();
    toClose.push(silent);
    const at = machine([FOREVER_MS], 20);
    expect(await open(destinationAt(silent.port), at).send([itemOf(1)], NEVER)).toMatchObject({
      kind: 'retry',
      detail: expect.stringContaining('does not answer for 30 s'),
    });
  });

  it('is given up when it stops to read', async () => {
    const receiver = await startReceiver({ isDeaf: true });
    const at = machine([0], 1500);
    const transport = open(destinationAt(receiver.port, { maxMessageBytes: 2_000_000 }), at);
    const body = JSON.stringify({ text: 'x'.repeat(1_000_000) });
    const items = itemsFrom(1, 32).map((item) => ({ ...item, body }));
    expect(await transport.send(items, NEVER)).toMatchObject({
      kind: 'retry',
      detail: expect.stringContaining('takes no more for 30 s'),
    });
  });
});

describe('an attempt that is ended from outside', () => {
  it.each([
    ['before the first byte', [FOREVER_MS]],
    ['after the last byte', [0, FOREVER_MS]],
  ])('in the quiet period %s is to be tried again', async (_, quietsMs) => {
    const receiver = await startReceiver();
    const stop = new AbortController();
    const at = machine(quietsMs, TIMEOUT_MS, () => stop.abort());
    expect(await open(destinationAt(receiver.port), at).send([itemOf(1)], stop.signal)).toEqual(
      ENDED,
    );
  });

  it('while connecting is to be tried again', async () => {
    const silent = await startSilentServer();
    toClose.push(silent);
    const stop = new AbortController();
    const at = machine([0], FOREVER_MS, () => stop.abort());
    expect(await open(destinationAt(silent.port), at).send([itemOf(1)], stop.signal)).toEqual(
      ENDED,
    );
  });
});

describe('the settings of syslog', () => {
  it('need a host and nothing else', () => {
    const { destinations, problems } = read({ host: '192.0.2.1' });
    expect(problems).toEqual([]);
    expect(destinations).toMatchObject([
      { format: 'ocsf', isBestEffort: true, batch: { maxItems: 200, maxBytes: 131_072 } },
    ]);
  });

  it('take everything that can be said', () => {
    const { problems } = read({
      name: 'siem',
      host: 'logs.example.com',
      port: 6514,
      framing: 'octet-counting',
      facility: 13,
      maxMessageBytes: 262_144,
      timeoutSeconds: 30,
      quietMs: 1000,
      tls: {
        caFile: '/Library/Application Support/Spillwatch/ca.pem',
        certFile: '/Library/Application Support/Spillwatch/client.pem',
        keyFile: '/Library/Application Support/Spillwatch/client.key',
        serverName: 'logs.example.com',
      },
      format: 'ocsf',
      minimumSeverity: 'medium',
    });
    expect(problems).toEqual([]);
  });

  it.each(['logs.example.com', 'logs.example.com.', 'localhost', '::1', 'a-b_c'])(
    'take %s for a host',
    (host) => {
      expect(read({ host }).problems).toEqual([]);
    },
  );

  it.each(['logs.example.com:6514', 'tls://logs', 'a..b', 'büro', '[::1]', ' '])(
    'do not take %s for a host',
    (host) => {
      expect(read({ host }).problems).toEqual([
        'deliver, item 1: host must be a name or an IP address; the port has a key of its own',
      ]);
    },
  );

  it('name everything that is wrong', () => {
    const { destinations, problems } = read({
      port: 0,
      framing: 'lines',
      facility: 24,
      maxMessageBytes: 100,
      timeoutSeconds: 0,
      quietMs: 0,
      tls: { certFile: '/c.pem' },
      url: 'x',
      format: 'splunk',
    });
    expect(destinations).toEqual([]);
    expect(problems.map((line) => line.replace('deliver, item 1: ', ''))).toEqual([
      'format must be one of ocsf, ecs, summary',
      'host is missing; add it',
      'port must be a whole number from 1 to 65535',
      'framing must be one of octet-counting, newline',
      'facility must be a whole number from 0 to 23',
      'maxMessageBytes must be a whole number from 2048 to 8388608',
      'timeoutSeconds must be a whole number from 1 to 300',
      'quietMs must be a whole number from 100 to 60000',
      'tls.certFile needs the other of the two; add it',
      'url is no key of this type; remove it',
    ]);
  });
});
