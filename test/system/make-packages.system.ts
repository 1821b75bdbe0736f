/** `npm run package` as it is called, with real executables: what it makes is whole, and the same when it is made again. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { appleName, PROCESSORS } from '../../pkg/product.ts';
import { verify } from '../../pkg/verify.ts';

const PROJECT = join(import.meta.dirname, '../..');
/** Half a minute for each on a quiet machine, which this one is not while other tests run. */
const MADE_WITHIN_MS = 900_000;

let all: string;

beforeAll(() => {
  all = made([]);
}, MADE_WITHIN_MS);

afterAll(() => {
  rmSync(all, { recursive: true, force: true });
});

/** A new folder with what is made. */
function made(args: readonly string[]): string {
  const out = mkdtempSync(join(tmpdir(), 'spillwatch-made-'));
  const environment = { ...process.env, SOURCE_DATE_EPOCH: '1750000000' };
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(PROJECT, 'pkg/build.ts'), ...args, '--out', out],
    { cwd: tmpdir(), env: environment, encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
  return out;
}

describe('npm run package', () => {
  it('makes the packages of all processors and the executable of this machine, with all that goes with them', () => {
    const names = PROCESSORS.map(
      (processor) => `spillwatch-${packageJson.version}-${appleName(processor)}`,
    );
    expect(readdirSync(all).toSorted()).toEqual(
      [
        'SHA256SUMS',
        ...PROCESSORS.map((processor) => `spillwatch-darwin-${processor}`),
        `spillwatch-${process.platform}-${process.arch}`,
        ...names.flatMap((name) => [`${name}.cdx.json`, `${name}.manifest.json`, `${name}.pkg`]),
      ].toSorted(),
    );
  });

  it.each(PROCESSORS)(
    'makes a package for %s that is what its manifest says',
    async (processor) => {
      const name = join(all, `spillwatch-${packageJson.version}-${appleName(processor)}`);
      const faults: string[] = [];
      const code = await verify([`${name}.pkg`, '--manifest', `${name}.manifest.json`], {
        out: (text) => void faults.push(text),
        err: () => {},
      });
      expect([code, faults]).toEqual([0, []]);
    },
  );

  it('makes an executable for this machine that runs', () => {
    const file = join(all, `spillwatch-${process.platform}-${process.arch}`);
    const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, `${packageJson.version}\n`]);
  });

  it(
    'with --arch makes the same package again, byte for byte, and no other',
    () => {
      const again = made(['--arch', 'arm64']);
      try {
        const name = `spillwatch-${packageJson.version}-arm64.pkg`;
        expect(readFileSync(join(again, name)).equals(readFileSync(join(all, name)))).toBe(true);
        expect(readdirSync(again).filter((file) => file.endsWith('.pkg'))).toEqual([name]);
      } finally {
        rmSync(again, { recursive: true });
      }
    },
    MADE_WITHIN_MS,
  );
});
