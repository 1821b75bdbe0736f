/**
 * Reads what a code signature says of itself. Nothing is verified: that is for `codesign --verify` on a Mac. Facts:
 * xnu osfmk/kern/cs_blobs.h; certificate extension of Developer ID Application: Apple's certification practice statement.
 */
import { X509Certificate } from 'node:crypto';
import { slice, u32, zeroEnded } from './bytes.ts';
import { FormatError } from './fault.ts';
import { readPlist } from './plist.ts';

const SUPER_BLOB = 0xfade_0cc0;
const CODE_DIRECTORY = 0xfade_0c02;
const ENTITLEMENTS = 0xfade_7171;
const CMS = 0xfade_0b01;
const MAX_BLOBS = 64;
const FLAG_AD_HOC = 0x2;
const FLAG_RUNTIME = 0x1_0000;
const FLAG_LINKER_SIGNED = 0x2_0000;
const TEAM_SINCE_VERSION = 0x2_0200;
/** DER of 1.2.840.113635.100.6.1.13. */
const DEVELOPER_ID = Buffer.from('060a2a864886f7636406010d', 'hex');

export interface Certified {
  /** `certificate` is one of somebody who is no holder of a Developer ID. */
  readonly kind: 'developer-id' | 'certificate';
  readonly identifier: string;
  /** Name in the certificate. */
  readonly signer: string;
  readonly team: string | null;
  readonly isHardened: boolean;
  /** Keys of the entitlements. */
  readonly entitlements: readonly string[];
}

export type Signature =
  | { readonly kind: 'none' }
  | { readonly kind: 'ad-hoc'; readonly identifier: string; readonly isLinkerSigned: boolean }
  | Certified;

/** Throws a `FormatError`. */
export function readSignature(bytes: Buffer): Signature {
  if (u32(bytes, 0) !== SUPER_BLOB) throw new FormatError('signature is none');
  const count = u32(bytes, 8);
  if (count > MAX_BLOBS) throw new FormatError(`signature has ${count} parts`);
  const blobs = Array.from({ length: count }, (_, at) => blobAt(bytes, u32(bytes, 16 + at * 8)));
  const directory = blobs.find((blob) => u32(blob, 0) === CODE_DIRECTORY);
  if (directory === undefined) throw new FormatError('signature has no code directory');
  const flags = u32(directory, 12);
  const identifier = zeroEnded(directory, u32(directory, 20));
  const cms = blobs.find((blob) => u32(blob, 0) === CMS && blob.length > 8);
  if (cms === undefined || (flags & FLAG_AD_HOC) !== 0)
    return { kind: 'ad-hoc', identifier, isLinkerSigned: (flags & FLAG_LINKER_SIGNED) !== 0 };
  const certificates = certificatesIn(cms);
  const developer = certificates.find(({ raw }) => raw.includes(DEVELOPER_ID));
  const teamAt = u32(directory, 8) >= TEAM_SINCE_VERSION ? u32(directory, 48) : 0;
  const entitlements = blobs.find((blob) => u32(blob, 0) === ENTITLEMENTS);
  return {
    kind: developer === undefined ? 'certificate' : 'developer-id',
    identifier,
    signer: nameOf(developer ?? certificates.at(-1)),
    team: teamAt === 0 ? null : zeroEnded(directory, teamAt),
    isHardened: (flags & FLAG_RUNTIME) !== 0,
    entitlements: entitlements === undefined ? [] : [...readPlist(entitlements.subarray(8)).keys()],
  };
}

function blobAt(bytes: Buffer, at: number): Buffer {
  return slice(bytes, at, Math.max(u32(bytes, at + 4), 8));
}

/**
 * Certificates of a CMS message. Apple writes it with lengths that are not stated, so the certificates are looked for: each
 * is a sequence of a stated length that begins with another one.
 */
function certificatesIn(cms: Buffer): readonly X509Certificate[] {
  const found: X509Certificate[] = [];
  for (let at = cms.indexOf('3082', 0, 'hex'); at >= 0; ) {
    const end = at + 4 + (at + 4 <= cms.length ? cms.readUInt16BE(at + 2) : 0);
    const certificate =
      end <= cms.length && cms.readUInt16BE(at + 4) === 0x3082
        ? certificateOf(cms.subarray(at, end))
        : null;
    if (certificate !== null) found.push(certificate);
    at = cms.indexOf('3082', certificate === null ? at + 1 : end, 'hex');
  }
  return found;
}

function certificateOf(bytes: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(bytes);
  } catch {
    return null;
  }
}

function nameOf(certificate: X509Certificate | undefined): string {
  if (certificate === undefined) return 'nobody';
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? certificate.subject;
}
