import { describe, expect, it } from 'vitest';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import { SecretFileError } from '../../../../agent/deliver/secret-file.ts';
import { EXAMPLES, SENDER } from '../formats/example-outgoing.ts';
import { itemOf, itemsFrom } from '../items.ts';
import {
  type Answer,
  faultsOf,
  openTransport,
  reply,
  secretFile,
  startReceiver,
} from '../receiver.ts';
import { NEVER } from '../surroundings.ts';

const BATCH = [1, 2, 3].map((id) =>
  itemOf(id, { body: `{"@timestamp":"2026-10-14T07:30:00.000Z","number":${id}}` }),
);

function bulk(...statuses: readonly number[]): Answer {
  return reply(200, {
    errors: statuses.some((status) => status >= 300),
    items: statuses.map((status) => ({ create: { status } })),
  });
}

async function outcomeOf(answer: Answer, items = BATCH): Promise<unknown> {
  const { url } = await startReceiver(answer);
  return openTransport('elasticsearch', { url }).send(items, NEVER);
}

describe('what Elasticsearch gets', () => {
  it('is a line that creates the document under its uid, and the document', async () => {
    const receiver = await startReceiver(bulk(201, 201, 201));
    const apiKeyFile = secretFile('aWQ6a2V5c2VjcmV0\n');
    const transport = openTransport('elasticsearch', { url: receiver.url, apiKeyFile });
    expect(await transport.send(BATCH, NEVER)).toEqual({ kind: 'ok' });
    const [request] = receiver.requests;
    expect(request?.method).toBe('POST');
    expect(request?.path.split('?')[0]).toBe('/_bulk');
    expect(request?.headers).toMatchObject({
      authorization: 'ApiKey aWQ6a2V5c2VjcmV0',
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    });
    expect(request?.text).toBe(
      BATCH.map(
        ({ uid, body }) =>
          `{"create":{"_index":"logs-spillwatch.findings-default","_id":"${uid}"}}\n${body}\n`,
      ).join(''),
    );
  });

  it('asks for what is read of the answer only', async () => {
    const receiver = await startReceiver(bulk(201, 201, 201));
    await openTransport('elasticsearch', { url: `${receiver.url}/es/` }).send(BATCH, NEVER);
    const url = new URL(receiver.requests[0]?.path ?? '', receiver.url);
    expect(url.pathname).toBe('/es/_bulk');
    expect(url.searchParams.get('filter_path')).toBe(
      'errors,items.*.status,items.*.error.type,items.*.error.reason',
    );
  });

  it('goes under another index with another login, unpacked, when the destination says so', async () => {
    const receiver = await startReceiver(bulk(201));
    const keys = { url: receiver.url, index: 'sec.macs', gzip: false };
    const basicFile = secretFile('maria:pässword:1');
    await openTransport('elasticsearch', { ...keys, basicFile }).send(BATCH.slice(0, 1), NEVER);
    expect(receiver.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('maria:pässword:1').toString('base64')}`,
    );
    expect(receiver.requests[0]?.bytes.toString()).toBe(
      `{"create":{"_index":"sec.macs","_id":"uid-1"}}\n${BATCH[0]?.body}\n`,
    );
  });

  it('needs no login', async () => {
    const receiver = await startReceiver(bulk(201));
    await openTransport('elasticsearch', { url: receiver.url }).send(BATCH.slice(0, 1), NEVER);
    expect(receiver.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('has a time of its own in every document, as data streams want it', async () => {
    const receiver = await startReceiver(bulk(201));
    const item = itemOf(1, { timeUs: 1_790_000_000_123_999, body: '{"class_uid":2004}' });
    await openTransport('elasticsearch', { url: receiver.url, format: 'ocsf' }).send([item], NEVER);
    expect(receiver.requests[0]?.text.split('\n')[1]).toBe(
      '{"@timestamp":"2026-09-21T14:13:20.123Z","class_uid":2004}',
    );
  });

  it.each(Object.values(EXAMPLES))('is ECS as it is for a $kind', async (outgoing) => {
    const receiver = await startReceiver(bulk(201));
    const item = { id: 1, ...encode(outgoing, 'ecs', SENDER) };
    await openTransport('elasticsearch', { url: receiver.url }).send([item], NEVER);
    expect(receiver.requests[0]?.text.split('\n')[1]).toBe(item.body);
  });

  it('has the same bytes in every attempt', async () => {
    const receiver = await startReceiver(reply(503));
    const transport = openTransport('elasticsearch', { url: receiver.url });
    await transport.send(BATCH, NEVER);
    await transport.send(BATCH, NEVER);
    const [one, two] = receiver.requests;
    expect(one?.bytes.length).toBeGreaterThan(0);
    expect(two?.bytes.equals(one?.bytes ?? Buffer.of())).toBe(true);
  });
});

describe('what an answer means', () => {
  it('each item has its own fate', async () => {
    const mapping = {
      status: 400,
      error: { type: 'document_parsing_exception', reason: 'failed to parse\nfield [x]' },
    };
    const items = [
      { create: { status: 201 } },
      { create: { status: 409, error: { type: 'version_conflict_engine_exception' } } },
      { create: mapping },
      { create: { status: 429, error: { type: 'es_rejected_execution_exception' } } },
      { create: { status: 503 } },
      { create: { status: 200 } },
    ];
    expect(await outcomeOf(reply(200, { errors: true, items }), [...itemsFrom(1, 6)])).toEqual({
      kind: 'items',
      answers: [
        { kind: 'ok' },
        { kind: 'duplicate' },
        {
          kind: 'poison',
          detail: 'item status 400: document_parsing_exception: failed to parse field [x]',
        },
        { kind: 'retry', detail: 'item status 429: es_rejected_execution_exception' },
        { kind: 'retry', detail: 'item status 503' },
        { kind: 'ok' },
      ],
    });
  });

  it('without errors no item is looked at', async () => {
    const items = [{}, null, { create: { status: 201 } }];
    expect(await outcomeOf(reply(200, { errors: false, items }))).toEqual({ kind: 'ok' });
  });

  it.each([401, 403, 404, 405])(
    'an item of status %i is a fault of the configuration, never of the item',
    async (status) => {
      expect(await outcomeOf(bulk(201, status, 400))).toEqual({
        kind: 'config',
        detail: `item status ${status}`,
      });
    },
  );

  it.each([
    [400, 'poison'],
    [413, 'poison'],
    [408, 'retry'],
    [425, 'retry'],
    [302, 'retry'],
    [600, 'retry'],
    [0, 'retry'],
  ])('an item of status %i: %s', async (status, kind) => {
    expect(await outcomeOf(bulk(201, 201, status === 0 ? 500 : status))).toMatchObject({
      answers: [{ kind: 'ok' }, { kind: 'ok' }, { kind }],
    });
  });

  it.each([
    '',
    '[]',
    'null',
    '{}',
    '{"errors":false}',
    '{"errors":false,"items":{}}',
    '{"errors":false,"items":[{"create":{"status":201}}]}',
    '{"errors":true,"items":[{"create":{"status":400}},{"create":{"status":400}}]}',
    '{"errors":true,"items":[',
  ])('an answer that does not fit the batch costs no item: %s', async (body) => {
    expect(await outcomeOf(reply(200, body))).toMatchObject({ kind: 'retry' });
  });

  it.each([null, 7, 'x', [], {}, { index: { status: 400 } }, { create: { status: '400' } }])(
    'an item that cannot be read goes again: %j',
    async (item) => {
      const good = { create: { status: 201 } };
      expect(
        await outcomeOf(reply(200, { errors: true, items: [good, item, good] })),
      ).toMatchObject({
        kind: 'items',
        answers: [{ kind: 'ok' }, { kind: 'retry' }, { kind: 'ok' }],
      });
    },
  );
});

describe('settings', () => {
  it('the example is without fault', () => {
    const example = {
      name: 'elastic',
      url: 'https://elastic.example.com:9200',
      index: 'logs-spillwatch.findings-default',
      apiKeyFile: '/Library/Application Support/Spillwatch/secrets/elastic-api-key',
      tls: { caFile: '/Library/Application Support/Spillwatch/elastic-ca.pem' },
    };
    expect(faultsOf('elasticsearch', example)).toEqual([]);
  });

  it('names what is wrong', () => {
    const url = 'https://elastic.example.com';
    expect(faultsOf('elasticsearch', { url, index: 'Logs*' })).toEqual([
      'deliver, item 1: index must be 1 to 255 of a-z, 0-9, ".", "_" and "-"',
    ]);
    expect(faultsOf('elasticsearch', { url, apiKeyFile: '/a', basicFile: '/b' })).toEqual([
      'deliver, item 1: basicFile stands beside apiKeyFile; remove one of the two',
    ]);
    expect(faultsOf('elasticsearch', { url, format: 'splunk' })).toHaveLength(1);
  });

  it('refuses credentials that are none', () => {
    const url = 'https://elastic.example.com';
    expect(() => openTransport('elasticsearch', { url, basicFile: secretFile('maria') })).toThrow(
      SecretFileError,
    );
    expect(() =>
      openTransport('elasticsearch', { url, apiKeyFile: secretFile('two words') }),
    ).toThrow(SecretFileError);
  });
});
