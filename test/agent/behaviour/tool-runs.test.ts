import { describe, expect, it } from 'vitest';
import { Desk, LENA, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type Program } from '../../support/story.ts';

const JAVA: Program = { path: '/Library/Java/JavaVirtualMachines/jdk-21/Contents/Home/bin/java' };

describe('a run of a database tool', () => {
  it.each<{ title: string; program: Program; line: string; tool: string; toolKind: string }>([
    {
      title: 'a client known by its signing id',
      program: MAC_PROGRAMS.mariadb,
      line: 'mariadb hr',
      tool: 'mariadb',
      toolKind: 'cli',
    },
    {
      title: 'a signing id with the hash of an ad hoc signature',
      program: MAC_PROGRAMS.mysqldump,
      line: 'mysqldump hr',
      tool: 'mysqldump',
      toolKind: 'dump',
    },
    {
      title: 'a renamed binary that keeps its signing id',
      program: { path: '/Users/lena/bin/notes', signingId: 'pg_dump' },
      line: 'notes hr',
      tool: 'pg_dump',
      toolKind: 'dump',
    },
    {
      title: 'a Go binary signed a.out by its name',
      program: MAC_PROGRAMS.mongoexport,
      line: 'mongoexport -d hr',
      tool: 'mongoexport',
      toolKind: 'dump',
    },
    {
      title: 'an unsigned client by its name',
      program: MAC_PROGRAMS.sqlplus,
      line: 'sqlplus hr',
      tool: 'sqlplus',
      toolKind: 'cli',
    },
    {
      title: 'a name with a version',
      program: { path: '/opt/local/lib/postgresql16/bin/psql-16' },
      line: 'psql-16 hr',
      tool: 'psql',
      toolKind: 'cli',
    },
    {
      title: 'an app by its bundle',
      program: { path: '/Applications/DbGate.app/Contents/MacOS/Electron' },
      line: 'Electron',
      tool: 'DbGate',
      toolKind: 'gui',
    },
    {
      title: 'a Python client run by an interpreter',
      program: PROGRAMS.python,
      line: 'python3 /opt/homebrew/bin/pgcli hr',
      tool: 'pgcli',
      toolKind: 'cli',
    },
    {
      title: 'a known jar',
      program: JAVA,
      line: 'java -Xmx2g -jar /Users/lena/SQuirreL/squirrel-sql.jar',
      tool: 'SQuirreL SQL',
      toolKind: 'gui',
    },
    {
      title: 'a known main class behind a class path',
      program: JAVA,
      line: 'java -cp lib/a.jar com.onseven.dbvis.DbVisualizerGUI',
      tool: 'DbVisualizer',
      toolKind: 'gui',
    },
  ])('$title is a finding of its own', ({ program, line, tool, toolKind }) => {
    const desk = new Desk();
    desk.type(program, line);
    expect(desk.findings()).toMatchObject([
      {
        stage: 'tool',
        severity: 'low',
        confidence: 'medium',
        tool,
        toolKind,
        user: 'lena',
        uid: 503,
        link: null,
        files: [],
        service: null,
        serviceTier: null,
        evidence: null,
        destination: null,
        sanctioned: false,
        coverage: 'complete',
        count: 1,
      },
    ]);
  });

  it.each<{ title: string; program: Program; line: string }>([
    { title: 'a version question', program: MAC_PROGRAMS.mysqldump, line: 'mysqldump --version' },
    { title: 'a help question', program: PROGRAMS.psql, line: 'psql --help' },
    { title: 'a -V run', program: MAC_PROGRAMS.pgDump, line: 'pg_dump -V' },
    {
      title: 'sqlite3',
      program: { path: '/usr/bin/sqlite3', signingId: 'com.apple.sqlite3', platform: true },
      line: 'sqlite3 a.db',
    },
    {
      title: 'a database server',
      program: { path: '/opt/homebrew/bin/mysqld', signingId: 'mysqld' },
      line: 'mysqld',
    },
    {
      title: 'the postgres server',
      program: { path: '/opt/homebrew/bin/postgres', signingId: 'postgres' },
      line: 'postgres -D x',
    },
    {
      title: 'a name that starts like a tool',
      program: { path: '/usr/local/bin/psql_exporter' },
      line: 'psql_exporter',
    },
    {
      title: 'a name that ends like a tool',
      program: { path: '/usr/local/bin/my-pg_dump' },
      line: 'my-pg_dump',
    },
    {
      title: 'a file of a tool given as argument',
      program: MAC_PROGRAMS.script,
      line: 'month-end /usr/local/bin/psql',
    },
    {
      title: 'the shared name sql without a second feature',
      program: { path: '/usr/local/bin/sql' },
      line: 'sql parse x',
    },
    {
      title: 'the manual page of a tool',
      program: MAC_PROGRAMS.bash,
      line: 'sh /usr/bin/man psql',
    },
    {
      title: 'an editor of a file named like a tool',
      program: { path: '/usr/bin/vim', signingId: 'com.apple.vim', platform: true },
      line: 'vim psql',
    },
    {
      title: 'a shell that only mentions a tool',
      program: MAC_PROGRAMS.bash,
      line: 'bash -c psql',
    },
    { title: 'java with another jar', program: JAVA, line: 'java -jar /Users/lena/minecraft.jar' },
    {
      title: 'java that only names a jar of a tool as data',
      program: JAVA,
      line: 'java -jar scan.jar squirrel-sql.jar',
    },
  ])('$title is none', ({ program, line }) => {
    const desk = new Desk();
    desk.type(program, line);
    expect(desk.findings()).toEqual([]);
  });

  it('of an account below 500 is no finding, of uid 500 it is', () => {
    const service = { uid: 499, name: '_report' };
    const first = { uid: 500, name: 'legacy' };
    const quiet = new Desk({ user: service });
    quiet.dump();
    expect(quiet.findings()).toEqual([]);
    const loud = new Desk({ user: first });
    loud.dump();
    expect(loud.findings()).toMatchObject([{ uid: 500, stage: 'export' }]);
  });

  it('belongs to the login user when sudo changes the user', () => {
    const desk = new Desk();
    const sudo = desk.type(MAC_PROGRAMS.sudo, 'sudo -u _postgres pg_dumpall', {
      auid: 503,
      ruid: 0,
    });
    desk.story.run(sudo, { ...MAC_PROGRAMS.pgDumpall, auid: 503, ruid: 216 });
    expect(desk.findings()).toMatchObject([{ uid: 503, user: 'lena', tool: 'pg_dumpall' }]);
  });

  it('belongs to the real user when no login set an audit user', () => {
    const desk = new Desk();
    desk.story.run(desk.story.launchd, {
      ...MAC_PROGRAMS.pgDumpall,
      auid: 4_294_967_295,
      ruid: 504,
    });
    expect(desk.findings()).toMatchObject([{ uid: 504, user: 'omar' }]);
  });
});

describe('a tool inside the session of another tool', () => {
  it.each<{ outer: Program; inner: Program; tool: string }>([
    { outer: MAC_PROGRAMS.pgAdmin, inner: MAC_PROGRAMS.pgDump, tool: 'pgAdmin 4' },
    { outer: MAC_PROGRAMS.workbench, inner: MAC_PROGRAMS.mysqldump, tool: 'MySQL Workbench' },
    {
      outer: MAC_PROGRAMS.beekeeper,
      inner: MAC_PROGRAMS.beekeeperHelper,
      tool: 'Beekeeper Studio',
    },
    { outer: PROGRAMS.psql, inner: MAC_PROGRAMS.mongoexport, tool: 'psql' },
  ])(
    '$tool keeps its name and count 1, and what $inner.signingId writes is its export',
    ({ outer, inner, tool }) => {
      const desk = new Desk();
      const app = desk.launch(outer);
      const child = desk.story.run(app, { ...inner, args: ['x', 'crm'] });
      desk.story.write(child, desk.at('Desktop/crm.dump'));
      expect(desk.findings()).toMatchObject([
        {
          tool,
          count: 1,
          stage: 'export',
          link: 'lineage',
          files: ['/Users/lena/Desktop/crm.dump'],
        },
      ]);
    },
  );

  it('is found through a shell between the two', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql crm');
    const shell = desk.story.run(psql, { ...PROGRAMS.zsh, args: ['sh', '-c', 'mysqldump hr > x'] });
    desk.story.run(shell, { ...MAC_PROGRAMS.mysqldump, args: ['mysqldump', 'hr'] });
    expect(desk.findings()).toMatchObject([{ tool: 'psql', count: 1 }]);
  });

  it('is found by the responsible process when launchd is the parent', () => {
    const desk = new Desk();
    const app = desk.launch(MAC_PROGRAMS.beekeeper);
    const helper = desk.story.exec(
      {
        ...desk.story.fork(desk.story.launchd),
        responsible: app,
        auid: 503,
        ruid: 503,
        parent: { ...desk.story.launchd, responsible: app },
      },
      { ...MAC_PROGRAMS.beekeeperHelper, args: ['helper'] },
    );
    desk.story.write(helper, desk.at('Desktop/crm.csv'));
    expect(desk.findings()).toMatchObject([
      { tool: 'Beekeeper Studio', stage: 'export', count: 1 },
    ]);
  });

  it('is a chain of its own when it is started beside the other tool', () => {
    const desk = new Desk();
    desk.launch(MAC_PROGRAMS.pgAdmin);
    desk.type(MAC_PROGRAMS.pgDump, 'pg_dump crm');
    expect(desk.findings()).toMatchObject([{ tool: 'pgAdmin 4' }, { tool: 'pg_dump' }]);
  });

  it('is a chain of its own when it runs in the shell that started the other tool', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.exit(psql);
    desk.type(MAC_PROGRAMS.pgDump, 'pg_dump crm');
    expect(desk.findings()).toMatchObject([{ tool: 'psql' }, { tool: 'pg_dump' }]);
  });
});

describe('files of two tools at once', () => {
  it('belong to the chain whose session wrote them, not to the newest run', () => {
    const desk = new Desk();
    const older = desk.type(MAC_PROGRAMS.mariadb, 'mariadb crm');
    desk.type(PROGRAMS.psql, 'psql hr');
    desk.story.write(older, desk.at('Documents/crm.tsv'));
    expect(desk.findings()).toMatchObject([
      { tool: 'mariadb', stage: 'export', link: 'lineage' },
      { tool: 'psql', stage: 'tool', files: [] },
    ]);
  });

  it('belong by time alone to the newest run of that user', () => {
    const desk = new Desk();
    desk.type(MAC_PROGRAMS.mariadb, 'mariadb crm');
    desk.type(PROGRAMS.psql, 'psql hr');
    const writer = desk.background(MAC_PROGRAMS.script);
    desk.story.write(writer, desk.at('Documents/who.tsv'));
    expect(desk.findings()).toMatchObject([
      { tool: 'mariadb', stage: 'tool' },
      { tool: 'psql', stage: 'export', link: 'temporal' },
    ]);
  });

  it('stay apart for two users who run the same tool', () => {
    const desk = new Desk({ users: [LENA, OMAR] });
    desk.dump('Documents/a.sql');
    const other = desk.story.run(desk.story.shell(OMAR), {
      ...MAC_PROGRAMS.mysqldump,
      args: ['mysqldump', 'x'],
    });
    desk.story.write(other, '/Users/omar/Documents/b.sql');
    expect(desk.findings()).toMatchObject([
      { user: 'lena', files: ['/Users/lena/Documents/a.sql'] },
      { user: 'omar', files: ['/Users/omar/Documents/b.sql'] },
    ]);
  });
});

describe('no run is', () => {
  it.each<[string, Program, string]>([
    ['an app that prints its version', PROGRAMS.dbeaver, 'dbeaver --version'],
    ['an app that prints its help', MAC_PROGRAMS.beekeeper, 'beekeeper-studio --help'],
    ['a jar that prints its help', JAVA, 'java -jar /Applications/squirrel-sql.jar --help'],
    [
      'another main class with a jar among its arguments',
      JAVA,
      'java com.acme.Main -jar dbeaver.jar',
    ],
  ])('%s', (_title, program, line) => {
    const desk = new Desk();
    desk.type(program, line);
    expect(desk.findings()).toEqual([]);
  });

  it('the lock file that an office program writes beside a workbook an export', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql crm');
    const writer = desk.background(MAC_PROGRAMS.script);
    desk.story.write(writer, desk.at('Documents/~$budget.xlsx'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });
});
