import { describe, expect, it } from 'vitest';
import { DatabaseTools, plainSigningId } from '../../../agent/context/database-tool.ts';
import { programOf, programOfCommandLine } from '../../../agent/context/program.ts';
import type { Process } from '../../../collectors/event.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';
import { execOf, processOf } from '../../support/executions.ts';

const tools = new DatabaseTools(loadCatalogue().databaseTools);

/** What the sensor says of a program that is started with these words, the first of which is its path. */
function started(words: readonly string[], given: Partial<Process> = {}): string | null {
  const process = processOf({ executable: words[0] ?? '', ...given });
  return tools.identify(process, programOf(execOf(words, { process })))?.name ?? null;
}

/** What a process list says: path and command line, nothing signed. */
function listed(path: string, commandLine = path): string | null {
  const process = processOf({ executable: path, pidversion: null });
  return (
    tools.identify(process, programOfCommandLine(process.name, path, commandLine))?.name ?? null
  );
}

const app = (bundle: string, name: string): string =>
  `/Applications/${bundle}.app/Contents/MacOS/${name}`;

type Gui = readonly [string, string, string, string];

const GUI: readonly Gui[] = [
  ['DBeaver', 'org.jkiss.dbeaver.core.product', '42B6MDKMW8', app('DBeaver', 'dbeaver')],
  [
    'Beekeeper Studio',
    'io.beekeeperstudio.desktop',
    '7KK583U8H2',
    app('Beekeeper Studio', 'Beekeeper Studio'),
  ],
  ['TablePlus', 'com.tinyapp.TablePlus', '3X57WP8E8V', app('TablePlus', 'TablePlus')],
  ['Sequel Ace', 'com.sequel-ace.sequel-ace', 'NKQ4HJ66PX', app('Sequel Ace', 'Sequel Ace')],
  ['DataGrip', 'com.jetbrains.datagrip', '2ZEFAR8TH3', app('DataGrip', 'datagrip')],
  [
    'Navicat Premium',
    'com.navicat.NavicatPremium',
    'VH7G2MRF27',
    app('Navicat Premium', 'Navicat Premium'),
  ],
  ['pgAdmin 4', 'org.pgadmin.pgadmin4', 'TCHGL2R7C5', app('pgAdmin 4', 'pgAdmin 4')],
  [
    'MySQL Workbench',
    'com.oracle.workbench.MySQLWorkbench',
    'VB5E2TV963',
    app('MySQLWorkbench', 'MySQLWorkbench'),
  ],
  ['DbVisualizer', 'com.dbvis.DbVisualizer', 'U9TP5KYV49', app('DbVisualizer', 'DbVisualizer')],
  ['DbGate', 'org.dbgate', '79WVL87KXQ', app('DbGate', 'DbGate')],
  [
    'MongoDB Compass',
    'com.mongodb.compass',
    '4XWMY46275',
    app('MongoDB Compass', 'MongoDB Compass'),
  ],
  [
    'Azure Data Studio',
    'com.azuredatastudio.oss',
    'UBF8T346G9',
    app('Azure Data Studio', 'Electron'),
  ],
  [
    'DB Browser for SQLite',
    'net.sourceforge.sqlitebrowser',
    'C34AV33YLK',
    app('DB Browser for SQLite', 'DB Browser for SQLite'),
  ],
];

const COMMANDS = (
  'psql mysql mariadb mongosh mongo sqlplus sqlcmd ' +
  'pg_dump pg_dumpall mysqldump mariadb-dump mongodump mongoexport'
).split(' ');

describe('a graphical client', () => {
  it.each(GUI)('%s is known by its signing id, wherever it lies', (name, signingId, teamId) => {
    expect(started(['/private/tmp/renamed'], { signingId, teamId })).toBe(name);
  });

  it.each(GUI)('%s is known by its path alone, as a process list shows it', (name, _, __, path) => {
    expect(listed(path)).toBe(name);
    expect(listed(path.replace('/Applications', '/Users/maria/Applications'))).toBe(name);
  });

  it.each(GUI)('%s of another team is something else', (_, __, ___, path) => {
    expect(started([path], { signingId: 'com.example.other', teamId: 'ZZZZZZZZZZ' })).toBeNull();
  });

  it('is known by its path when the signature names the team but an id that nobody knows', () => {
    expect(
      started([app('DBeaver', 'dbeaver')], {
        signingId: 'org.jkiss.dbeaver.next',
        teamId: '42B6MDKMW8',
      }),
    ).toBe('DBeaver');
  });

  it.each([
    [app('SQuirreLSQL', 'SQuirreLSQL'), 'SQuirreL SQL'],
    [app('SQuirreL SQL', 'launcher'), 'SQuirreL SQL'],
    [app('DBeaver Ultimate', 'dbeaver'), 'DBeaver'],
    [app('MongoDB Compass Readonly', 'MongoDB Compass Readonly'), 'MongoDB Compass'],
    [app('Postico 2', 'Postico 2'), 'Postico'],
  ])('%s is %s', (path, name) => {
    expect(listed(path)).toBe(name);
  });

  it.each<[string, Partial<Process>]>([
    [app('NotePlus', 'NotePlus'), { signingId: 'com.tableplus.NotePlus', teamId: '3X57WP8E8V' }],
    [
      app('Visual Studio Code', 'Electron'),
      { signingId: 'com.microsoft.VSCode', teamId: 'UBF8T346G9' },
    ],
    [app('IntelliJ IDEA', 'idea'), { signingId: 'com.jetbrains.intellij', teamId: '2ZEFAR8TH3' }],
    [app('Notes', 'Notes'), { signingId: 'com.apple.Notes', isPlatformBinary: true }],
    ['/Users/maria/DBeaver.app.zip/tool', {}],
    ['/Users/maria/MyDBeaver.app/Contents/MacOS/run', {}],
    ['/Applications/DBeaver.app/Contents/Eclipse/jre/Contents/Home/bin/jspawnhelper', {}],
  ])('is not %s', (path, given) => {
    expect(started([path], given)).toBeNull();
  });

  it.each([
    [
      'Beekeeper Studio',
      'Beekeeper Studio Helper (Renderer)',
      'io.beekeeperstudio.desktop.helper.Renderer',
      '7KK583U8H2',
    ],
    ['MongoDB Compass', 'MongoDB Compass Helper', 'com.mongodb.compass.helper', '4XWMY46275'],
    [
      'Azure Data Studio',
      'Azure Data Studio Helper',
      'com.azuredatastudio.oss.helper',
      'UBF8T346G9',
    ],
  ])('%s is not run anew by its helper', (bundle, helper, signingId, teamId) => {
    const path = `/Applications/${bundle}.app/Contents/Frameworks/${helper}.app/Contents/MacOS/${helper}`;
    expect(started([path], { signingId, teamId })).toBeNull();
    expect(listed(path)).toBeNull();
  });
});

describe('a command line client', () => {
  it.each(COMMANDS)(
    '%s is known by its signing id, with and without a hash, under any name',
    (name) => {
      expect(started(['/tmp/harmless', '-h', 'db'], { signingId: name })).toBe(name);
      expect(
        started(['/tmp/harmless', '-h', 'db'], { signingId: `${name}-555549440f4a8c1b` }),
      ).toBe(name);
    },
  );

  it.each(COMMANDS)('%s is known by its path alone', (name) => {
    expect(listed(`/opt/homebrew/bin/${name}`, `${name} -h db`)).toBe(name);
    expect(started([`/usr/local/bin/${name}`], { signingId: 'a.out' })).toBe(name);
  });

  it.each(COMMANDS)('%s is not a platform binary of that name', (name) => {
    const given = { signingId: `com.apple.${name}`, isPlatformBinary: true };
    expect(started([`/usr/bin/${name}`], given)).toBeNull();
  });

  it.each(COMMANDS)('%s does not run when it only tells its version or its help', (name) => {
    for (const question of ['--version', '--help', '-V', '-?']) {
      expect(started([`/opt/bin/${name}`, question], { signingId: name })).toBeNull();
      expect(started([`/opt/bin/${name}`, '-h', 'db', question])).toBeNull();
      expect(listed(`/opt/bin/${name}`, `/opt/bin/${name} ${question}`)).toBeNull();
    }
  });

  it('does not run for one topic of its help', () => {
    expect(started(['/opt/bin/psql', '--help=commands'])).toBeNull();
  });

  it('runs when an argument only holds such a word', () => {
    expect(started(['/opt/bin/psql', '-c', 'select 1 -- --version'])).toBe('psql');
    expect(started(['/opt/bin/mysql', '--versionless'])).toBe('mysql');
  });

  it.each<[readonly string[]]>([
    [['pg_dump', '-f', '--help', 'crm']],
    [['mysqldump', '--result-file', '--version', 'shop']],
    [['mongoexport', '-c', 'people', '-o', '--help']],
    [['mysqldump', 'shop', '--', '--help']],
  ])('runs when a file or an operand is only called like a question: %j', ([name, ...args]) => {
    expect(started([`/opt/bin/${name}`, ...args])).toBe(name);
    expect(started(['/opt/bin/psql', '-v', 'x=1'])).toBe('psql');
  });

  it.each([
    ['psql-17', 'psql'],
    ['psql17', 'psql'],
    ['psql-17.6', 'psql'],
    ['pg_dump-16', 'pg_dump'],
    ['pg_dumpall-9.6.24', 'pg_dumpall'],
    ['mysql8', 'mysql'],
    ['mysqldump84', 'mysqldump'],
    ['MySQL', 'mysql'],
    ['db2', 'db2'],
  ])('may have its version in its name: %s is %s', (name, tool) => {
    expect(started([`/opt/bin/${name}`])).toBe(tool);
    expect(listed(`/opt/bin/${name}`)).toBe(tool);
  });

  it.each([
    'sqlite3',
    'mysqld',
    'mysqld_safe',
    'mariadbd',
    'postgres',
    'pg_ctl',
    'pg_restore',
    'mongod',
    'redis-server',
    'psqlodbc',
    'psql-helper',
    'my-psql',
    'mysql_config',
    'mysqladmin',
    'pg_dump2csv',
    'constructor',
  ])('is not %s', (name) => {
    expect(started([`/opt/bin/${name}`], { signingId: name })).toBeNull();
    expect(listed(`/opt/bin/${name}`)).toBeNull();
  });

  it('is not a file that has the name of one as a folder', () => {
    expect(started(['/opt/homebrew/opt/psql/bin/other'])).toBeNull();
  });

  it('keeps its own name inside the bundle of an app', () => {
    const path = app('MySQLWorkbench', 'mysqldump');
    expect(started([path, 'shop'], { signingId: 'mysqldump', teamId: 'VB5E2TV963' })).toBe(
      'mysqldump',
    );
    expect(started(['/Applications/pgAdmin 4.app/Contents/SharedSupport/pg_dump', 'shop'])).toBe(
      'pg_dump',
    );
  });
});

describe('a name that other tools share', () => {
  it.each<[readonly string[], string]>([
    [['/opt/bin/snow', 'sql', '-q', 'select 1'], 'Snowflake CLI'],
    [['/opt/homebrew/Cellar/snowflake-cli/3.1/bin/snow', 'connection', 'test'], 'Snowflake CLI'],
    [['/opt/bin/sql', '/nolog'], 'SQLcl'],
    [['/opt/homebrew/Caskroom/sqlcl/25.2/bin/sql', 'hr@db'], 'SQLcl'],
    [['/opt/bin/bq', 'extract', 'a.b', 'gs://c'], 'bq'],
    [['/opt/google-cloud-sdk/bin/bq', 'ls'], 'bq'],
    [['/opt/bin/influx', 'query', 'x'], 'influx'],
    [['/opt/bin/cockroach', 'sql', '--url', 'x'], 'cockroach'],
    [['/opt/bin/clickhouse', 'client'], 'ClickHouse'],
  ])('with its second feature is a tool: %j', (words, tool) => {
    expect(started(words)).toBe(tool);
  });

  it.each<[readonly string[]]>([
    [['/opt/bin/snow', '--flakes']],
    [['/opt/bin/snow']],
    [['/opt/bin/sql', 'lint.sql']],
    [['/opt/bin/bq', '--help-me']],
    [['/opt/bin/influx', 'ping']],
    [['/opt/bin/cockroach', 'start', '--insecure']],
    [['/opt/bin/clickhouse', 'server']],
  ])('without it is none: %j', (words) => {
    expect(started(words)).toBeNull();
  });

  // The ad hoc id of a binary is its name: it says no more than the name does.
  it.each<[readonly string[]]>([
    [['/opt/bin/influx', 'ping']],
    [['/opt/bin/cockroach', 'start', '--insecure']],
    [['/opt/bin/clickhouse', 'server']],
  ])('without it is none either when it is signed ad hoc: %j', (words) => {
    const name = (words[0] ?? '').split('/').at(-1) ?? '';
    expect(started(words, { signingId: name })).toBeNull();
  });
});

describe('a Java client', () => {
  it.each([
    ['-jar /opt/squirrel-sql.jar', 'SQuirreL SQL'],
    ['-Xmx1g -Dx=y -jar /opt/SQuirreL-SQL-4.8.0.jar --log', 'SQuirreL SQL'],
    ['-cp /opt/a.jar:/opt/b.jar net.sourceforge.squirrel_sql.client.Main', 'SQuirreL SQL'],
    ['--class-path x -XstartOnFirstThread org.jkiss.dbeaver.core.Main', 'DBeaver'],
    [
      '--module-path x --add-opens java.base/x=ALL com.onseven.dbvis.DbVisualizerGUI',
      'DbVisualizer',
    ],
    ['-jar /opt/sqlline-1.12.jar -u x', 'sqlline'],
    ['-p x -m squirrel/net.sourceforge.squirrel_sql.client.Main', 'SQuirreL SQL'],
    ['--module=squirrel/net.sourceforge.squirrel_sql.client.Main', 'SQuirreL SQL'],
    [
      '--add-reads a=b --limit-modules java.sql --patch-module a=b -jar squirrel-sql.jar',
      'SQuirreL SQL',
    ],
  ])('is known by its jar or main class: java %s', (args, tool) => {
    const words = ['/opt/jdk/bin/java', ...args.split(' ')];
    expect(started(words, { signingId: 'net.java.openjdk.java' })).toBe(tool);
    expect(listed('/opt/jdk/bin/java', words.join(' '))).toBe(tool);
  });

  it.each([
    '-jar minecraft.jar',
    '-jar minecraft.jar -jar squirrel-sql.jar',
    '-cp squirrel-sql.jar com.example.Main',
    '-cp x com.example.Main org.jkiss.dbeaver.core.Main',
    '-cp x my.org.jkiss.dbeaver.Main',
    '-m squirrel org.jkiss.dbeaver.core.Main',
    '-m x/com.example.Main -jar squirrel-sql.jar',
    '-jar',
    '-version',
    '',
  ])('is not java %s', (args) => {
    expect(started(['/opt/jdk/bin/java', ...args.split(' ')])).toBeNull();
  });

  it('needs java itself', () => {
    expect(started(['/opt/jdk/bin/javac', '-jar', 'squirrel-sql.jar'])).toBeNull();
    expect(started(['/opt/bin/unzip', '-jar', 'squirrel-sql.jar'])).toBeNull();
  });
});

describe('a script', () => {
  const python = { signingId: 'python3.13-5555494466d1f0', teamId: null };

  it.each(['pgcli', 'mycli', 'litecli'])('%s is known by its name', (name) => {
    expect(started(['/opt/bin/python3.13', `/opt/homebrew/bin/${name}`, '-h', 'db'], python)).toBe(
      name,
    );
    expect(started(['/opt/bin/python3', '-m', name], python)).toBe(name);
    expect(started([`/opt/homebrew/bin/${name}`])).toBe(name);
  });

  it.each(['pgcli', 'mycli'])('%s is known in a process list, where Python runs it', (name) => {
    const path = '/opt/Python.app/Contents/MacOS/Python';
    expect(listed(path, `${path} /opt/homebrew/bin/${name} -h db`)).toBe(name);
  });

  it('is found by name although Apple signed the interpreter', () => {
    const apple = { signingId: 'com.apple.python3', isPlatformBinary: true };
    expect(started(['/usr/bin/python3', '/opt/bin/pgcli'], apple)).toBe('pgcli');
  });

  it.each<[readonly string[]]>([
    [['/opt/bin/python3', '/opt/bin/pgcli', '--version']],
    [['/opt/bin/python3', '/opt/bin/pgcli', '--help']],
    [['/opt/bin/python3', 'report.py', 'pgcli']],
    [['/opt/bin/python3', '-c', 'import pgcli']],
    [['/bin/bash', '-c', 'psql -h db']],
    [['/bin/bash', '-lc', '/opt/homebrew/bin/psql']],
    [['/bin/zsh', '-lc', 'which /opt/homebrew/bin/psql']],
    [['/opt/bin/pip', 'install', 'pgcli']],
  ])('is none: %j', (words) => {
    expect(started(words, python)).toBeNull();
  });

  it('is not known by the signature of its interpreter', () => {
    expect(started(['/opt/bin/python3', 'report.py'], { signingId: 'psql' })).toBeNull();
  });
});

describe('a signing id', () => {
  it.each([
    ['org.RedisLabs.RedisInsight-V3', 'Redis Insight'],
    ['org.RedisLabs.RedisInsight-V9', 'Redis Insight'],
    ['org.RedisLabs.RedisInsight', 'Redis Insight'],
    ['org.RedisLabs.Other', null],
    ['com.org.RedisLabs.RedisInsight-V3', null],
    ['com.sequel-ace.sequel-ace-beta', 'Sequel Ace'],
    ['com.sequel-ace.sequel-ace-gamma', null],
    ['com.jetbrains.datagrip.extra', null],
    ['psql.evil', null],
    ['', null],
    ['__proto__', null],
  ])('%j belongs to %s', (signingId, tool) => {
    expect(started(['/tmp/tool'], { signingId })).toBe(tool);
  });

  it.each([
    ['pg_dump-555549440f4a8c1b', 'pg_dump'],
    ['psql-DEADBEEF', 'psql'],
    ['psql-17', 'psql-17'],
    ['mariadb-dump', 'mariadb-dump'],
    ['mariadb-dump-55554944aa0b', 'mariadb-dump'],
    ['pg_dump-5555494', 'pg_dump-5555494'],
    ['com.sequel-ace.sequel-ace', 'com.sequel-ace.sequel-ace'],
  ])('%s without the hash of an ad hoc signature is %s', (id, plain) => {
    expect(plainSigningId(id)).toBe(plain);
  });

  it('beats the bundle and the name', () => {
    expect(started([app('DBeaver', 'dbeaver')], { signingId: 'com.tinyapp.TablePlus' })).toBe(
      'TablePlus',
    );
    expect(started(['/opt/bin/mysql'], { signingId: 'psql' })).toBe('psql');
  });
});
