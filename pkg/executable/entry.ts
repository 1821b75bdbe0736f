/** Where the script of the single executable begins: under the name of the simulation's tool it is that tool and nothing else. */
import { basename } from 'node:path';
import { start } from '../../agent/commands/start.ts';
import { runExporter, SIMULATION_PROGRAM } from '../../agent/simulation/exporter.ts';

const typed = process.argv.slice(2);
if (basename(process.execPath) === SIMULATION_PROGRAM) runExporter(typed);
else void start(typed);
