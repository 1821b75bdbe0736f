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

/** One list within the other, each of ten times the next one, and in the middle a text: few bytes, and 10^levels values. */
function swelling(levels: number): Buffer {
  const lists = Array.from({ length: levels }, (_, at) => [0xaa, ...Array(10).fill(at + 1)]);
  const objects = [...lists, [0x51, 0x61]].map((bytes) => Buffer.from(bytes));
  const table = Buffer.from(objects.map((_, at) => 8 + at * 11));
  const trailer = Buffer.alloc(32);
  trailer.set([1, 1], 6);
  trailer.writeBigUInt64BE(BigInt(objects.length), 8);
  trailer.writeBigUInt64BE(BigInt(10 + levels * 11), 24);
  return Buffer.concat([Buffer.from('bplist00'), ...objects, table, trailer]);
}

describe('a binary property list that names a part of it again and again', () => {
  it('is read while that is not much', async () => {
    const document = await readConfigDocument(fileWith(swelling(3)));
    expect(JSON.stringify(document)).toHaveLength(4221);
  });

  it('is refused before it fills the memory', async () => {
    await expect(readConfigDocument(fileWith(swelling(6)))).rejects.toThrow('is a damaged');
    await expect(readConfigDocument(fileWith(swelling(20)))).rejects.toThrow('is a damaged');
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
