import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

const LINEAGE = { stage: 'export', severity: 'medium', link: 'lineage' };
const TOOL = { stage: 'tool', link: null, files: [] };
const OUT = 'Desktop/billing.sql';

describe('redirected output belongs to the session', () => {
  it('when the shell’s child makes the file before it becomes the tool', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.create(child, desk.at(OUT));
    const tool = desk.story.exec(child, desk.program(MAC_PROGRAMS.mysqldump, 'mysqldump billing'));
    desk.story.wait(90).close(tool, desk.at(OUT)).exit(tool);
    expect(desk.findings()).toMatchObject([{ ...LINEAGE, files: [desk.at(OUT)] }]);
  });

  it('when a script redirects itself and closes the file at its end', () => {
    const desk = new Desk();
    const script = desk.type(MAC_PROGRAMS.bash, 'bash nightly.sh');
    desk.story.create(script, desk.at(OUT));
    const tool = desk.story.run(script, desk.program(MAC_PROGRAMS.mysqldump, 'mysqldump billing'));
    desk.story.wait(20).exit(tool).wait(1).close(script, desk.at(OUT));
    expect(desk.findings()).toMatchObject([LINEAGE]);
  });

  it.each([
    ['before', 'after'],
    ['after', 'before'],
  ])('when a mv of the script renames the file %s the tool starts, and not %s it', (order) => {
    const desk = new Desk();
    const script = desk.type(MAC_PROGRAMS.bash, 'bash nightly.sh');
    const run = () =>
      desk.story.run(script, desk.program(MAC_PROGRAMS.mysqldump, 'mysqldump billing'));
    desk.story.create(script, desk.at('Desktop/billing.tmp'));
    if (order === 'after') run();
    const mv = desk.story.run(script, desk.program(PROGRAMS.mv, `mv Desktop/billing.tmp ${OUT}`));
    desk.story.rename(mv, desk.at('Desktop/billing.tmp'), desk.at(OUT));
    if (order === 'before') run();
    desk.story.wait(1).close(script, desk.at(OUT));
    expect(desk.findings()).toMatchObject([{ ...LINEAGE, files: [desk.at(OUT)] }]);
  });

  it('under sudo, where the user’s shell made the file', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.create(child, desk.at(OUT));
    const sudo = desk.story.exec(child, {
      ...desk.program(MAC_PROGRAMS.sudo, 'sudo -u _postgres pg_dumpall'),
      auid: 503,
      ruid: 0,
    });
    const tool = desk.story.run(sudo, {
      ...MAC_PROGRAMS.pgDumpall,
      args: ['pg_dumpall'],
      auid: 503,
      ruid: 216,
    });
    desk.story.wait(9).exit(tool).close(sudo, desk.at(OUT));
    expect(desk.findings()).toMatchObject([{ ...LINEAGE, uid: 503, tool: 'pg_dumpall' }]);
  });

  it('through a script that a script started', () => {
    const desk = new Desk();
    const outer = desk.type(MAC_PROGRAMS.bash, 'bash outer.sh');
    desk.story.create(outer, desk.at(OUT));
    const inner = desk.story.run(outer, desk.program(MAC_PROGRAMS.bash, 'bash inner.sh'));
    const tool = desk.story.run(inner, desk.program(PROGRAMS.psql, 'psql -c x'));
    desk.story.exit(tool).exit(inner).close(outer, desk.at(OUT));
    expect(desk.findings()).toMatchObject([LINEAGE]);
  });

  it('and is no second step when the folder watcher reports it', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.create(child, desk.at('Downloads/b.csv'));
    const tool = desk.story.exec(child, desk.program(PROGRAMS.psql, 'psql --csv'));
    desk.story.watched('add', desk.at('Downloads/b.csv'), 503);
    desk.story.wait(3).close(tool, desk.at('Downloads/b.csv'));
    desk.story.watched('change', desk.at('Downloads/b.csv'), 503);
    expect(desk.findings()).toMatchObject([LINEAGE]);
  });
});

describe('a file near a tool is not its redirected output', () => {
  it('when the tool’s output is a pipe', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.create(child, desk.at(OUT));
    const tool = desk.story.exec(
      child,
      desk.program(MAC_PROGRAMS.mysqldump, 'mysqldump x', { stdout: 71 }),
    );
    desk.story.exit(tool).close(desk.shell, desk.at(OUT));
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('when it was closed before the tool started', () => {
    const desk = new Desk();
    desk.story.create(desk.shell, desk.at(OUT)).close(desk.shell, desk.at(OUT));
    desk.type(MAC_PROGRAMS.mysqldump, 'mysqldump x');
    desk.type(PROGRAMS.rclone, `rclone copy ${OUT} box:x`);
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('when it is closed unchanged', () => {
    const desk = new Desk();
    const script = desk.type(MAC_PROGRAMS.bash, 'bash x.sh');
    desk.story.create(script, desk.at(OUT));
    desk.story.run(script, desk.program(PROGRAMS.psql, 'psql'));
    desk.story.close(script, desk.at(OUT), false);
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('when the shell makes it after the tool started', () => {
    const desk = new Desk();
    const script = desk.type(MAC_PROGRAMS.bash, 'bash x.sh');
    const tool = desk.story.run(script, desk.program(PROGRAMS.psql, 'psql'));
    desk.story.exit(tool).write(script, desk.at(OUT));
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('when a neighbour of the tool made and closed it', () => {
    const desk = new Desk();
    const neighbour = desk.type(MAC_PROGRAMS.script, 'month-end');
    desk.story.create(neighbour, desk.at(OUT));
    desk.type(PROGRAMS.psql, 'psql');
    desk.story.close(neighbour, desk.at(OUT));
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('when the script closes another file of a like name', () => {
    const desk = new Desk();
    const script = desk.type(MAC_PROGRAMS.bash, 'bash x.sh');
    desk.story.create(script, desk.at(OUT));
    desk.story.run(script, desk.program(PROGRAMS.psql, 'psql'));
    desk.story.close(script, desk.at(`${OUT}.log`));
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('when an app above the tool made it', () => {
    const desk = new Desk();
    const editor = desk.background({
      path: '/Applications/Sublime Text.app/Contents/MacOS/sublime_text',
      isApp: true,
    });
    desk.story.create(editor, desk.at(OUT));
    desk.story.run(editor, desk.program(PROGRAMS.psql, 'psql'));
    desk.story.close(editor, desk.at(OUT));
    expect(desk.findings()).toMatchObject([TOOL]);
  });

  it('when the tool was not started but denied', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.create(child, desk.at(OUT));
    desk.story.exec(child, desk.program(PROGRAMS.psql, 'psql'), true);
    desk.story.close(child, desk.at(OUT));
    expect(desk.findings()).toEqual([]);
  });

  it('when it is another user’s shell', () => {
    const desk = new Desk();
    const other = desk.story.shell(OMAR);
    desk.story.create(other, '/Users/omar/Desktop/a.sql');
    desk.type(PROGRAMS.psql, 'psql');
    desk.story.close(other, '/Users/omar/Desktop/a.sql');
    expect(desk.findings()).toMatchObject([TOOL]);
  });
});

describe('redirection in loops and groups', () => {
  it('of two runs into one file is one finding with both runs', () => {
    const desk = new Desk();
    const group = desk.story.fork(desk.shell);
    desk.story.create(group, desk.at(OUT));
    for (const database of ['a', 'b'])
      desk.story
        .exit(desk.story.run(group, desk.program(PROGRAMS.psql, `psql ${database}`)))
        .wait(5);
    desk.story.close(group, desk.at(OUT));
    expect(desk.findings()).toMatchObject([{ ...LINEAGE, count: 2, files: [desk.at(OUT)] }]);
  });

  it('of one run a file is a finding a run, because each left the stage tool', () => {
    const desk = new Desk();
    for (const database of ['a', 'b']) {
      const child = desk.story.fork(desk.shell);
      desk.story.create(child, desk.at(`Desktop/${database}.sql`));
      const tool = desk.story.exec(child, desk.program(MAC_PROGRAMS.pgDump, `pg_dump ${database}`));
      desk.story
        .close(tool, desk.at(`Desktop/${database}.sql`))
        .exit(tool)
        .wait(60);
    }
    expect(desk.findings()).toMatchObject([
      { ...LINEAGE, files: [desk.at('Desktop/a.sql')] },
      { ...LINEAGE, files: [desk.at('Desktop/b.sql')] },
    ]);
  });

  it('over a file that was there before is lineage too', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.open(child, desk.at(OUT), 0x602);
    const tool = desk.story.exec(child, desk.program(MAC_PROGRAMS.pgDump, 'pg_dump a'));
    desk.story.wait(9).close(tool, desk.at(OUT));
    expect(desk.findings()).toMatchObject([{ ...LINEAGE, files: [desk.at(OUT)] }]);
  });
});

describe('an app in whose bundle the program lies', () => {
  it('is no obstacle when it is the interpreter of a script', () => {
    const python =
      '/Library/Frameworks/Python.framework/Versions/3.13/Resources/Python.app/Contents/MacOS/Python';
    expect(redirectedBy(python).findings()).toMatchObject([LINEAGE]);
  });

  it('does not lend its output otherwise', () => {
    const app = '/Applications/Notes Plus.app/Contents/MacOS/notes';
    expect(redirectedBy(app).findings()).toMatchObject([TOOL]);
  });
});

/** The program runs a tool after it made a file on the Desktop, and closes it afterwards. */
function redirectedBy(path: string): Desk {
  const desk = new Desk();
  const program = desk.type({ path }, `${path.split('/').at(-1)} backup.py`);
  desk.story.create(program, desk.at(OUT));
  const tool = desk.story.run(program, desk.program(MAC_PROGRAMS.mysqldump, 'mysqldump billing'));
  desk.story.wait(5).exit(tool).close(program, desk.at(OUT));
  return desk;
}
