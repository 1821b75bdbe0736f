import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
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

/** The files of the settings, read. */
export interface OpenedTls {
  readonly options: TlsOptions;
  /** End of the client certificate, milliseconds since 1970; `null` without one. */
  readonly clientEndMs: number | null;
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
export function openTls(tls: TlsSettings): OpenedTls {
  const { certFile, keyFile } = tls;
  const identity = certFile === null || keyFile === null ? null : readIdentity(certFile, keyFile);
  return {
    options: {
      secureContext: secureContext(tls.caFile, identity),
      ...(tls.serverName === null ? {} : { servername: tls.serverName }),
      ...(tls.pins.length === 0 ? {} : { checkServerIdentity: pinnedTo(tls.pins) }),
    },
    clientEndMs: identity?.endMs ?? null,
  };
}

interface ClientIdentity {
  readonly cert: string;
  readonly key: string;
  readonly endMs: number;
}

function secureContext(caFile: string | null, identity: ClientIdentity | null): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    // An intermediate CA, or the very certificate of the receiver, is enough to be trusted when it is in `caFile`.
    allowPartialTrustChain: true,
    ...(caFile === null ? {} : { ca: readCertificates(caFile).pem }),
    ...(identity === null ? {} : { cert: identity.cert, key: identity.key }),
  });
}

function readIdentity(certFile: string, keyFile: string): ClientIdentity {
  const { pem, own } = readCertificates(certFile);
  const key = readSecretFile(keyFile);
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
  } catch (cause) {
    throw new SecretFileError(
      key.includes('ENCRYPTED')
        ? `${keyFile}: has a pass phrase; write the key without one`
        : `${keyFile}: is no private key in PEM; name another file`,
      { cause },
    );
  }
  if (!own.checkPrivateKey(privateKey))
    throw new SecretFileError(`${keyFile}: is not the key of ${certFile}; name the one that is`);
  return { cert: pem, key, endMs: Date.parse(own.validTo) };
}

/** One certificate or more in PEM, each of which can be read, and the first of them. */
function readCertificates(path: string): { readonly pem: string; readonly own: X509Certificate } {
  const pem = readCertificateFile(path);
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  let certificates: readonly X509Certificate[];
  try {
    certificates = blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new SecretFileError(`${path}: holds a damaged certificate; replace it`, { cause });
  }
  const [own] = certificates;
  if (own === undefined)
    throw new SecretFileError(`${path}: holds no certificate in PEM; name another file`);
  return { pem, own };
}
