/** The executables that go into packages for macOS, made here. Whether a Mac starts them, once signed, only a Mac can tell. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../pkg/executable/bundle.ts';
import { makeExecutable } from '../../pkg/executable/make.ts';
import { appleName, type Processor } from '../../pkg/product.ts';
import { MachOReader } from '../../pkg/verify/mach-o.ts';
import { type Segment, segmentsOf } from '../pkg/executable/mach-o-segments.ts';
import { PROJECT } from '../support/command.ts';

/** Pages in memory. */
const PAGE_BYTES = { arm64: 16_384, x64: 4096 } as const;
/** Node.js looks for a script in itself only when the last character is 1. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

describe.each<Processor>(['arm64', 'x64'])('the executable for macOS on %s', (processor) => {
  let folder: string;
  let file: Buffer;
  let segments: readonly Segment[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spillwatch-darwin-'));
    const target = { platform: 'darwin', processor } as const;
    file = readFileSync(await makeExecutable(PROJECT, target, folder));
    segments = segmentsOf(file);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is a Mach-O file for that processor, without the signature that no longer holds', () => {
    const reader = new MachOReader();
    reader.push(file);
    expect(reader.slices).toEqual([
      { architecture: appleName(processor), signature: { kind: 'none' } },
    ]);
  });

  it('has segments that follow each other, whole pages in memory, and end with the file', () => {
    const inFile = segments.filter(({ bytes }) => bytes > 0);
    const names = inFile.map(({ name }) => name);
    expect(names).toEqual(['__TEXT', '__DATA_CONST', '__DATA', 'NODE_SEA', '__LINKEDIT']);
    for (const [number, { offset, bytes, address, addressBytes }] of inFile.entries()) {
      const before = inFile[number - 1];
      const page = PAGE_BYTES[processor];
      expect([offset % page, address % page]).toEqual([0, 0]);
      expect(addressBytes).toBeGreaterThanOrEqual(bytes);
      if (!before) continue;
      expect(offset).toBeGreaterThanOrEqual(before.offset + before.bytes);
      expect(address).toBeGreaterThanOrEqual(before.address + before.addressBytes);
    }
    const last = inFile.at(-1);
    expect((last?.offset ?? 0) + (last?.bytes ?? 0)).toBe(file.length);
  });

  it('holds its scripts, no code cache of another machine, and looks for them', async () => {
    const { boot, agent, listThread } = await bundle(PROJECT);
    const scripts = [boot, agent, listThread];
    const sea = segments.find(({ name }) => name === 'NODE_SEA');
    const part = file.subarray(sea?.offset, (sea?.offset ?? 0) + (sea?.bytes ?? 0));
    for (const text of scripts) expect(part.includes(text)).toBe(true);
    const bytes = scripts.reduce((sum, { length }) => sum + length, 0);
    expect(part.length).toBeLessThan(bytes + 4096);
    const fuse = file.indexOf(FUSE);
    expect(file.toString('latin1', fuse + FUSE.length, fuse + FUSE.length + 1)).toBe('1');
  });
});
