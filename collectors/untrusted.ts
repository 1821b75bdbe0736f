/**
 * Reading values out of parsed JSON that somebody else wrote. Each function gives the value in the asked type or
 * `null`; none throws, and none reads anything but an object's own properties.
 */

/**
 * Most characters of a path. Endpoint Security cuts paths at 16 KiB (es-format page), so a longer one names no file of a Mac.
 */
export const MAX_PATH_LENGTH = 16_384;

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asArray(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A whole number that a double holds exactly. */
export function asInteger(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

export function asTexts(value: unknown): readonly string[] | null {
  const array = asArray(value);
  return array?.every((item): item is string => typeof item === 'string') ? array : null;
}

/** The object's own property, so that `__proto__` or `constructor` never reach what the object inherits. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|\+00:00)$/;

/** RFC 3339 in UTC with up to nine fraction digits, as whole microseconds since 1970; what is below is cut off. */
export function asTimeUs(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const parts = TIME.exec(value);
  if (!parts) return null;
  const ms = Date.parse(`${parts[1]}Z`);
  // Date.parse takes 30 February for 2 March and hour 24 for the next day.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== parts[1]) return null;
  return asInteger(ms * 1000 + Number((parts[2] ?? '').padEnd(6, '0').slice(0, 6)));
}
