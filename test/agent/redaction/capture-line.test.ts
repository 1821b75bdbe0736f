import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactCaptureLine } from '../../../agent/redaction/capture-line.ts';
import { PathHider } from '../../../agent/redaction/path-hider.ts';
import { Redactor } from '../../../agent/redaction/redactor.ts';

const redactor = new Redactor({ kind: 'redact' });
const hider = new PathHider(new Uint8Array(32).fill(4), new Set(['.csv']));
const redacted = (line: string): string | null => redactCaptureLine(line, redactor, hider);

describe('a line of a capture', () => {
  it('keeps every byte of an exec outside the secrets of its arguments and environment', () => {
    const line = String.raw`{ "big":12345678901234567890,"event" : {"exec":{"args":["mysql","-h\/x", "-pS3"],"n":1.0,"env":["HOME=\/Users\/c","PGPASSWORD=S3","X"],"cwd":{"path":"\/p\u00e9"}}} }`;
    expect(redacted(line)).toBe(
      line.replace('"-pS3"', '"-p[REDACTED]"').replace('PGPASSWORD=S3', 'PGPASSWORD=[REDACTED]'),
    );
  });

  it('is searched behind escaped and repeated keys', () => {
    const line = String.raw`{"event":{"\u0065xec":{"args":["mysql","-pS3"],"\u0061rgs":["mysql","-pS4"]}}}`;
    expect(redacted(line)).not.toMatch(/S3|S4/);
  });

  it('is searched inside the envelope of the second run', () => {
    expect(
      redacted('{"source":"opens","message":{"event":{"exec":{"args":["mysql","-pS3"]}}}}'),
    ).toBe('{"source":"opens","message":{"event":{"exec":{"args":["mysql","-p[REDACTED]"]}}}}');
  });

  it('has the same placeholder for the name of a file wherever it stands, and keeps every other byte', () => {
    const line = String.raw`{"event":{"exec":{"args":["cp","\/x\/token=S3.csv"]},"target" : {"path":"\/x\/token=S3.csv","\/key=S":1}},"path":"\/y\/S3"}`;
    const [, name = ''] = /"path":"(\/x[^"]*)"/.exec(redacted(line) ?? '') ?? [];
    expect(name).toMatch(/^\/x\/token=\[REDACTED:[0-9a-f]{12}\]\.csv$/);
    expect(redacted(line)).toBe(line.replaceAll(String.raw`\/x\/token=S3.csv`, name));
  });

  it('loses the secrets of command lines in a process list', () => {
    const line =
      '{"source":"processes","processes":[{"pid":1,"cmd":"mysql -pS3 x"},{"cmd":null},7]}';
    expect(redacted(line)).toBe(line.replace('S3', '[REDACTED]'));
  });

  it.each(['{"event":{"exec":{"args":["mysql","-pS3"', '["-pS3"]', '"x"', 'null', ''])(
    'is given up when it is no JSON object: %s',
    (line) => {
      expect(redacted(line)).toBeNull();
    },
  );

  it('of any JSON is read without an error and stays the same without command lines', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        for (const space of [0, 2]) {
          const line = JSON.stringify({ ...object, event: object }, null, space);
          expect(redacted(line)).toBe(line);
        }
      }),
    );
  });

  it('with any values in its lists is still JSON of the same shape', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (args, env) => {
        const line = JSON.stringify({ event: { exec: { args, env } } });
        const result = JSON.parse(redacted(line) ?? '') as { event: { exec: { env: unknown[] } } };
        expect(result.event.exec.env).toHaveLength(env.length);
      }),
    );
  });
});
