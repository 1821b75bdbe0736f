import { createHmac } from 'node:crypto';

/** What stands where a secret was, in the modes without a key. */
export const PLACEHOLDER = '[REDACTED]';

/** Hexadecimal digits of the hash in a keyed placeholder: 48 bits. */
const HASH_DIGITS = 12;

/** The placeholder of a secret under a key (HMAC-SHA-256): equal secrets have equal ones, another key gives others. */
export function keyedPlaceholder(key: Uint8Array, secret: string): string {
  const hash = createHmac('sha256', key).update(secret).digest('hex').slice(0, HASH_DIGITS);
  return `[REDACTED:${hash}]`;
}

/** Whether the whole text is a placeholder of either kind, so that redacting twice changes nothing; keys of paths are in lower case. */
export function isPlaceholder(text: string): boolean {
  return /^\[REDACTED(?::[0-9a-f]{12})?\]$/i.test(text);
}

/** How many placeholders a text holds. */
export function placeholdersIn(text: string): number {
  return text.includes('[REDACTED')
    ? (text.match(/\[REDACTED(?::[0-9a-f]{12})?\]/g)?.length ?? 0)
    : 0;
}

/** The text with placeholders that tell nothing, not even which secrets are equal. */
export function withPlainPlaceholders(text: string): string {
  return text.includes('[REDACTED:')
    ? text.replace(/\[REDACTED:[0-9a-f]{12}\]/g, PLACEHOLDER)
    : text;
}
