import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../collectors/capture.ts';
import { MAX_LINE_BYTES } from '../../collectors/endpoint-security/lines.ts';
import { collected } from '../support/collected.ts';
import { BODIES, esLine, esMessage, fileOf } from '../support/es-message.ts';
import { damaged, jsonText } from '../support/json-text.ts';

const TIME = '2026-11-02T09:00:00.250Z';
const TIME_US = Date.parse(TIME) * 1000;
const RECORD = { timeUs: TIME_US, sequence: null, skipped: null, badRows: 0 };

const HOST = {
  source: 'host',
  time: TIME,
  hostname: 'mac-17',
  uuid: '6F1C0F5A',
  osVersion: '15.5',
  complete: true,
  accounts: [{ uid: 501, name: 'maria', home: '/Users/maria', groups: ['staff'] }],
};
const CONNECTION = {
  protocol: 'tcp4',
  localAddress: '10.0.0.5',
  localPort: '51234',
  peerAddress: '162.125.1.14',
  peerPort: '443',
  state: 'ESTABLISHED',
  pid: 412,
  process: 'Dropbox',
};
const PROCESS = { pid: 412, ppid: 1, uid: 501, name: 'Dropbox', path: '/Applications/Dropbox' };
const PROCESSES = { source: 'processes', time: TIME, processes: [PROCESS, { ...PROCESS, pid: 7 }] };
const NETWORK = { source: 'network', time: TIME, connections: [CONNECTION] };
const FILES = { source: 'files', time: TIME, event: 'add', path: '/Users/maria/Downloads/x.csv' };
const ANSWER = { name: 'content.dropboxapi.com', address: '162.125.1.14' };
const RESOLVER = { source: 'resolver', time: TIME, answers: [ANSWER] };
const NOTICE = {
  source: 'notice',
  time: TIME,
  collector: 'endpoint-security',
  code: 'restarted',
  detail: 'status 1',
};
const ENVELOPES = [HOST, PROCESSES, NETWORK, FILES, RESOLVER, NOTICE];

function sample(...connections: readonly object[]): object {
  return { ...NETWORK, connections };
}

/** How many flows each record holds. */
function flowsOf(lines: readonly object[], before: readonly string[] = []): number[] {
  return collected(lines, before).records.map((record) => record.events.length);
}

function isAccountedFor(line: string): void {
  const before = Reflect.ownKeys(Object.prototype);
  const { records, lost } = collected([line]);
  expect(records.length + lost.length).toBe(1);
  expect(records.every(({ events, skipped }) => (events.length === 0) === (skipped !== null))).toBe(
    true,
  );
  expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
}

describe('CaptureReader', () => {
  it.each([
    ['host', HOST, ['host.seen']],
    ['processes', PROCESSES, ['process.seen', 'process.seen']],
    ['network', NETWORK, ['network.flow']],
    ['files', FILES, ['file.watched']],
    ['resolver', RESOLVER, ['resolver.answer']],
    ['notice', NOTICE, ['collector.notice']],
  ])('reads the envelope of %s', (_source, envelope, kinds) => {
    const { records, events, lost } = collected([envelope]);
    expect(lost).toEqual([]);
    expect(records).toMatchObject([{ ...RECORD, collector: envelope.source }]);
    expect(events.map((event) => event.kind)).toEqual(kinds);
    expect(events.every((event) => event.timeUs === TIME_US)).toBe(true);
    expect(events.every((event) => event.collector === envelope.source)).toBe(true);
  });

  it.each(ENVELOPES)(
    'reads the envelope of $source alike with keys that nobody knows',
    (envelope) => {
      const more = { future: { event: {} }, __v: 2 };
      expect(collected([{ ...more, ...envelope }])).toEqual(collected([envelope]));
    },
  );

  it.each(ENVELOPES)('loses the envelope of $source when its time is no time', (envelope) => {
    for (const time of [undefined, null, 'now', 1_793_610_000]) {
      expect(collected([{ ...envelope, time }])).toMatchObject({
        records: [],
        lost: [{ collector: envelope.source, dropped: 'bad-shape', sequence: null }],
      });
    }
  });

  it.each([
    ['accounts', HOST, HOST.accounts],
    ['processes', PROCESSES, PROCESSES.processes],
    ['connections', NETWORK, NETWORK.connections],
    ['answers', RESOLVER, RESOLVER.answers],
  ])('counts bad rows of %s with their record, and keeps the others', (key, envelope, good) => {
    const [record] = collected([envelope]).records;
    const rows = [7, ...good, null, {}];
    expect(collected([{ ...envelope, [key]: rows }]).records).toEqual([{ ...record, badRows: 3 }]);
  });

  it.each([
    ['processes', PROCESSES],
    ['connections', NETWORK],
    ['answers', RESOLVER],
  ])('loses a record that has no list of %s, rather than take it for empty', (key, envelope) => {
    for (const rows of ['none', 7, { 0: {} }, null, undefined]) {
      expect(collected([{ ...envelope, [key]: rows }])).toMatchObject({
        records: [],
        lost: [{ collector: envelope.source, dropped: 'bad-shape' }],
      });
    }
  });

  it('does not take an unreadable list of accounts for a complete one that is empty', () => {
    for (const accounts of ['none', 7, {}, null]) {
      const { events } = collected([{ ...HOST, accounts }]);
      expect(events.filter((event) => event.kind === 'host.seen' && event.complete)).toEqual([]);
    }
  });

  it.each([
    ['processes', PROCESSES],
    ['connections', NETWORK],
    ['answers', RESOLVER],
  ])('skips a record whose list of %s is empty', (key, envelope) => {
    expect(collected([{ ...envelope, [key]: [] }]).records).toEqual([
      { ...RECORD, collector: envelope.source, events: [], skipped: 'nothing-new' },
    ]);
  });

  it('loses a change of a file that names no path or no known change', () => {
    const lines = [
      { ...FILES, path: null },
      { ...FILES, event: 'addDir' },
    ];
    expect(collected(lines).lost).toEqual([
      { collector: 'files', dropped: 'bad-shape', sequence: null },
      { collector: 'files', dropped: 'bad-shape', sequence: null },
    ]);
  });

  it('reads a notice, whose detail may be missing', () => {
    const { detail: _, ...bare } = NOTICE;
    const event = {
      kind: 'collector.notice',
      collector: 'notice',
      timeUs: TIME_US,
      about: 'endpoint-security',
      code: 'restarted',
    };
    expect(collected([NOTICE, bare]).events).toEqual([
      { ...event, detail: 'status 1' },
      { ...event, detail: '' },
    ]);
  });

  it.each(['collector', 'code'])('loses a notice without %s', (key) => {
    expect(collected([{ ...NOTICE, [key]: undefined }]).lost).toEqual([
      { collector: 'notice', dropped: 'bad-shape', sequence: null },
    ]);
  });

  it.each(['dns', 'Host', '', 'endpoint-security', '__proto__', 'constructor'])(
    'skips a source that it does not know: %j',
    (source) => {
      for (const time of [TIME, 'no time', undefined]) {
        expect(collected([{ source, time }])).toMatchObject({
          records: [{ collector: null, events: [], skipped: 'unknown-source' }],
          lost: [],
        });
      }
    },
  );

  it.each([
    ['no JSON', '{"source":"host"', 'bad-json'],
    ['two values', '{} {}', 'bad-json'],
    ['an array', '[]', 'not-an-object'],
    ['a text', '"host"', 'not-an-object'],
    ['null', 'null', 'not-an-object'],
    ['a number', '1e999', 'not-an-object'],
    ['an empty object', '{}', 'unknown-record'],
    ['a source that is no text', '{"source":7}', 'unknown-record'],
    ['an event that is an array', '{"event":[]}', 'unknown-record'],
  ])('loses a line of %s', (_what, line, dropped) => {
    expect(collected([line, FILES])).toMatchObject({
      records: [{ collector: 'files' }],
      lost: [{ collector: null, dropped, sequence: null }],
    });
  });

  it('loses a line that is too long or is no text, and reads the next', () => {
    const lost: unknown[] = [];
    const records: unknown[] = [];
    const reader = new CaptureReader({
      record: (record) => records.push(record.collector),
      lost: (record) => lost.push(record),
    });
    reader.push(Buffer.alloc(MAX_LINE_BYTES + 1, 'x'));
    reader.push(Buffer.from([0x0a, 0xff, 0x0a]));
    reader.push(Buffer.from(JSON.stringify(FILES)));
    expect(records).toEqual([]);
    reader.end();
    expect(records).toEqual(['files']);
    expect(lost).toEqual([
      { collector: null, dropped: 'line-too-long', sequence: null },
      { collector: null, dropped: 'invalid-utf8', sequence: null },
    ]);
  });
});

describe('CaptureReader on Endpoint Security lines', () => {
  const base = {
    collector: 'endpoint-security',
    timeUs: Date.parse('2026-11-02T09:00:01Z') * 1000 + 123,
    sequence: 34,
    badRows: 0,
  };

  it.each([...BODIES])('reads %s', (name, body) => {
    const { records, lost } = collected([esLine(esMessage(name, body))]);
    expect(lost).toEqual([]);
    expect(records).toMatchObject([{ ...base, skipped: null }]);
    expect(records[0]?.events.map((event) => event.kind.split('.').at(-1))).toEqual([name]);
  });

  it.each([
    ['event-not-used', 'write', { target: fileOf('/tmp/x') }],
    ['unmodified-close', 'close', { target: fileOf('/tmp/x'), modified: false }],
    ['path-truncated', 'unlink', { target: fileOf('/tmp/x', { path_truncated: true }) }],
  ])('keeps the number of a line that it skips as %s', (skipped, name, body) => {
    expect(collected([esLine(esMessage(name, body))]).records).toEqual([
      { ...base, events: [], skipped },
    ]);
  });

  it('keeps the number of a line that it loses', () => {
    const forbidden = JSON.stringify(esMessage('exit', { stat: 0 })).replace(
      '{',
      '{"__proto__":1,',
    );
    expect(collected([esLine(esMessage('exit', {})), forbidden]).lost).toEqual([
      { collector: 'endpoint-security', dropped: 'bad-shape', sequence: 34 },
      { collector: 'endpoint-security', dropped: 'forbidden-key', sequence: 34 },
    ]);
  });
});

describe('CaptureReader on samples of the network', () => {
  const second = { ...CONNECTION, localPort: '51235' };

  it('gives the difference from sample to sample, across other records', () => {
    const lines = [sample(CONNECTION), FILES, sample(CONNECTION, second), sample(second)];
    expect(flowsOf(lines)).toEqual([1, 1, 1, 0]);
    expect(collected(lines).records.map((record) => record.skipped)).toEqual([
      null,
      null,
      null,
      'nothing-new',
    ]);
  });

  it('goes on where an earlier capture ended', () => {
    const { connections } = collected([sample(CONNECTION)]);
    expect(flowsOf([sample(CONNECTION, second)], connections)).toEqual([1]);
    expect(flowsOf([sample(CONNECTION, second)])).toEqual([2]);
  });

  it('does not forget what it saw because of a sample that it cannot read', () => {
    const unreadable = { ...NETWORK, connections: 'x' };
    const { events } = collected([sample(CONNECTION), unreadable, sample(CONNECTION)]);
    expect(events).toHaveLength(1);
  });
});

describe('CaptureReader on anything', () => {
  const lines = [
    ...ENVELOPES.map((envelope) => JSON.stringify(envelope)),
    ...[...BODIES].map(([name, body]) => esLine(esMessage(name, body))),
  ];

  it('makes one record of any JSON, read, skipped or lost, and leaves Object.prototype alone', () => {
    fc.assert(fc.property(jsonText, isAccountedFor), { numRuns: 500 });
  });

  it('does so whatever stands in place of one value', () => {
    fc.assert(fc.property(damaged(lines), isAccountedFor), { numRuns: 500 });
  });

  it('does so for any text without a newline that is not blank', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 30 })
      .map((any) => `x${any.replaceAll('\n', '')}`);
    fc.assert(fc.property(text, isAccountedFor), { numRuns: 300 });
  });
});

describe('a host record in which no account can be read', () => {
  it.each([
    ['without the list', { ...HOST, accounts: undefined }],
    ['with another thing in its place', { ...HOST, accounts: 'maria' }],
    ['with nothing but bad rows', { ...HOST, accounts: [5, null, { uid: -1 }] }],
  ])('is lost, %s', (_title, record) => {
    const { records, lost } = collected([JSON.stringify(record)]);
    expect(records).toEqual([]);
    expect(lost).toEqual([{ collector: 'host', dropped: 'bad-shape', sequence: null }]);
  });

  it('is a record when the list is empty', () => {
    const { records } = collected([JSON.stringify({ ...HOST, accounts: [] })]);
    expect(records).toMatchObject([{ collector: 'host', badRows: 0 }]);
  });
});
