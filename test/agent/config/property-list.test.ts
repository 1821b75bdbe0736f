import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, buildBinary } from 'plist';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readConfigDocument } from '../../../agent/config/document-file.ts';
import { managedPreferences } from '../../../agent/config/managed-preferences.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-plist-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(content: string | Uint8Array): string {
  const path = join(folder, 'preferences.plist');
  writeFileSync(path, content);
  return path;
}

const DOCUMENT = {
  roles: { users: { sam: 'developer', 'jörg.müller': 'admin' }, groups: {} },
  network: { resolver: false, idleSeconds: 45 },
  windows: { flowMinutes: 2.5 },
  cloud: { sanctioned: ['onedrive', 'box & co <x>'] },
  deliver: [{ type: 'webhook', url: 'https://siem.example.net/?a=1&b=2', headers: {} }],
};

describe('a property list', () => {
  it.each([
    ['XML', () => build(DOCUMENT)],
    ['binary', () => buildBinary(DOCUMENT)],
  ])('in %s says the same as JSON', async (_, content) => {
    expect(await readConfigDocument(fileWith(content()))).toEqual(DOCUMENT);
  });

  it('may have a byte order mark and blanks before it', async () => {
    expect(await readConfigDocument(fileWith(`\uFEFF\n ${build({ a: 1 })}`))).toEqual({ a: 1 });
  });

  it('has null where a date or data stands, which no key takes', async () => {
    const content = buildBinary({ when: new Date(0), what: new Uint8Array([1]), good: 1 });
    expect(await readConfigDocument(fileWith(content))).toEqual({
      when: null,
      what: null,
      good: 1,
    });
  });

  it.each([
    ['cut XML', build(DOCUMENT).slice(0, 200)],
    ['XML of something else', '<?xml version="1.0"?><html><body/></html>'],
    [
      'XML with a key and no value',
      '<plist><dict><key>a</key></dict></plist>'.replace('</key>', '</key><key>'),
    ],
    ['binary cut after the mark', 'bplist00'],
    ['binary cut in the middle', buildBinary(DOCUMENT).subarray(0, 100)],
    [
      'binary with a trailer of noise',
      Buffer.concat([Buffer.from('bplist00'), Buffer.alloc(64, 0xff)]),
    ],
    // One array whose only item is itself.
    [
      'binary that holds itself',
      Buffer.concat([
        Buffer.from('bplist00'),
        Buffer.from([0xa1, 0x00, 0x08]),
        Buffer.from([0, 0, 0, 0, 0, 0, 1, 1]),
        Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10]),
      ]),
    ],
  ])('that is damaged (%s) is refused in one line that quotes nothing', async (_, content) => {
    const path = fileWith(content);
    const printed = vi.spyOn(console, 'error');
    await expect(readConfigDocument(path)).rejects.toThrow(
      `${path}: is a damaged property list; see what "plutil -lint" says`,
    );
    expect(printed).not.toHaveBeenCalled();
  });
});

describe('managed preferences', () => {
  it('are the document without what the profile says of itself', () => {
    expect(
      managedPreferences({
        PayloadType: 'org.spillwatch.agent',
        PayloadUUID: 'x',
        PayloadVersion: 1,
        network: { resolver: false },
      }),
    ).toEqual({ network: { resolver: false } });
  });

  it('that are no dictionary stay what they are', () => {
    expect(managedPreferences([1])).toEqual([1]);
  });
});
