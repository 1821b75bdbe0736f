/** What a package says of the names that profiles must agree with, read by the readers of pkg/verify. */
import type { ArchivedEntry } from '../verify/archive.ts';
import { type Component, componentFolders, readComponent } from '../verify/component.ts';
import { type Fault, FormatError } from '../verify/fault.ts';
import { PackageFile } from '../verify/package-file.ts';
import { readPlist } from '../verify/plist.ts';
import { readXar } from '../verify/xar.ts';
import type { Identity } from './identity.ts';

/** Of a bundle that is in no other. */
const INFO = /^((?:(?!\.app\/).)+\.app)\/Contents\/Info\.plist$/;
const JOB = /^Library\/LaunchDaemons\/[^/]+\.plist$/;

/** Throws a `FormatError` when the package cannot be read or has not one bundle and one job, else what opening the file throws. */
export async function identityOfPackage(path: string): Promise<Identity> {
  const file = new PackageFile(path);
  try {
    const xar = readXar(file);
    const faults: Fault[] = [];
    const components: Component[] = [];
    // oxlint-disable no-await-in-loop -- one after another, or all of them would be in memory
    for (const folder of componentFolders(xar))
      components.push(await readComponent(file, xar, folder, faults));
    // oxlint-enable no-await-in-loop
    const [fault] = faults;
    if (fault !== undefined) throw new FormatError(`${fault.where}: ${fault.what}`);
    return identityIn(components.flatMap(({ payload }) => payload ?? []));
  } catch (error) {
    if (error instanceof FormatError)
      throw new FormatError(`${path}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    file.close();
  }
}

function identityIn(entries: readonly ArchivedEntry[]): Identity {
  const info = onlyOne(entries, INFO, 'bundle');
  const bundle = INFO.exec(info.path)?.[1] ?? '';
  const infoKeys = readPlist(info.head ?? Buffer.alloc(0));
  const executable = `${bundle}/Contents/MacOS/${infoKeys.get('CFBundleExecutable')?.text ?? ''}`;
  const job = readPlist(onlyOne(entries, JOB, 'launchd job').head ?? Buffer.alloc(0));
  const [program] = job.get('ProgramArguments')?.children ?? [];
  const found = entries.find(({ path }) => path === executable);
  if (found === undefined) throw new FormatError(`has no ${executable}, which its bundle names`);
  if (program?.text !== `/${executable}`)
    throw new FormatError(
      `its launchd job starts ${program?.text ?? 'nothing'}, not /${executable} of its bundle`,
    );
  return {
    bundleId: infoKeys.get('CFBundleIdentifier')?.text ?? '',
    label: job.get('Label')?.text ?? '',
    program: program.text,
    team: teamOf(found),
  };
}

function onlyOne(entries: readonly ArchivedEntry[], pattern: RegExp, what: string): ArchivedEntry {
  const [entry, second] = entries.filter(({ path }) => pattern.test(path));
  if (entry === undefined || second !== undefined)
    throw new FormatError(`has ${entry === undefined ? 'no' : 'more than one'} ${what}`);
  return entry;
}

/** Of a Developer ID; anybody can write what he likes into other signatures. */
function teamOf({ slices }: ArchivedEntry): string | null {
  const teams = (slices ?? []).flatMap(({ signature }) =>
    signature.kind === 'developer-id' && signature.team !== null ? [signature.team] : [],
  );
  return teams[0] ?? null;
}
