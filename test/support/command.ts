import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const PROJECT = join(import.meta.dirname, '../..');

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
  const node = options.node ?? join(PROJECT, 'node_modules/.bin/node');
  const script = options.script ?? join(PROJECT, 'agent/main.ts');
  return new Promise((resolve, reject) => {
    const child = spawn(node, [script, ...args], { env: { PATH: '/usr/bin:/bin' } });
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
