import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { ListThreads } from '../../../collectors/processes/list-threads.ts';
import { threadLists } from '../../../collectors/processes/thread-lists.ts';
import { bundle, type Scripts } from '../../../pkg/executable/bundle.ts';
import { childrenLeft } from '../../collectors/processes-left.ts';
import { PROJECT } from '../../support/command.ts';

describe('the scripts of the executable', () => {
  let scripts: Scripts;
  beforeAll(async () => {
    scripts = await bundle(PROJECT);
  });

  it('are strict, compile, and are ASCII, which the boot reads them as', () => {
    const { boot, agent, listThread } = scripts;
    expect(agent).toMatch(/^\(function \(require, __non_webpack_require__\) \{"use strict";\n/);
    expect(listThread).toMatch(/^\(function \(require\) \{"use strict";\n/);
    for (const text of [agent, listThread]) expect(() => new Script(text)).not.toThrow();
    // oxlint-disable-next-line no-control-regex -- all of ASCII
    for (const text of [boot, agent, listThread]) expect(text).toMatch(/^[\0-\x7F]*$/);
  });

  it.skipIf(process.platform !== 'linux')('leave no process behind', () => {
    expect(childrenLeft().filter((command) => command.includes('esbuild'))).toEqual([]);
  });

  it('are the same every time and know nothing of where the project is', async () => {
    expect(await bundle(PROJECT)).toEqual(scripts);
    for (const text of Object.values(scripts)) expect(text).not.toContain(PROJECT);
  });

  it('import nothing when they run, and require built-in modules only', () => {
    const agent = required(scripts.agent);
    expect(agent.length).toBeGreaterThan(50);
    // systeminformation asks for these and does without.
    expect(strangers(agent)).toEqual(
      new Set(['macos-temperature-sensor', 'osx-temperature-sensor']),
    );
    const listThread = required(scripts.listThread);
    expect(listThread).toContain('node:worker_threads');
    expect(strangers(listThread)).toEqual(new Set());
    const imported = [...scripts.boot.matchAll(/^import .* from "([^"]+)";$/gm)];
    expect(new Set(imported.map(([, id]) => id))).toEqual(new Set(['node:sea', 'node:vm']));
  });
});

/** What a script requires; it imports nothing. */
function required(script: string): readonly string[] {
  const code = script.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, '');
  expect(code.match(/(?<![\w.])import\(/g)).toBeNull();
  return [...code.matchAll(/(?<![\w.])require\("([^"]+)"\)/g)].map(([, id = '']) => id);
}

function strangers(ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids.filter((id) => process.getBuiltinModule(id) === undefined));
}

it('the thread that lists processes runs as a text, where there are no files', async () => {
  const { listThread: text } = await bundle(PROJECT);
  const { list, close } = threadLists(new ListThreads({ kind: 'text', text }));
  const { processes } = await list(new AbortController().signal);
  expect(processes.map(({ pid }) => pid)).toContain(process.pid);
  await close?.();
});

it('a code cache made beforehand fits a Node that is started without any options', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-cache-'));
  try {
    const node = join(PROJECT, 'node_modules/.bin/node');
    const program = join(PROJECT, 'pkg/executable/code-cache.ts');
    writeFileSync(join(folder, 'script.js'), '(function (a) { return a + 1; })');
    const make = (name: string): Buffer => {
      execFileSync(node, ['--predictable', program, 'script.js', name], { cwd: folder, env: {} });
      return readFileSync(join(folder, name));
    };
    expect(make('first').equals(make('second'))).toBe(true);
    const look = `const [text, cachedData] = ['script.js', 'first'].map((f) => fs.readFileSync(f));
      console.log(new vm.Script(text.toString(), { cachedData }).cachedDataRejected)`;
    const told = execFileSync(node, ['-e', look], { cwd: folder, env: {}, encoding: 'utf8' });
    expect(told).toBe('false\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
