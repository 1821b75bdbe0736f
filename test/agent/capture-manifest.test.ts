import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManifestCheck } from '../../agent/capture-manifest.ts';

const LINES = '{"source":"host"}\n{"event":{}}\n';

function manifest(text: string, lines = 2): string {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return `${JSON.stringify({ source: 'manifest', lines, sha256 })}\n`;
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
