import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const PROJECT = join(import.meta.dirname, '../..');

/** Path of a single executable to test in the place of the project, as `npm run executable -- --bundle DIR` lays it out. */
export const EXECUTABLE_VARIABLE = 'SPILLWATCH_EXECUTABLE';

/** The words that start `spillwatch`; with `nodeArgs`, which only a Node of its own takes, always from the project. */
export function program(nodeArgs: readonly string[] = []): readonly [string, ...string[]] {
  const executable = process.env[EXECUTABLE_VARIABLE];
  if (executable !== undefined && nodeArgs.length === 0) return [executable];
  return [join(PROJECT, 'node_modules/.bin/node'), ...nodeArgs, join(PROJECT, 'agent/main.ts')];
}

export interface Ended {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly input?: string;
  /** Stop reading standard output after this many bytes, as `head` does. */
  readonly readBytes?: number;
  readonly node?: string;
  readonly script?: string;
}

/** Runs `spillwatch` as a real process on the pinned runtime, with an environment that names nothing but the path. */
export function spillwatch(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const [file, ...first] = commandOf(options);
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...first, ...args], { env: { PATH: '/usr/bin:/bin' } });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.length >= (options.readBytes ?? Infinity)) child.stdout.destroy();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    // A program that refuses its arguments does not read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

function commandOf({ node, script }: CommandOptions): readonly [string, ...string[]] {
  if (node === undefined && script === undefined) return program();
  return [
    node ?? join(PROJECT, 'node_modules/.bin/node'),
    script ?? join(PROJECT, 'agent/main.ts'),
  ];
}
