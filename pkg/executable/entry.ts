/** Where the script of the single executable begins: under the name of the simulation's tool it is that tool and nothing else. */
import { basename } from 'node:path';
import { start } from '../../agent/commands/start.ts';
import { runExporter, SIMULATION_PROGRAM } from '../../agent/simulation/exporter.ts';
import { isServed, NOT_ROOT, NOT_SERVED } from './caller.ts';

const typed = process.argv.slice(2);
const caller = { platform: process.platform, uid: process.geteuid?.() ?? 0 };
if (basename(process.execPath) === SIMULATION_PROGRAM) runExporter(typed);
else if (isServed(typed, caller)) void start(typed);
else {
  process.stderr.write(NOT_ROOT);
  process.exitCode = NOT_SERVED;
}
