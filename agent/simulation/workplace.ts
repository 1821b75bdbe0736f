/**
 * The simulation's own database tool, in a private temporary folder.
 *
 * The tool is a copy of the runtime that runs this command, under the name that the catalogue knows it by. A script would
 * appear as its interpreter. A copy of a program of macOS keeps a signing id of Apple (`com.apple.cp`), which outweighs the
 * name, may count as a platform binary by its code hash wherever it lies, and may be killed by launch constraints. The runtime
 * carries no id that the catalogue knows, so only path and name can identify it, it is known to run on this host, and
 * APFS clones it without taking space.
 */
import { chmodSync, constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EXPORTER_SCRIPT, SIMULATION_PROGRAM } from './exporter.ts';

export interface Workplace {
  readonly folder: string;
  /** The tool; its arguments are `script`, if there is one, the file to export to, and perhaps `PASS_ON`. */
  readonly tool: string;
  /** What the tool needs to be told to run; `null` when it knows by its name. */
  readonly script: string | null;
}

export interface WorkplaceOptions {
  /** Existing folder to make it in. */
  readonly parent: string;
  readonly token: string;
  /** Path of the program that is copied: the single executable, or Node.js. */
  readonly runtime: string;
  /** Other users must be able to run the tool; nobody else can write to the folder in either case. */
  readonly isShared: boolean;
}

/** Makes the folder with the tool in it. Throws the system's error when there is no room or no right. */
export function makeWorkplace(options: WorkplaceOptions): Workplace {
  const { parent, token, runtime, isShared } = options;
  const folder = mkdtempSync(join(parent, `spillwatch-simulation-${token}-`));
  try {
    const tool = join(folder, SIMULATION_PROGRAM);
    copyFileSync(runtime, tool, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    // A copy of what they can only run is nothing that others could take away.
    chmodSync(tool, isShared ? 0o711 : 0o700);
    let script: string | null = null;
    if (EXPORTER_SCRIPT !== null) {
      script = join(folder, 'exporter.mts');
      copyFileSync(EXPORTER_SCRIPT, script, constants.COPYFILE_EXCL);
      chmodSync(script, isShared ? 0o644 : 0o600);
    }
    chmodSync(folder, isShared ? 0o755 : 0o700);
    return { folder, tool, script };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Removes the folder and what is in it. */
export function removeWorkplace({ folder }: Workplace): void {
  rmSync(folder, { recursive: true, force: true });
}
