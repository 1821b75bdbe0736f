import { JsonLogsSerializer } from '@opentelemetry/otlp-transformer';
import { describe, expect, it } from 'vitest';
import { ITEM_KINDS, type Item } from '../../../../agent/deliver/item.ts';
import packageJson from '../../../../package.json' with { type: 'json' };
import { SEVERITIES } from '../../../../rules/finding.ts';
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

const BATCH = itemsFrom(1, 3);
const ONE = itemsFrom(1, 1);

async function outcomeOf(answer: Answer, items: readonly Item[] = BATCH): Promise<unknown> {
  const { url } = await startReceiver(answer);
  return openTransport('otlp', { url }).send(items, NEVER);
}

async function sent(items: readonly Item[]): Promise<string> {
  const receiver = await startReceiver(reply(200, {}));
  await openTransport('otlp', { url: receiver.url }).send(items, NEVER);
  return receiver.requests[0]?.text ?? '';
}

type Records = Parameters<typeof JsonLogsSerializer.serializeRequest>[0];

/** What OpenTelemetry's own library writes for the same records. */
function referee(items: readonly Item[]): unknown {
  const numbers = { informational: 9, low: 13, medium: 14, high: 17, critical: 21 };
  const resource = {
    attributes: {
      'service.name': 'spillwatch',
      'service.version': packageJson.version,
      'host.name': 'mac-17',
    },
  };
  const instrumentationScope = { name: 'spillwatch', version: packageJson.version };
  const records = items.map(({ timeUs, severity, body, kind, uid }) => {
    const hrTime = [Math.floor(timeUs / 1_000_000), (timeUs % 1_000_000) * 1000];
    return {
      resource,
      instrumentationScope,
      hrTime,
      hrTimeObserved: hrTime,
      severityNumber: numbers[severity],
      severityText: severity,
      body,
      attributes: { 'event.name': `spillwatch.${kind}`, 'spillwatch.uid': uid },
      droppedAttributesCount: 0,
    };
  });
  return JSON.parse(
    Buffer.from(
      JsonLogsSerializer.serializeRequest(records as unknown as Records) ?? [],
    ).toString(),
    // Protobuf's JSON leaves out a number that is 0.
    (key, value: unknown) => (key === 'droppedAttributesCount' && value === 0 ? undefined : value),
  );
}

function attribute(key: string, value: string): string {
  return `{"key":"${key}","value":{"stringValue":"${value}"}}`;
}

describe('what the receiver gets', () => {
  it('is what OpenTelemetry itself writes for the same records', async () => {
    const items = [
      ...SEVERITIES.map((severity, index) => itemOf(index, { severity })),
      ...ITEM_KINDS.map((kind, index) => itemOf(10 + index, { kind })),
      itemOf(20, { timeUs: 1_790_000_000_000_001, body: '{"a":"\\u0000 \\ud800 ü \\" 😀"}' }),
    ];
    expect(JSON.parse(await sent(items))).toEqual(referee(items));
  });

  it('is written in one way: times are texts of nanoseconds', async () => {
    const version = packageJson.version;
    const item = itemOf(1, { timeUs: 1_790_000_000_123_456, body: '{"a":1}' });
    expect(await sent([item])).toBe(
      `{"resourceLogs":[{"resource":{"attributes":[${[
        attribute('service.name', 'spillwatch'),
        attribute('service.version', version),
        attribute('host.name', 'mac-17'),
      ].join(',')}]},"scopeLogs":[{"scope":{"name":"spillwatch","version":"${version}"},` +
        `"logRecords":[{"timeUnixNano":"1790000000123456000","observedTimeUnixNano":"1790000000123456000",` +
        `"severityNumber":17,"severityText":"high","body":{"stringValue":"{\\"a\\":1}"},"attributes":[${[
          attribute('event.name', 'spillwatch.finding'),
          attribute('spillwatch.uid', 'uid-1'),
        ].join(',')}]}]}]}]}`,
    );
  });

  it('is packed, with the token and headers of the destination', async () => {
    const receiver = await startReceiver(reply(200, {}));
    const tokenFile = secretFile('t0ken-of-otlp');
    const headers = { 'X-Scope-OrgID': 'tenant 7' };
    const headerFiles = { 'X-Api-Key': secretFile('k-1234567890\n') };
    const keys = { url: receiver.url, tokenFile, headers, headerFiles };
    await openTransport('otlp', keys).send(BATCH, NEVER);
    expect(receiver.requests[0]).toMatchObject({ method: 'POST', path: '/v1/logs' });
    expect(receiver.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer t0ken-of-otlp',
      'x-scope-orgid': 'tenant 7',
      'x-api-key': 'k-1234567890',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
  });

  it('has another kind of authorization when a file says so', async () => {
    const receiver = await startReceiver(reply(200, {}));
    const headerFiles = { authorization: secretFile('Basic bWFyaWE6cGFzc3dvcmQ=') };
    await openTransport('otlp', { url: receiver.url, headerFiles }).send(BATCH, NEVER);
    expect(receiver.requests[0]?.headers.authorization).toBe('Basic bWFyaWE6cGFzc3dvcmQ=');
  });

  it('is plain when gzip is off, at the path of the url when it has one', async () => {
    const receiver = await startReceiver(reply(200, {}));
    await openTransport('otlp', { url: `${receiver.url}/otlp/v1/logs`, gzip: false }).send(
      BATCH,
      NEVER,
    );
    expect(receiver.requests[0]?.path).toBe('/otlp/v1/logs');
    expect(receiver.requests[0]?.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(receiver.requests[0]?.bytes.toString() ?? '')).toEqual(referee(BATCH));
  });

  it('has the same bytes in every attempt', async () => {
    const receiver = await startReceiver(reply(503));
    // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
    await openTransport('otlp', { url: receiver.url }).send(BATCH, NEVER);
    await openTransport('otlp', { url: receiver.url }).send(BATCH, NEVER);
    const [one, two] = receiver.requests;
    expect(one?.bytes.length).toBeGreaterThan(0);
    expect(two?.bytes.equals(one?.bytes ?? Buffer.of())).toBe(true);
  });
});

describe('what an answer means', () => {
  it.each([
    [200, '{}'],
    [200, '{"partialSuccess":{}}'],
    [200, '{"partialSuccess":null}'],
    [200, '{"partialSuccess":{"rejectedLogRecords":"0"}}'],
    [200, '{"partialSuccess":{"rejectedLogRecords":0,"errorMessage":"deprecated"}}'],
    [200, '{"partialSuccess":{"rejectedLogRecords":null}}'],
    [200, ''],
    [201, ''],
    [202, 'ok'],
    [204, ''],
  ])('HTTP %i with %j: taken', async (status, body) => {
    expect(await outcomeOf(reply(status, body))).toEqual({ kind: 'ok' });
  });

  const REFUSED = {
    partialSuccess: { rejectedLogRecords: '1', errorMessage: 'record\ntoo old' },
  };

  it('a refused record among others is to be found', async () => {
    expect(await outcomeOf(reply(200, REFUSED))).toEqual({
      kind: 'rejected',
      detail: '1 refused: record too old',
      explicit: true,
    });
  });

  it('a refused record that is alone is the one', async () => {
    expect(await outcomeOf(reply(200, REFUSED), ONE)).toEqual({
      kind: 'items',
      answers: [{ kind: 'poison', detail: '1 refused: record too old' }],
    });
    const number = { partialSuccess: { rejectedLogRecords: 1 } };
    expect(await outcomeOf(reply(200, number), ONE)).toMatchObject({ kind: 'items' });
  });

  it.each(['-1', '1.5', 'x', '', -1, 0.5, true, [], {}])(
    'a count that is none costs no record: %j',
    async (rejectedLogRecords) => {
      const answer = reply(200, { partialSuccess: { rejectedLogRecords } });
      expect(await outcomeOf(answer, ONE)).toMatchObject({ kind: 'retry' });
    },
  );

  it('the sentence of a refusal is quoted', async () => {
    const answer = reply(400, { code: 3, message: 'proto: syntax error' });
    expect(await outcomeOf(answer)).toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('proto: syntax error'),
      explicit: false,
    });
  });
});

describe('settings', () => {
  const url = 'https://otel.example.com:4318';

  it('the example is without fault', () => {
    const example = {
      name: 'collector',
      url,
      tokenFile: '/Library/Application Support/Spillwatch/secrets/otlp-token',
      headers: { 'X-Scope-OrgID': 'security' },
    };
    expect(faultsOf('otlp', example)).toEqual([]);
  });

  it.each([
    [{ 'Content-Type': 'x' }, 'headers "content-type" is written by the agent; remove it'],
    [{ 'Content-Encoding': 'x' }, 'headers "content-encoding" is written by gzip; set that'],
    [{ Host: 'x' }, 'headers "host" is for the connection and not to be set; remove it'],
  ])('refuses the headers %j', (headers, fault) => {
    expect(faultsOf('otlp', { url, headers })).toEqual([`deliver, item 1: ${fault}`]);
  });

  it('has one authorization: a token, or another kind of it in a file', () => {
    const headerFiles = { Authorization: '/a' };
    expect(faultsOf('otlp', { url, headerFiles })).toEqual([]);
    expect(faultsOf('otlp', { url, headerFiles, tokenFile: '/t' })).toEqual([
      'deliver, item 1: headerFiles "authorization" is written from tokenFile; remove one of the two',
    ]);
  });
});
