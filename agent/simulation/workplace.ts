/**
 * The simulation's own database tool, in a private temporary folder.
 *
 * The tool is a copy of the runtime that runs this command, under the name that the catalogue knows it by. A script would
 * appear as its interpreter. A copy of a program of macOS keeps a signing id of Apple (`com.apple.cp`), which outweighs the
 * name, may count as a platform binary by its code hash wherever it lies, and may be killed by launch constraints. The runtime
 * carries no id that the catalogue knows, so only path and name can identify it, it is known to run on this host, and
 * APFS clones it without taking space.
 */
import { chmodSync, constants, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIMULATION_PROGRAM } from './simulated.ts';

export interface Workplace {
  readonly folder: string;
  /** The tool; its arguments are `script`, the file to export to, and `PASS_ON` to write the rows to standard output as well. */
  readonly tool: string;
  readonly script: string;
}

/** Argument that makes the tool write a line "ready" and then the export to standard output, once the file is closed. */
export const PASS_ON = '--pass-on';

export interface WorkplaceOptions {
  /** Existing folder to make it in. */
  readonly parent: string;
  readonly token: string;
  /** Path of the Node.js that is copied. */
  readonly runtime: string;
  /** What the tool exports. */
  readonly content: string;
  /** Other users must be able to run the tool; nobody else can write to the folder in either case. */
  readonly isShared: boolean;
}

/** Makes the folder with the tool in it. Throws the system's error when there is no room or no right. */
export function makeWorkplace(options: WorkplaceOptions): Workplace {
  const { parent, token, runtime, content, isShared } = options;
  const folder = mkdtempSync(join(parent, `spillwatch-simulation-${token}-`));
  try {
    const workplace = {
      folder,
      tool: join(folder, SIMULATION_PROGRAM),
      script: join(folder, 'export.mjs'),
    };
    copyFileSync(runtime, workplace.tool, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    writeFileSync(workplace.script, scriptText(content), { flag: 'wx' });
    chmodSync(workplace.tool, isShared ? 0o755 : 0o700);
    chmodSync(workplace.script, isShared ? 0o644 : 0o600);
    chmodSync(folder, isShared ? 0o755 : 0o700);
    return workplace;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Removes the folder and what is in it. */
export function removeWorkplace({ folder }: Workplace): void {
  rmSync(folder, { recursive: true, force: true });
}

/** `wx`: what lies there already is neither overwritten nor followed. */
function scriptText(content: string): string {
  return `import { writeFileSync } from 'node:fs';
const [, , file, passOn] = process.argv;
const content = ${JSON.stringify(content)};
writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
if (passOn === '${PASS_ON}') process.stdout.write('ready\\n' + content);
`;
}
