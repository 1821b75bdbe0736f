/** The webhook through a real nginx that wants client certificates, to a receiver behind it, with what the engine finds. */
import { createHmac, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readDestinations } from '../../agent/deliver/destination.ts';
import { encode } from '../../agent/deliver/formats/encode.ts';
import type { Item } from '../../agent/deliver/item.ts';
import type { Outcome } from '../../agent/deliver/outcome.ts';
import type { Transport } from '../../agent/deliver/transport.ts';
import { EXAMPLES, SENDER } from '../agent/deliver/formats/example-outgoing.ts';
import { itemOf } from '../agent/deliver/items.ts';
import { NEVER, SURROUNDINGS } from '../agent/deliver/surroundings.ts';
import { type Identity, newAuthority } from '../support/certificates.ts';
import { HttpStage } from '../support/http-stage.ts';
import { replayed } from '../support/replay.ts';
import { wholeStory } from '../support/whole-story.ts';
import { isNginxHere, Nginx } from './nginx.ts';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const stage = new HttpStage();
const agent = stage.authority.issue({ name: 'mac-17', for: 'client' });

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let nginx: Nginx;
let items: readonly Item[];
let opened: Transport[] = [];
/** What came to the receiver behind nginx. */
let got: Got[] = [];

async function startBehind(): Promise<number> {
  return stage.http((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(pieces) });
      if (request.url === '/cut') response.writeHead(200, { 'content-length': 9 }).write('abc');
      if (request.url === '/cut') setTimeout(() => response.destroy(), 20);
      else response.writeHead(202).end('thanks');
    });
  });
}

beforeAll(async () => {
  if (!isNginxHere()) return;
  writeFileSync(join(stage.folder, 'ca.pem'), stage.authority.certificate);
  writeFileSync(join(stage.folder, 'server.pem'), stage.identity.certificate);
  writeFileSync(join(stage.folder, 'server.key'), stage.identity.key);
  const behind = `proxy_pass http://127.0.0.1:${await startBehind()};`;
  const silent = await stage.tcp(() => {});
  nginx = await Nginx.start(
    stage.folder,
    `
    location / { ${behind} }
    location = /busy { add_header Retry-After 7 always; return 503; }
    location = /limited {
      limit_req zone=once; limit_req_status 429; add_header Retry-After 60 always; ${behind}
    }
    location = /denied { return 403; }
    location = /moved { return 301 https://localhost/elsewhere; }
    location = /dead { proxy_pass http://127.0.0.1:1; }
    location = /slow { proxy_read_timeout 1s; proxy_pass http://127.0.0.1:${silent}; }
    `,
  );
  const findings = replayed(wholeStory()).findings.map((finding) => ({
    kind: 'finding' as const,
    finding,
  }));
  items = [...findings, ...Object.values(EXAMPLES)].map((outgoing, id) => ({
    ...encode(outgoing, 'ocsf', SENDER),
    id,
  }));
});

afterEach(async () => {
  await Promise.all(opened.map((transport) => transport.close()));
  opened = [];
  got = [];
});

afterAll(async () => {
  if (isNginxHere()) await nginx.stop();
  await stage.close();
});

function openWebhook(path: string, identity: Identity | null, keys: object = {}): Transport {
  const { destinations, problems } = readDestinations([
    {
      type: 'webhook',
      url: `https://localhost:${nginx.port}${path}`,
      tls: { caFile: stage.caFile, ...(identity === null ? {} : stage.clientFiles(identity)) },
      ...keys,
    },
  ]);
  expect(problems).toEqual([]);
  const transport = destinations[0]!.open(SURROUNDINGS);
  opened.push(transport);
  return transport;
}

function send(path: string, identity: Identity | null, keys: object = {}): Promise<Outcome> {
  return openWebhook(path, identity, keys).send(items, NEVER);
}

const TOO_LARGE: Outcome = {
  kind: 'too-big',
  detail:
    'HTTP 413: the receiver takes less at once (it says: page "413 Request Entity Too Large")',
};

describe.skipIf(!isNginxHere())('the webhook through nginx', () => {
  const secretFile = stage.file('secret', SECRET);

  it('brings every byte, and the signature is right behind it', async () => {
    expect(items.length).toBeGreaterThan(3);
    expect(await send('/', agent, { signingSecretFiles: [secretFile] })).toEqual({ kind: 'ok' });
    const [{ headers, body } = expect.fail('nothing came')] = got;
    expect(body.toString()).toBe(items.map((item) => `${item.body}\n`).join(''));
    const named = Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, String(text)]),
    );
    const options = { jsonParse: false };
    expect(() => new Webhook(SECRET).verify(body, named, options)).not.toThrow();
  });

  it('brings every byte of a compressed body, which is what is signed', async () => {
    const keys = { signingSecretFiles: [secretFile], gzip: true };
    expect(await send('/', agent, keys)).toEqual({ kind: 'ok' });
    const [{ headers, body } = expect.fail('nothing came')] = got;
    expect(gunzipSync(body).toString()).toBe(items.map((item) => `${item.body}\n`).join(''));
    const hmac = createHmac('sha256', Buffer.from(SECRET.slice('whsec_'.length), 'base64'));
    hmac.update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.`);
    hmac.update(body);
    expect(headers['webhook-signature']).toBe(`v1,${hmac.digest('base64')}`);
  });

  it('keeps its connection over many batches', async () => {
    const transport = openWebhook('/', agent);
    for (let batch = 0; batch < 20; batch += 1)
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      expect(await transport.send(items, NEVER)).toEqual({ kind: 'ok' });
    expect(got).toHaveLength(20);
  });

  it.each([
    ['none', null],
    ['one of another CA', newAuthority('Strange CA').issue({ name: 'mac-17', for: 'client' })],
    [
      'an expired one',
      stage.authority.issue({
        name: 'mac-17',
        for: 'client',
        notBefore: new Date(0),
        notAfter: new Date(1e12),
      }),
    ],
    ['one for servers', stage.authority.issue({ name: 'mac-17' })],
  ])(
    'is a matter of configuration when the client certificate is wrong: %s',
    async (_what, identity) => {
      expect(await send('/', identity)).toEqual({
        kind: 'config',
        detail: 'HTTP 400: a client certificate is wanted, or another one than this',
      });
      expect(got).toEqual([]);
    },
  );

  it('is too big for its bound, also when nginx does not read to the end', async () => {
    const large = itemOf(1, {
      body: JSON.stringify({ x: randomBytes(6 * 1024 * 1024).toString('hex') }),
    });
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const outcomes = [true, false].map((gzip) =>
      openWebhook('/', agent, { gzip }).send([large], NEVER),
    );
    expect(await Promise.all(outcomes)).toEqual([TOO_LARGE, TOO_LARGE]);
    expect(got).toEqual([]);
  });

  it.each([
    ['/busy', { kind: 'retry', retryAfterMs: 7000 }],
    ['/denied', { kind: 'config' }],
    ['/moved', { kind: 'config' }],
    ['/dead', { kind: 'retry', retryAfterMs: null }],
    ['/slow', { kind: 'retry', retryAfterMs: null }],
    ['/cut', { kind: 'retry', retryAfterMs: null }],
  ])('has its class for each trouble: %s', async (path, outcome) => {
    expect(await send(path, agent)).toMatchObject(outcome);
  });

  it('waits as long as it is asked to when it sends too much', async () => {
    const transport = openWebhook('/limited', agent);
    expect(await transport.send(items, NEVER)).toEqual({ kind: 'ok' });
    expect(await transport.send(items, NEVER)).toMatchObject({
      kind: 'retry',
      retryAfterMs: 60_000,
    });
    expect(got).toHaveLength(1);
  });
});
