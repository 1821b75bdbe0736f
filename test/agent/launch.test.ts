import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MINIMUM_NODE } from '../../agent/runtime.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { PROJECT, spillwatch } from '../support/command.ts';

/** A Node of the system that is too old for the agent. */
function findOldNode(): string | null {
  const found = ['/usr/bin/node', '/usr/local/bin/node', '/opt/homebrew/bin/node'].find((path) => {
    if (!existsSync(path)) return false;
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim();
    return Number(version.slice(1).split('.')[0]) < MINIMUM_NODE;
  });
  return found ?? null;
}

const OLD_NODE = findOldNode();
const LAUNCHER = join(PROJECT, 'agent/launch.mjs');

describe.skipIf(OLD_NODE === null)(
  'on an old Node of the system (skipped when there is none)',
  // On a busy machine a start may take many seconds.
  { timeout: 60_000 },
  () => {
    const node = OLD_NODE ?? '';

    it.concurrent('the launcher hands over to the pinned runtime, with arguments, input and exit code', async () => {
      const [version, usage, replay] = await Promise.all([
        spillwatch(['--version'], { node, script: LAUNCHER }),
        spillwatch(['--bogus'], { node, script: LAUNCHER }),
        spillwatch(['replay', '-'], { node, script: LAUNCHER, input: 'junk\n' }),
      ]);
      expect(version).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
      expect(usage).toEqual({ code: 64, out: '', err: "error: unknown option '--bogus'\n" });
      expect(replay.err).toContain('dropped=1 (bad-json 1)');
    });

    it.concurrent('the launcher refuses in one line when there is no pinned runtime', async () => {
      const project = mkdtempSync(join(tmpdir(), 'spillwatch-launch-'));
      try {
        mkdirSync(join(project, 'agent'));
        cpSync(LAUNCHER, join(project, 'agent/launch.mjs'));
        const { code, out, err } = await spillwatch(['replay', '-'], {
          node,
          script: join(project, 'agent/launch.mjs'),
        });
        expect({ code, out }).toEqual({ code: 1, out: '' });
        expect(err).toMatch(
          new RegExp(`^spillwatch needs Node ${MINIMUM_NODE} or newer [^\\n]+\\n$`),
        );
      } finally {
        rmSync(project, { recursive: true, force: true });
      }
    });

    // Node before 22.18 cannot read TypeScript at all and says so itself; what counts is that nothing native is loaded.
    it.concurrent('the program itself is not started: no output, no crash', async () => {
      const { code, out, err } = await spillwatch(['--version'], { node });
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).not.toContain('better-sqlite3');
      expect(err).not.toContain('better_sqlite3');
    });
  },
);

describe('on the pinned runtime', () => {
  it('the launcher is the program', async () => {
    const { code, out } = await spillwatch(['--version'], { script: LAUNCHER });
    expect({ code, out }).toEqual({ code: 0, out: `${packageJson.version}\n` });
  });
});
