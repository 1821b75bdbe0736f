/** The program from the project. Nothing native is loaded before the runtime is known to be new enough. */
import { runtimeProblem } from './runtime.ts';

const problem = runtimeProblem(process.version);
if (problem === null) {
  const { start } = await import('./commands/start.ts');
  await start(process.argv.slice(2));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
