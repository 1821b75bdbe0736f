import { describe, expect, it } from 'vitest';
import { isServed } from '../../../pkg/executable/caller.ts';

const MARIA = { platform: 'darwin', uid: 501 } as const;

describe('the executable, which has Full Disk Access on a Mac', () => {
  it.each([
    [[]],
    [['status']],
    [['capture', '/tmp/x', '--config', '/tmp/evil.json']],
    [['run', '--version']],
    [['--version', 'run']],
    [['--help']],
  ])('does nothing for a user who starts a link to its copy with %j', (typed) => {
    expect(isServed(typed, MARIA)).toBe(false);
  });

  it('says its version to whoever signs it', () => {
    expect(isServed(['--version'], MARIA)).toBe(true);
  });

  it('serves root, and everybody elsewhere, where nothing is granted to it', () => {
    expect(isServed(['run'], { platform: 'darwin', uid: 0 })).toBe(true);
    expect(isServed(['run'], { platform: 'linux', uid: 1000 })).toBe(true);
  });
});
