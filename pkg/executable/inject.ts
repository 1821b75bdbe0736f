import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceError } from '../staging/source-file.ts';
import type { Scripts } from './bundle.ts';

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
  readonly scripts: Scripts;
  /** Whether the executable is for this machine: only then it gets a code cache, with which it starts sooner. */
  readonly isForThisMachine: boolean;
  /** Folder for the parts. */
  readonly folder: string;
}

/**
 * Makes a single executable (https://nodejs.org/api/single-executable-applications.html) in the folder and gives its path.
 * The same parts give the same bytes. One for macOS comes without a signature, because the runtime's own no longer holds.
 */
export function inject({ runtime, scripts, isForThisMachine, folder }: Injection): string {
  const output = join(folder, 'executable');
  writeFileSync(join(folder, 'boot.mjs'), scripts.boot);
  writeFileSync(join(folder, 'script.js'), scripts.agent);
  writeFileSync(join(folder, 'list-thread.js'), scripts.listThread);
  if (isForThisMachine) {
    const program = join(import.meta.dirname, 'code-cache.ts');
    runNode(['--predictable', program, 'script.js', 'script.cache'], folder);
  }
  // The names are relative, because they become part of the executable.
  const config = {
    main: 'boot.mjs',
    mainFormat: 'module',
    executable: runtime,
    output: 'executable',
    disableExperimentalSEAWarning: true,
    execArgv: RUNTIME_ARGUMENTS,
    execArgvExtension: 'none',
    assets: {
      script: 'script.js',
      'list-thread': 'list-thread.js',
      ...(isForThisMachine && { cache: 'script.cache' }),
    },
  };
  writeFileSync(join(folder, 'sea.json'), JSON.stringify(config));
  runNode(['--build-sea', 'sea.json'], folder);
  chmodSync(output, 0o755);
  return output;
}

function runNode(args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', env: {} });
  if (status !== 0)
    throw new SourceError(`node ${args.join(' ')}: fails (${stderr.trim().slice(0, 2000)})`);
}
