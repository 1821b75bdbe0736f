import { describe, expect, it } from 'vitest';
import { manifestText, parseManifest } from '../../../pkg/staging/manifest.ts';
import { MANIFEST } from '../small-package.ts';

it('is read back as it was written', () => {
  expect(parseManifest(manifestText(MANIFEST))).toEqual(MANIFEST);
});

it('has a line for every entry, with the mode in octal', () => {
  const lines = manifestText(MANIFEST).split('\n');
  expect(lines.length).toBe(MANIFEST.payload.length + MANIFEST.scripts.length + 6);
  expect(lines.find((line) => line.includes('Info.plist'))).toMatch(/"mode":"0644"\}/);
});

describe('what is no manifest', () => {
  it.each([
    ['text', 'x', /is no JSON/],
    ['another thing', '{"a":1}', /is no manifest of format 1/],
    ['one of the future', '{"format":2}', /is no manifest of format 1/],
    ['one without version', manifestText(MANIFEST).replace('"version"', '"x"'), /version: is/],
    ['a strange mode', manifestText(MANIFEST).replace('"0644"', '"644"'), /four octal digits/],
    ['a strange kind', manifestText(MANIFEST).replace('"file"', '"x"'), /file, folder or link/],
    ['a strange processor', manifestText(MANIFEST).replace('"arm64"', '"ppc"'), /neither arm64/],
  ])('%s says so', (_, text, reason) => {
    expect(() => parseManifest(text)).toThrow(reason);
  });
});
