/** A whole small package and its manifest, in parts of which one at a time can be spoilt. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bomOf } from '../../pkg/package/bom.ts';
import { cpioArchive } from '../../pkg/package/cpio.ts';
import { distribution } from '../../pkg/package/distribution.ts';
import { reproducibleGzip } from '../../pkg/package/gzip.ts';
import { installedKilobytes, packageInfo } from '../../pkg/package/package-info.ts';
import { type XarMember, xarArchive } from '../../pkg/package/xar.ts';
import { agentRoot, ROOTS } from '../../pkg/staging/agent-root.ts';
import { type Entry, type FileEntry, inOrder } from '../../pkg/staging/entry.ts';
import { installerScripts } from '../../pkg/staging/installer-scripts.ts';
import { type Manifest, manifestOf } from '../../pkg/staging/manifest.ts';
import { verifyPackage } from '../../pkg/verify/verify-package.ts';
import { machO } from './mach-o-file.ts';

export const TIME = 1_790_000_000;
const VERSION = '1.2.3';
const IDENTIFIER = 'org.spillwatch.agent';

/** The members of a package before they are put together. */
export interface Parts {
  /** What is packed as payload, unless `archive` is there: the same before it is compressed. */
  readonly payload: readonly Entry[];
  readonly archive?: Buffer;
  readonly scripts: readonly FileEntry[];
  readonly bom: Buffer;
  readonly packageInfo: string;
  readonly distribution: string;
}

export const PAYLOAD: readonly Entry[] = agentRoot({
  version: VERSION,
  executable: machO('arm64'),
  natives: [{ name: 'better_sqlite3.node', content: machO('arm64') }],
  licenses: new Map([['LICENSE', Buffer.from('free\n')]]),
  resources: [{ path: 'rules/macos/a.yml', content: Buffer.from('title: a\n') }],
  launchDaemon: Buffer.from('<plist/>\n'),
  logRotation: Buffer.from('# log\n'),
  uninstall: Buffer.from('#!/bin/sh\n'),
});

export const SCRIPTS: readonly FileEntry[] = installerScripts({
  version: VERSION,
  payload: PAYLOAD,
  preinstall: Buffer.from('#!/bin/sh\n# preinstall\n'),
  postinstall: Buffer.from('#!/bin/sh\n# postinstall\n'),
});

export const MANIFEST: Manifest = manifestOf({
  identifier: IDENTIFIER,
  version: VERSION,
  architecture: 'arm64',
  minimumSystem: '13.5',
  isSigned: false,
  roots: ROOTS,
  payload: PAYLOAD,
  scripts: SCRIPTS,
});

/** Parts that agree with each other, whatever the payload. */
export function partsOf(payload: readonly Entry[] = PAYLOAD, scripts = SCRIPTS): Parts {
  return {
    payload,
    scripts,
    bom: bomOf(payload, TIME),
    packageInfo: packageInfo({
      identifier: IDENTIFIER,
      version: VERSION,
      entries: payload,
      scripts: scripts.map(({ path }) => path),
    }),
    distribution: distribution({
      name: 'Spillwatch',
      identifier: IDENTIFIER,
      version: VERSION,
      architecture: 'arm64',
      minimumSystem: '13.5',
      installKilobytes: installedKilobytes(payload),
      component: '#spillwatch.pkg',
    }),
  };
}

export function membersOf(parts: Parts): readonly XarMember[] {
  const archive = parts.archive ?? cpioArchive(parts.payload, TIME);
  return [
    {
      kind: 'folder',
      name: 'spillwatch.pkg',
      members: [
        member('Bom', parts.bom),
        member('Payload', reproducibleGzip(archive)),
        member('Scripts', reproducibleGzip(cpioArchive(inOrder(parts.scripts), TIME))),
        member('PackageInfo', parts.packageInfo),
      ],
    },
    member('Distribution', parts.distribution),
  ];
}

function member(name: string, content: Buffer | string): XarMember {
  return { kind: 'file', name, content: Buffer.from(content) };
}

export function packageOf(parts: Parts): Buffer {
  return xarArchive(membersOf(parts), TIME);
}

/** The faults of a package, as they are printed. */
export async function faultsOf(
  bytes: Buffer,
  manifest: Manifest | null = MANIFEST,
): Promise<readonly string[]> {
  const { faults } = await verdictOf(bytes, manifest);
  return faults.map(({ where, what }) => `${where}: ${what}`);
}

export async function verdictOf(bytes: Buffer, manifest: Manifest | null = MANIFEST) {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-verify-'));
  try {
    const path = join(folder, 'x.pkg');
    writeFileSync(path, bytes);
    return await verifyPackage(path, manifest);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
