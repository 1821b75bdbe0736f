import { describe, expect, it } from 'vitest';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import type { Item } from '../../../../agent/deliver/item.ts';
import { SecretFileError } from '../../../../agent/deliver/secret-file.ts';
import { EXAMPLES, SENDER } from '../formats/example-outgoing.ts';
import { itemOf } from '../items.ts';
import {
  type Answer,
  cut,
  faultsOf,
  inTurn,
  newClock,
  openTransport,
  reply,
  secretFile,
  startReceiver,
} from '../receiver.ts';
import { NEVER } from '../surroundings.ts';

const TOKEN = '11111111-2222-3333-4444-555555555555';
const SUCCESS = reply(200, { text: 'Success', code: 0 });

function envelope(id: number): Item {
  return itemOf(id, {
    body: JSON.stringify({
      time: 1_790_000_000.123,
      host: 'mac "17",\\"event\\":',
      source: 'spillwatch',
      sourcetype: 'ocsf:spillwatch:spillwatch',
      event: { number: id, index: 'not mine', event: null },
      fields: { uid: `uid-${id}` },
    }),
  });
}

const BATCH = [envelope(1), envelope(2), envelope(3)];

function keysOf(url: string): { readonly url: string; readonly tokenFile: string } {
  return { url, tokenFile: secretFile(`${TOKEN}\n`) };
}

async function outcomeOf(answer: Answer, items: readonly Item[] = BATCH): Promise<unknown> {
  const { url } = await startReceiver(answer);
  return openTransport('splunk-hec', keysOf(url)).send(items, NEVER);
}

describe('what Splunk gets', () => {
  it('is one envelope a line, packed, with the token and a channel', async () => {
    const receiver = await startReceiver(SUCCESS);
    const transport = openTransport('splunk-hec', keysOf(receiver.url));
    expect(await transport.send(BATCH, NEVER)).toEqual({ kind: 'ok' });
    expect(receiver.requests).toHaveLength(1);
    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/services/collector/event' });
    expect(request?.headers).toMatchObject({
      authorization: `Splunk ${TOKEN}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'x-splunk-request-channel': expect.stringMatching(
        /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      ),
    });
    expect(request?.text).toBe(BATCH.map(({ body }) => body).join('\n'));
  });

  it('is plain when gzip is off, at the path of the url when it has one', async () => {
    const receiver = await startReceiver(SUCCESS);
    const keys = { ...keysOf(`${receiver.url}/hec/in?x=1`), gzip: false };
    await openTransport('splunk-hec', keys).send(BATCH, NEVER);
    expect(receiver.requests[0]?.path).toBe('/hec/in?x=1');
    expect(receiver.requests[0]?.headers['content-encoding']).toBeUndefined();
    expect(receiver.requests[0]?.bytes.toString()).toBe(BATCH.map(({ body }) => body).join('\n'));
  });

  it('has the same bytes in every attempt, also after a restart, and a channel of its own for each opening', async () => {
    const receiver = await startReceiver(reply(503));
    const keys = { ...keysOf(receiver.url), index: 'main' };
    const first = openTransport('splunk-hec', keys);
    await first.send(BATCH, NEVER);
    await first.send(BATCH, NEVER);
    await openTransport('splunk-hec', keys).send(BATCH, NEVER);
    const [one, two, three] = receiver.requests;
    expect(two?.bytes.equals(one?.bytes ?? Buffer.of())).toBe(true);
    expect(three?.bytes.equals(one?.bytes ?? Buffer.of())).toBe(true);
    const channel = 'x-splunk-request-channel';
    expect(two?.headers[channel]).toBe(one?.headers[channel]);
    expect(three?.headers[channel]).not.toBe(one?.headers[channel]);
  });

  it('carries index, source and sourcetype of the destination in front, no key twice, the rest untouched', async () => {
    const receiver = await startReceiver(SUCCESS);
    const labels = { index: 'sec', source: 'macs', sourcetype: 'my:"type"' };
    const keys = { ...keysOf(receiver.url), ...labels };
    await openTransport('splunk-hec', keys).send([envelope(1)], NEVER);
    const text = receiver.requests[0]?.text ?? '';
    const body = JSON.parse(envelope(1).body);
    expect(text).toBe(
      JSON.stringify({
        ...labels,
        time: body.time,
        host: body.host,
        event: body.event,
        fields: body.fields,
      }),
    );
  });
});

describe('every kind of event', () => {
  it.each(Object.values(EXAMPLES))('a $kind keeps its text behind the labels', async (outgoing) => {
    const receiver = await startReceiver(SUCCESS);
    const labels = { sourcetype: 'macs', index: 'sec' };
    const item = { id: 1, ...encode(outgoing, 'splunk', SENDER) };
    const keys = { ...keysOf(receiver.url), ...labels };
    await openTransport('splunk-hec', keys).send([item], NEVER);
    const text = receiver.requests[0]?.text ?? '';
    const envelopeText = item.body;
    expect(JSON.parse(text)).toEqual({ ...JSON.parse(envelopeText), ...labels });
    expect(text.startsWith('{"index":"sec","sourcetype":"macs","time":')).toBe(true);
    expect(text.match(/"sourcetype":/g)).toHaveLength(1);
    const event = envelopeText.indexOf(',"event":{');
    expect(text.endsWith(envelopeText.slice(event))).toBe(true);
  });
});

describe('what an answer means', () => {
  it.each([
    [200, 0],
    [201, 0],
    [200, 17],
    [200, 24],
    [200, 25],
  ])('HTTP %i with code %i: taken', async (status, code) => {
    expect(await outcomeOf(reply(status, { text: 'x', code }))).toEqual({ kind: 'ok' });
  });

  it.each(['', 'OK', '"OK"', '{}', '[]', '{"code":"x"}'])(
    '2xx without a code counts by its status: %j',
    async (body) => {
      expect(await outcomeOf(reply(200, body))).toEqual({ kind: 'ok' });
    },
  );

  it.each([
    [403, 1],
    [401, 2],
    [401, 3],
    [403, 4],
    [400, 5],
    [400, 7],
    [400, 10],
    [400, 11],
    [400, 14],
    [400, 16],
    [400, 21],
    [400, 22],
    [400, 28],
    [200, 7],
  ])('HTTP %i with code %i: the configuration', async (status, code) => {
    const outcome = await outcomeOf(reply(status, { text: 'x', code, 'invalid-event-number': 1 }));
    expect(outcome).toEqual({
      kind: 'config',
      detail: expect.stringMatching(new RegExp(`^code ${code}: .*[;].*`)),
    });
  });

  it.each([
    [500, 8],
    [503, 9],
    [503, 18],
    [503, 19],
    [503, 20],
    [503, 23],
    [429, 26],
    [429, 27],
  ])('HTTP %i with code %i: again later, as Splunk asks', async (status, code) => {
    const answer = reply(status, { text: 'x', code }, { 'retry-after': '7' });
    expect(await outcomeOf(answer)).toEqual({
      kind: 'retry',
      detail: expect.stringContaining(`code ${code}: `),
      retryAfterMs: 7000,
    });
  });

  it.each([6, 12, 13, 15])('code %i: the event that is named, and no other', async (code) => {
    const answer = reply(400, { text: 'x', code, 'invalid-event-number': 1 });
    expect(await outcomeOf(answer)).toEqual({
      kind: 'items',
      answers: [
        { kind: 'retry', detail: expect.any(String) },
        { kind: 'poison', detail: expect.stringContaining(`code ${code}: `) },
        { kind: 'retry', detail: expect.any(String) },
      ],
    });
  });

  it('names the first event for what can be read', async () => {
    expect(
      await outcomeOf(reply(400, { code: 12, 'invalid-event-number': 0 }), [envelope(1)]),
    ).toEqual({ kind: 'items', answers: [{ kind: 'poison', detail: expect.any(String) }] });
  });

  it('takes a body that cannot be read from its start for no fault of the first event', async () => {
    const rejected = { kind: 'rejected', detail: expect.any(String), explicit: false };
    expect(await outcomeOf(reply(400, { code: 6, 'invalid-event-number': 0 }))).toEqual(rejected);
    expect(await outcomeOf(reply(400, { code: 6 }))).toEqual(rejected);
  });

  it.each([undefined, 3, -1, 0.5, '1', null])(
    'a number of no event (%j) leaves the search to the sender',
    async (place) => {
      const answer = reply(400, { code: 13, 'invalid-event-number': place });
      expect(await outcomeOf(answer)).toEqual({
        kind: 'rejected',
        detail: expect.any(String),
        explicit: true,
      });
    },
  );

  it('a server in trouble is no judge of events', async () => {
    expect(await outcomeOf(reply(503, { code: 12, 'invalid-event-number': 1 }))).toMatchObject({
      kind: 'retry',
    });
  });

  it('an unknown code of success is none', async () => {
    expect(await outcomeOf(reply(200, { code: 99 }))).toMatchObject({ kind: 'retry' });
    expect(await outcomeOf(reply(404, { code: 404 }))).toMatchObject({ kind: 'config' });
  });
});

/** Takes batches under the ids 0, 1, 2, …; questions get `acks` in turn. */
function splunk(...acks: readonly Answer[]): Answer {
  let id = -1;
  const answerAck = inTurn(...acks);
  return (request, response) => {
    if (request.path.startsWith('/services/collector/ack')) return answerAck(request, response);
    id += 1;
    return reply(200, { text: 'Success', code: 0, ackId: id })(request, response);
  };
}

const ACKED = reply(200, { acks: { 0: true } });
const OPEN = reply(200, { acks: { 0: false } });

async function acknowledged(
  answer: Answer,
  keys: object = {},
): Promise<{
  readonly outcome: unknown;
  readonly waits: readonly number[];
  readonly requests: number;
}> {
  const receiver = await startReceiver(answer);
  const { at, waits } = newClock();
  const all = { ...keysOf(receiver.url), acknowledge: true, ...keys };
  const outcome = await openTransport('splunk-hec', all, at).send(BATCH, NEVER);
  return { outcome, waits, requests: receiver.requests.length };
}

describe('with acknowledgement', () => {
  it('a batch counts when Splunk says that it is indexed, on the channel it went through', async () => {
    const receiver = await startReceiver(splunk(OPEN, OPEN, ACKED));
    const { at, waits } = newClock();
    const keys = { ...keysOf(receiver.url), acknowledge: true };
    expect(await openTransport('splunk-hec', keys, at).send(BATCH, NEVER)).toEqual({
      kind: 'ok',
    });
    expect(waits).toEqual([1000, 2000, 4000]);
    const [event, ...asked] = receiver.requests;
    const channel = String(event?.headers['x-splunk-request-channel']);
    expect(asked.map(({ path, text, headers }) => [path, text, headers.authorization])).toEqual(
      Array.from({ length: 3 }, () => [
        `/services/collector/ack?channel=${channel}`,
        '{"acks":[0]}',
        `Splunk ${TOKEN}`,
      ]),
    );
  });

  it('an unacknowledged batch goes again', async () => {
    const { outcome, waits } = await acknowledged(splunk(OPEN), { ackSeconds: 20 });
    expect(outcome).toMatchObject({ kind: 'retry', retryAfterMs: null });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 5000]);
  });

  it('five minutes are in time', async () => {
    const { waits } = await acknowledged(splunk(OPEN));
    expect(waits.reduce((sum, ms) => sum + ms)).toBe(300_000);
    expect(Math.max(...waits)).toBe(10_000);
  });

  it('failures on the way to the answer are waited out', async () => {
    const { outcome } = await acknowledged(
      splunk(reply(503, { code: 9 }), cut, reply(400, 'no'), OPEN, ACKED),
    );
    expect(outcome).toEqual({ kind: 'ok' });
  });

  it.each(['', '[]', '{"acks":[true]}', '{"acks":{"1":true}}', '{"acks":{"0":"true"}}', '<html>'])(
    'an answer that says nothing of the batch is no acknowledgement: %s',
    async (body) => {
      const { outcome } = await acknowledged(splunk(reply(200, body)), { ackSeconds: 5 });
      expect(outcome).not.toEqual({ kind: 'ok' });
    },
  );

  it.each([reply(400, { text: 'ACK is disabled', code: 14 }), reply(403, { code: 4 }), reply(404)])(
    'a refused question is a fault of the configuration',
    async (answer) => {
      expect((await acknowledged(splunk(answer))).outcome).toMatchObject({ kind: 'config' });
    },
  );

  it('a token that gives no acknowledgements is a fault of the configuration', async () => {
    const { outcome, requests } = await acknowledged(SUCCESS);
    expect(outcome).toEqual({ kind: 'config', detail: expect.stringContaining('acknowledge') });
    expect(requests).toBe(1);
  });

  it('the stop ends the wait', async () => {
    const receiver = await startReceiver(splunk(OPEN));
    const stop = new AbortController();
    const at = { ...newClock().at, pause: () => Promise.resolve(stop.abort()) };
    const keys = { ...keysOf(receiver.url), acknowledge: true };
    expect(await openTransport('splunk-hec', keys, at).send(BATCH, stop.signal)).toMatchObject({
      kind: 'retry',
    });
    expect(receiver.requests).toHaveLength(1);
  });

  it.each([
    ['/services/collector', '/services/collector/ack'],
    ['/services/collector/event/1.0', '/services/collector/ack'],
    ['/prefix/services/collector/event/', '/prefix/services/collector/ack'],
  ])('the question for %s goes to %s', async (path, ackPath) => {
    const receiver = await startReceiver(
      inTurn(reply(200, { code: 0, ackId: 5 }), reply(200, { acks: { 5: true } })),
    );
    const keys = { ...keysOf(`${receiver.url}${path}`), acknowledge: true };
    await openTransport('splunk-hec', keys, newClock().at).send(BATCH, NEVER);
    expect(receiver.requests[1]?.path.split('?')[0]).toBe(ackPath);
  });
});

describe('settings', () => {
  it('the example is without fault', () => {
    const example = {
      name: 'splunk',
      url: 'https://splunk.example.com:8088',
      tokenFile: '/Library/Application Support/Spillwatch/secrets/splunk-token',
      index: 'security',
      acknowledge: true,
    };
    expect(faultsOf('splunk-hec', example)).toEqual([]);
  });

  it('names what is wrong', () => {
    expect(faultsOf('splunk-hec', { url: 'https://splunk', token: TOKEN })).toEqual([
      'deliver, item 1: tokenFile is missing; add it',
      'deliver, item 1: token is no key of this type; remove it',
    ]);
    expect(
      faultsOf('splunk-hec', { url: 'https://splunk', tokenFile: '/t', ackSeconds: 60 }),
    ).toEqual(['deliver, item 1: ackSeconds needs acknowledge; set it to true']);
    expect(
      faultsOf('splunk-hec', { url: 'https://splunk', tokenFile: '/t', format: 'ocsf' }),
    ).toEqual(['deliver, item 1: format must be one of splunk']);
  });

  it('refuses a token that others can read, or that no header can carry', () => {
    const url = 'https://splunk.example.com:8088';
    for (const path of [secretFile(TOKEN, 0o644), secretFile(`Splunk ${TOKEN}`), secretFile('ü')])
      expect(() => openTransport('splunk-hec', { url, tokenFile: path })).toThrow(SecretFileError);
  });
});
