import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceError } from '../staging/source-file.ts';
import { bundle } from './bundle.ts';
import { inject } from './inject.ts';
import { pinnedVersion, runtimeOf } from './runtime.ts';
import { isThisMachine, type Target, targetName } from './target.ts';

/** Path of the executable of a target in the folder of results. */
export function executablePath(out: string, target: Target): string {
  return join(out, `spillwatch-${targetName(target)}`);
}

/** Makes the single executable of a target in the folder of results, and gives its path. Throws a `SourceError`. */
export async function makeExecutable(
  project: string,
  target: Target,
  out: string,
): Promise<string> {
  const version = pinnedVersion(project, target);
  if (version !== process.versions.node)
    throw new SourceError(
      `this is Node ${process.versions.node} and the executable is of ${version}; call it by "npm run executable"`,
    );
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-executable-'));
  try {
    const made = inject({
      runtime: runtimeOf(project, target, folder),
      scripts: await bundle(project),
      isForThisMachine: isThisMachine(target),
      folder,
    });
    mkdirSync(out, { recursive: true });
    const path = executablePath(out, target);
    // Never half a file under that name, and never the file of a running program.
    copyFileSync(made, `${path}.new`);
    renameSync(`${path}.new`, path);
    return path;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
