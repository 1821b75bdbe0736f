import { crash, tellCrashes } from '../crash.ts';
import { runCommandLine } from './command-line.ts';

/** Runs the command line as this process: the exit code is that of the verb, and a fault of the program is one line. Never rejects. */
export async function start(args: readonly string[]): Promise<void> {
  // What is made is for its owner alone, also in the moment before it gets its mode (the socket), and by whatever shell it is started.
  process.umask(0o077);
  tellCrashes();
  try {
    process.exitCode = await runCommandLine(args);
  } catch (error) {
    await crash(error);
  }
  // A program of the system that cannot be ended must not keep a verb that is done. Fires only when something is left.
  setInterval(() => {
    // oxlint-disable-next-line no-process-exit -- what is left cannot be ended otherwise
    if (process.stdout.writableLength === 0) process.exit();
  }, 1000).unref();
}
