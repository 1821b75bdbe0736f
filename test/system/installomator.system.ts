/** The label as zsh reads it in Installomator's case statement. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PRODUCT } from '../../pkg/product.ts';
import { adminText } from '../pkg/admin/admin-files.ts';

it.each([
  ['arm64', 'spillwatch-[0-9.]*-arm64.pkg'],
  ['i386', 'spillwatch-[0-9.]*-x86_64.pkg'],
])('the label on %s sets what Installomator asks for', (processor, archive) => {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-label-'));
  const arch = join(folder, 'arch');
  writeFileSync(arch, `#!/bin/sh\necho ${processor}\n`, { mode: 0o755 });
  const script = `
    downloadURLFromGit() { echo "url of $1 $2 $archiveName"; }
    versionFromGit() { echo "version of $1 $2"; }
    label=spillwatch
    case $label in
    ${adminText('installomator/spillwatch.sh').replaceAll('/usr/bin/arch', arch)}
    *) exit 9 ;;
    esac
    print -rl -- "$name" "$type" "$packageID" "$downloadURL" "$appNewVersion" "$expectedTeamID" "$blockingProcesses"`;
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual([
    PRODUCT.name,
    'pkg',
    PRODUCT.identifier,
    `url of OWNER spillwatch ${archive}`,
    'version of OWNER spillwatch',
    'TEAMID',
    'NONE',
  ]);
});
