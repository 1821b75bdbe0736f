import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInFolder } from '../../../agent/store/database.ts';
import { openOrRecover } from '../../../agent/store/recovery.ts';
import { StateError } from '../../../agent/store/state-error.ts';
import { ownStateFolder } from '../../../agent/store/state-folder.ts';

const IS_ROOT = process.geteuid?.() === 0;
const EVE = 12_345;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spillwatch-state-folder-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function folder(mode: number, name = 'state'): string {
  const path = join(root, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

describe('a state folder', () => {
  it('is made for its owner alone', () => {
    const place = ownStateFolder(join(root, 'new/state'));
    expect(place).toBe(join(root, 'new/state'));
    expect(statSync(place).mode & 0o777).toBe(0o700);
  });

  it.each([0o700, 0o750, 0o755])('may be there already with mode %o', (mode) => {
    expect(ownStateFolder(`${folder(mode)}/.`)).toBe(join(root, 'state'));
  });

  it.each([0o770, 0o707, 0o777, 0o1777])('that others can write to is refused: mode %o', (mode) => {
    const path = folder(mode);
    expect(() => ownStateFolder(path)).toThrow(
      `${path}: is not used as state, others can write to it (mode ${mode.toString(8)}); "chmod go-w" it`,
    );
  });

  it('that is a link is refused, also with a slash behind it', () => {
    symlinkSync(folder(0o700), join(root, 'link'));
    for (const path of ['link', 'link/', 'link/.'])
      expect(() => ownStateFolder(`${root}/${path}`)).toThrow('a link is not followed');
  });

  it('of somebody else is refused', () => {
    const path = folder(0o700);
    const { uid } = statSync(path);
    if (uid === 0) chownSync(path, EVE, EVE);
    expect(() => ownStateFolder(path, EVE + 1)).toThrow('it belongs to uid');
  });

  it.skipIf(!IS_ROOT)('below a folder of somebody else is refused to root only', () => {
    const parent = folder(0o755, 'home');
    chownSync(parent, EVE, EVE);
    expect(() => ownStateFolder(join(parent, 'state'))).toThrow(`${parent}: belongs to uid ${EVE}`);
    chownSync(join(parent, 'state'), EVE, EVE);
    expect(ownStateFolder(join(parent, 'state'), EVE)).toBe(join(parent, 'state'));
  });
});

describe('a folder that is refused', () => {
  it.each([
    ['the database', openInFolder],
    ['the recovery of a damaged one', openOrRecover],
  ])('is left as it is by %s', (_, open) => {
    const path = folder(0o777);
    writeFileSync(join(path, 'spillwatch.db'), 'no database at all, which would be put aside');
    expect(() => open(path)).toThrow(StateError);
    expect(readdirSync(path)).toEqual(['spillwatch.db']);
    expect(existsSync(join(path, 'spillwatch.db.corrupt'))).toBe(false);
  });
});
