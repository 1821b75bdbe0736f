import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'plist';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appleName, PROCESSORS, PRODUCT } from '../../../pkg/product.ts';
import { adminText, StandInRoot } from './admin-files.ts';

const FILL_IN = join(import.meta.dirname, '../../../pkg/admin/munki/fill-in.sh');
const PROCESSOR_NAMES = PROCESSORS.map(appleName);

let mac: StandInRoot;
beforeEach(() => {
  mac = new StandInRoot();
});
afterEach(() => mac.end());

type PkgInfo = Readonly<Record<string, unknown>> & {
  readonly installcheck_script: string;
  readonly uninstall_script: string;
  readonly uninstallcheck_script: string;
};

function filledIn(processor: string, version = '1.10.0'): PkgInfo {
  const pkg = join(mac.root, `spillwatch-${version}-${processor}.pkg`);
  writeFileSync(pkg, Buffer.alloc(2049, 1));
  const { stdout, status, stderr } = spawnSync('/bin/sh', [FILL_IN, pkg], {
    encoding: 'utf8',
    env: {},
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return parse(stdout) as unknown as PkgInfo;
}

describe.each(PROCESSOR_NAMES)('the pkginfo for %s', (processor) => {
  it('is a property list that names the package, its processor and its system', () => {
    const info = filledIn(processor);
    expect(info).toMatchObject({
      name: PRODUCT.name,
      version: '1.10.0',
      minimum_os_version: PRODUCT.minimumSystem,
      supported_architectures: [processor],
      installer_item_location: `security/spillwatch-1.10.0-${processor}.pkg`,
      installer_item_hash: createHash('sha256').update(Buffer.alloc(2049, 1)).digest('hex'),
      installer_item_size: 3,
      receipts: [{ packageid: PRODUCT.identifier, version: '1.10.0' }],
      unattended_install: true,
      uninstallable: true,
      uninstall_method: 'uninstall_script',
    });
    expect(JSON.stringify(info)).not.toContain('@');
  });

  it('holds the scripts as they lie beside it', () => {
    const info = filledIn(processor);
    expect(info.installcheck_script).toBe(
      adminText('munki/installcheck.sh').replace('@VERSION@', '1.10.0'),
    );
    expect(info.uninstall_script).toBe(adminText('munki/uninstall.sh'));
    expect(info.uninstallcheck_script).toBe(adminText('munki/uninstallcheck.sh'));
  });
});

describe('filling in', () => {
  it.each([
    'other-1.0-arm64.pkg',
    'spillwatch-1.0.pkg',
    'spillwatch-1.0-ppc.pkg',
    'spillwatch-1;0-arm64.pkg',
  ])('refuses a package named %s', (name) => {
    const { status, stdout, stderr } = spawnSync('/bin/sh', [FILL_IN, name], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr).toContain('spillwatch-VERSION');
  });
});

/** What the check of version 1.10.0 ends with. */
async function check(): Promise<number | null> {
  return (await mac.run(filledIn('arm64').installcheck_script)).code;
}

function installed(version: string): void {
  mac.agent(`echo ${version}`);
  mac.file('Library/LaunchDaemons/org.spillwatch.agent.plist', '');
}

describe('the install check', () => {
  it('installs when nothing is there, or only a part', async () => {
    expect(await check()).toBe(0);
    mac.agent('echo 1.10.0');
    expect(await check()).toBe(0);
  });

  it('installs when the program does not start', async () => {
    installed('1.10.0');
    mac.agent('exit 1');
    expect(await check()).toBe(0);
  });

  it.each(['1.9.9', '1.2.0', '0.99.99'])('installs over %s', async (version) => {
    installed(version);
    expect(await check()).toBe(0);
  });

  it.each(['1.10.0', '1.10.1', '2.0.0', '1.11.0'])('leaves %s alone', async (version) => {
    installed(version);
    expect(await check()).toBe(1);
  });
});

/** Munki removes at 0; without this script it would ask the install check whether anything is there. */
async function removalCheck(): Promise<number | null> {
  return (await mac.run(filledIn('arm64').uninstallcheck_script)).code;
}

describe('the removal', () => {
  it.each([
    ['1.9.0', () => {}],
    ['1.10.0', () => {}],
    ['a program that does not start', () => mac.agent('exit 1')],
  ])('takes place where there is %s', async (version, spoil) => {
    installed(version);
    mac.uninstaller('');
    spoil();
    expect(await removalCheck()).toBe(0);
  });

  it('does not where nothing is', async () => {
    expect(await removalCheck()).toBe(1);
  });

  it('runs the uninstaller of the bundle and ends as it does', async () => {
    mac.uninstaller('echo "removed $#"; exit 3');
    expect(await mac.run(adminText('munki/uninstall.sh'))).toEqual({
      code: 3,
      out: 'removed 0\n',
      err: '',
    });
  });
});
