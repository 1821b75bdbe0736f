import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { PROJECT } from '../../support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What code prints that runs behind `spillwatch --version`, from a shell that lets everybody write what it makes. */
function behindStart(code: string): string {
  const start = pathToFileURL(join(PROJECT, 'agent/commands/start.ts'));
  const lines = pathToFileURL(join(PROJECT, 'agent/deliver/transports/lines-file.ts'));
  const script = `import { start } from '${start.href}'; import { LinesFile } from '${lines.href}';
    await start(['--version']); ${code}`;
  const { stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', 'umask 000; exec "$@"', 'sh', join(PROJECT, 'node_modules/.bin/node'), '-e', script],
    { encoding: 'utf8', cwd: folder },
  );
  expect(stderr).toBe('');
  return stdout.split('\n').slice(1).join('\n');
}

it('what any verb makes is for its owner alone, whatever the shell says', () => {
  expect(behindStart('console.log(process.umask().toString(8))')).toBe('77\n');
});

it('a destination that is a file has mode 0640 all the same, for the collector that reads it', () => {
  const path = join(folder, 'findings.jsonl');
  behindStart(`await (await LinesFile.open('${path}')).close()`);
  expect((statSync(path).mode & 0o777).toString(8)).toBe('640');
});
