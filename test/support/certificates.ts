/**
 * Certificates for tests with real TLS, made without OpenSSL's program: keys and signatures are Node's (P-256, ECDSA with
 * SHA-256), the DER around them (RFC 5280) is written here.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its private key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateWish {
  /** Common name; also the only name in the subject. */
  readonly name: string;
  /** DNS names and IPv4 addresses in the certificate; `name` when absent. */
  readonly hosts?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly for?: 'server' | 'client';
  /** Object id, in hexadecimal, of one more extension; it says nothing else. */
  readonly mark?: string;
}

export interface AuthorityWish {
  /** A certificate for a server that signs others nevertheless. */
  readonly isLeaf?: boolean;
}

/** A CA of a test. */
export interface Authority extends Identity {
  issue(wish: CertificateWish): Identity;
  /** A CA below this one. */
  authority(name: string, wish?: AuthorityWish): Authority;
}

const HOUR_MS = 3_600_000;

/** A CA that signs itself. */
export function newAuthority(name: string, wish: AuthorityWish = {}): Authority {
  const keys = newKeys();
  return authorityOf(name, keys, { name, key: keys.privateKey }, wish);
}

function authorityOf(
  name: string,
  keys: Keys,
  issuer: { readonly name: string; readonly key: KeyObject },
  { isLeaf = false }: AuthorityWish,
): Authority {
  const extensions = isLeaf
    ? [extension(OID.basicConstraints, sequence())]
    : [
        extension(OID.basicConstraints, sequence(boolean(true))),
        extension(OID.keyUsage, tagged(0x03, Buffer.from([1, 0b0000_0110]))),
      ];
  return {
    certificate: signed({ name }, keys.publicKey, extensions, issuer.name, issuer.key),
    key: pemOf(keys.privateKey),
    authority: (below, wish = {}) =>
      authorityOf(below, newKeys(), { name, key: keys.privateKey }, wish),
    issue: (wish) => {
      const own = newKeys();
      const about = [
        extension(OID.basicConstraints, sequence()),
        extension(OID.extendedKeyUsage, sequence(wish.for === 'client' ? OID.client : OID.server)),
        extension(OID.alternativeNames, sequence(...(wish.hosts ?? [wish.name]).map(hostName))),
        ...(wish.mark === undefined ? [] : [extension(oid(wish.mark), NULL)]),
      ];
      return {
        certificate: signed(wish, own.publicKey, about, name, keys.privateKey),
        key: pemOf(own.privateKey),
      };
    },
  };
}

function signed(
  wish: CertificateWish,
  key: KeyObject,
  extensions: readonly Buffer[],
  issuer: string,
  issuerKey: KeyObject,
): string {
  const content = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    sequence(OID.ecdsaWithSha256),
    distinguishedName(issuer),
    sequence(
      time(wish.notBefore ?? new Date(Date.now() - HOUR_MS)),
      time(wish.notAfter ?? new Date(Date.now() + HOUR_MS)),
    ),
    distinguishedName(wish.name),
    key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', content, issuerKey);
  const der = sequence(content, sequence(OID.ecdsaWithSha256), bits(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function newKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}

const OID = {
  ecdsaWithSha256: oid('2a8648ce3d040302'),
  commonName: oid('550403'),
  keyUsage: oid('551d0f'),
  alternativeNames: oid('551d11'),
  basicConstraints: oid('551d13'),
  extendedKeyUsage: oid('551d25'),
  server: oid('2b06010505070301'),
  client: oid('2b06010505070302'),
};

const NULL = tagged(0x05, Buffer.alloc(0));

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function distinguishedName(commonName: string): Buffer {
  const text = tagged(0x0c, Buffer.from(commonName));
  return sequence(tagged(0x31, sequence(OID.commonName, text)));
}

function hostName(host: string): Buffer {
  return isIPv4(host)
    ? tagged(0x87, Buffer.from(host.split('.').map(Number)))
    : tagged(0x82, Buffer.from(host));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, boolean(true), tagged(0x04, value));
}

/** UTCTime, which RFC 5280 wants for the years before 2050. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[^\d]/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bits(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}
