import { createHmac, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, it } from 'vitest';
import { readDestinations } from '../../../../agent/deliver/destination.ts';
import type { Item } from '../../../../agent/deliver/item.ts';
import type { Outcome } from '../../../../agent/deliver/outcome.ts';
import type { Surroundings, Transport } from '../../../../agent/deliver/transport.ts';
import { HttpStage } from '../../../support/http-stage.ts';
import { itemOf, itemsFrom } from '../items.ts';
import { NEVER, SURROUNDINGS } from '../surroundings.ts';

const stage = new HttpStage();
const open: Transport[] = [];
afterAll(async () => {
  await Promise.all(open.map((transport) => transport.close()));
  await stage.close();
});

const TOKEN = 'tok-5a1f77c2e9';
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const NEXT_SECRET = `whsec_${randomBytes(24).toString('base64')}`;

interface Got {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The body, unpacked. */
  readonly text: string;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

interface Receiver {
  readonly url: string;
  readonly got: Got[];
}

/** A receiver over TLS that answers the requests in turn, the last reply for ever. */
async function receiver(...replies: readonly Reply[]): Promise<Receiver> {
  const got: Got[] = [];
  const port = await stage.https((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const bytes = Buffer.concat(pieces);
      const isPacked = request.headers['content-encoding'] === 'gzip';
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      got.push({ headers, bytes, text: (isPacked ? gunzipSync(bytes) : bytes).toString() });
      const {
        status = 200,
        headers: answered,
        text,
      } = replies[got.length - 1] ?? replies.at(-1) ?? {};
      response.writeHead(status, answered).end(text);
    });
  });
  return { url: `https://127.0.0.1:${port}/hook`, got };
}

function openWebhook(url: string, keys: object = {}, at: Surroundings = SURROUNDINGS): Transport {
  const tls = { caFile: stage.caFile };
  const { destinations, problems } = readDestinations([{ type: 'webhook', url, tls, ...keys }]);
  expect(problems).toEqual([]);
  const transport = destinations[0]!.open(at);
  open.push(transport);
  return transport;
}

function send(url: string, items: readonly Item[], keys: object = {}): Promise<Outcome> {
  return openWebhook(url, keys).send(items, NEVER);
}

describe('a batch', () => {
  it('goes as lines, compressed', async () => {
    const { url, got } = await receiver();
    expect(await send(url, itemsFrom(1, 3))).toEqual({ kind: 'ok' });
    expect(got).toHaveLength(1);
    expect(got[0]?.text).toBe('{"number":1}\n{"number":2}\n{"number":3}\n');
    expect(got[0]?.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
      'user-agent': 'spillwatch',
    });
  });

  it('goes as an array', async () => {
    const { url, got } = await receiver();
    await send(url, itemsFrom(1, 3), { body: 'json-array', gzip: false });
    expect(got[0]?.text).toBe('[{"number":1},{"number":2},{"number":3}]');
    expect(got[0]?.headers['content-type']).toBe('application/json');
    expect(got[0]?.headers).not.toHaveProperty('content-encoding');
  });

  it('goes as one request an item', async () => {
    const { url, got } = await receiver();
    expect(await send(url, itemsFrom(1, 3), { body: 'json-single' })).toEqual({ kind: 'ok' });
    expect(got.map(({ text }) => text)).toEqual(['{"number":1}', '{"number":2}', '{"number":3}']);
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  });

  it('keeps every character of its items', async () => {
    const { url, got } = await receiver();
    const body = JSON.stringify({ path: '/Users/Zoë/财务\u2028"\\\ud83d\ude00.csv' });
    await send(url, [itemOf(1, { body })]);
    expect(got[0]?.text).toBe(`${body}\n`);
  });

  it('goes under the type that is set', async () => {
    const { url, got } = await receiver();
    await send(url, [itemOf(1)], { contentType: 'application/json; charset=utf-8' });
    expect(got[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('has the same id and the same bytes when it goes again, and another one with other items', async () => {
    const { url, got } = await receiver();
    await send(url, itemsFrom(1, 3));
    await send(url, itemsFrom(1, 3));
    await send(url, itemsFrom(1, 2));
    const [first, second, third] = got;
    expect(first?.headers['webhook-id']).toMatch(/^batch_[0-9a-f]{32}$/);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(third?.headers['webhook-id']).not.toBe(first?.headers['webhook-id']);
  });

  it('carries token and headers, of values and of files', async () => {
    const { url, got } = await receiver();
    await send(url, [itemOf(1)], {
      tokenFile: stage.file('token', `${TOKEN}\n`),
      headers: { 'X-Tenant': 'north 7', 'User-Agent': 'ours' },
      headerFiles: { 'X-Api-Key': stage.file('key', 'k-1234567890\n') },
    });
    expect(got[0]?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'x-tenant': 'north 7',
      'user-agent': 'ours',
      'x-api-key': 'k-1234567890',
    });
  });
});

describe('a signature', () => {
  const file = stage.file('secret', `${SECRET}\n`);
  const nextFile = stage.file('secret', NEXT_SECRET);

  it('is verified by the library of Standard Webhooks', async () => {
    const { url, got } = await receiver();
    await send(url, [itemOf(1)], { body: 'json-array', signingSecretFiles: [file] });
    const { text, headers } = got[0]!;
    expect(headers).not.toHaveProperty('content-encoding');
    expect(new Webhook(SECRET).verify(text, headers)).toEqual([{ number: 1 }]);
    expect(() => new Webhook(NEXT_SECRET).verify(text, headers)).toThrow('No matching signature');
    expect(() => new Webhook(SECRET).verify(`${text} `, headers)).toThrow('No matching signature');
  });

  it('is there for each secret while they change', async () => {
    const { url, got } = await receiver();
    await send(url, itemsFrom(1, 2), { signingSecretFiles: [file, nextFile] });
    const { text, headers } = got[0]!;
    for (const secret of [SECRET, NEXT_SECRET])
      expect(() => new Webhook(secret).verify(text, headers, { jsonParse: false })).not.toThrow();
  });

  it('is of the bytes on the wire when the body is compressed nevertheless', async () => {
    const { url, got } = await receiver();
    await send(url, [itemOf(1)], { signingSecretFiles: [file], gzip: true });
    const { bytes, headers } = got[0]!;
    expect(gunzipSync(bytes).toString()).toBe('{"number":1}\n');
    const hmac = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'));
    hmac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`).update(bytes);
    expect(headers['webhook-signature']).toBe(`v1,${hmac.digest('base64')}`);
  });

  it('has the time of the attempt, not of the batch', async () => {
    const { url, got } = await receiver();
    const times = [1_790_000_000_999, 1_790_000_061_000];
    const at = { ...SURROUNDINGS, wallMs: () => times[got.length] ?? 0 };
    const transport = openWebhook(url, { signingSecretFiles: [file] }, at);
    await transport.send([itemOf(1)], NEVER);
    await transport.send([itemOf(1)], NEVER);
    expect(got.map(({ headers }) => headers['webhook-timestamp'])).toEqual([
      '1790000000',
      '1790000061',
    ]);
    expect(new Set(got.map(({ headers }) => headers['webhook-signature'])).size).toBe(2);
  });

  it('is not there without secrets', async () => {
    const { url, got } = await receiver();
    await send(url, [itemOf(1)]);
    expect(got[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([
    ['no prefix', randomBytes(32).toString('base64')],
    ['a key of ed25519', `whsk_${randomBytes(32).toString('base64')}`],
    ['too short', `whsec_${randomBytes(23).toString('base64')}`],
    ['too long', `whsec_${randomBytes(65).toString('base64')}`],
    ['no base64', `whsec_${'?'.repeat(40)}`],
    ['two lines', `${SECRET}\n${NEXT_SECRET}`],
  ])('needs a secret as the standard has it: %s', async (_what, text) => {
    const path = stage.file('secret', text);
    expect(() => openWebhook('https://127.0.0.1:1/', { signingSecretFiles: [path] })).toThrow(
      `${path}: must hold whsec_ and base64 of 24 to 64 bytes; write it so`,
    );
  });
});

/** How nginx refuses a request. */
function page(title: string): string {
  return `<html>\r\n<head><title>400 ${title}</title></head>\r\n<body>\r\n</body>\r\n</html>\r\n`;
}

describe('an answer', () => {
  it.each([200, 201, 202, 204])('of %i says that all is kept', async (status) => {
    const { url } = await receiver({ status });
    expect(await send(url, [itemOf(1)])).toEqual({ kind: 'ok' });
  });

  it.each([
    [400, 'rejected'],
    [401, 'config'],
    [404, 'config'],
    [413, 'too-big'],
    [302, 'config'],
    [500, 'retry'],
  ])('of %i is %s', async (status, kind) => {
    const { url } = await receiver({ status });
    expect((await send(url, [itemOf(1)])).kind).toBe(kind);
  });

  it('may ask to wait, in seconds or until a time', async () => {
    const at = { ...SURROUNDINGS, wallMs: () => Date.UTC(2026, 9, 14) };
    const { url } = await receiver(
      { status: 429, headers: { 'retry-after': '9' } },
      { status: 503, headers: { 'retry-after': 'Wed, 14 Oct 2026 00:01:00 GMT' } },
    );
    const transport = openWebhook(url, {}, at);
    expect(await transport.send([itemOf(1)], NEVER)).toMatchObject({ retryAfterMs: 9000 });
    expect(await transport.send([itemOf(1)], NEVER)).toMatchObject({ retryAfterMs: 60_000 });
  });

  it('is quoted in short, without its secrets and ours', async () => {
    const key = 'k-1234567890';
    const text = `no tenant for\n"${TOKEN}" with ${key}, password=hunter2hunter2 ${'x'.repeat(500)}`;
    const { url } = await receiver({ status: 403, text });
    const outcome = await send(url, [itemOf(1)], {
      tokenFile: stage.file('token', TOKEN),
      headerFiles: { 'x-api-key': stage.file('key', key) },
    });
    const { detail } = outcome as Extract<Outcome, { detail: string }>;
    expect(detail).toContain(
      '(it says: no tenant for "[REDACTED]" with [REDACTED], password=[REDACTED]',
    );
    expect(detail.length).toBeLessThan(250);
    expect(detail).not.toMatch(/tok-|k-1234|hunter2/);
  });

  it('of a web page is no answer of a receiver', async () => {
    const { url } = await receiver({ text: '\n<!DOCTYPE html><title>Sign in</title>' });
    expect(await send(url, [itemOf(1)])).toEqual({
      kind: 'config',
      detail: 'a web page answers, not the receiver; correct the url',
    });
  });

  it('may be any other text, whatever its type', async () => {
    const { url } = await receiver({ text: 'ok <3', headers: { 'content-type': 'text/html' } });
    expect(await send(url, [itemOf(1)])).toEqual({ kind: 'ok' });
  });

  it('of nginx about a client certificate is a matter of configuration', async () => {
    const { url } = await receiver(
      { status: 400, text: page('The SSL certificate error') },
      { status: 400, text: page('No required SSL certificate was sent') },
      { status: 400, text: `{"bad":${JSON.stringify(page('The SSL certificate error'))}}` },
    );
    const transport = openWebhook(url);
    const kinds = [];
    for (let attempt = 0; attempt < 3; attempt += 1)
      // oxlint-disable-next-line no-await-in-loop -- the receiver answers in turn
      kinds.push((await transport.send([itemOf(1)], NEVER)).kind);
    expect(kinds).toEqual(['config', 'config', 'rejected']);
  });

  it('that never comes is tried again', async () => {
    expect(await send('https://127.0.0.1:1/', [itemOf(1)])).toMatchObject({ kind: 'retry' });
  });

  it('is not waited for when the agent stops', async () => {
    const port = await stage.https(() => {});
    const transport = openWebhook(`https://127.0.0.1:${port}/`);
    expect(await transport.send([itemOf(1)], AbortSignal.abort())).toMatchObject({ kind: 'retry' });
  });
});

describe('items that go one by one', () => {
  it('stop at the first that is not taken; those before are kept', async () => {
    const { url, got } = await receiver({}, {}, { status: 400 });
    const outcome = await send(url, itemsFrom(1, 5), { body: 'json-single' });
    expect(outcome).toMatchObject({
      kind: 'items',
      answers: [
        { kind: 'ok' },
        { kind: 'ok' },
        { kind: 'retry' },
        { kind: 'retry' },
        { kind: 'retry' },
      ],
    });
    expect(got).toHaveLength(3);
  });

  it('are judged as a batch when already the first is not taken', async () => {
    const { url, got } = await receiver({ status: 413 });
    expect((await send(url, itemsFrom(1, 5), { body: 'json-single' })).kind).toBe('too-big');
    expect(got).toHaveLength(1);
  });
});

describe('the keys', () => {
  const URL_TEXT = 'https://siem.example.com/hook';

  it.each([
    [
      { url: 'http://siem.example.com/' },
      'url must begin with https://; http is for this machine only',
    ],
    [{ body: 'xml' }, 'body must be one of ndjson, json-array, json-single'],
    [{ contentType: 'text' }, 'contentType must be a media type such as application/json'],
    [{ format: 'cef' }, 'format must be one of ocsf, ecs, splunk, summary'],
    [{ tokenFile: 'token' }, 'tokenFile must be an absolute path'],
    [{ signingSecretFiles: ['secret'] }, 'signingSecretFiles must be 1 to 4 absolute paths'],
    [
      { signingSecretFiles: ['/1', '/2', '/3', '/4', '/5'] },
      'signingSecretFiles must be 1 to 4 absolute paths',
    ],
    [
      { headers: { Host: 'x' } },
      'headers "host" is for the connection and not to be set; remove it',
    ],
    [
      { headers: { 'Transfer-Encoding': 'chunked' } },
      'headers "transfer-encoding" is for the connection and not to be set; remove it',
    ],
    [
      { headers: { 'content-length': '0' } },
      'headers "content-length" is for the connection and not to be set; remove it',
    ],
    [
      { headers: { Connection: 'close' } },
      'headers "connection" is for the connection and not to be set; remove it',
    ],
    [
      { headers: { Authorization: 'x' } },
      'headers "authorization" is written from tokenFile; set that',
    ],
    [
      { headers: { 'Content-Type': 'x/y' } },
      'headers "content-type" is written from contentType; set that',
    ],
    [{ headers: { 'webhook-id': '1' } }, 'headers "webhook-id" is written by the agent; remove it'],
    [
      { headers: { 'Proxy-Authorization': 'x' } },
      'headers "proxy-authorization" is for a proxy; set proxy instead',
    ],
    [{ headers: { 'a b': 'x' } }, 'headers "a b" is no name of a header; correct it'],
    [{ headers: { 'x-a:': 'x' } }, 'headers "x-a:" is no name of a header; correct it'],
    [{ headers: { 'x-a': 'ü' } }, 'headers "x-a" must be at most 4096 characters of ASCII'],
    [{ headers: { 'x-a': 'a\r\nhost: b' } }, 'headers must be an object with texts as values'],
    [
      { headers: { 'X-Api-Key': 'abc' } },
      'headers "x-api-key" looks like a secret; put its value into a file and name that in headerFiles',
    ],
    [
      { headers: { 'x-a': `ghp_${'a1B2'.repeat(9)}` } },
      'headers "x-a" looks like a secret; put its value into a file and name that in headerFiles',
    ],
    [{ headerFiles: { 'x-a': 'key' } }, 'headerFiles "x-a" must be an absolute path'],
    [
      { headers: { 'x-a': 'b' }, headerFiles: { 'X-A': '/key' } },
      'headerFiles "x-a" is in headers too; remove one',
    ],
    [{ token: 'abc' }, 'token is no key of this type; remove it'],
  ])('say what is wrong: %j', (keys, fault) => {
    const { destinations, problems } = readDestinations([
      { type: 'webhook', url: URL_TEXT, ...keys },
    ]);
    expect(problems).toEqual([`deliver, item 1: ${fault}`]);
    expect(destinations).toEqual([]);
  });

  it('are enough with an address', () => {
    const { destinations } = readDestinations([{ type: 'webhook', url: URL_TEXT }]);
    expect(destinations).toMatchObject([
      {
        name: 'webhook',
        format: 'ocsf',
        isBestEffort: false,
        batch: { maxItems: 500, maxBytes: 262_144 },
      },
    ]);
  });

  it('name files that are looked at when the destination is opened', () => {
    const path = stage.file('key', 'two\nlines');
    expect(() => openWebhook(URL_TEXT, { headerFiles: { 'x-key': path } })).toThrow(
      `${path}: must hold one line of ASCII; correct it`,
    );
    const missing = `${stage.folder}/missing`;
    expect(() => openWebhook(URL_TEXT, { tokenFile: missing })).toThrow(
      `${missing}: cannot be read (ENOENT); name a file, no link`,
    );
  });
});
