/**
 * `npm run package -- --arch arm64|x64`: makes the package with manifest, SBOM and checksums; without `--arch` all that can be
 * made. Exit codes: 0 done, 1 something is missing or wrong, 64 wrong usage.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Output, printable } from '../agent/commands/terminal.ts';
import { type BuildOptions, build } from './build/build-package.ts';
import { makeExecutable } from './executable/make.ts';
import { type Target, targetOf } from './executable/target.ts';
import { PROCESSORS, type Processor } from './product.ts';
import { readCall, UsageError } from './usage.ts';

const USAGE = `usage: npm run package -- [--arch ${PROCESSORS.join('|')}] [--executable FILE] [--native FILE]... [--out DIR] [--plan | --sign]

  --arch             the processor; without it the packages for all, and on Linux the executable for this machine
  --executable FILE  single executable for that processor; made first unless it is named
  --native FILE      one more native module to put beside it
  --out DIR          folder of the results, dist unless given
  --plan             print what --sign would do
  --sign             on a Mac: sign, package and notarise with Apple's tools; who signs is in SPILLWATCH_SIGN_APPLICATION,
                     SPILLWATCH_SIGN_INSTALLER and SPILLWATCH_NOTARY_PROFILE
`;

const PROJECT = join(import.meta.dirname, '..');

export async function packageVerb(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  output: Output,
): Promise<0 | 1 | 64> {
  const asked = readCall(() => parsed(args), USAGE, output);
  if (asked === null) return 64;
  const { processors, executable, thisMachine, ...options } = asked;
  try {
    for (const processor of processors) {
      const target = { platform: 'darwin', processor } as const;
      // oxlint-disable-next-line no-await-in-loop -- one after the other: each takes all processors and much memory
      const file = executable ?? (await makeExecutable(PROJECT, target, options.out));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await build(
        { ...options, environment, project: PROJECT, processor, executable: file },
        output,
      );
    }
    if (thisMachine !== null)
      output.out(`${printable(await makeExecutable(PROJECT, thisMachine, options.out))}\n`);
    return 0;
  } catch (error) {
    // A SourceError, or what the file system says.
    if (!(error instanceof Error && 'code' in error)) throw error;
    output.err(`${printable(error.message)}\n`);
    return 1;
  }
}

interface Asked extends Pick<BuildOptions, 'natives' | 'out' | 'mode'> {
  readonly processors: readonly Processor[];
  readonly executable: string | undefined;
  /** What an executable is made for beside the packages, which have theirs. */
  readonly thisMachine: Target | null;
}

function parsed(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      arch: { type: 'string' },
      executable: { type: 'string' },
      native: { type: 'string', multiple: true, default: [] },
      out: { type: 'string', default: join(PROJECT, 'dist') },
      plan: { type: 'boolean', default: false },
      sign: { type: 'boolean', default: false },
    },
  });
  const { arch, executable, native: natives, out, plan, sign } = values;
  const processors = PROCESSORS.filter((one) => arch === undefined || arch === one);
  if (processors.length === 0)
    throw new UsageError(`--arch: ${arch} is none; take ${PROCESSORS.join(' or ')}`);
  if (arch === undefined && (executable !== undefined || natives.length > 0))
    throw new UsageError('--executable and --native are for one processor; name it with --arch');
  if (plan && sign) throw new UsageError('--plan and --sign: take one of them');
  const mode = plan ? 'plan' : sign ? 'sign' : 'unsigned';
  const isAlsoHere = arch === undefined && mode === 'unsigned' && process.platform === 'linux';
  const thisMachine = isAlsoHere ? targetOf(process.platform, process.arch) : null;
  return { processors, executable, natives, out, mode, thisMachine };
}

if (import.meta.main)
  process.exitCode = await packageVerb(process.argv.slice(2), process.env, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
