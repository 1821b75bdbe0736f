import type { SourceRecord } from '../../collectors/collector.ts';
import type { CollectorName, Event } from '../../collectors/event.ts';

/** Microseconds since 1970 of a moment with room before and after it; tests count from here. */
export const NOON_US = Date.parse('2026-11-02T12:00:00Z') * 1000;
export const SECOND_US = 1_000_000;

/** A record as a source hands it over, with nothing in it that a test does not name. */
export function sourceRecord(given: {
  readonly collector?: CollectorName;
  readonly timeUs: number;
  readonly sequence?: number | null;
  readonly events?: readonly Event[];
  readonly skipped?: SourceRecord['skipped'];
}): SourceRecord {
  const isNumbered = given.sequence !== undefined && given.sequence !== null;
  return {
    collector: given.collector ?? (isNumbered ? 'endpoint-security' : 'network'),
    timeUs: given.timeUs,
    sequence: given.sequence ?? null,
    events: given.events ?? [],
    skipped: given.skipped ?? null,
    badRows: 0,
  };
}

/** A line of the sensor. */
export function numbered(sequence: number, timeUs: number): SourceRecord {
  return sourceRecord({ sequence, timeUs });
}

/** What the supervisor writes when it starts the sensor anew. */
export function restartNotice(timeUs: number): SourceRecord {
  return sourceRecord({
    collector: 'notice',
    timeUs,
    events: [
      {
        kind: 'collector.notice',
        collector: 'notice',
        timeUs,
        about: 'endpoint-security',
        code: 'restarted',
        detail: 'status 1',
      },
    ],
  });
}
