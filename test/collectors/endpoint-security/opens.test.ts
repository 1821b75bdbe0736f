import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../collectors/endpoint-security/lines.ts';
import {
  OPENS_ENVELOPE_BYTES,
  OpensNumbers,
  toOpensEnvelope,
} from '../../../collectors/endpoint-security/opens.ts';
import { collected } from '../../support/collected.ts';
import { esLine, esMessage, fileOf } from '../../support/es-message.ts';
import { damaged, jsonText } from '../../support/json-text.ts';

const PATH = '/Users/maria/Downloads/x.csv';
const clock = (): number => Date.parse('2026-11-02T09:00:00.250Z') * 1000;

function open(sequence: number, changes: object = {}): string {
  const body = { file: fileOf(PATH), fflag: 1 };
  const message = esMessage('open', body, { global_seq_num: sequence, ...changes });
  return toOpensEnvelope(esLine(message), clock);
}

function mainLine(sequence: number): string {
  return esLine(esMessage('exit', { stat: 0 }, { global_seq_num: sequence }));
}

function timeOf(line: string): unknown {
  return JSON.parse(toOpensEnvelope(line, clock)).time;
}

/** What each notice says of missing messages, with 0 for a record without one. */
function missingIn(lines: readonly string[]): number[] {
  return collected(lines).records.map(({ events }) => {
    const [first] = events;
    if (first?.kind !== 'collector.notice') return 0;
    expect(first).toMatchObject({ about: 'endpoint-security', code: 'opens-lost' });
    return Number.parseInt(first.detail, 10);
  });
}

describe('toOpensEnvelope', () => {
  it('takes the time of the line when it shows one, else that of the clock', () => {
    expect(timeOf('{"a":1,"time" : "2026-07-01T21:50:33.239905081Z"}')).toBe(
      '2026-07-01T21:50:33.239905081Z',
    );
    expect(timeOf('{"start_time":"2026-07-01T21:50:33Z"}')).toBe('2026-11-02T09:00:00.250Z');
    expect(timeOf('{"time":"yesterday"}')).toBe('2026-11-02T09:00:00.250Z');
  });

  it('does not take the time from a name, whatever it is', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"time":"1999-01-01T00:00:00Z"', '\\"time":"1999-01-01T00:00:00Z"'),
    );
    fc.assert(
      fc.property(name, name, (before, after) => {
        const line = JSON.stringify({ before, time: '2026-07-01T21:50:33Z', [`k${after}`]: after });
        expect(JSON.parse(toOpensEnvelope(line, clock)).time).toBe('2026-07-01T21:50:33Z');
      }),
    );
  });

  it('adds no more bytes than it says', () => {
    for (const line of ['{}', '{"time":"2026-07-01T21:50:33.239905081Z"}'])
      expect(toOpensEnvelope(line, clock).length - line.length).toBeLessThanOrEqual(
        OPENS_ENVELOPE_BYTES,
      );
    expect(OPENS_ENVELOPE_BYTES).toBeLessThan(MAX_LINE_BYTES);
  });
});

describe('CaptureReader on the run of opens', () => {
  it('reads a message like one of the main run, without its number', () => {
    const [record] = collected([open(7)]).records;
    const [main] = collected([esLine(esMessage('open', { file: fileOf(PATH), fflag: 1 }))]).records;
    expect(record).toEqual({ ...main, sequence: null });
  });

  it('says how many messages are missing, before the first that is there again', () => {
    expect(missingIn([open(10), open(11), open(15), open(16)])).toEqual([0, 0, 3, 0]);
    const { events } = collected([open(0), open(2)]);
    expect(events.map(({ kind }) => kind)).toEqual(['file.open', 'collector.notice', 'file.open']);
  });

  it('misses nothing before the first of a run, nor because of one that comes late', () => {
    expect(missingIn([open(500), open(501), open(0), open(1)])).toEqual([0, 0, 0, 0]);
    expect(missingIn([open(5000), open(3), open(4)])).toEqual([0, 0, 0]);
    expect(missingIn([open(5), open(7), open(6), open(8)])).toEqual([0, 1, 0, 0]);
  });

  it('says so with a message that is otherwise skipped', () => {
    const denied = { action: { result: { result_type: 1, result: { flags: 0 } } } };
    const { records } = collected([open(1), open(3, denied), open(4, denied)]);
    expect(records.map(({ skipped }) => skipped)).toEqual([null, null, 'denied']);
    expect(records[1]?.events).toMatchObject([{ kind: 'collector.notice' }]);
  });

  it('counts a lost message as lost and not as missing, and tells later what was missing before it', () => {
    const lines = [open(1), open(4, { process: null }), open(5), open(6)];
    expect(missingIn(lines)).toEqual([0, 2, 0]);
    expect(collected(lines).lost).toEqual([
      { collector: 'endpoint-security', dropped: 'bad-shape', sequence: null },
    ]);
  });

  it('keeps its numbers and those of the main run apart', () => {
    const { records } = collected([mainLine(100), open(1), mainLine(101), open(2)]);
    expect(records.map(({ sequence }) => sequence)).toEqual([100, null, 101, null]);
    expect(records.flatMap(({ events }) => events).map(({ kind }) => kind)).not.toContain(
      'collector.notice',
    );
  });

  it.each([
    ['has no message', { source: 'opens', time: '2026-11-02T09:00:00Z' }],
    [
      'has a message that is no object',
      { source: 'opens', time: '2026-11-02T09:00:00Z', message: [] },
    ],
    ['has no time', { source: 'opens', message: esMessage('open', { file: fileOf(PATH) }) }],
    [
      'has an envelope for a message',
      { source: 'opens', time: '2026-11-02T09:00:00Z', message: { source: 'host' } },
    ],
  ])('loses an envelope that %s', (_what, envelope) => {
    expect(collected([envelope])).toMatchObject({
      records: [],
      lost: [{ collector: 'endpoint-security', dropped: 'bad-shape', sequence: null }],
    });
  });

  it('makes one record of any line in the envelope, read, skipped or lost', () => {
    const any = fc.oneof(jsonText, damaged([open(3)]), fc.string());
    fc.assert(
      fc.property(any, (text) => {
        const line = toOpensEnvelope(text.replaceAll('\n', ' '), clock);
        const { records, lost } = collected([line]);
        expect(records.length + lost.length).toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('OpensNumbers', () => {
  it('misses exactly what is left out of runs that begin at 0', () => {
    const run = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 5 }), (runs) => {
        const numbers = new OpensNumbers();
        let missing = 0;
        let expected = 0;
        for (const arrives of runs) {
          // The first is there and what follows the last that arrives is not known to have been.
          const last = arrives.lastIndexOf(true);
          for (const [sequence, isThere] of arrives.entries()) {
            if (sequence === 0 || isThere) numbers.see(sequence);
            else if (sequence < last) expected += 1;
          }
          missing += numbers.takeMissing();
        }
        expect(missing).toBe(expected);
      }),
    );
  });
});
