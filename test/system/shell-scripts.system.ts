import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../support/command.ts';

const SCRIPTS = execFileSync('git', ['ls-files', '-z', 'pkg'], {
  cwd: PROJECT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '' && isShell(path));

it('the shell scripts of the packaging are found', () => {
  expect(SCRIPTS).toContain('pkg/mac-acceptance.sh');
});

it.each(SCRIPTS)('shellcheck has no word about %s', (path) => {
  const { status, stdout, stderr } = spawnSync('shellcheck', [path], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
});

function isShell(path: string): boolean {
  return /^#!(?:\/usr)?\/bin\/(?:env )?(?:ba|z|da)?sh\b/.test(
    readFileSync(join(PROJECT, path), { encoding: 'latin1' }).slice(0, 64),
  );
}
