import type { Place } from './problem.ts';
import { quote } from './problem.ts';

/** Who answers for an exception, why it exists, and until when: its extension key `spillwatch`. */
export interface Accountability {
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string;
  /** Last day on which the exception applies, `YYYY-MM-DD`. */
  readonly expires: string;
  /** The midnight that ends that day in UTC, microseconds since 1970. */
  readonly expiresUs: number;
}

/** Length of owner, reason and ticket, in UTF-16 units. */
export const MAX_ACCOUNT_CHARS = 1024;

/** Reads the extension key of an exception; every key that is missing or unknown is a complaint that names it. */
export function readAccountability(value: unknown, place: Place): Accountability | null {
  if (!(value instanceof Map))
    return place.refuse('invalid', `an exception needs ${KEYS.join(', ')}; write a map with them`);
  const keys: ReadonlyMap<unknown, unknown> = value;
  for (const key of keys.keys())
    if (!KEYS.some((known) => known === key))
      place.refuse('invalid', `unknown key ${quote(String(key))}; known are ${KEYS.join(', ')}`);
  const owner = readText(keys, 'owner', place);
  const reason = readText(keys, 'reason', place);
  const ticket = readText(keys, 'ticket', place);
  const expires = readText(keys, 'expires', place);
  if (owner === null || reason === null || ticket === null || expires === null) return null;
  const expiresUs = endOfDay(expires);
  if (expiresUs === null)
    return place.key('expires').refuse('invalid', 'no such day; write YYYY-MM-DD');
  return { owner, reason, ticket, expires, expiresUs };
}

const KEYS = ['owner', 'reason', 'ticket', 'expires'] as const;

function readText(
  keys: ReadonlyMap<unknown, unknown>,
  key: (typeof KEYS)[number],
  place: Place,
): string | null {
  const value = keys.get(key);
  const at = place.key(key);
  if (!keys.has(key)) return at.refuse('invalid', `an exception needs ${key}; add it`);
  if (typeof value !== 'string' || value.trim() === '') return at.refuse('invalid', 'write text');
  if (value.length > MAX_ACCOUNT_CHARS)
    return at.refuse('limit', `longer than ${String(MAX_ACCOUNT_CHARS)} characters; shorten it`);
  return value;
}

const DAY_MS = 86_400_000;

function endOfDay(date: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return null;
  const startMs = Date.parse(`${date}T00:00:00Z`);
  // Some days that do not exist, such as 30 February, are read as a later day.
  if (Number.isNaN(startMs) || !new Date(startMs).toISOString().startsWith(date)) return null;
  return (startMs + DAY_MS) * 1000;
}
