/**
 * `node pkg/verify.ts PKG [--manifest FILE]`: one line for every fault on standard output, what was found on standard error.
 * Exit codes: 0 nothing is wrong, 1 something is or cannot be read, 64 wrong usage.
 */
import { parseArgs } from 'node:util';
import { type Output, printable } from '../agent/commands/terminal.ts';
import { type Manifest, parseManifest } from './staging/manifest.ts';
import { sourceFile } from './staging/source-file.ts';
import { readCall, UsageError } from './usage.ts';
import { FormatError } from './verify/fault.ts';
import { type Verdict, verifyPackage } from './verify/verify-package.ts';

const USAGE = 'usage: node pkg/verify.ts PKG [--manifest FILE]\n';
/** Lines of faults; a package that is wrong throughout would fill the terminal. */
const MAX_LINES = 1000;

export async function verify(args: readonly string[], output: Output): Promise<0 | 1 | 64> {
  const asked = readCall(() => parsed(args), USAGE, output);
  if (asked === null) return 64;
  const say = (line: string) => output.out(`${printable(line)}\n`);
  let verdict: Verdict;
  try {
    verdict = await verifyPackage(asked.path, manifestIn(asked.manifest));
  } catch (error) {
    // A FormatError, or what the file system says.
    if (!(error instanceof Error && 'code' in error)) throw error;
    say(`${asked.path}: cannot be checked: ${error.message}`);
    return 1;
  }
  const { faults, facts } = verdict;
  for (const fact of facts) output.err(`${printable(fact)}\n`);
  for (const { where, what } of faults.slice(0, MAX_LINES)) say(`${where}: ${what}`);
  if (faults.length > MAX_LINES) say(`and ${faults.length - MAX_LINES} faults more`);
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  output.err(`${printable(asked.path)}: ${faults.length === 0 ? 'whole' : count}\n`);
  return faults.length === 0 ? 0 : 1;
}

function parsed(args: readonly string[]): {
  readonly path: string;
  readonly manifest: string | undefined;
} {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { manifest: { type: 'string' } },
    allowPositionals: true,
  });
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new UsageError('name one package');
  return { path, manifest: values.manifest };
}

function manifestIn(path: string | undefined): Manifest | null {
  if (path === undefined) return null;
  try {
    return parseManifest(sourceFile(path).toString('utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`manifest ${path}: ${reason}`, { cause });
  }
}

if (import.meta.main)
  process.exitCode = await verify(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
