import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateError } from '../../../agent/store/state-error.ts';
import { stateKey } from '../../../agent/store/state-key.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (): string => join(folder, 'redaction.key');

describe('the key of a state folder', () => {
  it('is made once, for its owner alone, and leaves nothing else behind', () => {
    const key = stateKey(folder, randomBytes);
    expect(key).toHaveLength(32);
    expect(stateKey(folder, randomBytes)).toEqual(key);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['redaction.key']);
  });

  it('that was cut short, or is longer, is made anew', () => {
    for (const text of ['', 'short', 'x'.repeat(33)]) {
      writeFileSync(file(), text);
      const key = stateKey(folder, randomBytes);
      expect(key).toHaveLength(32);
      expect(Buffer.compare(readFileSync(file()), key)).toBe(0);
    }
    expect(readdirSync(folder)).toEqual(['redaction.key']);
  });

  it('that others could read is closed to them', () => {
    const key = stateKey(folder, randomBytes);
    chmodSync(file(), 0o644);
    expect(stateKey(folder, randomBytes)).toEqual(key);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a link', () => symlinkSync('/etc/hostname', file())],
    ['a folder', () => mkdirSync(file())],
  ])('is not taken from %s', (_, make) => {
    make();
    expect(() => stateKey(folder, randomBytes)).toThrow(StateError);
  });

  it('cannot be made in a folder that is not there', () => {
    expect(() => stateKey(join(folder, 'missing'), randomBytes)).toThrow(StateError);
  });
});
