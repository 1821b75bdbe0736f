import { describe, expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

const LANDED = {
  stage: 'upload',
  severity: 'high',
  confidence: 'high',
  link: 'lineage',
  evidence: 'landed-in-sync-folder',
};

describe('an export that lands in a sync folder', () => {
  it.each([
    ['Dropbox/a/ledger.sql', 'dropbox', 'Dropbox'],
    ['Dropbox (Acme)/ledger.sql', 'dropbox', 'Dropbox (Acme)'],
    [
      'Library/CloudStorage/OneDrive-Acme/q/ledger.sql',
      'onedrive',
      'Library/CloudStorage/OneDrive-Acme',
    ],
    [
      'Library/CloudStorage/GoogleDrive-lena@acme.example/My Drive/ledger.sql',
      'gdrive',
      'Library/CloudStorage/GoogleDrive-lena@acme.example',
    ],
    ['Library/CloudStorage/Box-Box/ledger.sql', 'box', 'Library/CloudStorage/Box-Box'],
    [
      'Library/Mobile Documents/com~apple~CloudDocs/ledger.sql',
      'icloud',
      'Library/Mobile Documents/com~apple~CloudDocs',
    ],
    ['Library/CloudStorage/Acmefiles-lena/ledger.sql', null, 'Library/CloudStorage/Acmefiles-lena'],
  ])('%s is an upload to %s', (target, service, folder) => {
    const desk = new Desk();
    desk.dump();
    desk.mv('Documents/march/ledger.sql', target);
    expect(desk.findings()).toMatchObject([
      {
        ...LANDED,
        service,
        destination: desk.at(folder),
        files: [desk.at('Documents/march/ledger.sql'), desk.at(target)],
      },
    ]);
  });

  it.each(['clone', 'copyfile', 'link'] as const)('by %s is an upload', (call) => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.story[call](
      desk.background(PROGRAMS.finder),
      desk.at('Desktop/a.sql'),
      desk.at('Dropbox/a.sql'),
    );
    expect(desk.findings()).toMatchObject([LANDED]);
  });

  it('because the tool saved it there is an upload', () => {
    const desk = new Desk();
    desk.dump('Dropbox/a.sql');
    expect(desk.stages()).toEqual(['tool', 'upload']);
    expect(desk.findings()).toMatchObject([LANDED]);
  });

  it('by cp without an open is an upload', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.story.write(desk.type(PROGRAMS.cp, 'cp Desktop/a.sql Dropbox/'), desk.at('Dropbox/a.sql'));
    expect(desk.findings()).toMatchObject([LANDED]);
  });

  it('with its folder that was renamed into it is an upload', () => {
    const desk = new Desk();
    desk.dump('Desktop/q1/deep/a.sql');
    desk.story.rename(
      desk.background(PROGRAMS.finder),
      desk.at('Desktop/q1'),
      desk.at('Dropbox/q1'),
    );
    expect(desk.findings()).toMatchObject([
      { ...LANDED, files: [desk.at('Desktop/q1/deep/a.sql'), desk.at('Dropbox/q1/deep/a.sql')] },
    ]);
  });

  it('is an upload of medium severity when only time ties it to the tool', () => {
    const desk = new Desk();
    desk.save('Downloads/x.xlsx');
    desk.mv('Downloads/x.xlsx', 'Dropbox/x.xlsx');
    expect(desk.findings()).toMatchObject([
      { ...LANDED, severity: 'medium', confidence: 'medium', link: 'temporal' },
    ]);
  });

  it('outranks the sync client that opens it there afterwards', () => {
    const desk = new Desk();
    const dropbox = desk.background(PROGRAMS.dropbox);
    desk.dump('Dropbox/a.sql');
    desk.story.open(dropbox, desk.at('Dropbox/a.sql'));
    expect(desk.emissions()).toMatchObject([{ stage: 'tool' }, LANDED]);
  });
});

describe('an export stays on the Mac', () => {
  it.each([
    ['in a folder that only ends like Dropbox', 'My Dropbox/a.sql'],
    ['in a Dropbox folder deeper in the home', 'Backup/Dropbox/a.sql'],
    ['in a folder that starts like Box', 'Boxes/a.sql'],
    ['as a file that is called like the folder', 'Dropbox'],
    ['directly in CloudStorage', 'Library/CloudStorage/a.sql'],
    ['directly in Mobile Documents', 'Library/Mobile Documents/a.sql'],
    ['on the Desktop', 'Desktop/a.sql'],
  ])('%s', (_, target) => {
    const desk = new Desk();
    desk.dump('Documents/a.sql');
    desk.mv('Documents/a.sql', target);
    expect(desk.findings()).toMatchObject([{ stage: 'export', evidence: null }]);
  });

  it('when another file lands in the sync folder', () => {
    const desk = new Desk();
    desk.dump('Documents/a.sql');
    desk.mv('Documents/b.sql', 'Dropbox/a.sql');
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('when it is moved out of a sync folder of nobody', () => {
    const desk = new Desk();
    desk.dump('Documents/a.sql');
    desk.story.rename(
      desk.background(PROGRAMS.finder),
      desk.at('Documents/a.sql'),
      '/Volumes/STICK/Dropbox/a.sql',
    );
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('when the copy was denied', () => {
    const desk = new Desk();
    desk.dump('Documents/a.sql');
    desk.story.rename(
      desk.background(MAC_PROGRAMS.script),
      desk.at('Documents/a.sql'),
      desk.at('Dropbox/a.sql'),
      true,
    );
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });
});

it('a folder of three exports that is renamed into a sync folder is one emission', () => {
  const desk = new Desk();
  const psql = desk.type(PROGRAMS.psql, 'psql');
  for (const name of ['a', 'b', 'c']) desk.story.write(psql, desk.at(`Desktop/q1/${name}.csv`));
  desk.story.rename(desk.background(PROGRAMS.finder), desk.at('Desktop/q1'), desk.at('Dropbox/q1'));
  expect(desk.emissions().map(({ stage, files }) => [stage, files.length])).toEqual([
    ['tool', 0],
    ['export', 1],
    ['upload', 6],
  ]);
});

it('the sync folder of another user takes the data just as well', () => {
  const desk = new Desk();
  desk.dump('Desktop/a.sql');
  desk.story.clone(desk.shell, desk.at('Desktop/a.sql'), '/Users/omar/Dropbox/a.sql');
  expect(desk.findings()).toMatchObject([
    { ...LANDED, user: 'lena', destination: '/Users/omar/Dropbox' },
  ]);
});
