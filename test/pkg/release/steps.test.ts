import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goSteps } from '../../../pkg/release/go.ts';
import { planText, releaseSteps, type Step } from '../../../pkg/release/steps.ts';
import { readPlist } from '../../../pkg/verify/plist.ts';
import { parseXml } from '../../../pkg/verify/xml.ts';
import { PAYLOAD, SCRIPTS } from '../small-package.ts';
import { built, type StandIn, standInProject } from '../stand-in-project.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const APPLICATION = 'Developer ID Application: Example (ABCDE12345)';
const INSTALLER = 'Developer ID Installer: Example (ABCDE12345)';

const STEPS = releaseSteps({
  project: '/project',
  work: '/work',
  output: '/out/x.pkg',
  manifest: '/out/x.manifest.json',
  version: '1.2.3',
  architecture: 'arm64',
  natives: ['better_sqlite3.node', 'permissions.node'],
  distribution: '<installer-gui-script/>\n',
  identities: { application: APPLICATION, installer: INSTALLER, notaryProfile: 'notary' },
});

function commands(program: string): readonly (readonly string[])[] {
  return STEPS.flatMap((step) =>
    step.kind === 'run' && step.command.some((word) => word.endsWith(program))
      ? [step.command]
      : [],
  );
}

function after(command: readonly string[], option: string): string | undefined {
  return command[command.indexOf(option) + 1];
}

describe('signing', () => {
  const signing = commands('/codesign').filter((command) => command.includes('--sign'));

  it('goes from the inside out: native modules, then the bundle', () => {
    expect(signing.map((command) => command.at(-1)?.split('/').at(-1))).toEqual([
      'better_sqlite3.node',
      'permissions.node',
      'Spillwatch.app',
    ]);
  });

  it('has the hardened runtime and a time stamp everywhere and is never deep', () => {
    for (const command of signing) {
      expect(after(command, '--options')).toBe('runtime');
      expect(command).toContain('--timestamp');
      expect(command).not.toContain('--deep');
      expect(after(command, '--sign')).toBe(APPLICATION);
    }
  });

  it('gives entitlements to the executable alone: JIT and nothing else', () => {
    expect(signing.map((command) => after(command, '--entitlements'))).toEqual([
      signing[0]?.[0],
      signing[1]?.[0],
      '/project/pkg/release/entitlements.plist',
    ]);
    const file = readFileSync(join(PROJECT, 'pkg/release/entitlements.plist'));
    expect([...readPlist(file).keys()]).toEqual([
      'com.apple.security.cs.allow-jit',
      'com.apple.security.cs.allow-unsigned-executable-memory',
    ]);
    // The notary refuses comments and byte-order marks.
    expect(file.toString('latin1')).toMatch(/^<\?xml (?!.*<!--)/s);
  });
});

it('the steps come in the order in which each needs the one before', () => {
  const words = STEPS.map((step) =>
    step.kind === 'run' ? (step.command[0]?.split('/').at(-1) ?? '') : step.kind,
  );
  expect(words).toEqual([
    'stage',
    'codesign',
    'codesign',
    'codesign',
    'codesign',
    'arch',
    'measure',
    'write',
    'write',
    'pkgbuild',
    'productbuild',
    'productsign',
    'node',
    'xcrun',
    'xcrun',
    'spctl',
    'pkgutil',
  ]);
});

it('every program is named by its whole path', () => {
  const programs = STEPS.flatMap((step) => (step.kind === 'run' ? (step.command[0] ?? '') : []));
  expect(programs.filter((program) => !program.startsWith('/'))).toEqual([]);
});

it('the component is for the whole volume, with our scripts, and its bundle stays where it is put', () => {
  const [command = []] = commands('/pkgbuild');
  expect(after(command, '--install-location')).toBe('/');
  expect(after(command, '--identifier')).toBe('org.spillwatch.agent');
  expect(after(command, '--version')).toBe('1.2.3');
  expect(after(command, '--scripts')).toBe('/work/scripts');
  const plist = STEPS.find(
    (step) => step.kind === 'write' && step.path.endsWith('component.plist'),
  );
  const text = plist?.kind === 'write' ? plist.text : '';
  expect(parseXml(Buffer.from(text)).name).toBe('plist');
  expect(text).toMatch(/<key>BundleIsRelocatable<\/key>\s*<false\/>/);
  expect(text).toContain('<string>Library/Application Support/Spillwatch/Spillwatch.app</string>');
});

it('the product is signed by the installer identity and notarised by a profile of the keychain', () => {
  const [sign = []] = commands('/productsign');
  expect(after(sign, '--sign')).toBe(INSTALLER);
  const [notarise = []] = commands('notarytool');
  expect(notarise).toEqual([
    '/usr/bin/xcrun',
    'notarytool',
    'submit',
    '/out/x.pkg',
    '--keychain-profile',
    'notary',
    '--wait',
  ]);
});

describe('the plan', () => {
  let standIn: StandIn;

  beforeAll(() => {
    standIn = standInProject();
  });

  afterAll(() => {
    standIn.remove();
  });

  it('is a script that a shell can parse', () => {
    const { status, stderr } = spawnSync('/bin/sh', ['-n'], {
      input: planText(STEPS),
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('names who signs where it is known and the variable where it is not, and does nothing', async () => {
    const environment = {
      SOURCE_DATE_EPOCH: '1790000000',
      SPILLWATCH_SIGN_APPLICATION: APPLICATION,
    };
    const text = await built(standIn, { mode: 'plan', environment });
    expect(text).toContain(`--sign '${APPLICATION}'`);
    expect(text).toContain("--sign '$SPILLWATCH_SIGN_INSTALLER'");
    expect(text).toContain("--keychain-profile '$SPILLWATCH_NOTARY_PROFILE'");
    expect(existsSync(standIn.out)).toBe(false);
  });
});

function went(steps: readonly Step[]): readonly string[] {
  const said: string[] = [];
  goSteps(steps, {
    payload: PAYLOAD,
    scripts: SCRIPTS,
    manifestText: (entries) => entries.map(({ path }) => path).join('\n'),
    say: (line) => said.push(line),
  });
  return said;
}

describe('going the steps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-steps-'));

  const at = (name: string) => join(folder, name);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('stages, runs, measures the root as it is then, and says why', () => {
    const said = went([
      { kind: 'stage', why: 'stage', root: at('root'), scripts: at('scripts') },
      { kind: 'run', why: 'sign', command: ['/bin/sh', '-c', `echo x > '${at('root')}/added'`] },
      { kind: 'measure', why: 'measure', manifest: at('manifest') },
      { kind: 'write', why: 'write', path: at('text'), text: 'text' },
    ]);
    expect(said).toEqual(['stage', 'sign', 'measure', 'write']);
    const measured = readFileSync(at('manifest'), 'utf8').split('\n');
    expect(measured.toSorted()).toEqual([...PAYLOAD.map(({ path }) => path), 'added'].toSorted());
    expect(readFileSync(at('scripts/preinstall'), 'utf8')).toMatch(/^#!/);
    expect(readFileSync(at('scripts/files'), 'utf8').split('\n')).toContain('added');
    expect(readFileSync(at('text'), 'utf8')).toBe('text');
  });

  it('ends at the first that fails', () => {
    const steps: readonly Step[] = [
      { kind: 'run', why: 'fail', command: ['/bin/sh', '-c', 'exit 3'] },
      { kind: 'write', why: 'write', path: join(folder, 'never'), text: '' },
    ];
    expect(() => went(steps)).toThrow('/bin/sh: failed (exit code 3); see its output above');
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });
});
