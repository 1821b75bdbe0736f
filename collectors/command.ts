import { execFile } from 'node:child_process';
import { asFailure } from './attempt.ts';

/** Most output of one command, in bytes; a command that prints more is ended and has failed. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * What `file` prints when it is run with `args`, without a shell, under an environment of PATH, LC_ALL and HOME only.
 * Ended with SIGKILL when `signal` aborts. Settles when the process is gone; rejects with a `CollectorError`
 * (`command-missing`, `command-failed`), also for an exit code other than 0 and for more than 16 MiB.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  let gone = Promise.resolve();
  try {
    return await new Promise<string>((resolve, reject) => {
      const options = {
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        encoding: 'utf8',
        env: {
          PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
          LC_ALL: 'C',
          HOME: process.env['HOME'] ?? '/var/empty',
        },
      } as const;
      const child = execFile(file, args, options, (error, stdout) => {
        signal.removeEventListener('abort', stop);
        if (error) reject(error);
        else resolve(stdout);
      });
      // The option `signal` would send SIGTERM, which a program need not heed.
      const stop = (): void => {
        child.kill('SIGKILL');
        // What the program itself started may hold its output open.
        child.stdout?.destroy();
        child.stderr?.destroy();
      };
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      // Without a pid there is no process, and no `exit` either.
      if (child.pid !== undefined)
        gone = new Promise((done) => {
          child.once('exit', () => done());
        });
    });
  } catch (error) {
    throw asFailure(file, error);
  } finally {
    await gone;
  }
}
