/**
 * The second run of the helper, which watches `open` only and only for a while. Its lines are put into envelopes, so that
 * their numbers are not taken for those of the main run.
 */
import type { Clock } from '../collector.ts';

/** The name of the envelope. */
export const OPENS_SOURCE = 'opens';

/** Bytes that an envelope adds to a line at most. */
export const OPENS_ENVELOPE_BYTES = 128;

/** The key is matched with its quotes: inside a string, as in a file name, they would be escaped. */
const TIME = /"time"\s*:\s*"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z)"/;

/** The line in its envelope, as it is; with the time of the line, or that of `clock` when it shows none. */
export function toOpensEnvelope(line: string, clock: Clock): string {
  const time = TIME.exec(line)?.[1] ?? new Date(Math.floor(clock() / 1000)).toISOString();
  return `{"source":"${OPENS_SOURCE}","time":"${time}","message":${line}}`;
}
