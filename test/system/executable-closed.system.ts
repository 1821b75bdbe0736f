/**
 * Whoever can start the executable has what it is granted, so nothing that is typed or set may make it run anything but the
 * agent. Each attempt is also tried on a plain Node.js, where it succeeds.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { EXECUTABLE_VARIABLE, PROJECT } from '../support/command.ts';
import { HttpStage } from '../support/http-stage.ts';
import { type BuiltExecutable, builtExecutable, called } from './built-executable.ts';
import { makeSite, NODE, RunningAgent } from './running-agent.ts';
import { until } from './until.ts';

const VERSION = { code: 0, out: `${packageJson.version}\n`, err: '' };

let built: BuiltExecutable;
let folder: string;
let evil: string;
let mark: string;
beforeAll(async () => {
  built = await builtExecutable();
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-closed-'));
  mark = join(folder, 'evil-was-here');
  evil = join(folder, 'evil.js');
  writeFileSync(evil, `require('node:fs').writeFileSync(${JSON.stringify(mark)}, 'x');\n`);
});
afterAll(() => {
  built.remove();
  rmSync(folder, { recursive: true });
});

/** Whether the evil script ran since the last question. */
function hasRun(): boolean {
  const ran = existsSync(mark);
  rmSync(mark, { force: true });
  return ran;
}

describe('what is typed is an argument of the agent and never one of Node.js', () => {
  it.each<[string, (path: string) => readonly string[]]>([
    ['a script', (path) => [path]],
    ['a script behind an option', (path) => ['--', path]],
    ['-e', (path) => ['-e', `require(${JSON.stringify(path)})`]],
    ['--eval', (path) => [`--eval=require(${JSON.stringify(path)})`]],
    ['-p', (path) => ['-p', `require(${JSON.stringify(path)})`]],
    ['--require', (path) => ['--require', path, '-e', '0']],
    ['-r', (path) => ['-r', path, '-e', '0']],
    ['--import', (path) => ['--import', path, '-e', '0']],
  ])('%s', async (_, args) => {
    await called(NODE, args(evil));
    expect(hasRun()).toBe(true);
    const { code, out, err } = await called(built.program, args(evil));
    expect({ code, out, ran: hasRun() }).toEqual({ code: 64, out: '', ran: false });
    expect(err).toMatch(/^error: (?:unknown|too many) [^\n]*\n$/);
  });

  it.each([
    ['--inspect=0'],
    ['--inspect-brk=0'],
    ['--cpu-prof'],
    ['--build-sea=x'],
    ['--node-options=--inspect=0'],
    ['--test'],
    ['-i'],
    ['-v'],
  ])('%s', async (option) => {
    const { code, out } = await called(built.program, [option], { cwd: folder });
    expect([code, out]).toEqual([64, '']);
  });
});

describe('what is set in the environment does not steer it', () => {
  it.each(['--require', '--import'])('NODE_OPTIONS=%s runs nothing', async (option) => {
    const env = { NODE_OPTIONS: `${option} ${evil}` };
    await called(NODE, ['-e', '0'], { env });
    expect(hasRun()).toBe(true);
    expect(await called(built.program, ['--version'], { env })).toEqual(VERSION);
    expect(await called(built.program, [], { env })).toMatchObject({ code: 64, out: '' });
    expect(hasRun()).toBe(false);
  });

  it('NODE_REPL_EXTERNAL_MODULE keeps it from starting, and runs nothing', async () => {
    const env = { NODE_REPL_EXTERNAL_MODULE: evil };
    await called(NODE, [], { env });
    const { code, out, err } = await called(built.program, ['--version'], { env });
    // Node's own answer, before any script.
    expect([code, out, hasRun()]).toEqual([9, '', false]);
    expect(err).toContain('NODE_REPL_EXTERNAL_MODULE');
  });

  it('NODE_OPTIONS opens no debugger', async () => {
    const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };
    expect((await called(NODE, ['-e', '0'], { env })).err).toContain('Debugger listening');
    expect(await called(built.program, ['--version'], { env })).toEqual(VERSION);
  });

  it('NODE_PATH and HOME lend it no module', async () => {
    const env = { NODE_PATH: folder, HOME: folder };
    writeFileSync(join(folder, 'osx-temperature-sensor.js'), readFileSync(evil));
    const { code } = await called(built.program, ['demo'], { env });
    expect([code, hasRun()]).toEqual([0, false]);
  });

  it('OPENSSL_CONF names no library to load', async () => {
    const config = join(folder, 'openssl.cnf');
    writeFileSync(
      config,
      `nodejs_conf = init\n[init]\nproviders = list\n[list]\nevil = evil_part\n[evil_part]\nmodule = ${folder}/evil.so\nactivate = 1\n`,
    );
    const env = { OPENSSL_CONF: config };
    // There is no such library, so a Node that looks for it has no random numbers and gives up.
    expect((await called(NODE, ['-e', 'crypto.randomBytes(1)'], { env })).code).not.toBe(0);
    expect((await called(built.program, ['demo'], { env })).code).toBe(0);
  });

  it('PATH lends it no program, also where a library calls one by its name', async () => {
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    const script = `#!/bin/sh\n: >${mark}\n`;
    for (const name of ['ps', 'netstat', 'ss'])
      writeFileSync(join(programs, name), script, { mode: 0o755 });
    const config = join(folder, 'no-names.json');
    writeFileSync(config, JSON.stringify({ network: { resolver: false } }));
    const env = { PATH: `${programs}:/usr/bin:/bin` };
    const capture = (name: string): readonly string[] => {
      const file = join(folder, `${name}.ndjson`);
      return ['capture', file, '--seconds', '1', '--config', config];
    };
    await called(NODE, [join(PROJECT, 'agent/main.ts'), ...capture('project')], { env });
    expect(hasRun()).toBe(true);
    await called(built.program, capture('executable'), { env });
    expect(hasRun()).toBe(false);
  });

  it('NODE_V8_COVERAGE and NODE_REDIRECT_WARNINGS make it write nothing', async () => {
    const places = ['coverage', 'warnings'].map((name) => join(folder, name));
    const [NODE_V8_COVERAGE = '', NODE_REDIRECT_WARNINGS = ''] = places;
    const env = { NODE_V8_COVERAGE, NODE_REDIRECT_WARNINGS };
    await called(NODE, ['-e', 'process.emitWarning("x")'], { env });
    expect(places.filter((place) => existsSync(place))).toEqual(places);
    for (const place of places) rmSync(place, { recursive: true });
    expect((await called(built.program, ['demo'], { env })).code).toBe(0);
    expect(places.filter((place) => existsSync(place))).toEqual([]);
  });

  it('no code comes out of NODE_COMPILE_CACHE, nor goes into it', async () => {
    const script = join(folder, 'script.cjs');
    const [full, empty] = [join(folder, 'full'), join(folder, 'empty')];
    writeFileSync(script, '0');
    await called(NODE, [script], { env: { NODE_COMPILE_CACHE: full } });
    await called(built.program, ['demo'], { env: { NODE_COMPILE_CACHE: empty } });
    // The folder is made before any script begins.
    expect([filesBelow(full), filesBelow(empty)]).toEqual([1, 0]);
  });

  it.each(['NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED'])(
    '%s makes it trust nobody: CAs are in the configuration',
    async (name) => {
      const stage = new HttpStage();
      try {
        const port = await stage.https((request, response) => {
          request.resume();
          response.end();
        });
        const webhook = { type: 'webhook', url: `https://localhost:${port}/` };
        const test = (more: object): readonly string[] => {
          const text = JSON.stringify({ deliver: [{ ...webhook, ...more }] });
          return ['deliver', 'test', '--config', stage.file('config.json', text)];
        };
        const env = { [name]: name === 'NODE_EXTRA_CA_CERTS' ? stage.caFile : '0' };
        const plain = await called(NODE, [join(PROJECT, 'agent/main.ts'), ...test({})], { env });
        expect(plain.out).toContain('accepted');
        const { code, out } = await called(built.program, test({}), { env });
        expect([code, out]).toEqual([1, expect.stringContaining('set tls.caFile')]);
        const named = test({ tls: { caFile: stage.caFile } });
        expect((await called(built.program, named)).out).toContain('accepted');
      } finally {
        await stage.close();
      }
    },
  );

  it('is gone from the process, which stays the same one', async () => {
    const agent = await new RunningAgent(makeSite(), {
      wrapper: ['env', 'NODE_OPTIONS=--inspect=0', 'NODE_DEBUG=http', 'TMPDIR=/tmp', 'NO_COLOR=1'],
    }).started();
    try {
      const { pid } = await agent.report();
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      expect(environment.filter(Boolean).toSorted()).toEqual([
        'NO_COLOR=1',
        'PATH=/usr/bin:/bin:/usr/sbin:/sbin',
      ]);
      // `env` became the agent, and that became it again.
      expect(pid).toBe(agent.pid);
    } finally {
      expect((await agent.stop()).code).toBe(0);
    }
  });
});

describe('a running agent', () => {
  it('opens no debugger on SIGUSR1, and goes on', async () => {
    expect(process.env[EXECUTABLE_VARIABLE]).toBe(built.program);
    const agent = await new RunningAgent(makeSite()).started();
    try {
      process.kill(agent.pid, 'SIGUSR1');
      process.kill(agent.pid, 'SIGUSR1');
      await until('an answer', async () => (await agent.report()).pid === agent.pid);
      expect(agent.errors).not.toContain('Debugger');
      expect(listening(agent.pid)).toEqual([]);
    } finally {
      expect((await agent.stop()).code).toBe(0);
    }
  });
});

function filesBelow(place: string): number {
  return readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  ).length;
}

/** Local addresses at which the process takes TCP connections, as /proc has them. */
function listening(pid: number): readonly string[] {
  const LISTEN = '0A';
  const own = new Set(socketsOf(pid));
  return ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTEN && own.has(inode ?? ''))
      .map(([, address = '']) => address),
  );
}

/** Inodes of the sockets that the process has open. */
function socketsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
}
