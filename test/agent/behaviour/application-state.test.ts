import { expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

it.each([
  [
    'settings in ~/Library',
    '/Users/lena/Library/Application Support/com.tinyapp.TablePlus/history.json',
  ],
  ['caches in ~/Library', '/Users/lena/Library/Caches/erp.csv'],
  ['/Library', '/Library/Application Support/TablePlus/license.json'],
  ['temporary files in /private/var/folders', '/private/var/folders/ab/cd/T/page.csv'],
  ['temporary files in /var/folders', '/var/folders/ab/cd/T/page.csv'],
  ['a dot file in the home', '/Users/lena/.tableplus.json'],
  ['a dot folder in the home', '/Users/lena/.config/tableplus/recent.sql'],
  [
    'a folder of ~/Library that starts like CloudStorage',
    '/Users/lena/Library/CloudStorageCache/erp.csv',
  ],
])('the tool writing %s is no export', (_, path) => {
  const desk = new Desk();
  desk.story.write(desk.launch(MAC_PROGRAMS.tablePlus), path);
  expect(desk.stages()).toEqual(['tool']);
});

it.each([
  ['a folder that starts like Library', '/Users/lena/Library2/erp.csv', 'export'],
  ['a dot file in Downloads', '/Users/lena/Downloads/.erp.csv', 'export'],
  ['/private/var elsewhere', '/private/var/tmp/erp.csv', 'export'],
  ['the Library folder of no home', '/Volumes/DISK/Library/erp.csv', 'export'],
  ['CloudStorage', '/Users/lena/Library/CloudStorage/OneDrive-Acme/erp.csv', 'upload'],
  [
    'Mobile Documents',
    '/Users/lena/Library/Mobile Documents/com~apple~CloudDocs/erp.csv',
    'upload',
  ],
])('the tool writing to %s is one', (_, path, stage) => {
  const desk = new Desk();
  desk.story.write(desk.launch(MAC_PROGRAMS.tablePlus), path);
  expect(desk.findings()).toMatchObject([{ stage, link: 'lineage' }]);
});

it('a sync client or browser that reads the tool’s state proves nothing', () => {
  const desk = new Desk();
  const state = desk.at('Library/Application Support/com.tinyapp.TablePlus/data.json');
  desk.story.write(desk.launch(MAC_PROGRAMS.tablePlus), state);
  desk.story.open(desk.background(PROGRAMS.dropbox), state);
  expect(desk.stages()).toEqual(['tool']);
});

it('an upload of a whole home or Library folder is no upload of the state in it', () => {
  const desk = new Desk();
  desk.story.write(desk.launch(MAC_PROGRAMS.tablePlus), desk.at('Library/Preferences/x.plist'));
  desk.type(PROGRAMS.rclone, 'rclone copy Library/Preferences box:prefs');
  expect(desk.stages()).toEqual(['tool']);
});

it('state that is moved to the Desktop under an export-like name is an export', () => {
  const desk = new Desk();
  desk.story.write(desk.launch(MAC_PROGRAMS.tablePlus), desk.at('.cache/result'));
  desk.mv('.cache/result', 'Desktop/result.csv');
  expect(desk.findings()).toMatchObject([
    { stage: 'export', files: [desk.at('.cache/result'), desk.at('Desktop/result.csv')] },
  ]);
});

it('state that somebody uploads by its export-like name is an upload', () => {
  const desk = new Desk();
  const path = '/private/var/folders/ab/cd/T/result.csv';
  desk.story.write(desk.launch(MAC_PROGRAMS.tablePlus), path);
  desk.type(PROGRAMS.rclone, `rclone copy ${path} box:r`);
  expect(desk.findings()).toMatchObject([{ stage: 'upload', files: [path] }]);
});
