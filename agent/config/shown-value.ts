import { Redactor } from '../redaction/redactor.ts';
import type { Setting } from './layers.ts';
import { isRecord } from './value-checks.ts';

/** Texts of a destination that hold no secret. */
const OPEN_TEXTS: ReadonlySet<string> = new Set(['type', 'path', 'format']);

/**
 * The value of a setting as it may be printed: in one that may hold secrets only type, path and format of each part are
 * readable, a URL shows its origin, numbers and truth values stay, and every other text is `(hidden)`. A command is redacted as
 * every other is.
 */
export function shownValue({ key, value, origin }: Setting): unknown {
  if (key.isCommand && origin !== 'default' && Array.isArray(value))
    return new Redactor({ kind: 'redact' }).redactArguments(value.map(String));
  return key.hasSecrets ? withoutSecrets(value, '') : value;
}

function withoutSecrets(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, name));
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, key)]),
    );
  if (typeof value !== 'string' || OPEN_TEXTS.has(name)) return value;
  return (name === 'url' ? originOf(value) : null) ?? '(hidden)';
}

/** Scheme, host and port: user, path and query of a webhook are often its password. */
function originOf(text: string): string | null {
  const url = URL.parse(text);
  return url === null || url.host === '' ? null : `${url.protocol}//${url.host}`;
}
