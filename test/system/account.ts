import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export const IS_ROOT = process.getuid?.() === 0;

/** A real account of this machine, for as long as a test needs it. */
export interface TestAccount {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

/** Makes an account with a home, Downloads and Documents; one that an earlier run left behind is replaced. */
export async function addAccount(name: string, uid: number): Promise<TestAccount> {
  await removeAccount(name);
  await patiently('useradd', ['-m', '-u', String(uid), '-s', '/bin/sh', name]);
  const home = `/home/${name}`;
  for (const folder of ['Downloads', 'Documents']) makeFolder(`${home}/${folder}`, uid);
  return { name, uid, home };
}

export function makeFolder(path: string, uid: number): void {
  mkdirSync(path, { mode: 0o700 });
  chownSync(path, uid, uid);
}

export async function removeAccount(name: string): Promise<void> {
  try {
    execFileSync('id', [name], { stdio: 'ignore' });
  } catch {
    return;
  }
  await patiently('userdel', ['-r', '-f', name]);
}

/** Another test may hold the lock of /etc/passwd. */
async function patiently(program: string, args: readonly string[]): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      execFileSync(program, args, { stdio: 'pipe' });
      return;
    } catch (error) {
      if (tries === 20) throw error;
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      await sleep(250);
    }
  }
}
