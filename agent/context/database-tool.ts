import type { Process } from '../../collectors/event.ts';
import type { DatabaseTool } from '../../rules/catalogue/catalogue.ts';
import { baseName } from './paths.ts';
import type { Program } from './program.ts';

/** Finds the catalogue row of a database tool. Signing id beats team and bundle, which beat the name, which beats Java. */
export class DatabaseTools {
  readonly #rows: readonly DatabaseTool[];
  readonly #bySigningId = new Map<string, DatabaseTool>();
  readonly #byName = new Map<string, DatabaseTool[]>();

  constructor(rows: readonly DatabaseTool[]) {
    this.#rows = rows;
    for (const row of rows) {
      for (const id of row.signingIds) if (!id.endsWith('*')) this.#bySigningId.set(id, row);
      for (const name of row.names) {
        const key = name.toLowerCase();
        this.#byName.set(key, [...(this.#byName.get(key) ?? []), row]);
      }
    }
  }

  /** The tool whose run this is; a run that only prints its version or its help is none. */
  identify(process: Process, program: Program): DatabaseTool | null {
    const row = this.rowOf(process, program);
    return row && !asksForInformation(program) ? row : null;
  }

  /** The row of the program, whatever it was started for. */
  rowOf(process: Process, program: Program): DatabaseTool | null {
    return (
      (program.isInterpreted ? null : this.#signed(process, program)) ??
      this.#named(process, program) ??
      this.#java(process, program)
    );
  }

  #signed(process: Process, program: Program): DatabaseTool | null {
    const id = process.signingId === null ? null : plainSigningId(process.signingId);
    if (id !== null) {
      const exact = this.#bySigningId.get(id);
      // An ad hoc signature carries the name of the binary, and says no more than that name.
      const isOwnName = exact?.names.includes(id) ?? false;
      if (exact && (!isOwnName || hasSecondFeature(exact, program))) return exact;
      const prefixed = this.#rows.find((row) =>
        row.signingIds.some((own) => own.endsWith('*') && id.startsWith(own.slice(0, -1))),
      );
      if (prefixed) return prefixed;
    }
    const bundle = mainBundleOf(process.executable);
    if (bundle === null) return null;
    const row = this.#rows.find((candidate) => candidate.bundles.includes(bundle)) ?? null;
    return row && isOfAnotherTeam(process, row) ? null : row;
  }

  #named(process: Process, program: Program): DatabaseTool | null {
    if (!program.isInterpreted && isSomethingElse(process)) return null;
    const name = program.name.toLowerCase();
    const rows = this.#byName.get(name) ?? this.#byName.get(name.replace(VERSION_SUFFIX, ''));
    return (
      rows?.find(
        (row) =>
          hasSecondFeature(row, program) && (row.kind !== 'gui' || !isOfAnotherTeam(process, row)),
      ) ?? null
    );
  }

  #java(process: Process, program: Program): DatabaseTool | null {
    if (process.name !== 'java') return null;
    const { jar, mainClass } = javaMain(program.args);
    return (
      this.#rows.find(
        (row) =>
          (jar !== null && row.jars.some((part) => jar.includes(part))) ||
          (mainClass !== null && row.mainClasses.some((own) => mainClass.startsWith(own))),
      ) ?? null
    );
  }
}

const VERSION_SUFFIX = /-?\d+(?:\.\d+)*$/;
/** What an ad hoc signature appends to the name of the binary: `pg_dump-5555…` in hex. */
const HASH_SUFFIX = /-[0-9a-f]{8,}$/i;

/** A signing id without the hash of an ad hoc signature. */
export function plainSigningId(signingId: string): string {
  return signingId.replace(HASH_SUFFIX, '');
}

/** Apple ships no database client that is in the catalogue, so a platform binary under such a name is another program. */
function isSomethingElse(process: Process): boolean {
  return process.isPlatformBinary;
}

/** A folder or program can be called anything; a team that contradicts the name is stronger. */
function isOfAnotherTeam(process: Process, row: DatabaseTool): boolean {
  return process.teamId !== null && row.teamId !== null && row.teamId !== process.teamId;
}

/** Folder name of the app whose main executable this is; helpers deeper in the bundle are not the app itself. */
function mainBundleOf(executable: string): string | null {
  return /\/([^/]+\.app)\/Contents\/MacOS\/[^/]+$/.exec(executable)?.[1] ?? null;
}

function hasSecondFeature(row: DatabaseTool, program: Program): boolean {
  const { needs } = row;
  if (!needs) return true;
  const args = new Set(program.args.map((arg) => arg.toLowerCase()));
  const path = program.path.toLowerCase();
  return (
    needs.args.some((arg) => args.has(arg.toLowerCase())) ||
    needs.paths.some((part) => path.includes(part.toLowerCase()))
  );
}

const INFORMATION = new Set(['--version', '--help', '-V', '-?']);

/**
 * Options whose value names a file. To the clients of MySQL `-f` and `-o` are flags: there a question behind them counts
 * as a run, which is better than a dump that nobody sees.
 */
const FILE_OPTIONS = new Set(['-f', '-o', '--file', '--out', '--output', '--result-file']);

/**
 * A run that only prints its version or its help touches no database. What stands behind `--`, or is the name of a
 * file (`pg_dump -f --help`), asks for nothing.
 */
function asksForInformation({ args }: Program): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).some(
    (arg, index) =>
      (INFORMATION.has(arg) || arg.startsWith('--help=')) &&
      !FILE_OPTIONS.has(args[index - 1] ?? ''),
  );
}

/** Options of `java` whose value is the next argument; the two that say what to run are not among them. */
const JAVA_VALUE_OPTIONS = new Set([
  '-cp',
  '-classpath',
  '--class-path',
  '-p',
  '--module-path',
  '--upgrade-module-path',
  '--add-modules',
  '--limit-modules',
  '--add-opens',
  '--add-exports',
  '--add-reads',
  '--patch-module',
  '--enable-native-access',
  '--source',
]);

/** What `java` was told to run: the name of a jar, or a main class; what follows is the program's own. */
function javaMain(args: readonly string[]): {
  readonly jar: string | null;
  readonly mainClass: string | null;
} {
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '-jar')
      return { jar: baseName(args[index + 1] ?? '').toLowerCase(), mainClass: null };
    if (arg === '-m' || arg === '--module' || arg.startsWith('--module='))
      return { jar: null, mainClass: classOfModule(arg, args[index + 1] ?? '') };
    if (JAVA_VALUE_OPTIONS.has(arg)) index += 1;
    else if (!arg.startsWith('-')) return { jar: null, mainClass: arg };
  }
  return { jar: null, mainClass: null };
}

/** The class of `-m MODULE/CLASS` or `--module=MODULE/CLASS`; `null` when only the module is named. */
function classOfModule(option: string, next: string): string | null {
  const value = option.startsWith('--module=') ? option.slice('--module='.length) : next;
  const slash = value.indexOf('/');
  return slash === -1 ? null : value.slice(slash + 1);
}
