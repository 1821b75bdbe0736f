/**
 * Makes everything that is published of one version for one processor:
 *
 *     spillwatch-VERSION-ARCH.pkg             the package
 *     spillwatch-VERSION-ARCH.manifest.json   what is in it, for pkg/verify
 *     spillwatch-VERSION-ARCH.cdx.json        what it is made of, CycloneDX
 *     SHA256SUMS                              of all of them in the folder
 *
 * Without `sign` the package is made by the code here and the same sources give the same bytes. It is read back before it
 * gets its name.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Output, printable } from '../../agent/commands/terminal.ts';
import { distribution } from '../package/distribution.ts';
import { flatPackage } from '../package/flat-package.ts';
import { installedKilobytes } from '../package/package-info.ts';
import { type AppleArchitecture, appleName, PRODUCT, type Processor } from '../product.ts';
import { goSteps } from '../release/go.ts';
import { type Identities, planText, releaseSteps, type Step } from '../release/steps.ts';
import { ROOTS } from '../staging/agent-root.ts';
import type { Entry, FileEntry } from '../staging/entry.ts';
import { scriptsFor } from '../staging/installer-scripts.ts';
import { type Manifest, manifestOf, manifestText } from '../staging/manifest.ts';
import { SourceError } from '../staging/source-file.ts';
import { verifyPackage } from '../verify/verify-package.ts';
import { gatherSources } from './sources.ts';
import { writeSums } from './sums.ts';
import { buildTime } from './time.ts';

export interface BuildOptions {
  readonly project: string;
  readonly processor: Processor;
  /** File of the single executable. */
  readonly executable: string;
  /** Files of native modules beside the one of SQLite. */
  readonly natives: readonly string[];
  /** Folder of the results; made when it is not there. */
  readonly out: string;
  /** `sign` is for a Mac, `plan` prints what it would do. */
  readonly mode: 'unsigned' | 'plan' | 'sign';
  readonly environment: NodeJS.ProcessEnv;
}

/** Throws a `SourceError` when something is missing or wrong; its message is for people. */
export async function build(options: BuildOptions, output: Output): Promise<void> {
  const { project, processor, out, mode, environment } = options;
  if (mode === 'sign' && process.platform !== 'darwin')
    throw new SourceError('--sign needs the tools of a Mac; leave it out, or look at --plan');
  const architecture = appleName(processor);
  const time = buildTime(project, environment);
  const sources = gatherSources({ ...options, time });
  const { version, payload, scripts } = sources;
  const name = join(out, `${PRODUCT.command}-${version}-${architecture}`);
  const manifest = (entries: readonly Entry[], isSigned: boolean) =>
    manifestFor({
      version,
      architecture,
      entries,
      scripts: scriptsFor(scripts, entries),
      isSigned,
    });
  if (mode === 'unsigned') {
    mkdirSync(out, { recursive: true });
    const bytes = flatPackage({ version, architecture, payload, scripts, time });
    const expected = manifest(payload, false);
    await publish(`${name}.pkg`, bytes, expected);
    writeFileSync(`${name}.manifest.json`, manifestText(expected));
  } else {
    const work = mode === 'plan' ? '/tmp/work' : mkdtempSync(join(tmpdir(), 'spillwatch-pkg-'));
    const steps = stepsFor({ ...options, architecture, sources, name, work });
    if (mode === 'plan') {
      output.out(planText(steps));
      return;
    }
    mkdirSync(out, { recursive: true });
    try {
      goSteps(steps, {
        payload,
        scripts,
        manifestText: (entries) => manifestText(manifest(entries, true)),
        say: (line) => output.err(`${printable(line)}\n`),
      });
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  writeFileSync(`${name}.cdx.json`, sources.sbom);
  writeSums(out, `${PRODUCT.command}-${version}-`);
  output.out(`${name}.pkg\n`);
}

function manifestFor({
  version,
  architecture,
  entries,
  scripts,
  isSigned,
}: {
  readonly version: string;
  readonly architecture: AppleArchitecture;
  readonly entries: readonly Entry[];
  readonly scripts: readonly FileEntry[];
  readonly isSigned: boolean;
}): Manifest {
  const { identifier, minimumSystem } = PRODUCT;
  return manifestOf({
    identifier,
    version,
    architecture,
    minimumSystem,
    isSigned,
    roots: ROOTS,
    payload: entries,
    scripts,
  });
}

/** Writes the package under another name, reads it back, and gives it its own when nothing is wrong. */
async function publish(path: string, bytes: Buffer, manifest: Manifest): Promise<void> {
  const unproved = `${path}.part`;
  writeFileSync(unproved, bytes);
  const { faults } = await verifyPackage(unproved, manifest);
  const [first] = faults;
  if (first !== undefined)
    throw new SourceError(
      `${unproved}: ${first.where}: ${first.what}${faults.length > 1 ? `, and ${faults.length - 1} faults more` : ''}; mend it`,
    );
  renameSync(unproved, path);
}

/** Names of the environment that say who signs. A plan shows the names where nothing is set. */
const IDENTITIES = {
  application: 'SPILLWATCH_SIGN_APPLICATION',
  installer: 'SPILLWATCH_SIGN_INSTALLER',
  notaryProfile: 'SPILLWATCH_NOTARY_PROFILE',
} as const satisfies Record<keyof Identities, string>;

function stepsFor({
  project,
  mode,
  environment,
  architecture,
  sources: { version, payload, natives },
  name,
  work,
}: BuildOptions & {
  readonly architecture: AppleArchitecture;
  readonly sources: ReturnType<typeof gatherSources>;
  readonly name: string;
  readonly work: string;
}): readonly Step[] {
  const who = (key: keyof Identities): string => {
    const variable = IDENTITIES[key];
    const value = environment[variable];
    if (value !== undefined && value !== '') return value;
    if (mode === 'plan') return `$${variable}`;
    throw new SourceError(`${variable}: is not set; name who signs`);
  };
  return releaseSteps({
    project,
    work,
    output: `${name}.pkg`,
    manifest: `${name}.manifest.json`,
    version,
    architecture,
    natives: natives.map((native) => native.name),
    distribution: distribution({
      name: PRODUCT.name,
      identifier: PRODUCT.identifier,
      version,
      architecture,
      minimumSystem: PRODUCT.minimumSystem,
      installKilobytes: installedKilobytes(payload),
      component: `${PRODUCT.command}.pkg`,
    }),
    identities: {
      application: who('application'),
      installer: who('installer'),
      notaryProfile: who('notaryProfile'),
    },
  });
}
