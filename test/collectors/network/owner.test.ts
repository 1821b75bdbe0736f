import { describe, expect, it } from 'vitest';
import { contradicts } from '../../../collectors/network/owner.ts';

function known(...all: readonly string[]): { shown: string | null; all: readonly string[] } {
  return { shown: all[0] ?? null, all };
}

describe('contradicts', () => {
  it.each([
    ['the same name', 'Dropbox', known('Dropbox')],
    ['another name of the process', 'node', known('node-MainThread', 'node')],
    ['a name that was cut', 'Google Chrome He', known('Google Chrome Helper')],
    ['a name that was cut inside a character', 'aaaaaaaaaaaaaaa\uFFFD', known('aaaaaaaaaaaaaaaé')],
    ['the first line of a name with a newline', 'a\nb', known('a', 'b')],
    ['padding', ' Antigravity IDE ', known('Antigravity IDE')],
    ['a process that is gone', 'Dropbox', undefined],
    ['no name at all', '', known('Dropbox')],
  ])('accepts %s', (_name, claimed, names) => {
    expect(contradicts(claimed, names)).toBe(false);
  });

  it.each([
    ['another name', 'Dropbox', known('exfil')],
    ['the beginning of a short name', 'rclone', known('rclone:1:x')],
    ['a longer name', 'launchd:1:x', known('launchd')],
  ])('rejects %s', (_name, claimed, names) => {
    expect(contradicts(claimed, names)).toBe(true);
  });
});
