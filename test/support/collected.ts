import { CaptureReader } from '../../collectors/capture.ts';
import type { LostRecord, SourceRecord } from '../../collectors/collector.ts';
import type { Event } from '../../collectors/event.ts';

export interface Collected {
  readonly records: readonly SourceRecord[];
  readonly lost: readonly LostRecord[];
  /** The events of all records, in order. */
  readonly events: readonly Event[];
  /** Connections of the last network sample. */
  readonly connections: readonly string[];
}

/** What the capture reader makes of lines, each of which gets its newline. */
export function collected(
  lines: readonly (string | object)[],
  connections: Iterable<string> = [],
): Collected {
  const records: SourceRecord[] = [];
  const lost: LostRecord[] = [];
  const reader = new CaptureReader(
    { record: (record) => records.push(record), lost: (record) => lost.push(record) },
    connections,
  );
  for (const line of lines) {
    reader.push(Buffer.from(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`));
  }
  reader.end();
  const events = records.flatMap((record) => record.events);
  return { records, lost, events, connections: reader.state() };
}
