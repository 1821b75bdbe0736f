import { describe, expect, it } from 'vitest';
import { bomOf } from '../../../pkg/package/bom.ts';
import { cpioArchive } from '../../../pkg/package/cpio.ts';
import { xarArchive } from '../../../pkg/package/xar.ts';
import { EXECUTABLE } from '../../../pkg/staging/agent-root.ts';
import { type Entry, inOrder } from '../../../pkg/staging/entry.ts';
import { machO, universal } from '../mach-o-file.ts';
import {
  faultsOf,
  MANIFEST,
  membersOf,
  PAYLOAD,
  packageOf,
  partsOf,
  SCRIPTS,
  TIME,
  verdictOf,
} from '../small-package.ts';

const RULE =
  'Library/Application Support/Spillwatch/Spillwatch.app/Contents/Resources/rules/macos/a.yml';
const DAEMON = 'Library/LaunchDaemons/org.spillwatch.agent.plist';
const IN_PAYLOAD = 'spillwatch.pkg/Payload';
const IN_BOM = 'spillwatch.pkg/Bom';

/** The payload with one entry changed. */
function changed(path: string, change: (entry: Entry) => Entry | null): readonly Entry[] {
  return PAYLOAD.flatMap((entry) => (entry.path === path ? (change(entry) ?? []) : entry));
}

function withContent(path: string, content: Buffer): readonly Entry[] {
  return changed(path, (entry) => (entry.kind === 'file' ? { ...entry, content } : entry));
}

function withMode(path: string, mode: number): readonly Entry[] {
  return changed(path, (entry) => ({ ...entry, mode }));
}

function withFile(path: string, mode = 0o644): readonly Entry[] {
  return inOrder([...PAYLOAD, { kind: 'file', path, mode, content: Buffer.from('x') }]);
}

describe('a whole package', () => {
  it('has no fault, with a manifest and without', async () => {
    expect(await faultsOf(packageOf(partsOf()))).toEqual([]);
    expect(await faultsOf(packageOf(partsOf()), null)).toEqual([]);
  });

  it('is described', async () => {
    const { facts } = await verdictOf(packageOf(partsOf()));
    expect(facts).toEqual([
      'package: signed by nobody',
      'spillwatch.pkg/PackageInfo: org.spillwatch.agent 1.2.3',
      `spillwatch.pkg/Payload: ${PAYLOAD.length} entries, Bom: ${PAYLOAD.length}`,
      `${IN_PAYLOAD} ${EXECUTABLE.replace('/spillwatch', '/better_sqlite3.node')}: arm64, not signed`,
      `${IN_PAYLOAD} ${EXECUTABLE}: arm64, not signed`,
    ]);
  });
});

describe('content', () => {
  it('a flipped byte of a payload file', async () => {
    const spoilt = { ...partsOf(withContent(RULE, Buffer.from('title: b\n'))), bom: partsOf().bom };
    expect(await faultsOf(packageOf(spoilt))).toEqual([
      expect.stringMatching(`${IN_BOM} ${RULE}: checksum is \\d+, in the payload \\d+`),
      `${IN_PAYLOAD} ${RULE}: content is another than that of the manifest`,
    ]);
  });

  it('a flipped byte of the package', async () => {
    const bytes = packageOf(partsOf());
    const at = bytes.indexOf('1f8b08', 0, 'hex') + 200;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const faults = await faultsOf(bytes);
    expect(faults).toContain(`${IN_PAYLOAD}: checksum of the stored bytes is wrong`);
    expect(faults).toContain(`${IN_PAYLOAD}: checksum of the content is wrong`);
  });

  it('a file that is missing', async () => {
    expect(await faultsOf(packageOf(partsOf(changed(RULE, () => null))))).toContain(
      `${IN_PAYLOAD} ${RULE}: is missing`,
    );
  });

  it('a file too many', async () => {
    const path = 'Library/LaunchDaemons/org.example.plist';
    expect(await faultsOf(packageOf(partsOf(withFile(path))))).toContain(
      `${IN_PAYLOAD} ${path}: is not in the manifest`,
    );
  });

  it('the target of a link', async () => {
    const link = { kind: 'link', path: DAEMON, mode: 0o755, target: '/etc/passwd' } as const;
    const faults = await faultsOf(packageOf(partsOf(changed(DAEMON, () => link))));
    expect(faults).toContain(`${IN_PAYLOAD} ${DAEMON}: kind is link, manifest says file`);
  });
});

describe('rights', () => {
  it('a wrong mode', async () => {
    expect(await faultsOf(packageOf(partsOf(withMode(EXECUTABLE, 0o755))))).toEqual([
      `${IN_PAYLOAD} ${EXECUTABLE}: mode is 0755, manifest says 0700`,
    ]);
  });

  it('a set-id bit, without a manifest, too', async () => {
    expect(await faultsOf(packageOf(partsOf(withMode(EXECUTABLE, 0o4755))), null)).toEqual([
      `${IN_PAYLOAD} ${EXECUTABLE}: has a set-id bit (mode 4755)`,
    ]);
  });

  it('a file and a folder that everybody can write, and not a sticky folder', async () => {
    expect(await faultsOf(packageOf(partsOf(withMode(RULE, 0o666))), null)).toEqual([
      `${IN_PAYLOAD} ${RULE}: can be written by everybody (mode 0666)`,
    ]);
    expect(await faultsOf(packageOf(partsOf(withMode('Library', 0o777))), null)).toEqual([
      `${IN_PAYLOAD} Library: can be written by everybody (mode 0777)`,
    ]);
    expect(await faultsOf(packageOf(partsOf(withMode('Library', 0o1777))), null)).toEqual([]);
  });

  it.each(['usr/local/bin/x', 'Library/LaunchDaemons/x.plist', 'Library/Application Support/x'])(
    '%s, outside of the folders that the manifest allows',
    async (path) => {
      expect(await faultsOf(packageOf(partsOf(withFile(path))))).toContain(
        `${IN_PAYLOAD} ${path}: lies outside of the allowed folders`,
      );
    },
  );

  it.each([
    ['Library/../../etc/passwd', 'leaves its folder'],
    ['/absolute/and/outside/xx', 'has an empty name'],
    ['Library//////etc/passwdx', 'has an empty name'],
  ])('the path %s, without a manifest, too', async (path, what) => {
    const parts = partsOf(withFile('Library/xx/xx/etc/passwd'));
    const archive = cpioArchive(parts.payload, TIME);
    archive.write(path, archive.indexOf('Library/xx/xx/etc/passwd\0'));
    expect(await faultsOf(packageOf({ ...parts, archive }), null)).toContain(
      `${IN_PAYLOAD} ${path}: ${what}`,
    );
  });

  it('two names that are one on APFS', async () => {
    const path = RULE.replace('a.yml', 'A.YML');
    expect(await faultsOf(packageOf(partsOf(withFile(path))), null)).toContain(
      `${IN_PAYLOAD} ${RULE}: is there twice`,
    );
  });
});

describe('bill of materials', () => {
  it('a wrong checksum', async () => {
    const bom = bomOf(withContent(RULE, Buffer.from('title: c\n')), TIME);
    expect(await faultsOf(packageOf({ ...partsOf(), bom }))).toEqual([
      expect.stringMatching(`^${IN_BOM} ${RULE}: checksum is`),
    ]);
  });

  it('a missing entry, and one too many', async () => {
    const less = bomOf(
      changed(RULE, () => null),
      TIME,
    );
    expect(await faultsOf(packageOf({ ...partsOf(), bom: less }))).toEqual([
      `${IN_BOM} ${RULE}: is missing`,
    ]);
    const more = bomOf(withFile('Library/LaunchDaemons/x'), TIME);
    expect(await faultsOf(packageOf({ ...partsOf(), bom: more }))).toEqual([
      `${IN_BOM} Library/LaunchDaemons/x: is not in the payload`,
    ]);
  });

  it('a wrong mode, kind or size', async () => {
    const mode = bomOf(withMode(RULE, 0o600), TIME);
    expect(await faultsOf(packageOf({ ...partsOf(), bom: mode }))).toEqual([
      `${IN_BOM} ${RULE}: mode is 0600, in the payload 0644`,
    ]);
    const kind = bomOf(
      changed(RULE, ({ path }) => ({ kind: 'folder', path, mode: 0o644 })),
      TIME,
    );
    expect(await faultsOf(packageOf({ ...partsOf(), bom: kind }))).toContain(
      `${IN_BOM} ${RULE}: kind is folder, in the payload file`,
    );
  });

  it('names that are out of order, where readers stop', async () => {
    const reversed = bomOf(PAYLOAD, TIME);
    reversed.write('zrivate', reversed.indexOf('private\0'));
    reversed.write('zzzzzzz', reversed.indexOf('Library\0'));
    expect(await faultsOf(packageOf({ ...partsOf(), bom: reversed }))).toEqual([
      `${IN_BOM}: zrivate is out of order: readers stop there`,
    ]);
  });
});

describe('what the package says of itself', () => {
  it('a wrong checksum of the table of contents', async () => {
    const bytes = packageOf(partsOf());
    const at = 28 + Number(bytes.readBigUInt64BE(8));
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    expect(await faultsOf(bytes)).toEqual(['table of contents: checksum is wrong']);
  });

  it('hostArchitectures that are missing', async () => {
    const { distribution, ...parts } = partsOf();
    const spoilt = {
      ...parts,
      distribution: distribution.replace(' hostArchitectures="arm64"', ''),
    };
    expect(await faultsOf(packageOf(spoilt), null)).toEqual([
      'Distribution: hostArchitectures is missing: Macs with Apple silicon ask for Rosetta',
    ]);
    expect(await faultsOf(packageOf(spoilt))).toContain(
      'Distribution: hostArchitectures is missing, manifest says arm64',
    );
  });

  it('versions of product, reference, component and bundle that differ', async () => {
    const { distribution, packageInfo, ...parts } = partsOf();
    const product = distribution.replace(/(<product [^>]*version=")1.2.3/, '$11.2.4');
    expect(
      await faultsOf(packageOf({ ...parts, packageInfo, distribution: product }), null),
    ).toEqual(['Distribution: product is version 1.2.4, component 1.2.3']);
    const reference = distribution.replace(/(<pkg-ref [^>]*version=")1.2.3/, '$11.2.4');
    expect(
      await faultsOf(packageOf({ ...parts, packageInfo, distribution: reference }), null),
    ).toEqual(['spillwatch.pkg/PackageInfo: is version 1.2.3, Distribution refers to 1.2.4']);
    const component = packageInfo.replace('version="1.2.3"', 'version="1.2.4"');
    const faults = await faultsOf(packageOf({ ...parts, distribution, packageInfo: component }));
    expect(faults).toContain('spillwatch.pkg/PackageInfo: version is 1.2.4, manifest says 1.2.3');
    expect(faults).toContainEqual(
      expect.stringMatching(/Info.plist: CFBundleVersion is 1.2.3, PackageInfo says 1.2.4$/),
    );
  });

  it('an older system than the manifest says', async () => {
    const { distribution, ...parts } = partsOf();
    const spoilt = distribution.replace('min="13.5"', 'min="11.0"');
    expect(await faultsOf(packageOf({ ...parts, distribution: spoilt }))).toEqual([
      'Distribution: os-version min is 11.0, manifest says 13.5',
    ]);
  });

  it('a component that is not referred to', async () => {
    const { distribution, ...parts } = partsOf();
    const spoilt = distribution.replace('#spillwatch.pkg', '#other.pkg');
    expect(await faultsOf(packageOf({ ...parts, distribution: spoilt }), null)).toEqual([
      'spillwatch.pkg/PackageInfo: is not referred to by Distribution',
    ]);
  });
});

/** A package whose component lacks these members. */
function without(...names: readonly string[]): Buffer {
  const members = membersOf(partsOf()).map((member) =>
    member.kind === 'folder'
      ? { ...member, members: member.members.filter(({ name }) => !names.includes(name)) }
      : member,
  );
  return xarArchive(members, TIME);
}

describe('components', () => {
  it('one of scripts alone is whole, and not what the manifest says', async () => {
    expect(await faultsOf(without('Payload', 'Bom'), null)).toEqual([]);
    expect(await faultsOf(without('Payload', 'Bom'))).toContain(
      `${IN_PAYLOAD} ${EXECUTABLE}: is missing`,
    );
  });

  it.each(['Payload', 'Bom'])('one without %s is not whole', async (name) => {
    expect(await faultsOf(without(name))).toEqual([`spillwatch.pkg/${name}: is missing`]);
  });

  it('a package without any is none', async () => {
    expect(await faultsOf(without('PackageInfo'), null)).toEqual(['package: has no component']);
  });
});

describe('scripts', () => {
  it('one that is missing, and one that is not run', async () => {
    const scripts = SCRIPTS.filter(({ path }) => path !== 'postinstall');
    const parts = { ...partsOf(), scripts };
    expect(await faultsOf(packageOf(parts))).toEqual([
      'spillwatch.pkg/Scripts postinstall: is missing, PackageInfo runs it',
      'spillwatch.pkg/Scripts postinstall: is missing',
    ]);
    const idle = { ...partsOf(), packageInfo: partsOf(PAYLOAD, scripts).packageInfo };
    expect(await faultsOf(packageOf(idle))).toEqual([
      'spillwatch.pkg/PackageInfo: does not run postinstall',
    ]);
  });

  it('what they read, when it is missing or another', async () => {
    const scripts = SCRIPTS.flatMap((script) => {
      if (script.path === 'files') return [];
      return script.path === 'version' ? { ...script, content: Buffer.from('1.2.4\n') } : script;
    });
    expect(await faultsOf(packageOf({ ...partsOf(), scripts }))).toEqual([
      'spillwatch.pkg/Scripts version: content is another than that of the manifest',
      'spillwatch.pkg/Scripts files: is missing',
    ]);
  });

  it('one that is not executable', async () => {
    const scripts = SCRIPTS.map((script) => ({ ...script, mode: 0o644 }));
    expect(await faultsOf(packageOf({ ...partsOf(), scripts }), null)).toEqual([
      'spillwatch.pkg/Scripts preinstall: is not executable',
      'spillwatch.pkg/Scripts postinstall: is not executable',
    ]);
  });

  it('one without an interpreter', async () => {
    const scripts = SCRIPTS.map((script) => ({ ...script, content: Buffer.from('exit 0\n') }));
    expect(await faultsOf(packageOf({ ...partsOf(), scripts }), null)).toEqual([
      'spillwatch.pkg/Scripts preinstall: does not begin with #!/ and a path',
      'spillwatch.pkg/Scripts postinstall: does not begin with #!/ and a path',
    ]);
  });

  it('one with other content than the manifest says', async () => {
    const scripts = SCRIPTS.map((script) => ({ ...script, content: Buffer.from('#!/bin/sh\n') }));
    expect(await faultsOf(packageOf({ ...partsOf(), scripts }))).toContain(
      'spillwatch.pkg/Scripts preinstall: content is another than that of the manifest',
    );
  });
});

describe('executables', () => {
  it('one for another processor', async () => {
    expect(await faultsOf(packageOf(partsOf(withContent(EXECUTABLE, machO('x86_64')))))).toContain(
      `${IN_PAYLOAD} ${EXECUTABLE}: is for x86_64, manifest says arm64`,
    );
  });

  it('one for two processors', async () => {
    const both = universal([
      { cpu: 'x86_64', bytes: machO('x86_64') },
      { cpu: 'arm64', bytes: machO('arm64') },
    ]);
    expect(await faultsOf(packageOf(partsOf(withContent(EXECUTABLE, both))))).toContain(
      `${IN_PAYLOAD} ${EXECUTABLE}: is for x86_64, arm64, manifest says arm64`,
    );
  });

  it('one without signature where the manifest asks for one, and a package without', async () => {
    const faults = await faultsOf(packageOf(partsOf()), { ...MANIFEST, isSigned: true });
    expect(faults).toContain(`${IN_PAYLOAD} ${EXECUTABLE}: is not signed by a Developer ID`);
    expect(faults).toContain('package: is signed by nobody, not by a Developer ID');
  });
});
