import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../collectors/endpoint-security/lines.ts';
import {
  OPENS_ENVELOPE_BYTES,
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
  it('reads a message like one of the main run, with a number of its own', () => {
    const [record] = collected([open(7)]).records;
    const [main] = collected([esLine(esMessage('open', { file: fileOf(PATH), fflag: 1 }))]).records;
    expect(record).toEqual({ ...main, sequence: null, opensSequence: 7 });
  });

  it('shows the number of a message that is lost', () => {
    expect(collected([open(4, { process: null })]).lost).toEqual([
      { collector: 'endpoint-security', dropped: 'bad-shape', sequence: null, opensSequence: 4 },
    ]);
  });

  it('keeps its numbers and those of the main run apart', () => {
    const { records } = collected([mainLine(100), open(1), mainLine(101), open(2)]);
    expect(records.map(({ sequence }) => sequence)).toEqual([100, null, 101, null]);
    expect(records.map(({ opensSequence = null }) => opensSequence)).toEqual([null, 1, null, 2]);
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
