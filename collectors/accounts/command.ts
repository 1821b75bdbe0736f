import { type ExecException, execFile } from 'node:child_process';

/** How a command ended. `status` is its exit code, `null` when it had none. */
export type CommandResult =
  | { readonly kind: 'done'; readonly text: string }
  | {
      readonly kind: 'failed';
      readonly code: CommandFault;
      readonly status: number | null;
      readonly detail: string;
    };

type CommandFault = 'command-missing' | 'command-failed' | 'command-slow';

/** Output above it ends the command (`command-failed`). */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/**
 * Runs one program without a shell and gives what it wrote. Above `timeoutMs` milliseconds, above 4 MiB of output and
 * when `signal` aborts it is killed. Resolves when it is gone; never rejects.
 */
export function runCommand(
  file: string,
  args: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CommandResult> {
  if (signal.aborted) return Promise.resolve(failed('command-failed', null, 'was stopped'));
  const options = {
    encoding: 'utf8',
    cwd: '/',
    env: ENVIRONMENT,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
  } as const;
  return new Promise((resolve) => {
    const child = execFile(file, [...args], options, (error, stdout) => {
      signal.removeEventListener('abort', stop);
      resolve(error ? failureOf(error, timeoutMs) : { kind: 'done', text: stdout });
    });
    // The option `signal` would send SIGTERM, which a program need not heed, and report before the program is gone.
    const stop = (): void => {
      child.kill('SIGKILL');
      // What the program itself started may hold its output open.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    signal.addEventListener('abort', stop);
  });
}

const ENVIRONMENT = {
  PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
  LC_ALL: 'C',
  HOME: process.env['HOME'] ?? '/',
};

function failureOf(error: ExecException, timeoutMs: number): CommandResult {
  const { code } = error;
  if (code === 'ENOENT' || code === 'EACCES')
    return failed('command-missing', null, `cannot be run (${code})`);
  if (typeof code === 'number') return failed('command-failed', code, `exit ${code}`);
  if (typeof code === 'string') return failed('command-failed', null, code);
  return error.killed === true
    ? failed('command-slow', null, `gave no answer in ${timeoutMs} ms`)
    : failed('command-failed', null, `ended by ${error.signal ?? 'an unknown signal'}`);
}

function failed(code: CommandFault, status: number | null, detail: string): CommandResult {
  return { kind: 'failed', code, status, detail };
}
