import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSummary } from '../../../agent/deliver/formats/summary.ts';
import { openInMemory } from '../../../agent/store/database.ts';
import { Desk } from '../../support/desk.ts';
import { replayOnto } from '../../support/engine.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { replayed } from '../../support/replay.ts';
import { PROGRAMS } from '../../support/story.ts';

/** A dump, a copy, an archive and an upload within half a second. */
function busy(): Desk {
  const desk = new Desk();
  desk.story.noise(2);
  desk.dump('Desktop/a.sql');
  desk.story.write(
    desk.type(PROGRAMS.cp, 'cp Desktop/a.sql Desktop/b.sql'),
    desk.at('Desktop/b.sql'),
  );
  desk.story.write(
    desk.type(PROGRAMS.zip, 'zip Desktop/c.zip Desktop/b.sql'),
    desk.at('Desktop/c.zip'),
  );
  desk.type(PROGRAMS.rclone, 'rclone copy Desktop/c.zip mega:x');
  desk.story.noise(2);
  return desk;
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('records in another order of arrival', () => {
  it('give the same findings when they come up to two seconds late', () => {
    const [host = '', first = '', ...rest] = busy().story.lines();
    const expected = replayed(text([host, first, ...rest])).emissions;
    expect(expected.map(({ stage }) => stage)).toEqual(['tool', 'export', 'upload']);
    fc.assert(
      fc.property(fc.shuffledSubarray(rest, { minLength: rest.length }), (shuffled) => {
        expect(replayed(text([host, first, ...shuffled])).emissions).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('have complete coverage also when the very first line of the sensor is among the late ones', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    const [host = '', ...rest] = desk.story.lines();
    const found = replayed(text([host, ...rest.toReversed()])).emissions;
    expect(found).toEqual(desk.emissions());
    expect(found).toMatchObject([
      { stage: 'tool', coverage: 'complete' },
      { stage: 'export', coverage: 'complete' },
    ]);
  });

  it.each([1, 2])('are put in order when one is %i s late', (seconds) => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.story.write(tool, desk.at('Desktop/a.csv'));
    const noiseFrom = desk.story.lines().length;
    desk.story.wait(seconds - 0.01).noise(1);
    const lines = [...desk.story.lines()];
    const [close = ''] = lines.splice(noiseFrom - 1, 1);
    const [create = ''] = lines.splice(noiseFrom - 2, 1);
    expect(replayed(text([...lines, create, close])).last).toMatchObject([
      { stage: 'export', coverage: 'complete' },
    ]);
  });

  it('do not make the cause of its own effect: a rename that arrives before the write', () => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.story.create(tool, desk.at('Desktop/a.csv')).close(tool, desk.at('Desktop/a.csv'));
    desk.story.rename(tool, desk.at('Desktop/a.csv'), desk.at('Dropbox/a.csv')).arriveEarlier(2);
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', files: [desk.at('Desktop/a.csv'), desk.at('Dropbox/a.csv')] },
    ]);
  });

  it('of the watcher count before what soon became of a file that the stream did not show', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    desk.story.watched('add', desk.at('Downloads/a.csv'), 503);
    desk.story.wait(0.5).noise(1);
    desk.type(PROGRAMS.rclone, 'rclone copy Downloads/a.csv mega:x');
    desk.story.wait(3).noise(1);
    expect(desk.emissions()).toMatchObject([
      { stage: 'tool' },
      { stage: 'export', link: 'temporal' },
      { stage: 'upload', link: 'temporal', evidence: 'named-in-upload-command' },
    ]);
  });

  it('of the watcher that come before the stream are no link by time', () => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.story.watched('add', desk.at('Downloads/a.csv'), 503);
    desk.story.wait(1).write(tool, desk.at('Downloads/a.csv')).noise(1).wait(3).noise(1);
    expect(desk.emissions()).toMatchObject([
      { stage: 'tool' },
      { stage: 'export', link: 'lineage' },
    ]);
  });
});

describe('when the wall clock steps back', () => {
  it('lineage is not lost', () => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.story.setClock('2026-03-10T05:00:00Z').write(tool, desk.at('Desktop/a.csv'));
    desk.story.setClock('2026-03-09T05:00:00Z');
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.csv mega:x');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', link: 'lineage', coverage: 'complete', confidence: 'high' },
    ]);
  });

  it('windows count what really passed', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    const writer = desk.background(MAC_PROGRAMS.script);
    desk.story.wait(1800).noise(1).setClock('2026-03-10T07:00:00Z').noise(1);
    desk.story.wait(1700).write(writer, desk.at('Documents/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'temporal' }]);
  });

  it('a window that is over does not open again', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    const writer = desk.background(MAC_PROGRAMS.script);
    // Lines all along show that the time really passed.
    for (let minute = 1; minute <= 58; minute += 1) desk.story.wait(60).noise(1);
    desk.story.setClock('2026-03-10T08:15:30Z').noise(1);
    desk.story.wait(1000).write(writer, desk.at('Documents/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });

  it('the redirection made before the step still belongs to the tool after it', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.create(child, desk.at('Desktop/a.sql')).setClock('2026-03-10T08:00:00Z');
    const tool = desk.story.exec(child, desk.program(MAC_PROGRAMS.pgDump, 'pg_dump crm'));
    desk.story.close(tool, desk.at('Desktop/a.sql'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'lineage' }]);
  });

  it('a flow after the step is still a flow after the export', () => {
    const desk = new Desk();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.dump('Desktop/a.sql');
    desk.story.setClock('2026-03-10T06:00:00Z').noise(1);
    desk.reach(proc, 'api.box.com');
    expect(desk.findings()).toMatchObject([{ stage: 'suspected-upload' }]);
  });
});

const YEAR_US = 365 * 86_400_000_000;

/** Tells something with the clock set ahead, and sets it back to what it would be without that. */
function ahead(desk: Desk, byUs: number, tell: (desk: Desk) => unknown): void {
  const rightUs = desk.story.now;
  desk.story.setClock(isoOf(rightUs + byUs));
  const wrongUs = desk.story.now;
  tell(desk);
  desk.story.setClock(isoOf(rightUs + (desk.story.now - wrongUs)));
}

function isoOf(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString();
}

function oneLine(desk: Desk): void {
  desk.story.noise(1);
}

/** Ten minutes of lines. */
function meanwhile(desk: Desk): void {
  for (let minute = 1; minute <= 10; minute += 1) desk.story.wait(60).noise(1);
}

describe('a single line dated a year ahead', () => {
  it('loses no lineage', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    ahead(desk, YEAR_US, oneLine);
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql mega:x');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', link: 'lineage', coverage: 'complete', confidence: 'high' },
    ]);
  });

  it('closes no window and opens none', () => {
    for (const [minutes, stage] of [
      [59, 'export'],
      [61, 'tool'],
    ] as const) {
      const desk = new Desk();
      desk.type(PROGRAMS.psql, 'psql');
      const writer = desk.background(MAC_PROGRAMS.script);
      ahead(desk, YEAR_US, oneLine);
      desk.story.wait(minutes * 60).write(writer, desk.at('Documents/a.csv'));
      expect(desk.findings()).toMatchObject([{ stage }]);
    }
  });

  it('still happened when its number says: the upload itself', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    const child = desk.story.fork(desk.shell);
    ahead(desk, YEAR_US, () =>
      desk.story.exec(child, desk.program(PROGRAMS.rclone, 'rclone copy Desktop/a.sql mega:x')),
    );
    desk.story.noise(1);
    expect(desk.findings()).toMatchObject([{ stage: 'upload', coverage: 'complete' }]);
  });

  it('at the very beginning hides no run of before', () => {
    const desk = new Desk();
    const tool = desk.story.running(PROGRAMS.psql, desk.user, desk.shell);
    desk.story.processes([tool]).wait(1).processes([tool]);
    ahead(desk, YEAR_US, oneLine);
    const writer = desk.background(MAC_PROGRAMS.script);
    desk.story.noise(1).write(writer, desk.at('Documents/a.csv'));
    // The tool has been running for an hour, so the file comes just too late.
    expect(desk.findings({ windows: { exportMinutes: 120 } })).toMatchObject([
      { stage: 'export', link: 'temporal' },
    ]);
  });
});

describe('a clock that is set ahead for a while and back again', () => {
  const HOUR_US = 3_600_000_000;
  const MONTH_US = 30 * 24 * HOUR_US;

  it('loses no lineage', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    ahead(desk, MONTH_US, meanwhile);
    desk.mv('Desktop/a.sql', 'Desktop/b.sql');
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/b.sql mega:x');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', files: [desk.at('Desktop/a.sql'), desk.at('Desktop/b.sql')] },
    ]);
  });

  it.each([
    ['still open', 49, 'export'],
    ['over', 51, 'tool'],
  ])('leaves the window of exports as it is: %s', (_, minutes, stage) => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    const writer = desk.background(MAC_PROGRAMS.script);
    ahead(desk, HOUR_US, meanwhile);
    desk.story.wait(minutes * 60).write(writer, desk.at('Documents/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage }]);
  });

  it.each([
    ['still open', 19, 'suspected-upload'],
    ['over', 21, 'export'],
  ])('leaves the window of flows as it is: %s', (_, minutes, stage) => {
    const desk = new Desk();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.dump('Desktop/a.sql');
    ahead(desk, HOUR_US, meanwhile);
    desk.story.wait(minutes * 60).noise(1);
    desk.reach(proc, 'api.box.com');
    expect(desk.findings()).toMatchObject([{ stage }]);
  });

  it('leaves the window of browsers as it is', () => {
    const desk = new Desk();
    const chrome = desk.background(PROGRAMS.chrome);
    desk.dump('Desktop/a.sql');
    desk.story.open(chrome, desk.at('Desktop/a.sql'));
    ahead(desk, HOUR_US, () => desk.story.noise(3));
    desk.story.wait(100).noise(1);
    desk.reach(chrome, 'drive.google.com');
    expect(desk.findings()).toMatchObject([{ evidence: 'opened-by-browser' }]);
  });

  it('leaves repeats together', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    ahead(desk, MONTH_US, meanwhile);
    desk.story.write(desk.type(PROGRAMS.psql, 'psql'), desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', count: 2 }]);
  });

  it('follows what happens meanwhile', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    ahead(desk, HOUR_US, () => {
      meanwhile(desk);
      desk.type(PROGRAMS.zip, 'zip Desktop/b.zip Desktop/a.sql');
      desk.story.write(desk.shell, desk.at('Desktop/other')).noise(1);
    });
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql mega:x');
    expect(desk.findings()).toMatchObject([{ stage: 'upload' }]);
  });

  it('is the same story in parts, wherever it is cut', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    const writer = desk.background(MAC_PROGRAMS.script);
    ahead(desk, HOUR_US, () => desk.story.noise(3));
    desk.story.wait(600).write(writer, desk.at('Documents/a.csv')).noise(1);
    const lines = desk.story.lines();
    const whole = desk.emissions();
    expect(whole.map(({ stage }) => stage)).toEqual(['tool', 'export']);
    for (let cut = 1; cut < lines.length; cut += 1) {
      const connection = openInMemory();
      const parts = [lines.slice(0, cut), lines.slice(cut)];
      const findings = parts.flatMap((part) => replayOnto(connection, part));
      expect(findings.map(toSummary)).toEqual(whole);
    }
  });
});

describe('an operation that was denied did not happen', () => {
  it.each<{ title: string; tell: (desk: Desk) => unknown; stages: readonly string[] }>([
    {
      title: 'a tool',
      tell: (desk) => desk.story.exec(desk.story.fork(desk.shell), PROGRAMS.psql, true),
      stages: [],
    },
    {
      title: 'a rename into a sync folder',
      tell: (desk) => {
        desk.dump('Desktop/a.sql');
        desk.story.rename(desk.shell, desk.at('Desktop/a.sql'), desk.at('Dropbox/a.sql'), true);
      },
      stages: ['tool', 'export'],
    },
    {
      title: 'a rename to an export-like name',
      tell: (desk) => {
        desk.dump('Desktop/a');
        desk.story.rename(desk.shell, desk.at('Desktop/a'), desk.at('Desktop/a.sql'), true);
      },
      stages: ['tool'],
    },
  ])('$title', ({ tell, stages }) => {
    const desk = new Desk();
    tell(desk);
    expect(desk.stages()).toEqual(stages);
  });

  it('and the file is still where it was', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.story.rename(desk.shell, desk.at('Desktop/a.sql'), desk.at('Desktop/b.sql'), true);
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql mega:x');
    expect(desk.findings()).toMatchObject([{ stage: 'upload', files: [desk.at('Desktop/a.sql')] }]);
  });
});

it.each([7, 8, 9, 10, 11])('message version %i tells the same story', (version) => {
  const desk = new Desk({ version });
  desk.story.noise(4);
  desk.dump('Desktop/a.sql');
  desk.mv('Desktop/a.sql', 'Dropbox/a.sql');
  expect(desk.findings()).toMatchObject([
    { stage: 'upload', evidence: 'landed-in-sync-folder', coverage: 'complete' },
  ]);
});
