/** Longest wait that a receiver can ask for. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Milliseconds that a `Retry-After` header asks to wait: seconds, or a date (RFC 9110) against `wallMs` (milliseconds since 1970).
 * From 0 to `MAX_RETRY_AFTER_MS`; `null` when it is missing or cannot be read.
 */
export function retryAfterMs(header: string | undefined, wallMs: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - wallMs;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
