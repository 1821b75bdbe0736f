import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { appleName, PROCESSORS } from '../../../pkg/product.ts';
import { verify } from '../../../pkg/verify.ts';
import { machO } from '../mach-o-file.ts';
import { built } from '../stand-in-project.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const out = mkdtempSync(join(tmpdir(), 'spillwatch-real-'));

afterAll(() => {
  rmSync(out, { recursive: true });
});

it.each(PROCESSORS)(
  'the package of this very project for %s is whole, whatever the executable',
  async (processor) => {
    const architecture = appleName(processor);
    const executable = join(out, `spillwatch-darwin-${processor}`);
    writeFileSync(executable, machO(architecture));
    await built({ project: PROJECT, out }, { processor, executable });
    const name = join(out, `spillwatch-${packageJson.version}-${architecture}`);
    let found = '';
    const code = await verify([`${name}.pkg`, '--manifest', `${name}.manifest.json`], {
      out: (text) => {
        found += text;
      },
      err: () => {},
    });
    expect([code, found]).toEqual([0, '']);
  },
);
