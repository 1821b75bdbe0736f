/** Everything a package is made of, read from the project and checked. */
import { basename, join } from 'node:path';
import { asObject, asText, own } from '../../collectors/untrusted.ts';
import { runtimePackage, targetOf } from '../executable/target.ts';
import { type AppleArchitecture, appleName, PRODUCT, type Processor } from '../product.ts';
import { cycloneDx, type Inside } from '../sbom/cyclonedx.ts';
import { type LockedPackage, lockedRuntime, shippedPackages } from '../sbom/lockfile.ts';
import { agentRoot, type NativeModule, resourceFiles } from '../staging/agent-root.ts';
import type { Entry, FileEntry } from '../staging/entry.ts';
import { installerScripts } from '../staging/installer-scripts.ts';
import { notices } from '../staging/notices.ts';
import { SourceError, sourceFile } from '../staging/source-file.ts';
import { FormatError } from '../verify/fault.ts';
import { MachOReader } from '../verify/mach-o.ts';

/** Native modules that are shipped when their file is named, with the package they come from. */
const OPTIONAL_NATIVES: ReadonlyMap<string, string> = new Map([
  ['permissions.node', 'node-mac-permissions'],
]);

export interface Sources {
  readonly version: string;
  readonly payload: readonly Entry[];
  readonly scripts: readonly FileEntry[];
  readonly natives: readonly NativeModule[];
  readonly sbom: string;
}

/** Throws a `SourceError` when something is missing, or made for another processor. */
export function gatherSources({
  project,
  processor,
  executable,
  natives: more,
  time,
}: {
  readonly project: string;
  readonly processor: Processor;
  readonly executable: string;
  readonly natives: readonly string[];
  readonly time: number;
}): Sources {
  const architecture = appleName(processor);
  const source = (path: string) => sourceFile(join(project, path), 'it belongs to the project');
  const { version, license } = productIn(source('package.json'));
  const lock = source('package-lock.json').toString('utf8');
  const program = sourceFile(executable, 'make it first, or name another with --executable');
  checkArchitecture(executable, program, architecture);
  const natives = nativeModules({ project, processor, more });
  const optional = natives.flatMap(({ name }) => OPTIONAL_NATIVES.get(name) ?? []);
  const packages = shippedPackages(lock, optional);
  const runtime = lockedRuntime(lock, runtimePackage({ platform: 'darwin', processor }));
  const payload = agentRoot({
    version,
    executable: program,
    natives,
    licenses: new Map([
      ['LICENSE', source('LICENSE')],
      ['LICENSE-node', nodeLicense(project)],
      ['LICENSES-packages', Buffer.from(notices(project, packages))],
    ]),
    resources: resourceFiles(project),
    launchDaemon: source(`launchd/${PRODUCT.identifier}.plist`),
    logRotation: source(`launchd/${PRODUCT.identifier}.newsyslog.conf`),
    uninstall: source('pkg/scripts/uninstall'),
  });
  return {
    version,
    natives,
    payload,
    scripts: installerScripts({
      version,
      payload,
      preinstall: source('pkg/scripts/preinstall'),
      postinstall: source('pkg/scripts/postinstall'),
    }),
    sbom: cycloneDx({
      name: PRODUCT.command,
      version,
      license,
      architecture,
      packages,
      inside: new Map([['better-sqlite3', sqliteInside(project)]]),
      runtime: { source: runtime, libraries: librariesOf(runtime) },
      time,
    }),
  };
}

function productIn(text: Buffer): { readonly version: string; readonly license: string } {
  const product = asObject(JSON.parse(text.toString('utf8'))) ?? {};
  const version = asText(own(product, 'version'));
  const license = asText(own(product, 'license'));
  if (version === null || !/^\d+\.\d+\.\d+$/.test(version))
    throw new SourceError('package.json: version is not MAJOR.MINOR.PATCH, which macOS compares');
  if (license === null) throw new SourceError('package.json: license is missing');
  return { version, license };
}

function nativeModules({
  project,
  processor,
  more,
}: {
  readonly project: string;
  readonly processor: Processor;
  readonly more: readonly string[];
}): readonly NativeModule[] {
  const sqlite = join(project, `node_modules/better-sqlite3/prebuilds/darwin-${processor}.node`);
  const files = [{ name: 'better_sqlite3.node', path: sqlite }].concat(
    more.map((path) => ({ name: basename(path), path })),
  );
  const taken = new Set<string>();
  return files.map(({ name, path }) => {
    const content = sourceFile(path, 'run "npm run setup", or name another with --native');
    checkArchitecture(path, content, appleName(processor));
    if (!/^\w+\.node$/.test(name))
      throw new SourceError(`${path}: is not called NAME.node in letters, digits and _; rename it`);
    // As on the volume, which ignores case.
    const key = name.toLowerCase();
    if (taken.has(key)) throw new SourceError(`${path}: is in the package already; leave it out`);
    taken.add(key);
    return { name, content };
  });
}

function checkArchitecture(path: string, content: Buffer, wanted: AppleArchitecture): void {
  const reader = new MachOReader();
  reader.push(content);
  let found: string;
  try {
    found = reader.slices?.map(({ architecture }) => architecture).join(', ') ?? 'no Mach-O file';
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    found = error.message;
  }
  if (found !== wanted)
    throw new SourceError(`${path}: is ${found}; name one for macOS on ${wanted}`);
}

/** Every runtime package carries the same one; the one of this machine is installed. */
function nodeLicense(project: string): Buffer {
  const here = targetOf(process.platform, process.arch);
  if (here === null)
    throw new SourceError(`${process.platform} ${process.arch}: build on macOS or Linux`);
  const folder = join(project, 'node_modules', runtimePackage(here));
  return sourceFile(join(folder, 'LICENSE'), 'run "npm run setup"');
}

function sqliteInside(project: string): readonly Inside[] {
  const header = sourceFile(
    join(project, 'node_modules/better-sqlite3/deps/sqlite3/sqlite3.h'),
    'run "npm run setup"',
  );
  const version = /#define SQLITE_VERSION\s+"([\d.]+)"/.exec(header.toString('latin1'))?.[1];
  return version === undefined ? [] : [{ name: 'sqlite', version }];
}

/** Entries of `process.versions` that are no library. */
const NO_LIBRARIES: ReadonlySet<string> = new Set(['node', 'modules', 'napi']);

/** What the runtime is linked with, when this very version is the one that runs here. */
function librariesOf({ version }: LockedPackage): readonly Inside[] {
  if (process.versions.node !== version) return [];
  return Object.entries(process.versions)
    .filter(([name, text]) => !NO_LIBRARIES.has(name) && text !== undefined && text !== '')
    .map(([name, text = '']) => ({ name, version: text }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
