import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Entry, entriesBelow } from '../../../collectors/files/entries.ts';
import { MAX_KNOWN, PassedOver } from '../../../collectors/files/passed-over.ts';
import { temporaryFolder } from './watching.ts';

async function* nothing(): AsyncGenerator<never> {}

describe('what is passed over', () => {
  it('is nothing at first', () => {
    expect(new PassedOver('/root').text).toBeNull();
  });

  it('is named with its place below the root, three by name and the others by number', () => {
    const others = new PassedOver('/root');
    expect(others.note('/root/a', 'pipe')).toBe(true);
    expect(others.note('/root/a', 'pipe')).toBe(false);
    expect(others.note('/root/sub/b', 'socket')).toBe(true);
    expect(others.text).toBe(
      '"a" (pipe), "sub/b" (socket): no regular files, neither opened nor followed',
    );
    others.note('/root/c', 'device');
    expect(others.note('/root/d', 'link')).toBe(false);
    others.note('/root/e', 'link');
    expect(others.text).toMatch(/^"a" \(pipe\), "sub\/b" \(socket\), "c" \(device\) and 2 more: /);
  });

  it('takes no more room for a hundred thousand, and cuts long names', () => {
    const others = new PassedOver('/root');
    for (let number = 0; number < 100_000; number += 1)
      others.note(`/root/${'x'.repeat(200)}${number}`, 'pipe');
    expect(others.text).toContain(`and over ${MAX_KNOWN - 3} more`);
    expect(others.text?.length).toBeLessThan(500);
  });

  it('is forgotten when it is gone, and when a file took its place', async () => {
    const root = temporaryFolder();
    const others = new PassedOver(root);
    for (const name of ['gone', 'filled', 'stays']) {
      if (name !== 'gone') symlinkSync('/', join(root, name));
      others.note(join(root, name), 'link');
    }
    rmSync(join(root, 'filled'));
    writeFileSync(join(root, 'filled'), '');
    await others.look(root, nothing);
    expect(others.text).toMatch(/^"stays" \(link\): /);
    rmSync(join(root, 'stays'));
    await others.look(root, nothing);
    expect(others.text).toBeNull();
  });

  it('is searched for only when all known ones are gone and there were more', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'sub'));
    symlinkSync('/', join(root, 'sub', 'left'));
    const others = new PassedOver(root);
    let searches = 0;
    const entries = (): AsyncIterable<Entry> => {
      searches += 1;
      return entriesBelow(root, 1);
    };
    for (let number = 0; number <= MAX_KNOWN; number += 1) {
      if (number === 1) symlinkSync('/', join(root, '1'));
      others.note(join(root, String(number)), 'link');
    }
    await others.look(root, entries);
    expect(others.text).toContain('"1" (link)');
    expect(searches).toBe(0);
    rmSync(join(root, '1'));
    await others.look(root, entries);
    expect(others.text).toMatch(/^"sub\/left" \(link\): /);
    await others.look(root, entries);
    expect(searches).toBe(1);
    rmSync(join(root, 'sub', 'left'));
    await others.look(root, entries);
    expect(others.text).toBeNull();
    expect(searches).toBe(1);
  });

  it('does not look behind a link that took the place of a folder', async () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    symlinkSync('/', join(outside, 'link'));
    symlinkSync(outside, join(root, 'sub'));
    const others = new PassedOver(root);
    others.note(join(root, 'sub', 'link'), 'link');
    await others.look(root, nothing);
    expect(others.text).toBeNull();
  });
});
