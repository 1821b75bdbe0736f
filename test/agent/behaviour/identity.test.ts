import { describe, expect, it } from 'vitest';
import { Desk, LENA, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type Proc } from '../../support/story.ts';

/** Start of a process as a list row shows it, to the second. */
function listStart(proc: Proc): string {
  return new Date(proc.startUs / 1000).toISOString().slice(0, 19);
}

describe('one execution', () => {
  it('found in the process list and then met in the stream is one run', () => {
    const desk = new Desk();
    const app = desk.background(MAC_PROGRAMS.tablePlus);
    desk.story.wait(20).write(app, desk.at('Documents/a.csv'));
    desk.story.processes([app]);
    expect(desk.findings()).toMatchObject([
      { tool: 'TablePlus', count: 1, stage: 'export', link: 'lineage' },
    ]);
  });

  it('seen starting in the stream and then listed is one run', () => {
    const desk = new Desk();
    const app = desk.launch(MAC_PROGRAMS.tablePlus);
    desk.story.wait(5).processes([app]).wait(60).processes([app]);
    desk.story.write(app, desk.at('Documents/a.csv'));
    expect(desk.findings()).toMatchObject([{ tool: 'TablePlus', count: 1, stage: 'export' }]);
  });

  it('is listed with a start time cut to the second', () => {
    const desk = new Desk({ start: '2026-03-10T08:15:00.998Z' });
    const app = desk.launch(MAC_PROGRAMS.tablePlus);
    desk.story.processes([app]);
    desk.story.write(app, desk.at('Documents/a.csv'));
    expect(desk.findings()).toMatchObject([{ count: 1 }]);
  });

  it('is not met again by whoever gets its pid later, as the list shows it', () => {
    const desk = new Desk();
    const first = desk.launch(MAC_PROGRAMS.tablePlus);
    desk.story.exit(first).wait(120);
    const again: Proc = { ...first, startUs: desk.story.now, pidversion: first.pidversion + 50 };
    desk.story.processes([again]);
    desk.story.write(again, desk.at('Documents/a.csv'));
    expect(desk.findings()).toMatchObject([{ count: 2, stage: 'export' }]);
  });

  it('does not lend its lineage to another process that got its pid', () => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.exit(tool).wait(3);
    const later: Proc = {
      ...desk.background(MAC_PROGRAMS.script),
      pid: tool.pid,
      pidversion: tool.pidversion + 99,
      startUs: desk.story.now,
    };
    desk.story.write(later, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });

  it('of a tool that was running before the first record is a run at its start time', () => {
    const desk = new Desk();
    const app = desk.background(MAC_PROGRAMS.beekeeper);
    const [finding] = desk.findings();
    expect(finding).toMatchObject({ tool: 'Beekeeper Studio', stage: 'tool', count: 1 });
    expect(finding?.time.slice(0, 19)).toBe(listStart(app));
  });

  it.each([
    { title: 'an hour after', seconds: 3600, stage: 'export' },
    { title: 'an hour and two seconds after', seconds: 3602, stage: 'tool' },
  ])(
    'of a tool in the process list opens the export window at its start time: $title it is $stage',
    ({ seconds, stage }) => {
      const desk = new Desk();
      const app: Proc = {
        ...desk.story.running(MAC_PROGRAMS.beekeeper, LENA),
        startUs: Date.parse('2026-03-10T08:00:00Z') * 1000,
      };
      desk.story.processes([app]);
      const writer = desk.background(MAC_PROGRAMS.script);
      desk.until(app.startUs, seconds).story.write(writer, desk.at('Documents/a.csv'));
      expect(desk.findings()).toMatchObject([{ stage }]);
    },
  );

  it('that only the process list shows belongs to the user of the row', () => {
    const desk = new Desk();
    desk.background(MAC_PROGRAMS.tablePlus, OMAR);
    expect(desk.findings()).toMatchObject([{ user: 'omar', uid: 504 }]);
  });

  it('listed as a tool that only prints its version is no run', () => {
    const desk = new Desk();
    desk.story.envelope({
      source: 'processes',
      processes: [
        {
          pid: 900,
          ppid: 1,
          uid: 503,
          name: 'psql',
          path: '/usr/local/bin/psql',
          cmd: '/usr/local/bin/psql --version',
          startTime: '2026-03-10T08:10:00.000Z',
        },
      ],
    });
    expect(desk.findings()).toEqual([]);
  });

  it('that a child of a listed tool writes for has lineage to it', () => {
    const desk = new Desk();
    const app = desk.background(MAC_PROGRAMS.pgAdmin);
    const child = desk.story.run(app, { ...MAC_PROGRAMS.pgDump, args: ['pg_dump', 'crm'] });
    desk.story.write(child, desk.at('Desktop/crm.backup'));
    expect(desk.findings()).toMatchObject([{ tool: 'pgAdmin 4', stage: 'export', count: 1 }]);
  });

  it('keeps one finding id in every emission, and the same one in every replay', () => {
    const ids = idsOfDump();
    expect(new Set(ids).size).toBe(1);
    expect(idsOfDump()).toEqual(ids);
  });
});

function idsOfDump(): readonly string[] {
  const desk = new Desk();
  desk.dump();
  return desk.emissions().map(({ finding }) => finding);
}

describe('a process list', () => {
  it.each([
    ['the child first', true],
    ['the parent first', false],
  ])('that shows a tool and the tool it started is one run, with %s', (_, isChildFirst) => {
    const desk = new Desk();
    const app = desk.story.running(MAC_PROGRAMS.pgAdmin, LENA);
    const child = desk.story.running(MAC_PROGRAMS.pgDump, LENA, app);
    desk.story.processes(isChildFirst ? [child, app] : [app, child]);
    expect(desk.findings()).toMatchObject([{ tool: 'pgAdmin 4', count: 1 }]);
  });

  it('that shows a shell whose process then becomes the tool, and then the tool, is one run', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.processes([child]);
    const tool = desk.story.exec(child, desk.program(PROGRAMS.psql, 'psql'));
    desk.story.processes([tool]).write(tool, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ tool: 'psql', count: 1, stage: 'export' }]);
  });

  it('shows the run of a tool whose exec the sensor lost', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.lose(1).wait(1);
    desk.story.processes([{ ...child, path: PROGRAMS.psql.path }]);
    expect(desk.findings()).toMatchObject([{ tool: 'psql', count: 1 }]);
  });

  it('shows the run of a tool that replaced a listed shell', () => {
    const desk = new Desk();
    const shell = desk.story.running(PROGRAMS.zsh, LENA);
    desk.story
      .processes([shell])
      .wait(30)
      .processes([{ ...shell, path: PROGRAMS.psql.path }]);
    expect(desk.findings()).toMatchObject([{ tool: 'psql', count: 1 }]);
  });

  it('that shows the same tool again and again is one run', () => {
    const desk = new Desk();
    const app = desk.story.running(MAC_PROGRAMS.tablePlus, LENA);
    for (let at = 0; at < 5; at += 1) desk.story.processes([app]).wait(60);
    desk.story.write(app, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ count: 1 }]);
  });

  it('that shows two windows of one tool counts two runs', () => {
    const desk = new Desk();
    const [one, two] = [
      desk.story.running(MAC_PROGRAMS.tablePlus, LENA),
      desk.story.running(MAC_PROGRAMS.tablePlus, LENA),
    ];
    desk.story.processes([one, two]).write(two, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ count: 2 }]);
  });
});

describe('a session', () => {
  it('goes on in a child after the tool has ended', () => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    const child = desk.story.run(tool, desk.program(MAC_PROGRAMS.script, 'month-end'));
    desk.story.exit(tool).wait(600).write(child, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'lineage' }]);
  });

  it('goes on when the tool becomes another program', () => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    const after = desk.story.exec(tool, desk.program(MAC_PROGRAMS.script, 'month-end'));
    desk.story.write(after, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'lineage' }]);
  });

  it('is not that of the shell which started the tool', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    desk.story.write(desk.shell, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });

  it('counts a line of the stream that comes twice once', () => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.story.raw(desk.story.lines().at(-1) ?? '').write(tool, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ count: 1, stage: 'export', coverage: 'complete' }]);
  });
});

describe('a tool that only a process list shows', () => {
  it.each([
    {
      title: 'as a jar',
      name: 'java',
      path: '/usr/bin/java',
      cmd: '/usr/bin/java -jar /Users/lena/squirrel-sql.jar',
      tool: 'SQuirreL SQL',
    },
    {
      title: 'in a folder with blanks',
      name: 'Beekeeper Studio',
      path: MAC_PROGRAMS.beekeeper.path,
      cmd: `${MAC_PROGRAMS.beekeeper.path} --flag`,
      tool: 'Beekeeper Studio',
    },
    {
      title: 'as the script of an interpreter',
      name: 'python3.13',
      path: PROGRAMS.python.path,
      cmd: `${PROGRAMS.python.path} /opt/homebrew/bin/pgcli crm`,
      tool: 'pgcli',
    },
    {
      title: 'with its password on the command line',
      name: 'mysql',
      path: '/usr/local/bin/mysql',
      cmd: 'mysql -uroot -psecret crm',
      tool: 'mysql',
    },
  ])('$title is a run', ({ name, path, cmd, tool }) => {
    const desk = new Desk();
    desk.story.envelope({
      source: 'processes',
      processes: [
        { pid: 910, ppid: 1, uid: 503, name, path, cmd, startTime: '2026-03-10T08:10:00.000Z' },
      ],
    });
    const found = desk.findings();
    expect(found).toMatchObject([{ tool, stage: 'tool', count: 1 }]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('and a file that the watcher reports without its owner is tied by the home it lies in', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    desk.story
      .wait(1)
      .envelope({ source: 'files', event: 'add', path: desk.at('Downloads/a.csv') });
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'temporal' }]);
  });
});

describe('a process of which the list says less than the stream', () => {
  it('is the login user’s when the list shows it under another user', () => {
    const desk = new Desk();
    const psql = desk.story.running({ ...PROGRAMS.psql, ruid: 216 }, LENA, desk.shell);
    desk.story.processes([psql]).wait(30).write(psql, desk.at('Documents/x.csv'));
    expect(desk.findings()).toMatchObject([{ uid: 503, tool: 'psql', stage: 'export', count: 1 }]);
  });

  it('is one run when the list was made while it ended', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.write(psql, desk.at('x.csv')).exit(psql).wait(0.2).processes([psql]);
    expect(desk.findings()).toMatchObject([{ stage: 'export', count: 1, coverage: 'complete' }]);
  });

  it('is another run when the list shows a later start', () => {
    const desk = new Desk();
    const first = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.exit(first).wait(60);
    const startUs = desk.story.now;
    const second = { ...first, pidversion: first.pidversion + 9, startUs };
    desk.story.processes([second]).wait(5).write(second, desk.at('x.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', count: 2 }]);
  });

  it.each([
    ['listed, too', true],
    ['met in the stream', false],
  ])('works for the app that is responsible for it: a helper that was %s', (_title, isListed) => {
    const desk = new Desk();
    const app = desk.story.running(MAC_PROGRAMS.beekeeper, LENA);
    const helper = { ...desk.story.running(MAC_PROGRAMS.beekeeperHelper, LENA), responsible: app };
    desk.story.processes(isListed ? [app, helper] : [app]).wait(5);
    desk.story.write(helper, desk.at('Desktop/crm.csv'));
    expect(desk.findings()).toMatchObject([
      { tool: 'Beekeeper Studio', stage: 'export', link: 'lineage', count: 1 },
    ]);
  });
});

describe('a restart of the Mac within a capture', () => {
  it('gives the pid and version of a tool to a program that is none', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.wait(300).restartSensor();
    const { pid, pidversion } = psql;
    const startUs = desk.story.now;
    const other = { ...desk.story.running(MAC_PROGRAMS.script, LENA), pid, pidversion, startUs };
    desk.story.write(other, desk.at('x.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool', files: [] }]);
  });

  it('gives a known pid to a process with a lower version', () => {
    const desk = new Desk();
    const before = desk.background(PROGRAMS.chrome);
    desk.story.open(before, desk.at('q.txt'));
    desk.dump('Documents/a.sql');
    desk.story.wait(300).restartSensor();
    const startUs = desk.story.now;
    const { pid } = before;
    const after = { ...desk.story.running(PROGRAMS.chrome, LENA), pid, pidversion: 2, startUs };
    desk.story.processes([after]).open(after, desk.at('q.txt')).wait(5);
    desk.reach(after, 'www.dropbox.com', '162.125.1.18');
    expect(desk.findings()).toMatchObject([{ stage: 'suspected-upload', evidence: 'flow-only' }]);
  });
});
