import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { isPin, type PeerCheck, pinnedTo } from './pins.ts';
import { readCertificateFile, readSecretFile, SecretFileError } from './secret-file.ts';
import type { Settings } from './settings.ts';

/** The group `tls` of a destination. */
export interface TlsSettings {
  /** The only certificates that are trusted; `null` for the public CAs that Node brings with it. */
  readonly caFile: string | null;
  /** Client certificate and its key: both or none. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** SHA-256 of public keys (SPKI), base64, of which the receiver must hold one; empty for none. */
  readonly pins: readonly string[];
  /** Name to expect in the certificate instead of the host of the URL. */
  readonly serverName: string | null;
}

/** What `tls.connect` needs of the settings; `servername` and the check are absent when nothing was set. */
export interface TlsOptions {
  readonly secureContext: SecureContext;
  readonly servername?: string;
  readonly checkServerIdentity?: PeerCheck;
}

/** Least pins: the one in use, and one whose key is kept for the day of a change. */
const MIN_PINS = 2;
const MAX_PINS = 16;

/** Reads `tls` of a destination. */
export function readTlsSettings(settings: Settings): TlsSettings {
  const tls = settings.group('tls');
  if (tls === null)
    return { caFile: null, certFile: null, keyFile: null, pins: [], serverName: null };
  const pins = tls.texts('pins');
  if (tls.has('pins') && (pins.length < MIN_PINS || pins.length > MAX_PINS || !pins.every(isPin)))
    tls.fault(
      'pins',
      `must be ${MIN_PINS} to ${MAX_PINS} SHA-256 hashes of public keys in base64: the one in use and a spare`,
    );
  const read = {
    caFile: tls.optionalPath('caFile'),
    certFile: tls.optionalPath('certFile'),
    keyFile: tls.optionalPath('keyFile'),
    pins,
    serverName: tls.optionalText('serverName'),
  };
  if (tls.has('certFile') !== tls.has('keyFile'))
    tls.fault(tls.has('certFile') ? 'certFile' : 'keyFile', 'needs the other of the two; add it');
  return read;
}

/** Reads the files of the settings, for TLS 1.2 or newer. Throws a `SecretFileError` when one cannot be used. */
export function openTls(tls: TlsSettings): TlsOptions {
  return {
    secureContext: secureContext(tls),
    ...(tls.serverName === null ? {} : { servername: tls.serverName }),
    ...(tls.pins.length === 0 ? {} : { checkServerIdentity: pinnedTo(tls.pins) }),
  };
}

function secureContext({ caFile, certFile, keyFile }: TlsSettings): SecureContext {
  const ca = caFile === null ? null : readCertificates(caFile);
  const cert = certFile === null ? null : readCertificates(certFile);
  const key = keyFile === null ? null : readSecretFile(keyFile);
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
    });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new SecretFileError(`${keyFile ?? caFile}: ${adviceFor(code, certFile)}`, { cause });
  }
}

/** Errors of OpenSSL for a pair that is no pair. */
function adviceFor(code: string, certFile: string | null): string {
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' || code === 'ERR_OSSL_X509_KEY_TYPE_MISMATCH')
    return `is not the key of ${certFile}; name the key that belongs to it`;
  if (code === 'ERR_MISSING_PASSPHRASE' || code.startsWith('ERR_OSSL_BAD_'))
    return 'has a pass phrase; write the key without one';
  return `is no private key in PEM (${code}); name another file`;
}

/** PEM text of one certificate or more, each of which can be read. */
function readCertificates(path: string): string {
  const text = readCertificateFile(path);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0)
    throw new SecretFileError(`${path}: holds no certificate in PEM; name another file`);
  for (const block of blocks) {
    try {
      // oxlint-disable-next-line no-new -- throws when it cannot be read
      new X509Certificate(block);
    } catch (cause) {
      throw new SecretFileError(`${path}: holds a damaged certificate; replace it`, { cause });
    }
  }
  return text;
}
