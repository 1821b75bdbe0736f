/**
 * Where the single executable begins. It is no interpreter: arguments are those of the command line and nothing else, and an
 * environment that steers the runtime is left behind by starting once more without it, as the same process. Some of it
 * (`NODE_EXTRA_CA_CERTS`) is read before the first line of any script.
 */
import { basename } from 'node:path';
import { start } from '../../agent/commands/start.ts';
import { runExporter, SIMULATION_PROGRAM } from '../../agent/simulation/exporter.ts';
import { withoutSteering } from './environment.ts';

// Of an executable the arguments are its own path, the name it was called by, and what was typed.
const [own, ...called] = process.argv;
const clean = withoutSteering(process.env);
if (clean !== null) process.execve?.(process.execPath, called, clean);
if (basename(own ?? '') === SIMULATION_PROGRAM) runExporter(called.slice(1));
else void start(called.slice(1));
