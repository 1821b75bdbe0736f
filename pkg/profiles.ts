/**
 * `npm run profiles -- --team TEAMID`: writes everything that device management pushes; `node pkg/profiles.ts lint FILE...`: says
 * what is wrong with such profiles, one line each. Exit codes: 0 done or nothing is wrong, 1 something is, 64 wrong usage.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Output, printable } from '../agent/commands/terminal.ts';
import { readConfigDocument } from '../agent/config/document-file.ts';
import { checkConfiguration } from './profiles/configuration.ts';
import { profileFiles } from './profiles/files.ts';
import { isTeamId } from './profiles/identity.ts';
import { lintProfiles } from './profiles/lint.ts';
import { identityOfPackage } from './profiles/package-identity.ts';
import { sourceFile } from './staging/source-file.ts';
import { readCall, UsageError } from './usage.ts';

const USAGE = `usage: npm run profiles -- --team TEAMID [--config FILE] [--organization NAME] [--out DIR]
       node pkg/profiles.ts lint FILE.mobileconfig... [--package PKG]

  --team TEAMID        Team ID of who signs the package: ten capital letters and digits
  --config FILE        settings to push, as \`spillwatch config check\` takes them; without it none are
  --organization NAME  who the profiles are from, Spillwatch unless given
  --out DIR            folder of the results, dist/profiles unless given
  --package PKG        compare the profiles with this package: names, label, program, Team ID of its signature
`;

type ExitCode = 0 | 1 | 64;

export async function profilesVerb(args: readonly string[], output: Output): Promise<ExitCode> {
  const asked = readCall(() => parsed(args), USAGE, output);
  if (asked === null) return 64;
  try {
    return asked.kind === 'lint' ? await lint(asked, output) : await write(asked, output);
  } catch (error) {
    // A ConfigError, SourceError or FormatError, or what the file system says.
    if (!(error instanceof Error && 'code' in error)) throw error;
    output.err(`${printable(error.message)}\n`);
    return 1;
  }
}

interface WriteWish {
  readonly kind: 'write';
  readonly team: string;
  readonly config: string | undefined;
  readonly organization: string;
  readonly out: string;
}

async function write(
  { team, config, organization, out }: WriteWish,
  output: Output,
): Promise<ExitCode> {
  const checked =
    config === undefined
      ? { settings: {}, doubts: [] }
      : checkConfiguration(await readConfigDocument(config));
  const say = (line: string) => output.err(`${printable(`${config ?? ''}: ${line}`)}\n`);
  if ('faults' in checked) {
    for (const fault of checked.faults) say(fault);
    return 1;
  }
  for (const doubt of checked.doubts) say(`warning: ${doubt}`);
  mkdirSync(out, { recursive: true });
  for (const [name, text] of profileFiles({ team, organization, settings: checked.settings })) {
    writeFileSync(join(out, name), text);
    output.out(`${printable(join(out, name))}\n`);
  }
  return 0;
}

interface LintWish {
  readonly kind: 'lint';
  readonly files: readonly string[];
  readonly package: string | undefined;
}

async function lint({ files, package: path }: LintWish, output: Output): Promise<ExitCode> {
  const identity = path === undefined ? null : await identityOfPackage(path);
  if (identity?.team === null)
    output.err(
      `${printable(path ?? '')}: has no Developer ID; the Team ID is not compared with it\n`,
    );
  const profiles = files.map((file) => ({ path: file, bytes: sourceFile(file) }));
  const faults = lintProfiles(profiles, identity);
  for (const { where, what } of faults) output.out(`${printable(`${where}: ${what}`)}\n`);
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  output.err(`${faults.length === 0 ? 'no fault' : count}\n`);
  return faults.length === 0 ? 0 : 1;
}

function parsed(args: readonly string[]): WriteWish | LintWish {
  const [verb, ...rest] = args;
  return verb === 'lint' ? lintWish(rest) : writeWish(args);
}

function lintWish(args: readonly string[]): LintWish {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { package: { type: 'string' } },
    allowPositionals: true,
  });
  if (positionals.length === 0) throw new UsageError('lint: name the profiles');
  return { kind: 'lint', files: positionals, package: values.package };
}

function writeWish(args: readonly string[]): WriteWish {
  const { values } = parseArgs({
    args: [...args],
    options: {
      team: { type: 'string' },
      config: { type: 'string' },
      organization: { type: 'string', default: 'Spillwatch' },
      out: { type: 'string', default: join(import.meta.dirname, '../dist/profiles') },
    },
  });
  const { team, config, organization, out } = values;
  if (team === undefined)
    throw new UsageError('--team: is missing; name the Team ID of who signs the package');
  if (!isTeamId(team))
    throw new UsageError(`--team: ${team} is not ten capital letters and digits`);
  // A name that people are shown, in one line.
  if (!/^[^\p{Cc}\p{Cs}\p{Cn}\u2028\u2029]{1,200}$/u.test(organization))
    throw new UsageError(
      `--organization: ${organization} is not a name of 1 to 200 characters in one line`,
    );
  return { kind: 'write', team, config, organization, out };
}

if (import.meta.main)
  process.exitCode = await profilesVerb(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
