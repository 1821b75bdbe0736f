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
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
