import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderFault } from '../../../../agent/deliver/transports/trusted-folder.ts';

const IS_ROOT = process.geteuid?.() === 0;
const SOMEBODY = 4242;
let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'spillwatch-folder-')));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A folder under the root of the test. */
function folder(name: string, mode = 0o755): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
}

describe('a folder is safe from other users', () => {
  it('when nobody else can write on the way, in a sticky folder or not', async () => {
    expect(await folderFault(folder('logs'))).toBeNull();
    expect(await folderFault(folder('deep/er/logs', 0o700))).toBeNull();
    const drop = folder('drop', 0o1777);
    expect(await folderFault(folder('drop/own'))).toBeNull();
    expect(await folderFault(drop)).not.toBeNull();
  });

  it('also through links, which are followed as the system does', async () => {
    const target = folder('target');
    symlinkSync(target, join(root, 'absolute'));
    symlinkSync('./target', join(root, 'relative'));
    symlinkSync('relative', join(root, 'twice'));
    mkdirSync(join(target, 'logs'));
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const names = ['absolute', 'relative', 'twice', 'twice/logs', 'twice/../target/logs'];
    const found = await Promise.all(names.map((name) => folderFault(join(root, name))));
    expect(found).toEqual(names.map(() => null));
  });
});

describe('a folder is refused', () => {
  it.each([
    ['others', 0o757],
    ['its group', 0o775],
    ['everybody, though it is sticky', 0o1777],
  ])('when %s can write there', async (_, mode) => {
    const open = folder('open', mode);
    expect(await folderFault(open)).toBe(
      `${open}: others can write there (mode ${mode.toString(8)}); "chmod go-w" it or name another folder`,
    );
  });

  it('when others can write to a folder on the way', async () => {
    const open = folder('open', 0o777);
    expect(await folderFault(folder('open/logs'))).toMatch(`${open}: others can write`);
  });

  it('when a link in a safe place leads through a folder of others', async () => {
    const open = folder('open', 0o777);
    const safe = folder('safe');
    symlinkSync(safe, join(open, 'back'));
    symlinkSync(join(open, 'back'), join(root, 'link'));
    expect(await folderFault(join(root, 'link'))).toMatch(`${open}: others can write`);
  });

  it('when links lead around', async () => {
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    expect(await folderFault(join(root, 'a'))).toMatch('links lead around');
  });

  it('when it is none', async () => {
    writeFileSync(join(root, 'file'), '');
    expect(await folderFault(join(root, 'file'))).toBe(
      `${join(root, 'file')}: is not a folder; name a file in a folder`,
    );
  });

  it('with the error of the system when it is missing', async () => {
    await expect(folderFault(join(root, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.skipIf(!IS_ROOT)('when somebody else owns it, or one on the way (needs root)', async () => {
    const theirs = folder('theirs');
    const logs = folder('theirs/logs');
    chownSync(theirs, SOMEBODY, SOMEBODY);
    const fault = `${theirs}: belongs to uid ${SOMEBODY}, who could replace the file; name a folder of root`;
    expect(await folderFault(theirs)).toBe(fault);
    expect(await folderFault(logs)).toBe(fault);
  });
});
