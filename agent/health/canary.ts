/**
 * Proof of life: a harmless program is started that writes a file and renames it in a private folder, and all three events
 * must come back through the whole pipeline. A canary that does not return means that the agent is blind, whatever its
 * parts say.
 *
 * The program is started in a process group of its own, because the helper leaves out the events of its own group.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../collectors/event.ts';
import { pathKey } from '../context/paths.ts';

/** Time that the events have to come back. */
export const RETURN_MS = 30_000;

/** What of one canary has come back. */
interface Flight {
  readonly token: string;
  readonly startedUs: number;
  exec: boolean;
  write: boolean;
  rename: boolean;
}

export class Canary {
  readonly #folder: string;
  readonly #clock: () => number;
  #flight: Flight | null = null;
  #lastSeenUs: number | null = null;
  #flights = 0;

  /** `clock` gives microseconds and must never be set back. */
  constructor(stateFolder: string, clock: () => number) {
    this.#folder = join(stateFolder, 'canary');
    this.#clock = clock;
  }

  /** Microseconds since a canary was last back; `null` before the first. */
  get seenAgoUs(): number | null {
    return this.#lastSeenUs === null ? null : this.#clock() - this.#lastSeenUs;
  }

  get isWaiting(): boolean {
    return this.#flight !== null;
  }

  /** Sends a canary; an earlier one that is still out is given up. Rejects when the program cannot be started. */
  async send(signal: AbortSignal): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#flights += 1;
    const token = `spillwatch-canary-${process.pid}-${this.#flights}`;
    this.#flight = {
      token,
      startedUs: this.#clock(),
      exec: false,
      write: false,
      rename: false,
    };
    const draft = join(this.#folder, `${token}.tmp`);
    const file = join(this.#folder, token);
    // The paths are arguments, so nothing in them is read by the shell.
    try {
      await run(['-c', ': > "$1" && mv "$1" "$2"', token, draft, file], signal);
    } finally {
      rmSync(file, { force: true });
      rmSync(draft, { force: true });
    }
  }

  /** Looks at an event on its way through the pipeline. */
  watch(event: Event): void {
    const flight = this.#flight;
    if (!flight) return;
    const { token } = flight;
    if (event.kind === 'process.exec') flight.exec ||= event.args.includes(token);
    else if (event.kind === 'file.create' || event.kind === 'file.close')
      flight.write ||= this.#isOwn(event.path, `${token}.tmp`);
    else if (event.kind === 'file.rename') flight.rename ||= this.#isOwn(event.path, token);
    if (!flight.exec || !flight.write || !flight.rename) return;
    this.#lastSeenUs = this.#clock();
    this.#flight = null;
  }

  /** What is missing of a canary that should be back by now; `null` when there is none. */
  overdue(): readonly string[] | null {
    const flight = this.#flight;
    if (!flight || this.#clock() - flight.startedUs < RETURN_MS * 1000) return null;
    return (['exec', 'write', 'rename'] as const).filter((part) => !flight[part]);
  }

  #isOwn(path: string, name: string): boolean {
    return pathKey(path) === pathKey(join(this.#folder, name));
  }
}

function run(args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', args, {
      detached: true,
      stdio: 'ignore',
      signal,
      env: { PATH: '/usr/bin:/bin' },
      timeout: 10_000,
    });
    child.on('error', reject);
    child.on('exit', () => {
      resolve();
    });
  });
}
