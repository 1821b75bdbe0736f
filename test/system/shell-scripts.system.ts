/** Every shell script of the project, found by its name or its first line, as ShellCheck and other shells read it. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../support/command.ts';
import { projectFiles } from './project-files.ts';

const SHEBANG = /^#!\s*\/(?:\S*\/)?(?:env\s+)?(?:ba|da|k)?sh\b/;

function firstBytes(path: string): string {
  const file = openSync(join(PROJECT, path), 'r');
  try {
    const bytes = Buffer.alloc(128);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/** One arm of a `case`, for people to put into a script of others. */
const FRAGMENTS: ReadonlySet<string> = new Set(['pkg/admin/installomator/spillwatch.sh']);

const SCRIPTS = projectFiles().filter(
  (path) => !FRAGMENTS.has(path) && (path.endsWith('.sh') || SHEBANG.test(firstBytes(path))),
);

function said(
  program: string,
  args: readonly string[],
  input = '',
): readonly [number | null, string] {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: PROJECT,
    encoding: 'utf8',
    input,
  });
  return [status, stdout + stderr];
}

it('those that matter are found', () => {
  const known = ['preinstall', 'postinstall', 'uninstall'].map((name) => `pkg/scripts/${name}`);
  const all = ['.ci/run', 'pkg/mac-acceptance.sh', ...known];
  expect(all.filter((path) => !SCRIPTS.includes(path))).toEqual([]);
});

it.each(SCRIPTS)('%s has nothing that ShellCheck would mend', (path) => {
  expect(said('/usr/bin/shellcheck', ['--format=gcc', path])).toEqual([0, '']);
});

it.each([...FRAGMENTS])('%s is an arm of a case, with variables for others', (path) => {
  const arm = readFileSync(join(PROJECT, path), 'utf8');
  const args = ['--shell=bash', '--exclude=SC2034', '--format=gcc', '-'];
  expect(said('/usr/bin/shellcheck', args, `case $1 in\n${arm}esac\n`)).toEqual([0, '']);
});

describe('the scripts of the package', () => {
  const ours = SCRIPTS.filter((path) => path.startsWith('pkg/scripts/'));

  it.each(ours)('%s is POSIX shell', (path) => {
    expect(said('/usr/bin/shellcheck', ['--shell=sh', '--format=gcc', path])).toEqual([0, '']);
    for (const shell of ['/bin/dash', '/bin/busybox', '/bin/bash']) {
      const args = shell === '/bin/busybox' ? ['sh'] : shell === '/bin/bash' ? ['--posix'] : [];
      expect(said(shell, [...args, '-n', path])).toEqual([0, '']);
    }
  });
});
