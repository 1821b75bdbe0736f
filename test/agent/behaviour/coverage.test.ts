import { describe, expect, it } from 'vitest';
import { toSummary } from '../../../agent/deliver/formats/summary.ts';
import { openInMemory } from '../../../agent/store/database.ts';
import { Desk } from '../../support/desk.ts';
import { replayOnto } from '../../support/engine.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

type Trouble = (desk: Desk) => unknown;

/** Export and upload, with something going wrong before, between or after. */
function troubled({
  before,
  inside,
  after,
}: {
  before?: Trouble;
  inside?: Trouble;
  after?: Trouble;
}): Desk {
  const desk = new Desk();
  desk.story.noise(5);
  before?.(desk);
  desk.story.wait(1).noise(3);
  desk.dump('Desktop/a.sql');
  desk.story.wait(1).noise(3);
  inside?.(desk);
  desk.story.wait(1).noise(3);
  desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql mega:x');
  desk.story.wait(1).noise(3);
  after?.(desk);
  desk.story.wait(1).noise(3);
  return desk;
}

const COMPLETE = { stage: 'upload', coverage: 'complete', confidence: 'high' };
const GAPS = { stage: 'upload', coverage: 'gaps', confidence: 'medium' };

describe('coverage is gaps', () => {
  it.each<{ title: string; inside: Trouble }>([
    { title: 'one number is missing', inside: (desk) => desk.story.lose(1) },
    { title: 'many numbers are missing', inside: (desk) => desk.story.lose(900) },
    { title: 'the sensor was restarted and said so', inside: (desk) => desk.story.restartSensor() },
    {
      title: 'the sensor was restarted and nobody said so',
      inside: (desk) => desk.story.restartSensor(false),
    },
    {
      title: 'a line was cut in the middle, so that its number is missing',
      inside: (desk) => desk.story.raw('{"schema_version":1,"seq_num":4,"event":{"clo').lose(1),
    },
  ])('when inside the chain $title', ({ inside }) => {
    expect(troubled({ inside }).findings()).toMatchObject([GAPS]);
  });

  it('only from the first step after the loss on', () => {
    expect(troubled({ inside: (desk) => desk.story.lose(2) }).emissions()).toMatchObject([
      { stage: 'tool', coverage: 'complete', confidence: 'medium' },
      { stage: 'export', coverage: 'complete', confidence: 'high' },
      GAPS,
    ]);
  });

  it('when numbers are missing while a tool runs that was started before the sensor', () => {
    const desk = new Desk();
    desk.story.noise(3);
    const app = desk.background(MAC_PROGRAMS.tablePlus);
    desk.story.wait(1).noise(1).lose(1).noise(1).wait(1);
    desk.story.write(app, desk.at('Documents/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', coverage: 'gaps' }]);
  });

  it('when the chain goes on after a restart that began the numbers anew', () => {
    const desk = troubled({
      before: (at) => at.story.restartSensor(),
      inside: (at) => at.story.lose(1),
    });
    expect(desk.findings()).toMatchObject([GAPS]);
  });
});

describe('coverage is complete', () => {
  it.each<{ title: string; trouble: Trouble }>([
    { title: 'numbers are missing', trouble: (desk) => desk.story.lose(40) },
    { title: 'the sensor is restarted and says so', trouble: (desk) => desk.story.restartSensor() },
    {
      title: 'the sensor is restarted and nobody says so',
      trouble: (desk) => desk.story.restartSensor(false),
    },
  ])('when $title before the first step or after the last', ({ trouble }) => {
    expect(troubled({ before: trouble }).findings()).toMatchObject([COMPLETE]);
    expect(troubled({ after: trouble }).findings()).toMatchObject([COMPLETE]);
    expect(troubled({ before: trouble, after: trouble }).findings()).toMatchObject([COMPLETE]);
  });

  it.each<{ title: string; inside: Trouble }>([
    { title: 'text that is no JSON', inside: (desk) => desk.story.raw('eslogger: warning') },
    { title: 'an empty line and an array', inside: (desk) => desk.story.raw('').raw('[1,2]') },
    {
      title: 'half a line',
      inside: (desk) => desk.story.raw('{"schema_version":1,"event":{"close":{"target"'),
    },
    {
      title: 'a record of an unknown source',
      inside: (desk) => desk.story.envelope({ source: 'bluetooth', devices: [] }),
    },
    {
      title: 'a notice of another collector',
      inside: (desk) =>
        desk.story.envelope({
          source: 'notice',
          collector: 'files',
          code: 'restarted',
          detail: '',
        }),
    },
    {
      title: 'a denied operation',
      inside: (desk) => desk.story.rename(desk.shell, '/tmp/a', '/tmp/b', true),
    },
    {
      title: 'a line that is repeated',
      inside: (desk) => desk.story.raw(desk.story.lines().at(-1) ?? ''),
    },
    { title: 'a pause of a day', inside: (desk) => desk.story.wait(86_400) },
  ])('when there is only $title inside', ({ inside }) => {
    expect(troubled({ inside }).findings()).toMatchObject([COMPLETE]);
  });

  it('when a line has its number and an event that cannot be read', () => {
    const desk = troubled({
      inside: ({ story }) => {
        story.noise(1);
        const line = story.lines().at(-1) ?? '';
        const number = Number(/"global_seq_num":(\d+)/.exec(line)?.[1]);
        const next = line
          .replace(/"global_seq_num":\d+/, `"global_seq_num":${number + 1}`)
          .replace(/"seq_num":\d+/, `"seq_num":${number + 1}`)
          .replace(/"event":\{"(create|close)":/, '"event":{"close":7,"x":');
        story.raw(next).lose(1);
      },
    });
    expect(desk.findings()).toMatchObject([COMPLETE]);
  });

  it('when a missing number comes within two seconds', () => {
    const desk = troubled({ inside: ({ story }) => story.noise(2).arriveEarlier(1) });
    expect(desk.findings()).toMatchObject([COMPLETE]);
  });
});

/** Opens with these numbers, a second apart. */
function opens(desk: Desk, ...numbers: readonly number[]): void {
  for (const number of numbers) desk.story.wait(1).opensRun(number).noise(1);
}

const holed: Trouble = (desk) => opens(desk, 0, 5, 6);

describe('the run that watches opens', () => {
  it.each<{ title: string; inside: Trouble }>([
    { title: 'numbers are missing', inside: (desk) => opens(desk, 0, 1, 5, 6) },
    {
      title: 'its first numbers are missing',
      inside: (desk) => {
        desk.story.opensAnnounced('opens-started');
        opens(desk, 2);
      },
    },
    {
      title: 'it ended and began anew',
      inside: (desk) => {
        desk.story.opensAnnounced('opens-started');
        opens(desk, 0, 1);
        desk.story.wait(1).opensAnnounced('opens-restarted');
        opens(desk, 0);
      },
    },
    {
      title: 'it lost a line, and what was before it is missing',
      inside: ({ story }) => {
        story.opensRun(0);
        const line = story.opensRun(4).lines().at(-1) ?? '';
        story.raw(line.replace('"process":', '"lost":'));
      },
    },
  ])('leaves gaps when $title', ({ inside }) => {
    expect(troubled({ inside }).findings()).toMatchObject([GAPS]);
  });

  it.each<{ title: string; inside: Trouble }>([
    { title: 'all numbers are there', inside: (desk) => opens(desk, 0, 1, 2) },
    {
      title: 'it began, ended when nobody wanted it, and began again',
      inside: (desk) => {
        desk.story.opensAnnounced('opens-started');
        opens(desk, 0, 1, 2);
        desk.story.wait(60).opensAnnounced('opens-started');
        opens(desk, 0, 1);
      },
    },
    { title: 'a new run was not announced', inside: (desk) => opens(desk, 1200, 0, 1) },
    { title: 'the first number is that of nobody knows when', inside: (desk) => opens(desk, 77) },
    { title: 'a line came late', inside: (desk) => opens(desk, 0, 1, 2, 1, 3) },
  ])('leaves none when $title', ({ inside }) => {
    expect(troubled({ inside }).findings()).toMatchObject([COMPLETE]);
  });

  it('leaves gaps in no chain that was over before, or began later', () => {
    expect(troubled({ before: holed }).findings()).toMatchObject([COMPLETE]);
    expect(troubled({ after: holed }).findings()).toMatchObject([COMPLETE]);
  });

  it('leaves the same gaps when the story comes in parts, wherever it is cut', () => {
    const desk = troubled({
      inside: (at) => {
        at.story.opensAnnounced('opens-started');
        opens(at, 0, 3);
        at.story.wait(1).opensAnnounced('opens-restarted');
        opens(at, 0, 1);
      },
    });
    const lines = desk.story.lines();
    const whole = desk.emissions();
    expect(whole.at(-1)).toMatchObject(GAPS);
    for (let cut = 1; cut < lines.length; cut += 1) {
      const connection = openInMemory();
      const parts = [lines.slice(0, cut), lines.slice(cut)];
      const findings = parts.flatMap((part) => replayOnto(connection, part));
      expect(findings.map(toSummary)).toEqual(whole);
    }
  });
});

it('a chain of folder watcher records alone has gaps', () => {
  const desk = new Desk();
  const app = desk.story.running(MAC_PROGRAMS.tablePlus, desk.user);
  desk.story.processes([{ ...app, startUs: desk.story.now - 60_000_000 }]);
  desk.story.watched('add', desk.at('Documents/a.csv'), 503);
  expect(desk.emissions()).toMatchObject([
    { stage: 'tool', coverage: 'gaps' },
    { stage: 'export', coverage: 'gaps' },
  ]);
});
