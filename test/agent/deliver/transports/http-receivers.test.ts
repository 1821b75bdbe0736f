/** What the transports over HTTP have in common, each tried with all of it. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../agent/deliver/outcome.ts';
import type { Transport } from '../../../../agent/deliver/transport.ts';
import { itemsFrom } from '../items.ts';
import {
  type Answer,
  cut,
  cutShort,
  newClock,
  openTransport,
  type Receiver,
  reply,
  secretFile,
  startReceiver,
} from '../receiver.ts';
import { NEVER } from '../surroundings.ts';

const SECRET = 's3cret-0f-the-destination';
const BATCH = itemsFrom(1, 2);

const TYPES: Readonly<Record<string, () => object>> = {
  'splunk-hec': () => ({ tokenFile: secretFile(SECRET) }),
  'splunk-hec with acknowledgement': () => ({ tokenFile: secretFile(SECRET), acknowledge: true }),
  'elasticsearch with a key': () => ({ apiKeyFile: secretFile(SECRET) }),
  'elasticsearch with a login': () => ({ basicFile: secretFile(`maria:${SECRET}`) }),
  'otlp with a token': () => ({ tokenFile: secretFile(SECRET) }),
  'otlp with a header': () => ({ headerFiles: { 'x-api-key': secretFile(SECRET) } }),
  sentinel: () => ({
    ruleId: 'dcr-1',
    stream: 'Custom-S_CL',
    tenantId: 't',
    clientId: 'c',
    clientSecretFile: secretFile('another-s3cret'),
  }),
};

function open(name: string, url: string): Transport {
  const [type = ''] = name.split(' ');
  const address = type === 'sentinel' ? { endpoint: url, authority: url } : { url };
  return openTransport(type, { ...address, ...TYPES[name]?.() }, newClock().at);
}

/** Tokens are given, whatever becomes of the rest; for Sentinel the token is what must stay secret. */
function withTokens(answer: Answer): Answer {
  const give = reply(200, { access_token: SECRET, expires_in: 3599 });
  return (request, response) =>
    (request.path.endsWith('/token') ? give : answer)(request, response);
}

async function send(name: string, answer: Answer): Promise<Outcome> {
  const { url } = await startReceiver(withTokens(answer));
  return open(name, url).send(BATCH, NEVER);
}

/** What a receiver could have seen that nobody else should. */
function secretsIn(receiver: Receiver): readonly string[] {
  return receiver.requests.flatMap(({ headers: { authorization } }) =>
    authorization === undefined ? [] : [authorization, authorization.split(' ')[1] ?? ''],
  );
}

describe.each(Object.keys(TYPES))('%s', (name) => {
  it.each([
    [301, 'config'],
    [400, 'rejected'],
    [401, 'config'],
    [403, 'config'],
    [404, 'config'],
    [405, 'config'],
    [407, 'config'],
    [408, 'retry'],
    [413, 'too-big'],
    [415, 'config'],
    [422, 'rejected'],
    [425, 'retry'],
    [429, 'retry'],
    [495, 'config'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
  ])('HTTP %i: %s', async (status, kind) => {
    // The status alone never says that an item is at fault.
    const expected = kind === 'rejected' ? { kind, explicit: false } : { kind };
    expect(await send(name, reply(status))).toMatchObject(expected);
  });

  it('the receiver may say how long to wait', async () => {
    const outcome = await send(name, reply(429, '', { 'retry-after': '120' }));
    expect(outcome).toMatchObject({ kind: 'retry', retryAfterMs: 120_000 });
  });

  it.each(['<!DOCTYPE html><title>Sign in</title>', '\n <html lang="en">'])(
    'a page for people is no success: %j',
    async (page) => {
      expect(await send(name, reply(200, page))).toMatchObject({ kind: 'config' });
    },
  );

  it('a client certificate that nginx does not accept is no fault of an item', async () => {
    const page =
      '<html>\r\n<head><title>400 The SSL certificate error</title></head>\r\n<body>\r\n<center>nginx</center>';
    const answer = reply(400, page, { 'content-type': 'text/html' });
    expect(await send(name, answer)).toMatchObject({ kind: 'config' });
  });

  it('the receiver can tell who asks', async () => {
    const receiver = await startReceiver(withTokens(reply(503)));
    await open(name, receiver.url).send(BATCH, NEVER);
    expect(new Set(receiver.requests.map(({ headers }) => headers['user-agent']))).toEqual(
      new Set(['spillwatch']),
    );
  });

  it('an answer that is cut off is none', async () => {
    expect(await send(name, cut)).toMatchObject({ kind: 'retry' });
    expect(await send(name, cutShort)).toMatchObject({ kind: 'retry' });
  });

  it('nobody there: later', async () => {
    expect(await open(name, 'http://127.0.0.1:9').send(BATCH, NEVER)).toMatchObject({
      kind: 'retry',
    });
  });

  it('the stop ends what is under way', async () => {
    const stop = new AbortController();
    const { url } = await startReceiver(withTokens(() => stop.abort()));
    expect(await open(name, url).send(BATCH, stop.signal)).toMatchObject({ kind: 'retry' });
  });

  it('a stop before the attempt sends nothing', async () => {
    const receiver = await startReceiver(withTokens(reply(200)));
    const outcome = await open(name, receiver.url).send(BATCH, AbortSignal.abort());
    expect(outcome.kind).toBe('retry');
    expect(receiver.requests).toHaveLength(0);
  });

  it.each([200, 400, 401, 403, 429, 503])(
    'what a receiver repeats of the credentials gets into no message (HTTP %i)',
    async (status) => {
      const echo: Answer = (request, response) => {
        const words = [SECRET, ...Object.values(request.headers)].join(' ');
        const error = { type: words, reason: words };
        reply(status, {
          text: words,
          code: 99,
          message: words,
          errors: true,
          error: { code: words, message: words },
          items: BATCH.map(() => ({ create: { status: 400, error } })),
          partialSuccess: { rejectedLogRecords: '1', errorMessage: words },
        })(request, response);
      };
      const receiver = await startReceiver(withTokens(echo));
      const outcome = JSON.stringify(await open(name, receiver.url).send(BATCH, NEVER));
      expect(receiver.requests.length).toBeGreaterThan(0);
      for (const secret of [SECRET, ...secretsIn(receiver)]) expect(outcome).not.toContain(secret);
    },
  );

  it('a receiver gets no more words than fit on a line', async () => {
    const words = 'a\u001b[31m\n'.repeat(10_000);
    const outcome = await send(name, reply(400, words));
    const detail = 'detail' in outcome ? outcome.detail : '';
    expect(detail.length).toBeLessThan(400);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(detail).not.toMatch(/[\u0000-\u001f]/);
  });
});
