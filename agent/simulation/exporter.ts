/**
 * What the simulation's database tool does: it writes the marked export, and never anything else. From the project it is
 * copied beside the tool as a script, so it imports nothing of the project; the single executable has it inside and does only
 * this when it runs under the name of the tool.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isSea } from 'node:sea';

/** Name of the tool, by which the catalogue knows it. */
export const SIMULATION_PROGRAM = 'spillwatch-simulated-db';
/** Name of the export; in the brackets is the token of the simulation. */
export const MARKED_NAME = /^spillwatch-simulation-([0-9a-f]{12})\.csv$/;
/** Argument that makes the tool write a line "ready" and then the export to standard output, once the file is closed. */
export const PASS_ON = '--pass-on';
/** This file, where a runtime needs a script to do it; `null` in the single executable. */
export const EXPORTER_SCRIPT = isSea() ? null : import.meta.filename;

/** Content of the export: its first line says what it is, its rows are nobody's. */
export function markedContent(token: string): string {
  return [
    `# SIMULATED by "spillwatch simulate an0678", token ${token}: invented rows, harmless, may be deleted`,
    'id,name,mail',
    '1,Nobody One,one@nobody.example',
    '2,Nobody Two,two@nobody.example',
    '',
  ].join('\n');
}

/** Writes the export to the file that the first argument names; what lies there already is neither overwritten nor followed. */
export function runExporter([file = '', passOn]: readonly string[]): void {
  const token = MARKED_NAME.exec(basename(file))?.[1];
  if (token === undefined) {
    process.stderr.write('this tool only writes exports of a simulation\n');
    process.exitCode = 1;
    return;
  }
  try {
    writeFileSync(file, markedContent(token), { flag: 'wx', mode: 0o600 });
    if (passOn === PASS_ON) process.stdout.write(`ready\n${markedContent(token)}`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) runExporter(process.argv.slice(2));
