import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programOf, programOfCommandLine } from '../../../agent/context/program.ts';
import { execOf, processOf, programOfWords } from '../../support/executions.ts';

describe('a program of its own', () => {
  it('is named by its executable and loses its own name from the arguments', () => {
    expect(programOfWords(['/opt/homebrew/bin/psql', '-c', 'select 1', '-o', 'x y.csv'])).toEqual({
      name: 'psql',
      path: '/opt/homebrew/bin/psql',
      module: null,
      args: ['-c', 'select 1', '-o', 'x y.csv'],
      isInterpreted: false,
    });
  });

  it('is not what its first argument claims to be', () => {
    const exec = execOf(['/tmp/tool', 'x']);
    expect(programOf({ ...exec, args: ['psql', 'x'] })).toMatchObject({
      name: 'tool',
      path: '/tmp/tool',
      args: ['x'],
    });
  });

  it('may come without arguments', () => {
    expect(programOf({ ...execOf(['/tmp/tool']), args: [] }).args).toEqual([]);
  });

  it.each(['/opt/bin/pythonic', '/opt/bin/nodemon', '/opt/bin/zshell', '/opt/bin/python-config'])(
    '%s is no interpreter',
    (path) => {
      expect(programOfWords([path, '/opt/bin/aws'])).toMatchObject({ path, isInterpreted: false });
    },
  );
});

describe('an interpreter', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['/usr/bin/python3 /opt/bin/aws s3 ls', 'aws', '/opt/bin/aws', ['s3', 'ls']],
    ['/opt/bin/python3.13 /opt/bin/pgcli -h db', 'pgcli', '/opt/bin/pgcli', ['-h', 'db']],
    ['/opt/Python.app/Contents/MacOS/Python /opt/bin/mycli', 'mycli', '/opt/bin/mycli', []],
    ['/opt/bin/pythonw gsutil.py -m cp', 'gsutil', 'gsutil.py', ['-m', 'cp']],
    ['/bin/bash ./transfer.sh x.csv', 'transfer', './transfer.sh', ['x.csv']],
    ['/bin/zsh -f script.zsh a', 'script', 'script.zsh', ['a']],
    ['/opt/bin/node --max-old-space-size=4096 cli.js a', 'cli', 'cli.js', ['a']],
    ['/opt/bin/node -r ts-node cli.mjs a', 'cli', 'cli.mjs', ['a']],
    ['/usr/bin/ruby -W0 tool.rb', 'tool', 'tool.rb', []],
    ['/usr/bin/perl tool.pl -x', 'tool', 'tool.pl', ['-x']],
    ['/opt/bin/python3 -u -W ignore -X dev tool.py', 'tool', 'tool.py', []],
    ['/bin/bash -o pipefail script.sh a', 'script', 'script.sh', ['a']],
    // Options of Python that take no value, unlike those of the same letter elsewhere.
    ['/opt/bin/python3 -I /opt/bin/pgcli -h db', 'pgcli', '/opt/bin/pgcli', ['-h', 'db']],
    ['/opt/bin/python3 -O /opt/bin/pgcli -h db', 'pgcli', '/opt/bin/pgcli', ['-h', 'db']],
  ])('runs the script of %s', (line, name, path, args) => {
    expect(programOfWords(line.split(' '))).toEqual({
      name,
      path,
      module: null,
      args,
      isInterpreted: true,
    });
  });

  it.each<[string, string, readonly string[]]>([
    ['/opt/bin/python3 -m azure.cli storage list', 'azure.cli', ['storage', 'list']],
    ['/opt/bin/python3 -u -m pgcli', 'pgcli', []],
    ['/opt/bin/python3 -W ignore -m pgcli -h', 'pgcli', ['-h']],
    ['/opt/bin/python3 -I -m pgcli', 'pgcli', []],
    ['/opt/bin/python3 -Im azure.cli storage list', 'azure.cli', ['storage', 'list']],
    ['/opt/bin/python3 -sm pgcli', 'pgcli', []],
  ])('runs the module of %s', (line, module, args) => {
    expect(programOfWords(line.split(' '))).toMatchObject({
      name: module,
      module,
      args,
      isInterpreted: true,
    });
  });

  it.each([
    [['/bin/bash', '-c', '/opt/homebrew/bin/psql']],
    [['/bin/bash', '-lc', '/opt/homebrew/bin/psql']],
    [['/bin/zsh', '-lic', 'which /opt/homebrew/bin/psql']],
    [['/bin/sh', '-ec', 'ls /opt/homebrew/bin/psql']],
    [['/opt/bin/node', '-e', 'code', '/opt/bin/aws']],
    [['/opt/bin/node', '--eval', 'code', '/opt/bin/aws']],
    [['/usr/bin/perl', '-ne', 'print', '/opt/bin/aws']],
    [['/opt/bin/python3']],
    [['/opt/bin/python3', '-m']],
    [['/opt/bin/python3', '--version']],
    [['/bin/zsh', '-l']],
  ])('runs no script: %j', (words) => {
    expect(programOfWords(words)).toMatchObject({ path: words[0], isInterpreted: false });
  });

  it('runs the script that the kernel names, wherever it stands among the arguments', () => {
    const exec = execOf(['/bin/bash', '-e', './mega-put', 'x.csv'], {
      script: '/opt/bin/mega-put',
    });
    expect(programOf(exec)).toEqual({
      name: 'mega-put',
      path: '/opt/bin/mega-put',
      module: null,
      args: ['x.csv'],
      isInterpreted: true,
    });
  });
});

describe('a script that stands in place of its interpreter', () => {
  it.each([
    ['its name', 'aws'],
    ['its path', '/opt/homebrew/bin/aws'],
  ])('is the first of its arguments, by %s', (_, first) => {
    const process = processOf({ executable: '/opt/homebrew/bin/python3.13' });
    const exec = execOf([first, 's3', 'cp', 'aws', 's3://b'], {
      process,
      script: '/opt/homebrew/bin/aws',
    });
    expect(programOf(exec)).toMatchObject({ name: 'aws', args: ['s3', 'cp', 'aws', 's3://b'] });
  });
});

describe('a command line in a process list', () => {
  it.each<[string, string, readonly string[]]>([
    ['/opt/bin/psql', '/opt/bin/psql -h db -c  x', ['-h', 'db', '-c', 'x']],
    [
      '/Applications/DB App.app/Contents/MacOS/DB App',
      '/Applications/DB App.app/Contents/MacOS/DB App --flag',
      ['--flag'],
    ],
    ['/opt/bin/psql', 'psql -h db', ['-h', 'db']],
    ['/opt/bin/psql', '', []],
    ['/opt/bin/psql', '/opt/bin/psql', []],
  ])('of %s: %s', (executable, commandLine, args) => {
    expect(programOfCommandLine('name', executable, commandLine)).toEqual({
      name: 'name',
      path: executable,
      module: null,
      args,
      isInterpreted: false,
    });
  });

  it.each([
    ['/opt/bin/python3.13', '/opt/bin/python3.13 /opt/homebrew/bin/pgcli -h db', 'pgcli'],
    [
      '/opt/Python.app/Contents/MacOS/Python',
      '/opt/Python.app/Contents/MacOS/Python /opt/homebrew/bin/mycli',
      'mycli',
    ],
    ['/opt/bin/python3', 'python3 -m pgcli -h db', 'pgcli'],
  ])('is seen through an interpreter as well: %s, %s', (executable, commandLine, name) => {
    const own = executable.slice(executable.lastIndexOf('/') + 1);
    expect(programOfCommandLine(own, executable, commandLine)).toMatchObject({
      name,
      isInterpreted: true,
    });
  });
});

describe('the arguments', () => {
  it('are kept up to 2048 words, the own name included', () => {
    const words = ['/opt/bin/tool', ...Array.from({ length: 5000 }, (_, index) => `${index}`)];
    expect(programOfWords(words).args).toHaveLength(2047);
  });

  it('are kept up to 256 KiB, and whole words only', () => {
    const word = 'x'.repeat(100 * 1024);
    expect(programOfWords(['/opt/bin/tool', word, word, word, 'y']).args).toEqual([word, word]);
    expect(
      programOfCommandLine('tool', '/opt/bin/tool', `/opt/bin/tool ${word} ${word} ${word}`).args,
    ).toEqual([word, word]);
  });

  it('whatever they are never make it throw', () => {
    const name = fc.constantFrom('/bin/bash', '/opt/bin/python3', '/opt/bin/node', '/opt/bin/psql');
    const word = fc.oneof(fc.constantFrom('-m', '-c', '-W', '--', '-', ''), fc.string());
    fc.assert(
      fc.property(name, fc.array(word), fc.option(fc.string()), (path, args, script) => {
        const program = programOf(execOf([path, ...args], { script }));
        expect(program.args.length).toBeLessThanOrEqual(args.length);
      }),
    );
  });
});
