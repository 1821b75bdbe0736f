import type { LogSource } from './fields.ts';
import type { Place } from './problem.ts';

/** Length of a title, by the Sigma specification. */
export const MAX_TITLE_CHARS = 256;

/** Reads a title: text of at most `MAX_TITLE_CHARS`; `null` when it was refused. */
export function readTitle(value: unknown, place: Place): string | null {
  if (typeof value !== 'string' || value.trim() === '')
    return place.refuse('invalid', 'a rule needs a title; write text');
  if (value.length > MAX_TITLE_CHARS)
    return place.refuse('limit', `longer than ${String(MAX_TITLE_CHARS)} characters; shorten it`);
  return value;
}

/** Reads an id in lower case; `null` when it is absent or, with a complaint, no UUID. */
export function readId(value: unknown, place: Place): string | null {
  if (value === undefined) return null;
  if (isUuid(value)) return value.toLowerCase();
  return place.refuse('invalid', 'not a UUID; make one with uuidgen');
}

/** Whether a value is text in the form of a UUID, in any case. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the list of tags, each `namespace.value` in lower case; `null` when it is no list. */
export function readTags(value: unknown, place: Place): readonly string[] | null {
  if (!Array.isArray(value)) return place.refuse('invalid', 'write a list');
  const tags: string[] = [];
  for (const [index, tag] of value.entries()) {
    if (typeof tag === 'string' && TAG.test(tag)) tags.push(tag);
    else place.item(index).refuse('invalid', 'write namespace.value, for example attack.t1213.006');
  }
  return tags;
}

const TAG = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;

/** Reads a log source in lower case; `null` when it was refused, also when it restricts nothing. */
export function readLogSource(value: unknown, place: Place): LogSource | null {
  if (!(value instanceof Map))
    return place.refuse('invalid', 'a rule needs a log source; write product and category');
  const parts: ReadonlyMap<unknown, unknown> = value;
  let isSound = true;
  for (const [key, part] of parts) {
    const at = place.key(String(key));
    if (typeof key !== 'string' || !LOG_SOURCE_KEYS.has(key)) {
      at.refuse('invalid', 'unknown key; known are product, category, service and definition');
      isSound = false;
    } else if (typeof part !== 'string' || part === '') {
      at.refuse('invalid', 'write text');
      isSound = false;
    }
  }
  if (!isSound) return null;
  const part = (key: string): string | null => {
    const text = parts.get(key);
    return typeof text === 'string' ? text.toLowerCase() : null;
  };
  const source = { product: part('product'), category: part('category'), service: part('service') };
  if (source.product === null && source.category === null && source.service === null)
    return place.refuse('invalid', 'it restricts nothing; write product, category or service');
  return source;
}

const LOG_SOURCE_KEYS: ReadonlySet<string> = new Set([
  'product',
  'category',
  'service',
  'definition',
]);
