import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lintProfiles } from '../../../pkg/profiles/lint.ts';
import { identityOfPackage } from '../../../pkg/profiles/package-identity.ts';
import { EXECUTABLE } from '../../../pkg/staging/agent-root.ts';
import { type Entry, inOrder } from '../../../pkg/staging/entry.ts';
import { newAuthority } from '../../support/certificates.ts';
import { codeSignature, machO } from '../mach-o-file.ts';
import { PAYLOAD, packageOf, partsOf } from '../small-package.ts';
import { profileNamed, TEAM } from './wish.ts';

const INFO = 'Library/Application Support/Spillwatch/Spillwatch.app/Contents/Info.plist';
const JOB = 'Library/LaunchDaemons/org.spillwatch.agent.plist';

function job(label = 'org.spillwatch.agent', program = `/${EXECUTABLE}`): string {
  return `<plist version="1.0"><dict><key>Label</key><string>${label}</string><key>ProgramArguments</key><array><string>${program}</string><string>run</string></array></dict></plist>`;
}

type Contents = Readonly<Record<string, string | Buffer | null>>;

/** The payload with other contents, and without what is `null`. */
function payloadWith(contents: Contents): readonly Entry[] {
  const changes = new Map<string, string | Buffer | null>(
    Object.entries({ [JOB]: job(), ...contents }),
  );
  return inOrder(
    PAYLOAD.flatMap((entry) => {
      const content = changes.get(entry.path);
      if (content === undefined || entry.kind !== 'file') return [entry];
      return content === null ? [] : [{ ...entry, content: Buffer.from(content) }];
    }),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));

function packageWith(contents: Contents = {}): string {
  return packageOfEntries(payloadWith(contents));
}

function packageOfEntries(entries: readonly Entry[]): string {
  const path = join(folder, 'x.pkg');
  writeFileSync(path, packageOf(partsOf(entries)));
  return path;
}

const plainInfo = PAYLOAD.flatMap((entry) =>
  entry.path === INFO && entry.kind === 'file' ? [entry.content.toString('utf8')] : [],
).join('');

/** An executable as a holder of a Developer ID (extension 1.2.840.113635.100.6.1.13) signs it. */
function signed(team: string, mark = '2a864886f7636406010d'): Buffer {
  const { certificate } = newAuthority('Test CA').issue({
    name: 'Developer ID Application: X',
    mark,
  });
  const certificates = [new X509Certificate(certificate).raw];
  return machO(
    'arm64',
    codeSignature({ identifier: 'org.spillwatch.agent', team, flags: 0, certificates }),
  );
}

async function faultsWith(contents: Contents): Promise<readonly string[]> {
  const identity = await identityOfPackage(packageWith(contents));
  const files = ['background', 'privacy', 'settings'].map((name) => ({
    path: name,
    bytes: Buffer.from(profileNamed(name)),
  }));
  return lintProfiles(files, identity).map(({ where, what }) => `${where}: ${what}`);
}

async function teamOf(executable: Buffer): Promise<string | null> {
  return (await identityOfPackage(packageWith({ [EXECUTABLE]: executable }))).team;
}

describe('a package says', () => {
  it('what it is called and where its program is', async () => {
    expect(await identityOfPackage(packageWith())).toEqual({
      bundleId: 'org.spillwatch.agent',
      label: 'org.spillwatch.agent',
      program: `/${EXECUTABLE}`,
      team: null,
    });
  });

  it('nothing of the bundles inside of its own', async () => {
    const inside = INFO.replace('Info.plist', 'Library/Sensor.app/Contents/Info.plist');
    const entries = inOrder([
      ...payloadWith({}),
      { kind: 'file', path: inside, mode: 0o644, content: Buffer.from('<plist/>') },
    ]);
    expect((await identityOfPackage(packageOfEntries(entries))).bundleId).toBe(
      'org.spillwatch.agent',
    );
  });

  it('who signed its program, when that is a Developer ID', async () => {
    expect(await teamOf(signed(TEAM))).toBe(TEAM);
    expect(await teamOf(signed(TEAM, '2a864886f7636406010f'))).toBeNull();
  });
});

describe('profiles that fit a package have no fault', () => {
  it.each<[string, Contents]>([
    ['unsigned', {}],
    ['signed', { [EXECUTABLE]: signed(TEAM) }],
  ])('%s', async (_, contents) => {
    expect(await faultsWith(contents)).toEqual([]);
  });
});

describe('profiles that do not fit a package', () => {
  it('of another team', async () => {
    const what = `names the team ${TEAM}, the package is signed by ZZZZZ99999`;
    expect(await faultsWith({ [EXECUTABLE]: signed('ZZZZZ99999') })).toEqual([
      `background payload 1 rule 1: ${what}`,
      `background payload 1 rule 2: ${what}`,
      `privacy payload 1 SystemPolicyAllFiles 1: ${what}`,
    ]);
  });

  it('with another label', async () => {
    expect(await faultsWith({ [JOB]: job('org.example.job') })).toEqual([
      'background payload 1 rule 1: Label is org.spillwatch.agent, the job is org.example.job',
      'background payload 1: has no rule for the job org.example.job',
    ]);
  });

  it('with another bundle', async () => {
    const faults = await faultsWith({
      [INFO]: plainInfo.replace('>org.spillwatch.agent<', '>org.example.bundle<'),
    });
    expect(faults).toContain(
      'privacy payload 1 SystemPolicyAllFiles 1: names the bundle org.spillwatch.agent, the agent is org.example.bundle',
    );
    expect(faults).toContain(
      'privacy payload 1: does not give Full Disk Access to org.example.bundle',
    );
  });
});

describe('a package is refused', () => {
  it.each<[string, Contents, string]>([
    ['without a job', { [JOB]: null }, 'has no launchd job'],
    ['without a bundle', { [INFO]: null }, 'has no bundle'],
    ['without its program', { [EXECUTABLE]: null }, `has no ${EXECUTABLE}, which its bundle names`],
    [
      'whose job starts something else',
      { [JOB]: job('a', '/bin/sh') },
      `its launchd job starts /bin/sh, not /${EXECUTABLE} of its bundle`,
    ],
    ['whose job is no property list', { [JOB]: 'job' }, 'is no XML document'],
  ])('%s', async (_, contents, fault) => {
    await expect(identityOfPackage(packageWith(contents))).rejects.toThrow(`x.pkg: ${fault}`);
  });

  it('that is none', async () => {
    const path = join(folder, 'none.pkg');
    writeFileSync(path, 'hello');
    await expect(identityOfPackage(path)).rejects.toThrow('none.pkg: ');
  });
});
