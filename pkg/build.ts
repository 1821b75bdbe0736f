/**
 * `npm run package -- --arch arm64|x64`: makes the package with manifest, SBOM and checksums. Exit codes: 0 done, 1 something
 * is missing or wrong, 64 wrong usage.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Output, printable } from '../agent/commands/terminal.ts';
import { type BuildOptions, build } from './build/build-package.ts';
import { makeExecutable } from './executable/make.ts';
import { PROCESSORS } from './product.ts';

const USAGE = `usage: npm run package -- --arch ${PROCESSORS.join('|')} [--executable FILE] [--native FILE]... [--out DIR] [--plan | --sign]

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
  const options = parsed(args, environment);
  if (options === null) {
    output.err(USAGE);
    return 64;
  }
  try {
    const target = { platform: 'darwin', processor: options.processor } as const;
    const executable = options.executable ?? (await makeExecutable(PROJECT, target, options.out));
    await build({ ...options, executable }, output);
    return 0;
  } catch (error) {
    // A SourceError, or what the file system says.
    if (!(error instanceof Error && 'code' in error)) throw error;
    output.err(`${printable(error.message)}\n`);
    return 1;
  }
}

type Asked = Omit<BuildOptions, 'executable'> & { readonly executable: string | undefined };

function parsed(args: readonly string[], environment: NodeJS.ProcessEnv): Asked | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        arch: { type: 'string' },
        executable: { type: 'string' },
        native: { type: 'string', multiple: true },
        out: { type: 'string' },
        plan: { type: 'boolean' },
        sign: { type: 'boolean' },
      },
    });
    const processor = PROCESSORS.find((candidate) => candidate === values.arch);
    if (processor === undefined || (values.plan === true && values.sign === true)) return null;
    return {
      project: PROJECT,
      processor,
      executable: values.executable,
      natives: values.native ?? [],
      out: values.out ?? join(PROJECT, 'dist'),
      mode: values.plan === true ? 'plan' : values.sign === true ? 'sign' : 'unsigned',
      environment,
    };
  } catch {
    return null;
  }
}

if (import.meta.main)
  process.exitCode = await packageVerb(process.argv.slice(2), process.env, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
