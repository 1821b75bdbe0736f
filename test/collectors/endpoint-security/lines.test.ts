import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LineFault,
  LineSplitter,
  MAX_LINE_BYTES,
} from '../../../collectors/endpoint-security/lines.ts';

type Output = { readonly line: string } | { readonly fault: LineFault };

function split(chunks: Iterable<Buffer>, maxLineBytes?: number): Output[] {
  const outputs: Output[] = [];
  const splitter = new LineSplitter(
    {
      line: (line) => outputs.push({ line }),
      fault: (fault) => outputs.push({ fault }),
    },
    maxLineBytes,
  );
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return outputs;
}

function splitText(...chunks: readonly string[]): Output[] {
  return split(chunks.map((chunk) => Buffer.from(chunk)));
}

/** What a splitter means, without a stream. */
function model(bytes: Buffer, maxLineBytes: number): Output[] {
  const outputs: Output[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const piece of bytes.toString('latin1').split('\n')) {
    const line = Buffer.from(piece, 'latin1');
    try {
      const text = decoder.decode(line);
      if (line.length > maxLineBytes) outputs.push({ fault: 'line-too-long' });
      else if (text.trim() !== '') outputs.push({ line: text });
    } catch {
      outputs.push({ fault: line.length > maxLineBytes ? 'line-too-long' : 'invalid-utf8' });
    }
  }
  return outputs;
}

const bytes = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '\n\n') },
      { weight: 3, arbitrary: fc.constantFrom('a', ' ', '{}', 'ü', '🦀', '\u2028', '\uFEFF') },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))));

function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (whole.length + 1)), whole.length];
  ends.sort((a, b) => a - b);
  return ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
}

describe('LineSplitter', () => {
  it('gives the same lines and faults for any chunking of any bytes', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 12 }), (whole, places) => {
        const expected = model(whole, 8);
        expect(split([whole], 8)).toEqual(expected);
        expect(split(cut(whole, places), 8)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same when every byte comes alone', () => {
    const whole = Buffer.from('{"a":"ü🦀"}\r\n\nsecond\n\u2028third');
    const single = Array.from(whole, (byte) => Buffer.from([byte]));
    expect(split(single)).toEqual([
      { line: '{"a":"ü🦀"}\r' },
      { line: 'second' },
      { line: '\u2028third' },
    ]);
  });

  it('keeps its part of a line when the caller reads the next chunk into the same buffer', () => {
    const reused = Buffer.alloc(5);
    function* reads(): Generator<Buffer> {
      for (const text of ['one\ntw', 'o-lo', 'ng\nx']) {
        for (let start = 0; start < text.length; start += reused.length) {
          reused.fill('#');
          const length = reused.write(text.slice(start, start + reused.length));
          yield reused.subarray(0, length);
        }
      }
      reused.fill('#');
    }
    expect(split(reads())).toEqual([{ line: 'one' }, { line: 'two-long' }, { line: 'x' }]);
  });

  it('hands over a last line that has no newline, and nothing after one that has', () => {
    expect(splitText('a\nb')).toEqual([{ line: 'a' }, { line: 'b' }]);
    expect(splitText('a\nb\n')).toEqual([{ line: 'a' }, { line: 'b' }]);
    expect(splitText()).toEqual([]);
  });

  it('takes lines without text for no lines', () => {
    expect(splitText('\n\n  \n\t\r\n', '\r\n', 'a\n')).toEqual([{ line: 'a' }]);
  });

  it('cuts at the newline only, not at other characters that end a line', () => {
    expect(splitText('a\rb\u2028c\u0085d\ve\n')).toEqual([{ line: 'a\rb\u2028c\u0085d\ve' }]);
  });

  it.each([
    ['a byte that no text has', [0xff]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a character cut short', [0xf0, 0x9f, 0xa6]],
    ['a code point above the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('loses a line with %s, and only that line', (_what, invalid) => {
    const whole = Buffer.concat([
      Buffer.from('before\nbad '),
      Buffer.from(invalid),
      Buffer.from('\nafter\n'),
    ]);
    expect(split([whole])).toEqual([
      { line: 'before' },
      { fault: 'invalid-utf8' },
      { line: 'after' },
    ]);
  });

  it('counts the bound in bytes, not in characters', () => {
    expect(split([Buffer.from('üü\nüüü\n')], 4)).toEqual([
      { line: 'üü' },
      { fault: 'line-too-long' },
    ]);
  });

  it('reports a line over the bound once, however many chunks it has, and reads the next', () => {
    const long = Array.from({ length: 50 }, () => Buffer.from('xxxx'));
    expect(split([Buffer.from('a\n'), ...long, Buffer.from('\nb\n')], 10)).toEqual([
      { line: 'a' },
      { fault: 'line-too-long' },
      { line: 'b' },
    ]);
  });

  it('reports a line over the bound that never ends', () => {
    expect(split([Buffer.from('xxxxxxxxxxx')], 10)).toEqual([{ fault: 'line-too-long' }]);
  });

  it('reads a line of 8 MiB, and loses one that is a byte longer', () => {
    expect(MAX_LINE_BYTES).toBe(8 * 1024 * 1024);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const longest = Array.from({ length: 128 }, () => chunk);
    const [read] = split([...longest, Buffer.from('\n')]);
    expect(read && 'line' in read && read.line.length).toBe(MAX_LINE_BYTES);
    expect(split([...longest, Buffer.from('x\nnext')])).toEqual([
      { fault: 'line-too-long' },
      { line: 'next' },
    ]);
  });
});
