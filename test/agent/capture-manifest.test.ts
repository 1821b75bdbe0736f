import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManifestCheck } from '../../agent/capture-manifest.ts';

const LINES = '{"source":"host"}\n{"event":{}}\n';

function manifest(text: string, lines = 2, rest: object = {}): string {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return `${JSON.stringify({ source: 'manifest', lines, sha256, ...rest })}\n`;
}

function checked(text: string, chunk = 7): string | null {
  const check = new ManifestCheck();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) check.push(bytes.subarray(at, at + chunk));
  return check.end();
}

const WHOLE = LINES + manifest(LINES);

describe('the manifest of a capture', () => {
  it('fits the bytes before it, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (chunk) => {
        expect(checked(WHOLE, chunk)).toBeNull();
      }),
    );
  });

  it('does not fit when any byte before it is another one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LINES.length - 2 }), (at) => {
        const byte = LINES[at] === '!' ? '?' : '!';
        expect(checked(WHOLE.slice(0, at) + byte + WHOLE.slice(at + 1))).toContain('manifest');
      }),
    );
  });

  it.each([
    ['a line is missing', '{"event":{}}\n' + manifest(LINES)],
    ['lines were added before it', `{}\n${WHOLE}`],
    ['lines were added behind it', `${WHOLE}{}\n`],
    ['it stands alone', manifest(LINES)],
  ])('does not fit when %s', (_, text) => {
    expect(checked(text)).not.toBeNull();
  });

  it('may be missing, without a newline, or that of one of several captures in a row', () => {
    expect(checked(LINES)).toBeNull();
    expect(checked('')).toBeNull();
    expect(checked(WHOLE.trimEnd())).toBeNull();
    expect(checked(WHOLE + WHOLE)).toBeNull();
  });

  it('is not taken for one when it says nothing of the bytes', () => {
    expect(checked('{"source":"manifest"}\n{"source":"manifest","lines":"x"}\n')).toBeNull();
    expect(checked(`{"source":"manifest","x":"${'y'.repeat(40_000)}"}\n`)).toBeNull();
  });
});

/** What is said to be missing of a capture. */
function missing(text: string): string | null {
  const check = new ManifestCheck();
  check.push(Buffer.from(text));
  check.end();
  return check.missing;
}

function lossy(lost: unknown): string {
  return LINES + manifest(LINES, 2, { complete: false, lost });
}

describe('a manifest that says its recording is not complete', () => {
  it('gives what was lost, with numbers', () => {
    expect(missing(lossy({ 'queue-full': 12, 'disk-full': 1 }))).toBe('queue-full 12, disk-full 1');
  });

  it('adds up what several captures in a row lost', () => {
    const both = lossy({ 'queue-full': 12 }) + lossy({ 'queue-full': 3, 'source-failed': 1 });
    expect(missing(both)).toBe('queue-full 15, source-failed 1');
  });

  it.each([undefined, null, {}, { 'queue-full': 'x' }, { 'a\nb': 3 }, { 'queue-full': -1 }])(
    'says nothing of what it cannot name: %j',
    (lost) => {
      expect(missing(lossy(lost))).toBe('for reasons that it does not name');
    },
  );

  it('is not believed when it does not fit', () => {
    expect(missing(`{}\n${lossy({ 'queue-full': 12 })}`)).toBeNull();
  });

  it('is none when it says complete, or nothing of it', () => {
    expect(missing(WHOLE)).toBeNull();
    expect(missing(LINES + manifest(LINES, 2, { complete: true, lost: {} }))).toBeNull();
    expect(missing(LINES)).toBeNull();
  });
});
