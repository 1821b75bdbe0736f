import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceError } from '../staging/source-file.ts';

/** What the runtime is told whenever the executable starts; nobody else can tell it anything. */
const RUNTIME_ARGUMENTS = [
  // Without it a signal (SIGUSR1) opens a debugger, to which anybody on this machine can connect.
  '--disable-sigusr1',
  '--no-global-search-paths',
  // OPENSSL_CONF may name libraries to load; it is read before any script could look at it.
  '--openssl-config=/dev/null',
] as const;

export interface Injection {
  /** The Node.js that becomes the executable. Its version must be that of the one that runs here. */
  readonly runtime: string;
  /** What it runs, as CommonJS. */
  readonly script: string;
  /** Whether the executable is for this machine: only then it can have a code cache, which makes it start sooner. */
  readonly isForThisMachine: boolean;
  /** Folder for the parts. */
  readonly folder: string;
}

/**
 * Makes a single executable (https://nodejs.org/api/single-executable-applications.html) in the folder and gives its path.
 * The same parts give the same bytes. One for macOS comes without a signature, because the runtime's own no longer holds.
 */
export function inject({ runtime, script, isForThisMachine, folder }: Injection): string {
  const output = join(folder, 'executable');
  // The names are relative, because they become part of the executable.
  const config = {
    main: 'spillwatch.cjs',
    mainFormat: 'commonjs',
    executable: runtime,
    output: 'executable',
    disableExperimentalSEAWarning: true,
    useCodeCache: isForThisMachine,
    execArgv: RUNTIME_ARGUMENTS,
    execArgvExtension: 'none',
  };
  writeFileSync(join(folder, config.main), script);
  writeFileSync(join(folder, 'sea.json'), JSON.stringify(config));
  // V8 seeds its hashes by chance, and so no two code caches would be the same.
  const flags = isForThisMachine ? ['--predictable'] : [];
  const { status, stderr } = spawnSync(process.execPath, [...flags, '--build-sea', 'sea.json'], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
  });
  if (status !== 0)
    throw new SourceError(`${runtime}: cannot be made an executable (${stderr.trim()})`);
  chmodSync(output, 0o755);
  return output;
}
