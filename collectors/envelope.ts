import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAX_LINE_BYTES } from './endpoint-security/lines.ts';
import type { CollectorName } from './event.ts';

/** Most bytes of one envelope, so that its line is always read; rows beyond it go into a further envelope. */
const MAX_ENVELOPE_BYTES = MAX_LINE_BYTES - 4096;

/** Rows that become text in one turn of the event loop, about 2 ms. */
const ROWS_PER_TURN = 1000;

/**
 * The envelopes of a capture (DESIGN section 6) that hold `rows` under the key `list`: one, or several of at most 8 MiB
 * each when the rows are too long for one. Gives way to other work every 1,000 rows. `timeUs` is in microseconds since
 * 1970.
 */
export async function* envelopes(
  source: CollectorName,
  list: string,
  timeUs: number,
  rows: Iterable<object>,
): AsyncGenerator<string> {
  const head = `{"source":${JSON.stringify(source)},"time":"${timeText(timeUs)}",${JSON.stringify(list)}:[`;
  let texts: string[] = [];
  let bytes = 0;
  let count = 0;
  for (const row of rows) {
    count += 1;
    // oxlint-disable-next-line no-await-in-loop -- other work has its turn between rows
    if (count % ROWS_PER_TURN === 0) await nextTurn();
    const text = JSON.stringify(row);
    const length = Buffer.byteLength(text) + 1;
    if (bytes + length > MAX_ENVELOPE_BYTES) {
      yield `${head}${texts.join(',')}]}`;
      texts = [];
      bytes = 0;
    }
    texts.push(text);
    bytes += length;
  }
  yield `${head}${texts.join(',')}]}`;
}

/** Microseconds since 1970 as RFC 3339 in UTC with six digits. */
export function timeText(timeUs: number): string {
  const belowMs = ((timeUs % 1000) + 1000) % 1000;
  const seconds = new Date((timeUs - belowMs) / 1000).toISOString().slice(0, -1);
  return `${seconds}${String(belowMs).padStart(3, '0')}Z`;
}
