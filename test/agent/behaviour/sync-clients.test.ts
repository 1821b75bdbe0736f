import { describe, expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type Program } from '../../support/story.ts';

const OPENED = {
  stage: 'upload',
  severity: 'high',
  confidence: 'high',
  link: 'lineage',
  evidence: 'opened-by-sync-client',
};
const FILE = '/Users/lena/Desktop/a.sql';

function openedBy(program: Program, path = FILE, flags = 1): Desk {
  const desk = new Desk();
  const client = desk.background(program);
  desk.dump('Desktop/a.sql');
  desk.story.wait(40).open(client, path, flags);
  return desk;
}

/** Signed launches carry their signature in the stream only; the process list has none. */
function startedAndOpenedBy(program: Program): Desk {
  const desk = new Desk();
  const client = desk.launch(program);
  desk.dump('Desktop/a.sql');
  desk.story.wait(40).open(client, FILE);
  return desk;
}

describe('an export that a sync client opens', () => {
  it.each<{ program: Program; service: string }>([
    { program: PROGRAMS.dropbox, service: 'dropbox' },
    { program: MAC_PROGRAMS.oneDrive, service: 'onedrive' },
    { program: MAC_PROGRAMS.oneDriveExtension, service: 'onedrive' },
    { program: MAC_PROGRAMS.googleDrive, service: 'gdrive' },
    { program: MAC_PROGRAMS.bird, service: 'icloud' },
  ])('is an upload to $service by $program.signingId', ({ program, service }) => {
    expect(openedBy(program).findings()).toMatchObject([{ ...OPENED, service, files: [FILE] }]);
    expect(startedAndOpenedBy(program).findings()).toMatchObject([{ ...OPENED, service }]);
  });

  it('is an upload of medium severity when only time ties it to the tool', () => {
    const desk = new Desk();
    const client = desk.background(PROGRAMS.dropbox);
    desk.save('Downloads/a.xlsx');
    desk.story.open(client, desk.at('Downloads/a.xlsx'));
    expect(desk.findings()).toMatchObject([
      { ...OPENED, severity: 'medium', confidence: 'medium', link: 'temporal' },
    ]);
  });

  it('is one step, however often it is opened', () => {
    const desk = openedBy(PROGRAMS.dropbox);
    const again = desk.background(PROGRAMS.dropbox);
    desk.story.open(again, FILE).wait(500).open(again, FILE);
    expect(desk.stages()).toEqual(['tool', 'export', 'upload']);
  });
});

describe('an export that is only looked at is no upload', () => {
  it.each<{ title: string; program: Program }>([
    {
      title: 'the Spotlight worker',
      program: {
        path: '/System/Library/Frameworks/CoreServices.framework/mdworker_shared',
        signingId: 'com.apple.mdworker_shared',
        platform: true,
      },
    },
    {
      title: 'Quick Look',
      program: {
        path: '/System/Library/quicklookd',
        signingId: 'com.apple.quicklook.ThumbnailsAgent',
        platform: true,
      },
    },
    {
      title: 'Time Machine',
      program: { path: '/System/Library/backupd', signingId: 'com.apple.backupd', platform: true },
    },
    { title: 'the Finder', program: PROGRAMS.finder },
    { title: 'Excel, which has the team of OneDrive', program: MAC_PROGRAMS.excel },
    {
      title: 'Defender, which has the team of OneDrive',
      program: {
        path: '/Applications/Microsoft Defender.app/Contents/MacOS/wdavdaemon',
        signingId: 'com.microsoft.wdav.epsext',
        teamId: 'UBF8T346G9',
      },
    },
    {
      title: 'Arq, a backup',
      program: {
        path: '/Applications/Arq.app/Contents/Resources/Arq Agent.app/Contents/MacOS/Arq Agent',
        signingId: 'com.haystacksoftware.arqagent',
        teamId: '48ZCSDVL96',
      },
    },
    {
      title: 'a sync client’s id signed by another team',
      program: { ...PROGRAMS.dropbox, teamId: 'AAAAAAAAAA' },
    },
    {
      title: 'Apple’s id on a program that is not Apple’s',
      program: { ...MAC_PROGRAMS.bird, path: '/tmp/bird', platform: false },
    },
    {
      title: 'an id that starts like a sync client’s',
      program: { ...PROGRAMS.dropbox, signingId: 'com.getdropbox.dropboxpaper' },
    },
    { title: 'a program of no catalogue', program: MAC_PROGRAMS.script },
    {
      title: 'a program that is only called Dropbox',
      program: { path: '/Users/lena/bin/Dropbox', signingId: 'mytool' },
    },
  ])('by $title', ({ program }) => {
    expect(openedBy(program).findings()).toMatchObject([{ stage: 'export', evidence: null }]);
    expect(startedAndOpenedBy(program).findings()).toMatchObject([
      { stage: 'export', evidence: null },
    ]);
  });

  it('when the client opens another file', () => {
    expect(openedBy(PROGRAMS.dropbox, '/Users/lena/Desktop/a.sql.bak').findings()).toMatchObject([
      { stage: 'export' },
    ]);
  });

  it('when the client opens it for writing alone', () => {
    expect(openedBy(PROGRAMS.dropbox, FILE, 2).findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('when the client opened it before the tool wrote it', () => {
    const desk = new Desk();
    const client = desk.background(PROGRAMS.dropbox);
    desk.story.open(client, FILE);
    desk.dump('Desktop/a.sql');
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });
});

it('an export that a messenger opens is sent to the messenger, and not raised', () => {
  const slack = {
    path: '/Applications/Slack.app/Contents/MacOS/Slack',
    signingId: 'com.tinyspeck.slackmacgap',
    teamId: 'BQR82RBBHL',
    isApp: true,
  };
  expect(openedBy(slack).findings()).toMatchObject([
    { ...OPENED, service: 'slack', serviceTier: 'messenger' },
  ]);
});

it('the destination is not known when the client opens a file outside of its folder', () => {
  const desk = new Desk();
  const dropbox = desk.background(PROGRAMS.dropbox);
  desk.dump('Desktop/a.sql');
  desk.story.open(dropbox, desk.at('Desktop/a.sql'));
  expect(desk.findings()).toMatchObject([{ service: 'dropbox', destination: null }]);
});
