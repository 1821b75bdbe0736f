import { createHash, X509Certificate } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

/** Judges the certificate of a receiver whose chain is trusted already; `undefined` when it may go on. */
export type PeerCheck = (host: string, certificate: PeerCertificate) => Error | undefined;

/** A receiver whose key is none of the pinned ones, although its certificate is in order. */
export class PinError extends Error {
  readonly code = 'ERR_SPILLWATCH_PIN';
}

/** SHA-256 of a public key in DER (SPKI), base64, as `openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`. */
export function isPin(text: string): boolean {
  return (
    /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').toString('base64') === text
  );
}

/** The usual check of the name, and then that the key of the receiver's own certificate is one of `pins`. */
export function pinnedTo(pins: readonly string[]): PeerCheck {
  return (host, certificate) => {
    const wrongName = checkServerIdentity(host, certificate);
    if (wrongName !== undefined) return wrongName;
    return pins.includes(pinOf(certificate.raw))
      ? undefined
      : new PinError(`no pin fits the key of ${host}`);
  };
}

function pinOf(certificate: Buffer): string {
  const key = new X509Certificate(certificate).publicKey;
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}
