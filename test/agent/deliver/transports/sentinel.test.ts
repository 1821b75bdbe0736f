import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../agent/deliver/item.ts';
import { SecretFileError } from '../../../../agent/deliver/secret-file.ts';
import { type Identity, newAuthority } from '../../../support/certificates.ts';
import { itemOf } from '../items.ts';
import {
  type Answer,
  faultsOf,
  inTurn,
  newClock,
  openTransport,
  type Receiver,
  reply,
  secretFile,
  startReceiver,
} from '../receiver.ts';
import { NEVER } from '../surroundings.ts';

const SECRET = 'c1ient~secret&+=%';
const BATCH = [1, 2].map((id) =>
  itemOf(id, { timeUs: 1_790_000_000_123_456, body: `{"number":${id},"text":"ü \\"x\\""}` }),
);

const KEYS = {
  ruleId: 'dcr-0123456789abcdef0123456789abcdef',
  stream: 'Custom-Spillwatch_CL',
  tenantId: '00000000-1111-2222-3333-444444444444',
  clientId: '55555555-6666-7777-8888-999999999999',
};

function token(name: string, seconds: number | string = 3599): Answer {
  return reply(200, { token_type: 'Bearer', expires_in: seconds, access_token: name });
}

/** Entra and Azure Monitor, each on a server of its own. */
async function azure(
  entra: Answer,
  monitor: Answer,
  entraId?: Identity,
  monitorId?: Identity,
): Promise<{ readonly entra: Receiver; readonly monitor: Receiver; readonly keys: object }> {
  const servers = {
    entra: await startReceiver(entra, entraId),
    monitor: await startReceiver(monitor, monitorId),
  };
  const keys = {
    ...KEYS,
    endpoint: servers.monitor.url,
    authority: servers.entra.url,
    clientSecretFile: secretFile(SECRET),
  };
  return { ...servers, keys };
}

async function outcomeOf(
  entra: Answer,
  monitor: Answer = reply(204),
  items: readonly Item[] = BATCH,
): Promise<unknown> {
  const { keys } = await azure(entra, monitor);
  return openTransport('sentinel', { ...keys }).send(items, NEVER);
}

function row(id: number): string {
  return (
    `{"TimeGenerated":"2026-09-21T14:13:20.123Z","Uid":"uid-${id}","Kind":"finding","Severity":"high",` +
    `"Finding":{"number":${id},"text":"ü \\"x\\""}}`
  );
}

async function sendTwice(entra: Answer, passMs: number): Promise<readonly unknown[]> {
  const { keys, monitor } = await azure(entra, reply(204));
  const clock = newClock();
  const transport = openTransport('sentinel', { ...keys }, clock.at);
  await transport.send(BATCH, NEVER);
  clock.pass(passMs);
  await transport.send(BATCH, NEVER);
  return monitor.requests.map(({ headers }) => headers.authorization);
}

describe('what Azure gets', () => {
  it('is an array of rows with the columns of the stream, the body as it is', async () => {
    const { keys, monitor } = await azure(token('first'), reply(204));
    const transport = openTransport('sentinel', { ...keys });
    expect(await transport.send(BATCH, NEVER)).toEqual({ kind: 'ok' });
    const [request] = monitor.requests;
    expect(request?.method).toBe('POST');
    expect(request?.path).toBe(
      '/dataCollectionRules/dcr-0123456789abcdef0123456789abcdef/streams/Custom-Spillwatch_CL?api-version=2023-01-01',
    );
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer first',
      'content-type': 'application/json',
    });
    expect(request?.bytes.toString()).toBe(`[${row(1)},${row(2)}]`);
  });

  it('has the same bytes in every attempt', async () => {
    const { keys, monitor } = await azure(token('first'), reply(503));
    const transport = openTransport('sentinel', { ...keys });
    await transport.send(BATCH, NEVER);
    await transport.send(BATCH, NEVER);
    const [one, two] = monitor.requests;
    expect(one?.bytes.length).toBeGreaterThan(0);
    expect(two?.bytes.equals(one?.bytes ?? Buffer.of())).toBe(true);
  });

  it('a token is asked for with the credentials of the application', async () => {
    const { keys, entra } = await azure(token('first'), reply(204));
    await openTransport('sentinel', { ...keys }).send(BATCH, NEVER);
    const [request] = entra.requests;
    expect(request?.path).toBe(`/${KEYS.tenantId}/oauth2/v2.0/token`);
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(request?.text))).toEqual({
      grant_type: 'client_credentials',
      client_id: KEYS.clientId,
      client_secret: SECRET,
      scope: 'https://monitor.azure.com/.default',
    });
  });

  it('another cloud has another scope', async () => {
    const { keys, entra } = await azure(token('first'), reply(204));
    const scope = 'https://monitor.azure.us/.default';
    await openTransport('sentinel', { ...keys, scope }).send(BATCH, NEVER);
    expect(new URLSearchParams(entra.requests[0]?.text).get('scope')).toBe(scope);
  });
});

describe('the token', () => {
  it('is kept until five minutes before its end', async () => {
    const tokens = inTurn(token('first'), token('second'));
    expect(await sendTwice(tokens, 3_298_999)).toEqual(['Bearer first', 'Bearer first']);
  });

  it('is a new one from then on', async () => {
    const tokens = inTurn(token('first'), token('second'));
    expect(await sendTwice(tokens, 3_299_000)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('that lives shortly is used once', async () => {
    const tokens = inTurn(token('first', '60'), token('second', '60'));
    expect(await sendTwice(tokens, 0)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('that is not accepted is replaced once', async () => {
    const { keys, entra, monitor } = await azure(
      inTurn(token('first'), token('second')),
      inTurn(reply(401), reply(204)),
    );
    const transport = openTransport('sentinel', { ...keys });
    expect(await transport.send(BATCH, NEVER)).toEqual({ kind: 'ok' });
    expect(await transport.send(BATCH, NEVER)).toEqual({ kind: 'ok' });
    expect(entra.requests).toHaveLength(2);
    expect(monitor.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
      'Bearer second',
    ]);
  });

  it('that is not accepted again is a fault of the configuration', async () => {
    const { keys, monitor } = await azure(token('first'), reply(401));
    expect(await openTransport('sentinel', { ...keys }).send(BATCH, NEVER)).toMatchObject({
      kind: 'config',
    });
    expect(monitor.requests).toHaveLength(2);
  });

  it.each([
    [401, { error: 'invalid_client', error_codes: [7_000_215] }, ', invalid_client, AADSTS7000215'],
    [400, { error: 'unauthorized_client', error_codes: [700_016] }, ', unauthorized_client'],
    [400, { error: 'no code, but words', error_codes: ['x'] }, ''],
    [400, 'no JSON', ''],
    [404, '', ''],
    [413, '', ''],
  ])('refused with HTTP %i is a fault of the configuration', async (status, body, codes) => {
    expect(await outcomeOf(reply(status, body))).toEqual({
      kind: 'config',
      detail: expect.stringContaining(`Entra gives no token (HTTP ${status}${codes}`),
    });
  });

  it('not given for now is waited for', async () => {
    expect(await outcomeOf(reply(429, '', { 'retry-after': '9' }))).toMatchObject({
      kind: 'retry',
      retryAfterMs: 9000,
    });
    expect(await outcomeOf(reply(503))).toMatchObject({ kind: 'retry' });
  });

  it.each([
    '',
    '[]',
    '{}',
    '{"access_token":"x"}',
    '{"access_token":7,"expires_in":3599}',
    '{"access_token":"x","expires_in":"soon"}',
    '{"access_token":"x\\ny","expires_in":3599}',
    '{"access_token":"","expires_in":3599}',
  ])('in an answer that cannot be read is none: %s', async (body) => {
    const { keys, monitor } = await azure(reply(200, body), reply(204));
    expect(await openTransport('sentinel', { ...keys }).send(BATCH, NEVER)).toMatchObject({
      kind: 'retry',
    });
    expect(monitor.requests).toHaveLength(0);
  });
});

function withText(bytes: number): Item {
  return itemOf(7, { body: `{"a":"${'ü'.repeat(bytes / 2)}"}` });
}

describe('what an answer means', () => {
  it.each([200, 202, 204])('HTTP %i: taken', async (status) => {
    expect(await outcomeOf(token('first'), reply(status))).toEqual({ kind: 'ok' });
  });

  it('what a column cannot hold is not sent', async () => {
    const { keys, entra, monitor } = await azure(token('first'), reply(204));
    const transport = openTransport('sentinel', { ...keys });
    expect(await transport.send([...BATCH, withText(64_000)], NEVER)).toMatchObject({
      kind: 'too-big',
    });
    expect([...entra.requests, ...monitor.requests]).toEqual([]);
    expect(await transport.send([...BATCH, withText(63_990)], NEVER)).toEqual({ kind: 'ok' });
  });

  it('HTTP 403 names the role that is missing', async () => {
    expect(await outcomeOf(token('first'), reply(403))).toEqual({
      kind: 'config',
      detail: expect.stringContaining('Monitoring Metrics Publisher'),
    });
  });
});

describe('settings', () => {
  const keys = {
    ...KEYS,
    endpoint: 'https://dce-1.westeurope-1.ingest.monitor.azure.com',
    clientSecretFile: '/s',
  };

  it('the example is without fault', () => {
    const example = {
      name: 'sentinel',
      endpoint: 'https://spillwatch-abcd.westeurope-1.ingest.monitor.azure.com',
      ruleId: 'dcr-0123456789abcdef0123456789abcdef',
      stream: 'Custom-Spillwatch_CL',
      tenantId: '00000000-1111-2222-3333-444444444444',
      clientId: '55555555-6666-7777-8888-999999999999',
      clientSecretFile: '/Library/Application Support/Spillwatch/secrets/sentinel',
    };
    expect(faultsOf('sentinel', example)).toEqual([]);
  });

  it('has the login of the public cloud unless another is named', () => {
    expect(faultsOf('sentinel', keys)).toEqual([]);
    expect(
      faultsOf('sentinel', { ...keys, authority: 'https://login.microsoftonline.us' }),
    ).toEqual([]);
  });

  it.each([
    ['authority', 'http://login.example.com'],
    ['endpoint', 'http://dce.example.com'],
    ['ruleId', '/subscriptions/1'],
    ['stream', 'Spillwatch_CL'],
    ['stream', 'Custom-a/b'],
    ['tenantId', '../common'],
  ])('refuses %s %s', (key, value) => {
    expect(faultsOf('sentinel', { ...keys, [key]: value })).toEqual([
      expect.stringContaining(`deliver, item 1: ${key} `),
    ]);
  });

  it('names what is missing', () => {
    expect(faultsOf('sentinel', {}).map((fault) => fault.split(' ')[3])).toEqual([
      'endpoint',
      'ruleId',
      'stream',
      'tenantId',
      'clientId',
      'clientSecretFile',
    ]);
  });

  it('refuses a secret that others can read', () => {
    const clientSecretFile = secretFile(SECRET, 0o640);
    expect(() => openTransport('sentinel', { ...keys, clientSecretFile })).toThrow(SecretFileError);
  });

  it('keeps the pins of the endpoint from the login, which is another host', async () => {
    const authority = newAuthority('Inspecting CA');
    const [entraId, monitorId] = ['login', 'monitor'].map((name) =>
      authority.issue({ name, hosts: ['127.0.0.1'] }),
    );
    const { keys: all, entra } = await azure(token('first'), reply(204), entraId, monitorId);
    const caFile = secretFile(authority.certificate);
    const spare = Buffer.alloc(32).toString('base64');
    const tls = (pinned: Identity | undefined): object => ({
      tls: { caFile, pins: [pinOf(pinned?.certificate ?? ''), spare] },
    });
    expect(
      await openTransport('sentinel', { ...all, ...tls(monitorId) }).send(BATCH, NEVER),
    ).toEqual({ kind: 'ok' });
    expect(
      await openTransport('sentinel', { ...all, ...tls(entraId) }).send(BATCH, NEVER),
    ).toMatchObject({ kind: 'config', detail: expect.stringContaining('PIN') });
    expect(entra.requests).toHaveLength(2);
  });
});

function pinOf(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
