/** Longest wait that a receiver can ask for. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/** The three forms of a date in HTTP (RFC 9110, section 5.6.7); all are in GMT, the last one does not say so. */
const DATES = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * Milliseconds that a `Retry-After` header asks to wait: seconds, or a date against `wallMs` (milliseconds since 1970). From 0
 * to `MAX_RETRY_AFTER_MS`; `null` when it is missing or cannot be read.
 */
export function retryAfterMs(header: string | undefined, wallMs: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : dateMs(text) - wallMs;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

/** Milliseconds since 1970, `NaN` for anything but a date of HTTP. */
function dateMs(text: string): number {
  if (!DATES.some((form) => form.test(text))) return Number.NaN;
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
