import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { distrust, distrustBelow } from '../../agent/trust.ts';

const IS_ROOT = process.getuid?.() === 0;
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-trust-'));
  mkdirSync(join(folder, 'etc'));
  file = join(folder, 'etc/config.json');
  writeFileSync(file, '{}');
  chmodSync(file, 0o644);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file is trusted', () => {
  it('when its owner alone may write it and all folders above it', () => {
    expect(distrust(file)).toBe(null);
  });

  it('when it is not there, because it is nobody’s', () => {
    expect(distrust(join(folder, 'none'))).toBe(null);
    expect(distrust(join(file, 'none'))).toBe(null);
    symlinkSync('circle', join(folder, 'circle'));
    expect(distrust(join(folder, 'circle'))).toBe(null);
  });

  it('below a folder in which everybody makes files, when nobody may take those of others', () => {
    chmodSync(folder, 0o1777);
    expect(distrust(file)).toBe(null);
  });
});

describe('a file is not trusted', () => {
  it.each([0o664, 0o646, 0o666])('with mode %o', (mode) => {
    chmodSync(file, mode);
    expect(distrust(file)).toBe(
      `${file}: others can write it (mode ${mode.toString(8)}); "chmod go-w" it`,
    );
  });

  it.each([0o775, 0o757, 0o777])('in a folder with mode %o', (mode) => {
    chmodSync(join(folder, 'etc'), mode);
    expect(distrust(file)).toMatch(/etc: others can write it/);
  });

  it('in a folder of a folder that others can write', () => {
    chmodSync(folder, 0o777);
    expect(distrust(file)).toContain(`${folder}: others can write it`);
  });

  it('when it is a link to a file that others can write, wherever that is', () => {
    const other = join(folder, 'other.json');
    writeFileSync(other, '{}');
    chmodSync(other, 0o666);
    const link = join(folder, 'etc/link.json');
    symlinkSync(other, link);
    expect(distrust(link)).toContain(`${other}: others can write it`);
  });

  it('when a folder on the way is a link that lies where others can write', () => {
    mkdirSync(join(folder, 'open'));
    symlinkSync(join(folder, 'etc'), join(folder, 'open/way'));
    chmodSync(join(folder, 'open'), 0o777);
    expect(distrust(join(folder, 'open/way/config.json'))).toMatch(/open: others can write it/);
  });

  it('when a link leads to it by way of a link that lies where others can write', () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    symlinkSync(file, join(open, 'way.json'));
    symlinkSync('etc', join(open, 'way'));
    symlinkSync(join(folder, 'etc'), join(open, 'etc'));
    symlinkSync(join(open, 'way.json'), join(folder, 'link.json'));
    symlinkSync('open/way', join(folder, 'link'));
    expect(distrust(join(folder, 'link.json'))).toBe(null);
    expect(distrust(join(folder, 'link/config.json'))).toBe(null);
    chmodSync(open, 0o777);
    expect(distrust(join(folder, 'link.json'))).toContain(`${open}: others can write it`);
    expect(distrust(join(folder, 'link/config.json'))).toContain(`${open}: others can write it`);
  });

  it.runIf(IS_ROOT)('when it belongs to somebody else', () => {
    chownSync(file, 501, 20);
    expect(distrust(file)).toBe(`${file}: belongs to uid 501; "chown root" it`);
  });

  it('when it belongs to a user other than root and the one who asks', () => {
    if (IS_ROOT) chownSync(file, 501, 20);
    const owner = IS_ROOT ? 501 : (process.getuid?.() ?? 0);
    expect(distrust(file, owner + 1)).toContain(`belongs to uid ${owner}`);
  });
});

describe.runIf(IS_ROOT)('a folder of root that administrators of a Mac can write', () => {
  it.each<[string, number, number, boolean]>([
    ['may lie above', 80, 0o775, true],
    ['of another group may not', 20, 0o775, false],
    ['and everybody else may not', 80, 0o777, false],
  ])('%s', (_, gid, mode, isTrusted) => {
    chownSync(join(folder, 'etc'), 0, gid);
    chmodSync(join(folder, 'etc'), mode);
    expect(distrust(file, 0, 'darwin') === null).toBe(isTrusted);
    expect(distrust(file, 0, 'linux')).toMatch(/others can write it/);
  });

  it('may not be the one in question, nor hold a file that they can write', () => {
    chownSync(join(folder, 'etc'), 0, 80);
    chmodSync(join(folder, 'etc'), 0o775);
    expect(distrust(join(folder, 'etc'), 0, 'darwin')).toMatch(/others can write it/);
    chownSync(file, 0, 80);
    chmodSync(file, 0o664);
    expect(distrust(file, 0, 'darwin')).toMatch(/others can write it/);
  });
});

describe('a folder with everything in it', () => {
  it('is trusted when all of it is', () => {
    expect(distrustBelow(folder)).toBe(null);
  });

  it('is not when one file deep in it can be written by others', () => {
    chmodSync(file, 0o666);
    expect(distrustBelow(folder)).toContain(`${file}: others can write it`);
  });

  it('that is not there is nobody’s', () => {
    expect(distrustBelow(join(folder, 'none'))).toBe(null);
  });
});
