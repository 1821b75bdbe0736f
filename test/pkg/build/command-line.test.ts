import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageVerb } from '../../../pkg/build.ts';
import { manifestText } from '../../../pkg/staging/manifest.ts';
import { verify } from '../../../pkg/verify.ts';
import { machO } from '../mach-o-file.ts';
import { MANIFEST, PAYLOAD, packageOf, partsOf } from '../small-package.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function ran(
  verb: (output: { out: (text: string) => void; err: (text: string) => void }) => Promise<number>,
): Promise<Ran> {
  const written = { out: '', err: '' };
  const code = await verb({
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
  });
  return { code, ...written };
}

describe('npm run package', () => {
  it.each([
    [['--arch', 'ppc\n'], '--arch: ppc\\u{a} is none; take arm64 or x64'],
    [['--what'], "Unknown option '--what'"],
    [['--arch'], "Option '--arch <value>' argument missing"],
    [['x64'], "Unexpected argument 'x64'"],
    [['--arch', 'x64', '--plan', '--sign'], '--plan and --sign: take one of them'],
    [
      ['--executable', 'FILE'],
      '--executable and --native are for one processor; name it with --arch',
    ],
    [['--native', 'FILE'], '--executable and --native are for one processor; name it with --arch'],
  ])('wrong usage %j is 64, why in a line, and the usage', async (args, why) => {
    const { code, out, err } = await ran((output) => packageVerb(args, {}, output));
    expect([code, out]).toEqual([64, '']);
    const [first, second] = err.split('\n');
    expect(first?.startsWith(why)).toBe(true);
    expect(second).toMatch(/^usage: npm run package -- \[--arch arm64\|x64\] /);
  });

  it('what is missing is one line and 1', async () => {
    const args = ['--arch', 'arm64', '--executable', '/nowhere\u001b[31m'];
    const environment = { SOURCE_DATE_EPOCH: '1' };
    const { code, err } = await ran((output) => packageVerb(args, environment, output));
    expect(code).toBe(1);
    expect(err).toMatch(/^\/nowhere\\u\{1b\}\[31m: cannot be read .*\n$/);
  });

  it('a folder of results that cannot be made is one line and 1', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillwatch-verb-'));
    const file = join(folder, 'executable');
    writeFileSync(file, machO('arm64'));
    const args = ['--arch', 'arm64', '--executable', file, '--out', file];
    const environment = { SOURCE_DATE_EPOCH: '1' };
    const { code, err } = await ran((output) => packageVerb(args, environment, output));
    rmSync(folder, { recursive: true });
    expect([code, err.split('\n').length]).toEqual([1, 2]);
    expect(err).toContain(file);
  });
});

describe('pkg/verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-verb-'));
  const at = (name: string) => join(folder, name);
  writeFileSync(at('whole.pkg'), packageOf(partsOf()));
  writeFileSync(
    at('spoilt.pkg'),
    packageOf(partsOf(PAYLOAD.filter(({ path }) => !path.endsWith('.yml')))),
  );
  writeFileSync(at('manifest.json'), manifestText(MANIFEST));
  symlinkSync(at('whole.pkg'), at('link.pkg'));

  it('a whole package is 0 and silent on standard output', async () => {
    const args = [at('whole.pkg'), '--manifest', at('manifest.json')];
    const { code, out, err } = await ran((output) => verify(args, output));
    expect([code, out]).toEqual([0, '']);
    expect(err).toMatch(/\nspillwatch.pkg\/Payload: \d+ entries/);
    expect(err).toMatch(/whole\.pkg: whole\n$/);
  });

  it('faults are a line each and 1', async () => {
    const args = [at('spoilt.pkg'), '--manifest', at('manifest.json')];
    const { code, out, err } = await ran((output) => verify(args, output));
    expect(code).toBe(1);
    expect(out).toMatch(/^spillwatch\.pkg\/Payload Library.*a\.yml: is missing\n$/);
    expect(err).toMatch(/spoilt\.pkg: 1 fault\n$/);
  });

  it.each([
    ['nowhere.pkg', /ENOENT/],
    ['link.pkg', /ELOOP/],
    ['.', /is no file/],
  ])('%s cannot be checked, which is a line and 1', async (name, reason) => {
    const { code, out } = await ran((output) => verify([at(name)], output));
    expect(code).toBe(1);
    expect(out).toMatch(/: cannot be checked: /);
    expect(out).toMatch(reason);
    expect(out.split('\n').length).toBe(2);
  });

  it('a manifest that is none is a line and 1', async () => {
    const args = [at('whole.pkg'), '--manifest', at('whole.pkg')];
    const { code, out } = await ran((output) => verify(args, output));
    expect(code).toBe(1);
    expect(out).toMatch(/manifest .*whole\.pkg: is no JSON\n$/);
  });

  it.each([
    [[], 'name one package'],
    [['a', 'b'], 'name one package'],
    [['--what', 'a'], "Unknown option '--what'"],
  ])('wrong usage %j is 64, why in a line, and the usage', async (args, why) => {
    const { code, err } = await ran((output) => verify(args, output));
    expect(code).toBe(64);
    expect(err.startsWith(why)).toBe(true);
    expect(err.slice(err.indexOf('\n') + 1)).toBe(
      'usage: node pkg/verify.ts PKG [--manifest FILE]\n',
    );
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
});
