import { spawn } from 'node:child_process';
import type { Actor } from './actor.ts';

/** A program that has not ended by then is killed with all it started. */
const MAX_RUN_MS = 20_000;
/** Characters that are kept of what a program complains about. */
const MAX_COMPLAINT = 300;

/**
 * Runs a program to its end in the name of the actor and says what went wrong, or `null`. It gets a process group of its own,
 * because the sensor leaves out the agent's, and an environment without proxies or settings of anybody.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  actor: Actor,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(actor.isOther && { uid: actor.uid, gid: actor.gid }),
    });
    let complaint = '';
    const end = AbortSignal.any([signal, AbortSignal.timeout(MAX_RUN_MS)]);
    const kill = (): void => {
      killGroup(child.pid);
    };
    if (end.aborted) kill();
    end.addEventListener('abort', kill, { once: true });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, MAX_COMPLAINT);
    });
    child.on('error', (error) => {
      end.removeEventListener('abort', kill);
      resolve(`${file}: cannot be started (${error.message})`);
    });
    child.on('close', (code, killedBy) => {
      end.removeEventListener('abort', kill);
      if (code === 0) resolve(null);
      else {
        const how = killedBy === null ? `exit code ${code}` : `ended by ${killedBy}`;
        resolve(`${file}: ${[how, complaint.trim()].filter((part) => part !== '').join(', ')}`);
      }
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
