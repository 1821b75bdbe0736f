import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Coverage } from '../../agent/context/coverage.ts';
import { LATENESS_US, MAX_HELD, Timeline } from '../../agent/timeline.ts';
import type { SourceRecord } from '../../collectors/collector.ts';
import type { Event } from '../../collectors/event.ts';
import { processOf } from '../support/executions.ts';
import { NOON_US, numbered, restartNotice, SECOND_US, sourceRecord } from '../support/record.ts';

interface Ordered {
  readonly timeline: Timeline;
  /** First moment behind each leap that was undone, and how much of it, in microseconds after noon and in microseconds. */
  readonly undone: (readonly [fromNoonUs: number, byUs: number])[];
  readonly coverage: Coverage;
  /** What has been released so far, and when on the timeline. */
  readonly released: { readonly record: SourceRecord; readonly clockUs: number }[];
}

function timelineOf(records: readonly SourceRecord[] = []): Ordered {
  const released: Ordered['released'] = [];
  const coverage = new Coverage();
  const undone: Ordered['undone'] = [];
  const timeline = new Timeline(
    (record, clockUs) => released.push({ record, clockUs }),
    coverage,
    (clockUs, byUs) => undone.push([clockUs - NOON_US, byUs]),
  );
  for (const record of records) timeline.push(record);
  return { timeline, coverage, released, undone };
}

function flushed(records: readonly SourceRecord[]): Ordered {
  const ordered = timelineOf(records);
  ordered.timeline.flush();
  return ordered;
}

function watched(timeUs: number): SourceRecord {
  return sourceRecord({ collector: 'files', timeUs });
}

function sequencesOf({ released }: Ordered): readonly (number | null)[] {
  return released.map(({ record }) => record.sequence).filter((sequence) => sequence !== null);
}

/** Lines in true order, and the same lines in the order in which they arrive: each at most two seconds late. */
const arrivals = fc
  .array(
    fc.record({
      stepUs: fc.constantFrom(0, 0, 1, 300, 400_000, 900_000, 2_500_000),
      lateUs: fc.integer({ min: 0, max: LATENESS_US }),
      isNumbered: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((lines) => {
    let timeUs = NOON_US;
    let sequence = 0;
    const inOrder = lines.map(({ stepUs, lateUs, isNumbered }) => {
      timeUs += stepUs;
      const record = isNumbered
        ? numbered(sequence++, timeUs)
        : sourceRecord({ timeUs, collector: 'network' });
      return { record, arrivesUs: timeUs + lateUs };
    });
    const asArrived = inOrder.toSorted((a, b) => a.arrivesUs - b.arrivesUs);
    return {
      inOrder: inOrder.map(({ record }) => record),
      asArrived: asArrived.map(({ record }) => record),
    };
  });

describe('order', () => {
  it('is the true one whenever no line is more than two seconds late, and no number counts as missing', () => {
    fc.assert(
      fc.property(arrivals, ({ inOrder, asArrived }) => {
        const ordered = flushed(asArrived);
        const times = ordered.released.map(({ clockUs }) => clockUs);
        expect(times).toEqual(inOrder.map((record) => record.timeUs));
        expect(sequencesOf(ordered)).toEqual(
          inOrder.map((record) => record.sequence).filter((sequence) => sequence !== null),
        );
        expect(ordered.coverage.gaps()).toEqual([]);
        expect(ordered.timeline.counts()).toEqual({ late: 0, releasedEarly: 0 });
      }),
      { numRuns: 2000 },
    );
  });

  it('of lines of one moment is that of their numbers, whatever unnumbered records lie between', () => {
    const moment = NOON_US + SECOND_US;
    const other = sourceRecord({ timeUs: moment });
    const asArrived = [null, 1, null, 0].map((sequence) =>
      sequence === null ? other : numbered(sequence, moment),
    );
    expect(sequencesOf(flushed(asArrived))).toEqual([0, 1]);
  });

  it('of lines that another core stamped a little earlier is that of their numbers', () => {
    const ordered = flushed([numbered(1, NOON_US), numbered(2, NOON_US - 40)]);
    expect(sequencesOf(ordered)).toEqual([1, 2]);
    expect(ordered.coverage.gaps()).toEqual([]);
  });

  it('holds back what may still be overtaken and releases the rest', () => {
    const { released, timeline } = timelineOf([
      numbered(0, NOON_US),
      numbered(1, NOON_US + LATENESS_US),
    ]);
    expect(released).toHaveLength(0);
    timeline.push(numbered(2, NOON_US + LATENESS_US + 1));
    expect(released.map(({ record }) => record.sequence)).toEqual([0]);
    timeline.flush();
    expect(released).toHaveLength(3);
  });

  it('of arrival makes no restart of two lines whose stamps differ from their numbers by jitter', () => {
    const { coverage } = flushed([
      numbered(0, NOON_US),
      numbered(2, NOON_US + 960),
      numbered(1, NOON_US + 1000),
      numbered(3, NOON_US + 2000),
    ]);
    expect(coverage.gaps()).toEqual([]);
  });
});

describe('lateness', () => {
  it('is allowed up to two seconds', () => {
    expect(LATENESS_US).toBe(2 * SECOND_US);
  });

  it('of more than two seconds is counted, and the record is still judged', () => {
    const early = sourceRecord({ timeUs: NOON_US });
    const ordered = flushed([
      numbered(1, NOON_US + 1),
      numbered(2, NOON_US + 10 * SECOND_US),
      early,
    ]);
    expect(ordered.timeline.counts().late).toBe(1);
    expect(ordered.released.map(({ record }) => record)).toContain(early);
  });

  it('of exactly two seconds is none', () => {
    const ordered = flushed([
      numbered(1, NOON_US + LATENESS_US),
      sourceRecord({ timeUs: NOON_US }),
    ]);
    expect(ordered.timeline.counts().late).toBe(0);
    expect(ordered.released.map(({ clockUs }) => clockUs)).toEqual([
      NOON_US,
      NOON_US + LATENESS_US,
    ]);
  });

  it('loses no record and never lets the released moments go back', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            sequence: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null }),
            offsetUs: fc.oneof(
              fc.integer({ min: -20_000_000, max: 20_000_000 }),
              fc.integer({ min: -4_000_000_000, max: 4_000_000_000 }),
            ),
          }),
          { maxLength: 60 },
        ),
        (lines) => {
          const { released } = flushed(
            lines.map(({ sequence, offsetUs }) =>
              sourceRecord({ sequence, timeUs: NOON_US + offsetUs }),
            ),
          );
          expect(released).toHaveLength(lines.length);
          const times = released.map(({ clockUs }) => clockUs);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('does not touch records that were skipped, but uses their numbers', () => {
    const skipped = sourceRecord({
      sequence: 1,
      timeUs: NOON_US + 10,
      skipped: 'event-not-used',
    });
    const ordered = flushed([numbered(0, NOON_US), skipped, numbered(2, NOON_US + 20)]);
    expect(sequencesOf(ordered)).toEqual([0, 2]);
    expect(ordered.coverage.gaps()).toEqual([]);
  });
});

describe('a clock that is set', () => {
  const BACK_US = 300 * SECOND_US;

  it('back by five minutes leaves order and distances as they were, and is no gap', () => {
    const ordered = flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US + SECOND_US),
      numbered(2, NOON_US + SECOND_US - BACK_US),
      numbered(3, NOON_US + 5 * SECOND_US - BACK_US),
    ]);
    expect(sequencesOf(ordered)).toEqual([0, 1, 2, 3]);
    expect(ordered.released.map(({ clockUs }) => clockUs - NOON_US)).toEqual([
      0,
      SECOND_US,
      SECOND_US,
      5 * SECOND_US,
    ]);
    expect(ordered.coverage.gaps()).toEqual([]);
    expect(ordered.timeline.counts().late).toBe(0);
  });

  it('back takes the other sources along', () => {
    const sample = sourceRecord({ timeUs: NOON_US + 8 * SECOND_US - BACK_US });
    const { released } = flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US - BACK_US),
      numbered(2, NOON_US + 9 * SECOND_US - BACK_US),
      sample,
    ]);
    expect(released.map(({ record }) => record.sequence)).toEqual([0, 1, null, 2]);
    expect(released[2]?.clockUs).toBe(NOON_US + 8 * SECOND_US);
  });

  it('back twice adds both steps', () => {
    const { released } = flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US - BACK_US),
      numbered(2, NOON_US - 2 * BACK_US),
      numbered(3, NOON_US - 2 * BACK_US + SECOND_US),
    ]);
    expect(released.map(({ clockUs }) => clockUs - NOON_US)).toEqual([0, 0, 0, SECOND_US]);
  });

  it('back keeps the numbers in order also when two lines around the step change places', () => {
    const ordered = flushed([
      numbered(100, NOON_US),
      numbered(102, NOON_US - BACK_US + 200_000),
      numbered(101, NOON_US - BACK_US + 100_000),
      numbered(103, NOON_US - BACK_US + 300_000),
    ]);
    expect(sequencesOf(ordered)).toEqual([100, 101, 102, 103]);
    expect(ordered.timeline.counts().late).toBe(0);
    expect(ordered.coverage.gaps()).toEqual([]);
  });

  it('back does not throw a record of before the step five minutes ahead', () => {
    const sample = sourceRecord({ timeUs: NOON_US + 500_000 });
    const ordered = flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US + SECOND_US - BACK_US),
      sample,
      numbered(2, NOON_US + 2 * SECOND_US - BACK_US),
      numbered(3, NOON_US + 3 * SECOND_US - BACK_US),
    ]);
    expect(ordered.timeline.counts().late).toBe(0);
    const last = ordered.released.at(-1);
    expect(last?.record.sequence).toBe(3);
    expect((last?.clockUs ?? 0) - NOON_US).toBeLessThan(10 * SECOND_US);
  });

  it('forward keeps the order, shows as time that passed and is no gap', () => {
    const ordered = flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US + 2 * BACK_US),
      numbered(2, NOON_US + 2 * BACK_US + SECOND_US),
    ]);
    expect(ordered.released.map(({ clockUs }) => clockUs - NOON_US)).toEqual([
      0,
      2 * BACK_US,
      2 * BACK_US + SECOND_US,
    ]);
    expect(ordered.coverage.gaps()).toEqual([]);
  });
});

describe('a line far ahead of the one before', () => {
  const HOUR_US = 3600 * SECOND_US;
  const FIRST = [numbered(0, NOON_US), numbered(1, NOON_US + SECOND_US)];

  it('is placed by its number when the next one is not there', () => {
    const ordered = flushed([
      ...FIRST,
      numbered(2, NOON_US + HOUR_US),
      numbered(3, NOON_US + 3 * SECOND_US),
    ]);
    expect(clocksOf(ordered)).toEqual([0, SECOND_US, SECOND_US, 3 * SECOND_US]);
    expect(sequencesOf(ordered)).toEqual([0, 1, 2, 3]);
    expect(ordered.coverage.gaps()).toEqual([]);
    expect(ordered.undone).toEqual([]);
  });

  it('is where it says when the next one is there too, or none comes', () => {
    const next = numbered(3, NOON_US + HOUR_US + SECOND_US);
    for (const rest of [[next], []]) {
      const ordered = flushed([...FIRST, numbered(2, NOON_US + HOUR_US), ...rest]);
      expect(clocksOf(ordered)[2]).toBe(HOUR_US);
      expect(ordered.timeline.counts().late).toBe(0);
    }
  });

  it('is believed when a line cannot be read, when the sensor begins anew, and when the sources are quiet', () => {
    const lost = timelineOf([...FIRST, numbered(2, NOON_US + HOUR_US)]);
    lost.timeline.lostLine(3);
    lost.timeline.push(numbered(4, NOON_US + HOUR_US + SECOND_US));
    lost.timeline.flush();
    expect(clocksOf(lost)).toEqual([0, SECOND_US, HOUR_US, HOUR_US + SECOND_US]);
    expect(lost.coverage.gaps()).toEqual([]);
    const restarted = flushed([
      ...FIRST,
      numbered(2, NOON_US + HOUR_US),
      restartNotice(NOON_US + HOUR_US + SECOND_US),
      numbered(0, NOON_US + HOUR_US + 2 * SECOND_US),
    ]);
    expect(sequencesOf(restarted)).toEqual([0, 1, 2, 0]);
    const quiet = timelineOf([...FIRST, numbered(2, NOON_US + HOUR_US)]);
    expect(quiet.timeline.held).toBe(3);
    for (let call = 0; call < 3; call += 1) quiet.timeline.settle();
    expect(clocksOf(quiet)).toEqual([0, SECOND_US, HOUR_US]);
    expect(quiet.timeline.held).toBe(0);
  });

  it('does not make late what comes before it by number', () => {
    const ordered = flushed([
      ...FIRST,
      numbered(3, NOON_US + HOUR_US),
      numbered(2, NOON_US + 2 * SECOND_US),
      numbered(4, NOON_US + HOUR_US + SECOND_US),
    ]);
    expect(sequencesOf(ordered)).toEqual([0, 1, 2, 3, 4]);
    expect(ordered.coverage.gaps()).toEqual([]);
  });
});

describe('a clock that is set ahead and later back', () => {
  const HOUR_US = 3600 * SECOND_US;

  /** An hour ahead for two lines, then back, some seconds later. */
  function aheadAndBack(backUs: number): Ordered {
    return flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US + HOUR_US),
      numbered(2, NOON_US + HOUR_US + SECOND_US),
      numbered(3, NOON_US + HOUR_US + 2 * SECOND_US - backUs),
      numbered(4, NOON_US + HOUR_US + 3 * SECOND_US - backUs),
    ]);
  }

  it('says which part of the time between did not pass', () => {
    const ordered = aheadAndBack(HOUR_US);
    expect(ordered.undone).toEqual([[HOUR_US, HOUR_US - SECOND_US]]);
    expect(ordered.coverage.gaps()).toEqual([]);
  });

  it('by less takes back less, and by far more is another step', () => {
    expect(aheadAndBack(HOUR_US / 2).undone).toEqual([[HOUR_US, HOUR_US / 2 - SECOND_US]]);
    expect(aheadAndBack(3 * HOUR_US).undone).toEqual([]);
  });

  it('in two steps takes back the whole', () => {
    const ordered = flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US + HOUR_US),
      numbered(2, NOON_US + HOUR_US),
      numbered(3, NOON_US + HOUR_US / 2),
      numbered(4, NOON_US),
    ]);
    expect(ordered.undone).toEqual([
      [HOUR_US, HOUR_US / 2],
      [HOUR_US, HOUR_US / 2],
    ]);
  });

  it('is known also when another timeline goes on in between', () => {
    const first = flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US + HOUR_US),
      numbered(2, NOON_US + HOUR_US),
    ]);
    const second = timelineOf();
    second.timeline.resume(first.timeline.state());
    second.timeline.push(numbered(3, NOON_US));
    expect(second.undone).toEqual([[HOUR_US, HOUR_US]]);
  });
});

describe('a restart of the sensor', () => {
  it('that is announced begins the numbers anew and is a gap of its own', () => {
    const { coverage, ...ordered } = flushed([
      numbered(41, NOON_US),
      restartNotice(NOON_US + SECOND_US),
      numbered(0, NOON_US + 5 * SECOND_US),
      numbered(1, NOON_US + 6 * SECOND_US),
    ]);
    expect(ordered.released.map(({ record }) => record.sequence)).toEqual([41, null, 0, 1]);
    expect(coverage.gaps()).toEqual([
      expect.objectContaining({ reason: 'sensor-restarted', fromUs: NOON_US }),
    ]);
  });

  it('that nobody announced shows by a lower number at a later time', () => {
    const { coverage, ...ordered } = flushed([
      numbered(41, NOON_US),
      numbered(0, NOON_US + 5 * SECOND_US),
      numbered(1, NOON_US + 6 * SECOND_US),
    ]);
    expect(sequencesOf({ coverage, ...ordered })).toEqual([41, 0, 1]);
    expect(coverage.gaps()).toEqual([
      expect.objectContaining({
        reason: 'sensor-restarted',
        fromUs: NOON_US,
        untilUs: NOON_US + 5 * SECOND_US,
      }),
    ]);
  });

  it('while the clock is set back leaves distances as they were, and is still a gap', () => {
    const ordered = flushed([
      numbered(40, NOON_US),
      numbered(41, NOON_US + SECOND_US),
      restartNotice(NOON_US - 3600 * SECOND_US),
      numbered(0, NOON_US - 3590 * SECOND_US),
      numbered(1, NOON_US - 3000 * SECOND_US),
    ]);
    const clocks = ordered.released
      .filter(({ record }) => record.sequence !== null)
      .map(({ clockUs }) => clockUs - NOON_US);
    expect(clocks).toEqual([0, SECOND_US, SECOND_US + 1, 591 * SECOND_US]);
    expect(ordered.coverage.between(NOON_US, NOON_US + 591 * SECOND_US)).toBe('gaps');
  });

  it('does not take its first lines for a clock that was set when they are late', () => {
    const ordered = flushed([
      numbered(41, NOON_US + 2 * SECOND_US),
      restartNotice(NOON_US + 2 * SECOND_US),
      numbered(0, NOON_US + SECOND_US / 2),
      numbered(1, NOON_US + 5 * SECOND_US),
    ]);
    expect(ordered.released.at(-1)?.clockUs).toBe(NOON_US + 5 * SECOND_US);
  });

  it('before the first line is no gap', () => {
    const { coverage } = flushed([restartNotice(NOON_US), numbered(0, NOON_US + 1)]);
    expect(coverage.gaps()).toEqual([]);
  });

  it.each([
    ['with its time cut to the millisecond', 700],
    ['a second after it happened', SECOND_US],
  ])('that is announced %s is still a gap', (_, lateUs) => {
    const { coverage } = flushed([
      numbered(40, NOON_US),
      numbered(41, NOON_US + 2 * SECOND_US),
      restartNotice(NOON_US + 2 * SECOND_US - lateUs),
      numbered(0, NOON_US + 5 * SECOND_US),
    ]);
    expect(coverage.between(NOON_US, NOON_US + 5 * SECOND_US)).toBe('gaps');
  });
});

const FILE = '/Users/maria/Downloads/a.csv';
const watchedFile = (change: 'add' | 'change' | 'unlink', path = FILE): SourceRecord => {
  const timeUs = NOON_US + SECOND_US;
  const file = { inode: null, size: null, ownerId: 501, modifiedUs: null };
  return sourceRecord({
    collector: 'files',
    timeUs,
    events: [{ kind: 'file.watched', collector: 'files', timeUs, change, path, file }],
  });
};
const fileLine = (kind: 'file.close' | 'file.open' | 'file.rename', path = FILE): SourceRecord => {
  const timeUs = NOON_US + SECOND_US + LATENESS_US - 1;
  const common = { collector: 'endpoint-security', timeUs, process: processOf() } as const;
  const file = { inode: null, size: null, ownerId: 501, modifiedUs: null };
  const events: Record<typeof kind, Event> = {
    'file.close': { ...common, kind: 'file.close', path, file },
    'file.open': { ...common, kind: 'file.open', path, file, flags: 1 },
    'file.rename': { ...common, kind: 'file.rename', path, sourcePath: `${FILE}.part`, file },
  };
  return sourceRecord({ sequence: 1, timeUs, events: [events[kind]] });
};
const orderOf = (watcher: SourceRecord, told: SourceRecord): readonly (number | null)[] =>
  flushed([
    numbered(0, NOON_US),
    watcher,
    told,
    numbered(2, NOON_US + SECOND_US + LATENESS_US + 1),
  ]).released.map(({ record }) => record.sequence);

describe('the folder watcher', () => {
  it.each([
    ['a file', 'add', FILE, fileLine('file.close')],
    [
      'a file whose name the watcher spells otherwise',
      'change',
      FILE.toUpperCase(),
      fileLine('file.close'),
    ],
    [
      'a file in a folder that came there',
      'add',
      FILE,
      fileLine('file.rename', '/Users/maria/Downloads'),
    ],
    ['a file that got its name', 'add', FILE, fileLine('file.rename')],
    ['a file that lost its name', 'unlink', `${FILE}.part`, fileLine('file.rename')],
  ] as const)('waits for the line that says who wrote or moved %s', (_, change, path, told) => {
    expect(orderOf(watchedFile(change, path), told)).toEqual([0, 1, null, 2]);
  });

  it.each([
    ['of another file', 'add', FILE, fileLine('file.close', '/Users/maria/Downloads/b.csv')],
    ['that reads the file', 'add', FILE, fileLine('file.open')],
    ['that moves it away after it was made', 'add', `${FILE}.part`, fileLine('file.rename')],
    ['that makes it after it was removed', 'unlink', FILE, fileLine('file.close')],
  ] as const)('is judged in its turn before a line %s', (_, change, path, told) => {
    expect(orderOf(watchedFile(change, path), told)).toEqual([0, null, 1, 2]);
  });

  it('waits for nothing when there is no stream', () => {
    const sample = sourceRecord({ timeUs: NOON_US + SECOND_US });
    const { released } = flushed([watched(NOON_US), sample]);
    expect(released.map(({ record }) => record.collector)).toEqual(['files', 'network']);
  });

  it('keeps the moment at which it saw the file', () => {
    const { released } = flushed([numbered(0, NOON_US), watched(NOON_US + 5)]);
    expect(released.at(-1)?.clockUs).toBe(NOON_US + 5);
  });
});

describe('bounds', () => {
  it('release the oldest record early, count it and lose none', () => {
    const extra = 3;
    const { released, timeline } = timelineOf();
    for (let sequence = 0; sequence < MAX_HELD + extra; sequence += 1)
      timeline.push(numbered(sequence, NOON_US));
    expect(released.map(({ record }) => record.sequence)).toEqual([0, 1, 2]);
    expect(timeline.counts()).toEqual({ late: 0, releasedEarly: extra });
    timeline.flush();
    expect(released).toHaveLength(MAX_HELD + extra);
  });
});

describe('a timeline that goes on where another stopped', () => {
  it('places lines as the first one would have', () => {
    const first = flushed([
      numbered(0, NOON_US),
      numbered(1, NOON_US + SECOND_US - 300 * SECOND_US),
    ]);
    const second = timelineOf();
    second.timeline.resume(first.timeline.state());
    second.timeline.push(numbered(2, NOON_US + 9 * SECOND_US - 300 * SECOND_US));
    second.timeline.flush();
    // The step of the clock was seen at line 1, whose moment is that of line 0.
    expect(second.released.map(({ clockUs }) => clockUs)).toEqual([NOON_US + 8 * SECOND_US]);
  });

  it('knows from the last number that the sensor began anew', () => {
    const first = flushed([numbered(7, NOON_US)]);
    const second = timelineOf();
    second.coverage.resume(first.coverage.state());
    second.timeline.resume(first.timeline.state());
    second.timeline.push(numbered(0, NOON_US + 9 * SECOND_US));
    expect(second.coverage.gaps()).toEqual([
      expect.objectContaining({ reason: 'sensor-restarted', fromUs: NOON_US }),
    ]);
  });
});

describe('one record with a date in the future', () => {
  const DAY_US = 86_400 * SECOND_US;
  it('before the first line of the stream leaves every line where it is', () => {
    const ordered = flushed([
      sourceRecord({ collector: 'host', timeUs: NOON_US + DAY_US }),
      numbered(0, NOON_US),
      numbered(1, NOON_US + 60 * SECOND_US),
    ]);
    expect(clocksOf(ordered)).toEqual([0, 60 * SECOND_US, DAY_US]);
  });

  it('without a stream leaves every other record where it is', () => {
    const ordered = flushed([
      watched(NOON_US),
      watched(NOON_US + SECOND_US),
      watched(NOON_US + DAY_US),
      watched(NOON_US + 60 * SECOND_US),
      watched(NOON_US + 120 * SECOND_US),
    ]);
    expect(clocksOf(ordered)).toEqual([0, SECOND_US, 60 * SECOND_US, 120 * SECOND_US, DAY_US]);
    expect(ordered.timeline.counts().late).toBe(0);
  });

  it('waits without a stream until another one is as late', () => {
    const ordered = timelineOf([watched(NOON_US), watched(NOON_US + DAY_US)]);
    expect(ordered.released).toHaveLength(0);
    ordered.timeline.push(watched(NOON_US + DAY_US + SECOND_US));
    expect(clocksOf(ordered)).toEqual([0]);
  });
});

function clocksOf({ released }: Ordered): readonly number[] {
  return released.map(({ clockUs }) => clockUs - NOON_US);
}
