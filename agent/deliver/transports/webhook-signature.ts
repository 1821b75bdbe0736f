import { createHash, createHmac } from 'node:crypto';
import type { Item } from '../item.ts';
import { readSecretFile, SecretFileError } from '../secret-file.ts';

/** Bytes of a signing secret (Standard Webhooks 1.0). */
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;
const PREFIX = 'whsec_';

/** The key of a signing secret in a file: `whsec_` and base64. Throws a `SecretFileError`. */
export function readSigningKey(path: string): Buffer {
  const text = readSecretFile(path);
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  const isKey = key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES;
  if (isKey && key.toString('base64') === encoded) return key;
  throw new SecretFileError(
    `${path}: must hold ${PREFIX} and base64 of ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes; write it so`,
  );
}

/** The id of a batch, the same in each attempt with the same items. */
export function batchId(items: readonly Item[]): string {
  const hash = createHash('sha256').update(JSON.stringify(items.map(({ uid }) => uid)));
  return `batch_${hash.digest('hex').slice(0, 32)}`;
}

/**
 * The headers of Standard Webhooks for a body as it goes over the wire, with a signature by each key. `seconds` since 1970 are
 * those of this attempt.
 */
export function signedHeaders(
  id: string,
  seconds: number,
  body: Uint8Array,
  keys: readonly Uint8Array[],
): ReadonlyMap<string, string> {
  const signatures = keys.map((key) => {
    const hmac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body);
    return `v1,${hmac.digest('base64')}`;
  });
  return new Map([
    ['webhook-id', id],
    ['webhook-timestamp', String(seconds)],
    ...(signatures.length === 0 ? [] : [['webhook-signature', signatures.join(' ')] as const]),
  ]);
}
