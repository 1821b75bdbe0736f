/**
 * `npm run executable -- --platform darwin|linux --arch arm64|x64`: makes the single executable. Exit codes: 0 done, 1
 * something is missing or wrong, 64 wrong usage.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Output, printable } from '../agent/commands/terminal.ts';
import { bundle } from './executable/bundle.ts';
import { layOut } from './executable/lay-out.ts';
import { makeExecutable } from './executable/make.ts';
import { isThisMachine, PLATFORMS, type Target, targetOf } from './executable/target.ts';
import { PROCESSORS } from './product.ts';
import { readCall, UsageError } from './usage.ts';

const USAGE = `usage: npm run executable -- [--platform ${PLATFORMS.join('|')}] [--arch ${PROCESSORS.join('|')}] [--out DIR] [--bundle DIR] [--script FILE]

  --platform, --arch  what it runs on, this machine unless given
  --out DIR           folder of the result, dist unless given
  --bundle DIR        put it into a new folder, too, with all that it needs to run
  --script FILE       write the script in it, too; the line that a crash names is one of it
`;

const PROJECT = join(import.meta.dirname, '..');

interface Asked {
  readonly target: Target;
  readonly out: string;
  readonly bundle: string | undefined;
  readonly script: string | undefined;
}

export async function executableVerb(args: readonly string[], output: Output): Promise<0 | 1 | 64> {
  const asked = readCall(() => parsed(args), USAGE, output);
  if (asked === null) return 64;
  const { target, out, bundle: folder, script } = asked;
  const say = (line: string): void => output.out(`${printable(line)}\n`);
  try {
    const executable = await makeExecutable(PROJECT, target, out);
    say(`${executable}  sha256 ${sha256(executable)}`);
    if (!isThisMachine(target))
      say('without a code cache, which only the machine itself can make: it starts later');
    if (target.platform === 'darwin') say('not signed: a Mac starts it only after codesign');
    if (folder !== undefined) say(layOut(PROJECT, target, { executable, folder }));
    if (script !== undefined) writeFileSync(script, (await bundle(PROJECT)).agent);
    return 0;
  } catch (error) {
    // A SourceError, or what the file system says.
    if (!(error instanceof Error && 'code' in error)) throw error;
    output.err(`${printable(error.message)}\n`);
    return 1;
  }
}

function parsed(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      platform: { type: 'string', default: process.platform },
      arch: { type: 'string', default: process.arch },
      out: { type: 'string', default: join(PROJECT, 'dist') },
      bundle: { type: 'string' },
      script: { type: 'string' },
    },
  });
  const { platform, arch, out, bundle: folder, script } = values;
  const target = targetOf(platform, arch);
  if (target === null)
    throw new UsageError(
      `${platform} ${arch}: is no target; take ${PLATFORMS.join(' or ')} and ${PROCESSORS.join(' or ')}`,
    );
  return { target, out, bundle: folder, script };
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

if (import.meta.main)
  process.exitCode = await executableVerb(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
