import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layOut } from '../../pkg/executable/lay-out.ts';
import { makeExecutable } from '../../pkg/executable/make.ts';
import { type Target, targetOf } from '../../pkg/executable/target.ts';
import { type Ended, EXECUTABLE_VARIABLE, PROJECT } from '../support/command.ts';

/** The single executable for this machine in its bundle. From now on it is what `spillwatch` and `RunningAgent` start. */
export interface BuiltExecutable {
  readonly program: string;
  /** Folder of the bundle. */
  readonly bundle: string;
  readonly remove: () => void;
}

/** Makes one, unless one was given for all tests. */
export async function builtExecutable(): Promise<BuiltExecutable> {
  const given = process.env[EXECUTABLE_VARIABLE];
  if (given !== undefined)
    return { program: given, bundle: join(dirname(given), '../..'), remove: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-built-'));
  const bundle = join(folder, 'Spillwatch.app');
  const executable = await makeExecutable(PROJECT, thisMachine(), folder);
  const program = layOut(PROJECT, thisMachine(), { executable, folder: bundle });
  process.env[EXECUTABLE_VARIABLE] = program;
  return {
    program,
    bundle,
    remove: () => {
      delete process.env[EXECUTABLE_VARIABLE];
      rmSync(folder, { recursive: true });
    },
  };
}

export function thisMachine(): Target {
  const target = targetOf(process.platform, process.arch);
  if (target === null) throw new Error('no executable can be made for this machine');
  return target;
}

export interface Call {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** User and group to run as. */
  readonly uid?: number;
  readonly input?: string;
}

/** Runs any program with nothing but `PATH` and `env` in its environment. */
export function called(
  program: string,
  args: readonly string[],
  { env = {}, cwd, uid, input = '' }: Call = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: '/usr/bin:/bin', ...env },
      ...(uid !== undefined && { uid, gid: uid }),
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
