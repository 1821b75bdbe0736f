import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

const TEMPORAL = {
  stage: 'export',
  severity: 'low',
  confidence: 'low',
  link: 'temporal',
  evidence: null,
};
const TOOL = { stage: 'tool', files: [] };
const MINUTE = 60;

describe('an export-like file soon after a tool, without lineage', () => {
  it.each([
    'Downloads/erp.xlsx',
    'Documents/2026/erp.numbers',
    'Downloads/a/b/c/erp.tar',
    'Documents/ERP.XLS',
  ])('is tied by time in %s', (path) => {
    const desk = new Desk();
    desk.save(path);
    expect(desk.findings()).toMatchObject([{ ...TEMPORAL, files: [desk.at(path)] }]);
  });

  it.each([
    ['a name that is not export-like', '/Users/lena/Downloads/erp.pdf'],
    ['a name without an ending', '/Users/lena/Documents/erp'],
    ['the Desktop', '/Users/lena/Desktop/erp.csv'],
    ['a folder that starts like Downloads', '/Users/lena/Downloads (old)/erp.csv'],
    ['the home itself', '/Users/lena/erp.csv'],
    ['the Downloads of another user', '/Users/omar/Downloads/erp.csv'],
    ['a Downloads folder outside of homes', '/Volumes/STICK/Downloads/erp.csv'],
  ])('is not tied with %s', (_, path) => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql erp');
    desk.story.write(desk.background(MAC_PROGRAMS.script), path);
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('is not tied when another user’s process writes it', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql erp');
    desk.story.write(desk.background(MAC_PROGRAMS.script, OMAR), desk.at('Downloads/erp.csv'));
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('is not tied to a tool that starts afterwards', () => {
    const desk = new Desk();
    desk.story.write(desk.background(MAC_PROGRAMS.script), desk.at('Downloads/erp.csv'));
    desk.story.wait(2);
    desk.type(PROGRAMS.psql, 'psql erp');
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it.each([
    { title: 'exactly an hour', seconds: 60 * MINUTE, config: {}, stage: 'export' },
    { title: 'an hour and a second', seconds: 60 * MINUTE + 1, config: {}, stage: 'tool' },
    {
      title: 'exactly the configured window',
      seconds: 5 * MINUTE,
      config: { windows: { exportMinutes: 5 } },
      stage: 'export',
    },
    {
      title: 'a second more than configured',
      seconds: 5 * MINUTE + 1,
      config: { windows: { exportMinutes: 5 } },
      stage: 'tool',
    },
  ])('$title after the start of the tool is $stage', ({ seconds, config, stage }) => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    const start = desk.story.now;
    desk.story.exec(child, desk.program(PROGRAMS.psql, 'psql erp'));
    const writer = desk.background(MAC_PROGRAMS.script);
    desk.until(start, seconds).story.write(writer, desk.at('Documents/erp.csv'));
    expect(desk.findings(config)).toMatchObject([{ stage }]);
  });

  it('is also tied when the tool has already ended', () => {
    const desk = new Desk();
    desk.story.exit(desk.type(PROGRAMS.psql, 'psql erp')).wait(1200);
    desk.story.write(desk.background(PROGRAMS.chrome), desk.at('Downloads/erp.csv'));
    expect(desk.findings()).toMatchObject([TEMPORAL]);
  });

  it('is tied when a download is given its name at the end', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql erp');
    const chrome = desk.background(PROGRAMS.chrome);
    desk.story.write(chrome, desk.at('Downloads/Unconfirmed 8812.crdownload'));
    desk.story.rename(
      chrome,
      desk.at('Downloads/Unconfirmed 8812.crdownload'),
      desk.at('Downloads/erp.csv'),
    );
    expect(desk.findings()).toMatchObject([TEMPORAL]);
  });

  it('is not tied when it was only moved there and is older than the tool', () => {
    const desk = new Desk();
    const before = desk.story.now - 86_400_000_000;
    desk.type(PROGRAMS.psql, 'psql erp');
    desk.story.rename(
      desk.background(PROGRAMS.finder),
      desk.at('Desktop/2019.csv'),
      desk.at('Downloads/2019.csv'),
      false,
      before,
    );
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('is tied when only the folder watcher saw it', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql erp');
    desk.story.wait(5).watched('add', desk.at('Downloads/erp.csv'), 503);
    expect(desk.findings()).toMatchObject([{ ...TEMPORAL, files: [desk.at('Downloads/erp.csv')] }]);
  });

  it.each([
    { title: 'a file of another user', path: 'Downloads/erp.csv', uid: 504, age: 0 },
    { title: 'a file last changed before the tool', path: 'Downloads/erp.csv', uid: 503, age: 600 },
    { title: 'a file that is no export', path: 'Downloads/erp.png', uid: 503, age: 0 },
  ])('is not tied when the folder watcher saw $title', ({ path, uid, age }) => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql erp');
    desk.story.wait(5).watched('add', desk.at(path), uid, desk.story.now - age * 1_000_000);
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('gives way to lineage, which the finding then shows', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql erp');
    desk.story.write(desk.background(MAC_PROGRAMS.script), desk.at('Documents/other.csv'));
    desk.story.write(psql, desk.at('Documents/erp.csv'));
    expect(
      desk
        .emissions()
        .map(({ stage, link, severity, confidence }) => [stage, link, severity, confidence]),
    ).toEqual([
      ['tool', null, 'low', 'medium'],
      ['export', 'temporal', 'low', 'low'],
      ['export', 'lineage', 'medium', 'high'],
    ]);
  });

  it('does not replace lineage, and its upload counts by the temporal row', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql erp');
    desk.story.write(psql, desk.at('Documents/erp.csv'));
    desk.story.write(desk.background(MAC_PROGRAMS.script), desk.at('Documents/other.csv'));
    desk.type(PROGRAMS.rclone, 'rclone copy Documents/other.csv box:x');
    expect(desk.emissions()).toMatchObject([
      { stage: 'tool' },
      { stage: 'export', link: 'lineage', severity: 'medium', confidence: 'high' },
      { stage: 'upload', link: 'temporal', severity: 'medium', confidence: 'medium' },
    ]);
  });

  it('is not looked for when the file has lineage to an older chain', () => {
    const desk = new Desk();
    desk.dump('Documents/a.sql');
    desk.type(PROGRAMS.psql, 'psql erp');
    const finder = desk.background(PROGRAMS.finder);
    desk.story.copyfile(finder, desk.at('Documents/a.sql'), desk.at('Downloads/a copy.sql'));
    expect(desk.findings()).toMatchObject([
      { tool: 'mysqldump', stage: 'export' },
      { tool: 'psql', stage: 'tool' },
    ]);
  });
});

it('without any Endpoint Security record the coverage is gaps', () => {
  const desk = new Desk();
  const app = desk.story.running(MAC_PROGRAMS.tablePlus, desk.user);
  desk.story.processes([{ ...app, startUs: desk.story.now - 600_000_000 }]);
  desk.story.wait(5).watched('add', desk.at('Downloads/erp.csv'), 503);
  expect(desk.findings()).toMatchObject([
    { stage: 'export', link: 'temporal', coverage: 'gaps', confidence: 'low' },
  ]);
});

describe('a tool that a process list shows only after the file was written', () => {
  const file = 'Downloads/erp.csv';

  /** Only the folder watcher sees the file; then a list shows the app, which began `agoSeconds` before. */
  function listedLate(agoSeconds: number, between: (desk: Desk) => void = () => {}): Desk {
    const desk = new Desk();
    const app = desk.story.running(MAC_PROGRAMS.tablePlus, desk.user);
    desk.story.watched('add', desk.at(file), desk.user.uid).wait(3);
    between(desk);
    desk.story.processes([{ ...app, startUs: desk.story.now - agoSeconds * 1_000_000 }]);
    return desk;
  }

  it.each([
    ['ten seconds', 10],
    ['less than an hour', 59 * MINUTE],
  ])('began %s before: the file is tied to it by time', (_, agoSeconds) => {
    const desk = listedLate(agoSeconds);
    expect(desk.findings()).toMatchObject([{ ...TEMPORAL, files: [desk.at(file)], count: 1 }]);
    expect(desk.emissions().map(({ stage }) => stage)).toEqual(['tool', 'export']);
  });

  it.each([
    ['a second', 1],
    ['more than an hour', 61 * MINUTE],
  ])('began %s before: it is not', (_, agoSeconds) => {
    expect(listedLate(agoSeconds).findings()).toMatchObject([TOOL]);
  });

  it('the file is not tied when it was deleted in between', () => {
    const desk = listedLate(10, ({ story, user }) => {
      story.watched('unlink', `/Users/${user.name}/${file}`, user.uid);
    });
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('the file is tied under the name that it has by then', () => {
    const desk = listedLate(10, (at) => {
      const finder = at.background(MAC_PROGRAMS.script);
      at.story.rename(finder, at.at(file), at.at('Documents/new.csv'));
    });
    expect(desk.findings()).toMatchObject([{ ...TEMPORAL, files: [desk.at('Documents/new.csv')] }]);
  });

  it('the file of another user is not tied', () => {
    const desk = new Desk();
    const app = desk.story.running(MAC_PROGRAMS.tablePlus, desk.user);
    desk.story.watched('add', `/Users/${OMAR.name}/${file}`, OMAR.uid).wait(3);
    desk.story.processes([{ ...app, startUs: desk.story.now - 10_000_000 }]);
    expect(desk.findings()).toMatchObject([TOOL]);
  });
});
