/**
 * Writes microseconds since 1970 as RFC 3339 in UTC with six digits (`2026-10-14T07:30:00.123456Z`), exactly. `us` is a
 * safe integer (years 1684 to 2255); anything else throws a `RangeError`.
 */
export function toRfc3339(us: number): string {
  const seconds = new Date(toMilliseconds(us)).toISOString().slice(0, -1);
  return `${seconds}${String(belowMillisecond(us)).padStart(3, '0')}Z`;
}

/** Rounds microseconds since 1970 down to whole milliseconds; throws a `RangeError` when `us` is not a safe integer. */
export function toMilliseconds(us: number): number {
  if (!Number.isSafeInteger(us)) {
    throw new RangeError(`time ${us} is not a whole number of microseconds since 1970 below 2^53`);
  }
  // The difference is a multiple of 1000, so this division is exact where `us / 1000` would round.
  return (us - belowMillisecond(us)) / 1000;
}

function belowMillisecond(us: number): number {
  return ((us % 1000) + 1000) % 1000;
}
