import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

const HOUR = 3600;

/** Runs psql now and says when. */
function runPsql(desk: Desk): number {
  const child = desk.story.fork(desk.shell);
  const at = desk.story.now;
  desk.story.exec(child, desk.program(PROGRAMS.psql, 'psql crm'));
  return at;
}

describe('a repeat', () => {
  it('joins the finding silently, and the next emission carries the count', () => {
    const desk = new Desk();
    runPsql(desk);
    desk.story.wait(HOUR);
    runPsql(desk);
    desk.story.wait(HOUR);
    const last = desk.type(PROGRAMS.psql, 'psql crm');
    expect(desk.stages()).toEqual(['tool']);
    desk.story.write(last, desk.at('Documents/crm.csv'));
    expect(desk.emissions()).toMatchObject([
      { stage: 'tool', count: 1, activity: 'create' },
      { stage: 'export', count: 3, link: 'lineage', activity: 'update' },
    ]);
  });

  it.each([
    { title: 'at exactly 24 hours', seconds: 24 * HOUR, config: {}, findings: 1 },
    { title: 'a second after 24 hours', seconds: 24 * HOUR + 1, config: {}, findings: 2 },
    {
      title: 'at the configured limit',
      seconds: 2 * HOUR,
      config: { windows: { suppressHours: 2 } },
      findings: 1,
    },
    {
      title: 'after the configured limit',
      seconds: 2 * HOUR + 1,
      config: { windows: { suppressHours: 2 } },
      findings: 2,
    },
  ])('$title leaves $findings finding(s)', ({ seconds, config, findings }) => {
    const desk = new Desk();
    const first = runPsql(desk);
    desk.until(first, seconds - 0.001);
    const second = runPsql(desk);
    expect(second - first).toBe(seconds * 1_000_000);
    expect(desk.findings(config)).toHaveLength(findings);
  });

  it('is measured from the first run, so runs in between do not prolong it', () => {
    const desk = new Desk();
    runPsql(desk);
    desk.story.wait(20 * HOUR);
    runPsql(desk);
    desk.story.wait(5 * HOUR);
    runPsql(desk);
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }, { stage: 'tool', count: 1 }]);
  });

  it('is the same tool in another version and place', () => {
    const desk = new Desk();
    runPsql(desk);
    desk.type({ path: '/Library/PostgreSQL/15/bin/psql' }, 'psql crm');
    expect(desk.findings()).toHaveLength(1);
  });

  it('of another tool is none', () => {
    const desk = new Desk();
    desk.type(MAC_PROGRAMS.pgDump, 'pg_dump crm');
    desk.type(MAC_PROGRAMS.pgDumpall, 'pg_dumpall');
    expect(desk.findings()).toHaveLength(2);
  });

  it('of another user is none', () => {
    const desk = new Desk();
    runPsql(desk);
    desk.story.run(desk.story.shell(OMAR), { ...PROGRAMS.psql, args: ['psql'] });
    expect(desk.findings()).toMatchObject([{ user: 'lena' }, { user: 'omar' }]);
  });

  it('after the finding has left the stage tool is a new finding', () => {
    const desk = new Desk();
    desk.dump();
    desk.story.wait(60);
    desk.type(MAC_PROGRAMS.mysqldump, 'mysqldump other');
    expect(desk.findings()).toMatchObject([
      { stage: 'export', count: 1 },
      { stage: 'tool', count: 1 },
    ]);
  });

  it('that only asks for the version does not count', () => {
    const desk = new Desk();
    runPsql(desk);
    desk.type(PROGRAMS.psql, 'psql --version');
    const tool = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.write(tool, desk.at('Documents/x.csv'));
    expect(desk.findings()).toMatchObject([{ count: 2 }]);
  });

  it('starts the window of the temporal link anew', () => {
    const desk = new Desk();
    runPsql(desk);
    desk.story.wait(3 * HOUR);
    runPsql(desk);
    desk.story.wait(1800).write(desk.background(MAC_PROGRAMS.script), desk.at('Documents/x.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'temporal', count: 2 }]);
  });

  it('and the run before it both give their lineage to the one finding', () => {
    const desk = new Desk();
    const first = desk.type(PROGRAMS.psql, 'psql crm');
    const second = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.write(second, desk.at('Desktop/b.csv')).write(first, desk.at('Desktop/a.csv'));
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.csv box:x');
    expect(desk.findings()).toMatchObject([
      { count: 2, files: ['/Users/lena/Desktop/b.csv', '/Users/lena/Desktop/a.csv'] },
    ]);
  });
});
