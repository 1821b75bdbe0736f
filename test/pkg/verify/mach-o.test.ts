import { X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../pkg/verify/fault.ts';
import { MachOReader, type Slice } from '../../../pkg/verify/mach-o.ts';
import { newAuthority } from '../../support/certificates.ts';
import { codeSignature, machO, universal } from '../mach-o-file.ts';

const AD_HOC = 0x2;
const LINKER_SIGNED = 0x2_0000;
const RUNTIME = 0x1_0000;
/** Extension 1.2.840.113635.100.6.1.13, which Apple gives to Developer ID Application. */
const DEVELOPER_ID = '2a864886f7636406010d';

function read(bytes: Buffer, pieceBytes = bytes.length): readonly Slice[] | null {
  const reader = new MachOReader();
  for (let at = 0; at < bytes.length; at += pieceBytes)
    reader.push(bytes.subarray(at, at + pieceBytes));
  return reader.slices;
}

function certificate(name: string, mark?: string): Buffer {
  const wish = mark === undefined ? { name } : { name, mark };
  const identity = newAuthority('Test CA').issue(wish);
  return new X509Certificate(identity.certificate).raw;
}

function signedBy(certificates: readonly Buffer[]) {
  const signature = codeSignature({ identifier: 'x', flags: RUNTIME, certificates });
  return read(machO('arm64', signature))?.[0]?.signature;
}

describe('architectures', () => {
  it('of a thin file', () => {
    expect(read(machO('arm64'))).toEqual([{ architecture: 'arm64', signature: { kind: 'none' } }]);
    expect(read(machO('x86_64'))?.[0]?.architecture).toBe('x86_64');
  });

  it('of a universal file', () => {
    const bytes = universal([
      { cpu: 'x86_64', bytes: machO('x86_64') },
      { cpu: 'arm64', bytes: machO('arm64') },
    ]);
    expect(read(bytes)?.map(({ architecture }) => architecture)).toEqual(['x86_64', 'arm64']);
  });

  it('of an unknown processor are named by number', () => {
    const bytes = machO('arm64');
    bytes.writeUInt32LE(18, 4);
    expect(read(bytes)?.[0]?.architecture).toBe('cpu type 18');
  });

  it('scripts, text, Java classes and short files are no Mach-O', () => {
    for (const bytes of [
      Buffer.from('#!/bin/sh\n'),
      Buffer.from('cafebabe00000041', 'hex'),
      Buffer.from('cffa', 'hex'),
      Buffer.alloc(0),
    ])
      expect(read(bytes)).toBeNull();
  });
});

describe('signatures', () => {
  it('ad-hoc, by the linker or not', () => {
    const byLinker = codeSignature({ identifier: 'a.node', flags: AD_HOC | LINKER_SIGNED });
    expect(read(machO('arm64', byLinker))?.[0]?.signature).toEqual({
      kind: 'ad-hoc',
      identifier: 'a.node',
      isLinkerSigned: true,
    });
    const byHand = codeSignature({ identifier: 'a.node', flags: AD_HOC });
    expect(read(machO('arm64', byHand))?.[0]?.signature).toMatchObject({ isLinkerSigned: false });
  });

  it('by a certificate, with team, hardening and entitlements', () => {
    const signature = codeSignature({
      identifier: 'org.spillwatch.agent',
      team: 'ABCDE12345',
      flags: RUNTIME,
      entitlements:
        '<plist><dict><key>com.apple.security.get-task-allow</key><true/></dict></plist>',
      certificates: [certificate('Somebody')],
    });
    expect(read(machO('arm64', signature))?.[0]?.signature).toEqual({
      kind: 'certificate',
      identifier: 'org.spillwatch.agent',
      signer: 'Somebody',
      team: 'ABCDE12345',
      isHardened: true,
      entitlements: ['com.apple.security.get-task-allow'],
    });
  });

  it('by a Developer ID is told by the extension of its certificate and not by its name', () => {
    const name = 'Developer ID Application: Somebody';
    expect(signedBy([certificate(name)])).toMatchObject({ kind: 'certificate', signer: name });
    expect(signedBy([certificate(name, DEVELOPER_ID)])).toMatchObject({
      kind: 'developer-id',
      signer: name,
    });
  });

  it('name the certificate of the Developer ID, wherever it lies among others', () => {
    const certificates = [
      certificate('Root'),
      certificate('Leaf', DEVELOPER_ID),
      certificate('Time'),
    ];
    expect(signedBy(certificates)).toMatchObject({ signer: 'Leaf' });
  });

  it('that are broken are a FormatError', () => {
    for (const spoil of [
      (bytes: Buffer) => bytes.writeUInt32BE(1, 0),
      (bytes: Buffer) => bytes.writeUInt32BE(1000, 8),
      (bytes: Buffer) => bytes.writeUInt32BE(0xffff_ffff, 16),
    ]) {
      const signature = codeSignature({ identifier: 'x', flags: AD_HOC });
      spoil(signature);
      expect(() => read(machO('arm64', signature))).toThrow(FormatError);
    }
  });

  it('that are cut off are a FormatError', () => {
    const bytes = machO('arm64', codeSignature({ identifier: 'x', flags: AD_HOC }));
    expect(() => read(bytes.subarray(0, -1))).toThrow(/ends early/);
  });
});

describe('hostile files', () => {
  it('an architecture that lies before what names it is refused', () => {
    const bytes = universal([{ cpu: 'arm64', bytes: machO('arm64') }]);
    bytes.writeUInt32BE(4, 16);
    expect(() => read(bytes, 16)).toThrow(/points back/);
  });

  it('load commands without length or without end are refused', () => {
    const still = machO('arm64');
    still.writeUInt32LE(0, 36);
    expect(() => read(still)).toThrow(/without length/);
    const long = machO('arm64');
    long.writeUInt32LE(0xffff_fff0, 20);
    expect(() => read(long)).toThrow(/overlong load commands/);
  });

  it('a signature that states to be long is not waited for', () => {
    const bytes = machO('arm64', Buffer.alloc(16));
    bytes.writeUInt32LE(0xffff_fff0, 44);
    expect(() => read(bytes)).toThrow(/overlong signature/);
  });

  it('any change ends in architectures or a FormatError', () => {
    const whole = universal([
      {
        cpu: 'arm64',
        bytes: machO(
          'arm64',
          codeSignature({ identifier: 'x', flags: 0, certificates: [certificate('y')] }),
        ),
      },
    ]);
    const change = fc.record({
      at: fc.oneof(fc.nat(64), fc.integer({ min: 4096, max: whole.length - 1 })),
      value: fc.nat(255),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const { at, value } of changes) bytes.writeUInt8(value, at);
        expect(endsOrFormatError(bytes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

function endsOrFormatError(bytes: Buffer): boolean {
  try {
    read(bytes);
    return true;
  } catch (error) {
    return error instanceof FormatError;
  }
}

it('pieces of any size give the same', () => {
  const signature = codeSignature({ identifier: 'x', flags: AD_HOC });
  const files = [
    machO('arm64', signature),
    universal([
      { cpu: 'x86_64', bytes: machO('x86_64') },
      { cpu: 'arm64', bytes: machO('arm64', signature) },
    ]),
  ];
  for (const bytes of files)
    for (const pieceBytes of [1, 2, 3, 5, 7, 8, 9, 28, 29, 31, 100, 4096])
      expect(read(bytes, pieceBytes)).toEqual(read(bytes));
});
