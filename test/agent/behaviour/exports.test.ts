import { describe, expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

const EXPORT = {
  stage: 'export',
  severity: 'medium',
  confidence: 'high',
  link: 'lineage',
  evidence: null,
};

function written(path: string): Desk {
  const desk = new Desk();
  const tool = desk.type(MAC_PROGRAMS.sqlcmd, 'sqlcmd -S erp');
  desk.story.write(tool, path);
  return desk;
}

describe('a file with lineage is an export', () => {
  it.each([
    ['with an export-like name on the Desktop', '/Users/lena/Desktop/erp.parquet'],
    ['with an export-like name on another volume', '/Volumes/STICK/erp.bak'],
    ['with an export-like name in the shared folder', '/Users/Shared/erp.tsv'],
    ['with an export-like name in /private/tmp', '/private/tmp/erp.json'],
    ['with an ending in capitals', '/Users/lena/Desktop/ERP.CSV'],
    ['with two endings of which the last counts', '/Users/lena/Desktop/erp.sql.gz'],
    ['in Downloads, whatever its name', '/Users/lena/Downloads/holiday'],
    ['in Documents, whatever its ending', '/Users/lena/Documents/holiday.jpg'],
    ['in a subfolder of Documents', '/Users/lena/Documents/2026/03/list.txt'],
    ['in a folder of Documents whose name starts with a dot', '/Users/lena/Documents/.old/erp.csv'],
    ['with a name in another script', '/Users/lena/Downloads/顧客一覧.csv'],
    ['with line feeds and quotes in its name', '/Users/lena/Downloads/a\n"b\'.csv'],
  ])('%s', (_, path) => {
    expect(written(path).findings()).toMatchObject([{ ...EXPORT, files: [path] }]);
  });

  it.each([
    ['a plain name on the Desktop', '/Users/lena/Desktop/notes'],
    ['an export-like word without its dot', '/Users/lena/Desktop/customerscsv'],
    ['an export-like ending that is not the last', '/Users/lena/Desktop/erp.csv.log'],
    ['a folder that starts like Downloads', '/Users/lena/Downloads2/list.txt'],
    ['a folder that ends like Documents', '/Users/lena/Old Documents/list.txt'],
    ['a Documents folder deeper in the home', '/Users/lena/Backup/Documents/list.txt'],
    ['the Documents of another user', '/Users/omar/Documents/list.txt'],
  ])('but not %s', (_, path) => {
    expect(written(path).findings()).toMatchObject([{ stage: 'tool', files: [] }]);
  });

  it('in the home that the account record names, wherever that is', () => {
    const desk = new Desk();
    desk.story.envelope({
      source: 'host',
      hostname: 'm',
      uuid: 'u',
      osVersion: '15.6',
      complete: true,
      accounts: [{ uid: 503, name: 'lena', home: '/Volumes/Homes/lena', groups: ['staff'] }],
    });
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.story.write(tool, '/Volumes/Homes/lena/Documents/list');
    expect(desk.findings()).toMatchObject([EXPORT]);
  });
});

describe('a file of the session that is no export yet', () => {
  const plain = 'Desktop/ledger';

  function followed(): Desk {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql erp');
    desk.story.write(tool, desk.at(plain));
    return desk;
  }

  it.each([
    ['when it gets an export-like name', 'Desktop/ledger.tsv'],
    ['when it comes into Downloads', 'Downloads/ledger'],
    ['when it comes into a subfolder of Documents', 'Documents/q1/ledger'],
  ])('counts %s', (_, target) => {
    const desk = followed();
    desk.mv(plain, target);
    expect(desk.emissions()).toMatchObject([
      { stage: 'tool', files: [] },
      { ...EXPORT, files: [desk.at(plain), desk.at(target)] },
    ]);
  });

  it('counts when it comes into a sync folder', () => {
    const desk = followed();
    desk.mv(plain, 'Dropbox/ledger');
    expect(desk.findings()).toMatchObject([{ stage: 'upload', evidence: 'landed-in-sync-folder' }]);
  });

  it('counts when it is uploaded', () => {
    const desk = followed();
    desk.type(PROGRAMS.rclone, 'rclone copyto Desktop/ledger box:l');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', evidence: 'named-in-upload-command', files: [desk.at(plain)] },
    ]);
  });

  it('stays silent under another plain name', () => {
    const desk = followed();
    desk.mv(plain, 'Pictures/ledger');
    expect(desk.stages()).toEqual(['tool']);
  });

  it('stays silent when another file of a like name is uploaded', () => {
    const desk = followed();
    desk.type(PROGRAMS.rclone, 'rclone copyto Desktop/ledger2 box:l');
    expect(desk.stages()).toEqual(['tool']);
  });

  it('is forgotten when it is deleted, and a new file of its name is another one', () => {
    const desk = followed();
    const rm = desk.type(MAC_PROGRAMS.script, 'month-end');
    desk.story.unlink(rm, desk.at(plain)).write(rm, desk.at(plain));
    desk.type(PROGRAMS.rclone, 'rclone copyto Desktop/ledger box:l');
    expect(desk.stages()).toEqual(['tool']);
  });
});

describe('a file that once counted', () => {
  it('keeps counting under any name and in any folder', () => {
    const desk = new Desk();
    desk.dump('Desktop/erp.sql');
    desk.mv('Desktop/erp.sql', 'Pictures/IMG_4711.heic');
    desk.type(PROGRAMS.rclone, 'rclone copy Pictures/IMG_4711.heic pcloud:p');
    expect(desk.findings()).toMatchObject([
      {
        stage: 'upload',
        service: 'pcloud',
        files: [desk.at('Desktop/erp.sql'), desk.at('Pictures/IMG_4711.heic')],
      },
    ]);
  });

  it('is another file after somebody else deleted it and made it anew', () => {
    const desk = new Desk();
    desk.dump('Desktop/erp.sql');
    const other = desk.background(MAC_PROGRAMS.script);
    desk.story
      .unlink(other, desk.at('Desktop/erp.sql'))
      .wait(4000)
      .write(other, desk.at('Desktop/erp.sql'));
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/erp.sql pcloud:p');
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('is another file after another one was moved over it', () => {
    const desk = new Desk();
    desk.dump('Desktop/erp.sql');
    const other = desk.background(MAC_PROGRAMS.script);
    desk.story.renameOver(other, desk.at('Desktop/private.sql'), desk.at('Desktop/erp.sql'));
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/erp.sql pcloud:p');
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('is still the data when somebody else edits it in place', () => {
    const desk = new Desk();
    desk.dump('Desktop/erp.sql');
    const other = desk.background(MAC_PROGRAMS.script);
    desk.story.wait(300).close(other, desk.at('Desktop/erp.sql'));
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/erp.sql pcloud:p');
    expect(desk.findings()).toMatchObject([{ stage: 'upload' }]);
  });

  it('overwrites what lay at its new place', () => {
    const desk = new Desk();
    desk.dump('Desktop/erp.sql');
    const finder = desk.background(PROGRAMS.finder);
    desk.story.renameOver(finder, desk.at('Desktop/erp.sql'), desk.at('Music/a.mp3'));
    desk.type(PROGRAMS.rclone, 'rclone copy Music/a.mp3 pcloud:p');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', files: [desk.at('Desktop/erp.sql'), desk.at('Music/a.mp3')] },
    ]);
  });
});

describe('files', () => {
  it('hold the temporary name of a safe-save in the same folder', () => {
    const desk = new Desk();
    const tool = desk.launch(MAC_PROGRAMS.tablePlus);
    desk.story.write(tool, desk.at('Downloads/.erp.csv.sb-1f2e'));
    desk.story.rename(tool, desk.at('Downloads/.erp.csv.sb-1f2e'), desk.at('Downloads/erp.csv'));
    desk.mv('Downloads/erp.csv', 'Dropbox/erp.csv');
    expect(desk.emissions()).toMatchObject([
      { stage: 'tool' },
      { ...EXPORT, files: [desk.at('Downloads/.erp.csv.sb-1f2e')] },
      {
        stage: 'upload',
        files: [
          desk.at('Downloads/.erp.csv.sb-1f2e'),
          desk.at('Downloads/erp.csv'),
          desk.at('Dropbox/erp.csv'),
        ],
      },
    ]);
  });

  it('hold the temporary name of a safe-save through /var/folders', () => {
    const desk = new Desk();
    const temporary = '/private/var/folders/q1/zz/T/TemporaryItems/NSIRD_TablePlus/erp.csv';
    const tool = desk.launch(MAC_PROGRAMS.tablePlus);
    desk.story.write(tool, temporary).rename(tool, temporary, desk.at('Documents/erp.csv'));
    expect(desk.emissions()).toMatchObject([
      { stage: 'tool', files: [] },
      { ...EXPORT, files: [temporary, desk.at('Documents/erp.csv')] },
    ]);
  });

  it('name no path twice, oldest first', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.mv('Desktop/a.sql', 'Desktop/b.sql');
    desk.mv('Desktop/b.sql', 'Desktop/a.sql');
    desk.mv('Desktop/a.sql', 'Dropbox/c.sql');
    expect(desk.findings()).toMatchObject([
      { files: [desk.at('Desktop/a.sql'), desk.at('Desktop/b.sql'), desk.at('Dropbox/c.sql')] },
    ]);
  });
});

/** A child of psql renames a file, or gives it one more name; nobody was seen to write it. */
function moved(how: 'rename' | 'link', ageUs: number): Desk {
  const desk = new Desk();
  const psql = desk.type(PROGRAMS.psql, 'psql crm');
  const mv = desk.story.wait(60).run(psql, desk.program(PROGRAMS.mv, 'mv a b'));
  const [from, to] = [desk.at('Desktop/menu.csv'), desk.at('Documents/menu.csv')];
  const changedUs = desk.story.now - ageUs;
  if (how === 'rename') desk.story.rename(mv, from, to, false, changedUs);
  else desk.story.link(mv, from, to, changedUs);
  return desk;
}

describe('a file of before that a session moves', () => {
  const MONTH_US = 30 * 86_400_000_000;

  it.each(['rename', 'link'] as const)(
    'is no export when its content is a month old: %s',
    (how) => {
      expect(moved(how, MONTH_US).findings()).toMatchObject([{ stage: 'tool', files: [] }]);
    },
  );

  it.each(['rename', 'link'] as const)('is one when its content is of the session: %s', (how) => {
    expect(moved(how, 30_000_000).findings()).toMatchObject([{ ...EXPORT }]);
  });

  it('is one when the session copies it: a copy writes', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql crm');
    const cp = desk.story.run(psql, desk.program(PROGRAMS.cp, 'cp -c a b'));
    desk.story.clone(cp, desk.at('Desktop/menu.csv'), desk.at('Documents/menu.csv'));
    expect(desk.findings()).toMatchObject([{ ...EXPORT }]);
  });

  it('is no export when an archive program that opened an export moves it', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    const app = desk.launch(MAC_PROGRAMS.archiveUtility);
    desk.story.wait(5).open(app, desk.at('Desktop/a.sql'));
    const old = desk.story.now - MONTH_US;
    desk.story.rename(app, desk.at('Desktop/menu'), desk.at('Documents/menu.pdf'), false, old);
    desk.type(PROGRAMS.rclone, 'rclone copy Documents/menu.pdf mega:x');
    expect(desk.findings()).toMatchObject([{ stage: 'export', files: [desk.at('Desktop/a.sql')] }]);
  });
});
