/** The command line. Nothing native is loaded before the runtime is known to be new enough. */
import { runtimeProblem } from './runtime.ts';

const problem = runtimeProblem(process.version);
if (problem === null) {
  const { crash, tellCrashes } = await import('./crash.ts');
  tellCrashes();
  try {
    const { runCommandLine } = await import('./commands/command-line.ts');
    process.exitCode = await runCommandLine(process.argv.slice(2));
  } catch (error) {
    crash(error);
  }
  // A program of the system that cannot be ended must not keep a verb that is done. Fires only when something is left.
  setInterval(() => {
    // oxlint-disable-next-line no-process-exit -- what is left cannot be ended otherwise
    if (process.stdout.writableLength === 0) process.exit();
  }, 1000).unref();
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
