import { isBuiltin } from 'node:module';
import { build, stop } from 'esbuild';
import { SourceError } from '../staging/source-file.ts';

/** What runs in the executable. ASCII only. */
export interface Scripts {
  /** An ECMAScript module, the first to run. */
  readonly boot: string;
  /**
   * The agent with all its packages: a function of two others, of which the first gives built-in modules by name, and the
   * second native ones by path, under the name that better-sqlite3 knows it by.
   */
  readonly agent: string;
  /** The thread that lists processes, which gets built-in modules and no others. */
  readonly listThread: string;
}

/** Modules that systeminformation tries and does without. */
const ABSENT: ReadonlySet<string> = new Set(['macos-temperature-sensor', 'osx-temperature-sensor']);

const LIST_THREAD = 'collectors/processes/list-thread.ts';

/**
 * All code of the agent and of its packages; the same sources give the same text, wherever the project is. Nothing is
 * shortened: the lines that a crash names can be read. Throws a `SourceError` when something cannot be put into it, or is
 * asked for that is neither in it nor built in.
 */
export async function bundle(project: string): Promise<Scripts> {
  try {
    return {
      boot: await script(project, 'pkg/executable/boot.ts', 'esm'),
      agent: `(function (require, __non_webpack_require__) {${await script(project, 'pkg/executable/entry.ts', 'cjs')}})`,
      // The `require` of a thread would look into the folder that the agent was called in.
      listThread: `(function (require) {${await script(project, LIST_THREAD, 'cjs')}})(process.getBuiltinModule);`,
    };
  } finally {
    // esbuild is a process of its own, which would stay as long as this one.
    await stop();
  }
}

async function script(project: string, entry: string, format: 'cjs' | 'esm'): Promise<string> {
  const { outputFiles, metafile, warnings } = await build({
    absWorkingDir: project,
    entryPoints: [entry],
    write: false,
    outfile: 'script.js',
    metafile: true,
    bundle: true,
    platform: 'node',
    target: `node${process.versions.node}`,
    format,
    // A built-in module that is imported when it is needed is required then.
    supported: { 'dynamic-import': false },
    // Nothing in the executable is found by the place of a source file.
    define: {
      __dirname: '""',
      __filename: '""',
      'import.meta.url': '"file:///"',
      'import.meta.filename': '""',
      'import.meta.dirname': '""',
      'import.meta.main': 'false',
    },
    logLevel: 'silent',
  });
  const [warning] = warnings;
  if (warning !== undefined)
    throw new SourceError(
      `${warning.location?.file ?? entry} line ${warning.location?.line ?? '?'}: ${warning.text}`,
    );
  const [output] = Object.values(metafile.outputs);
  const strangers = (output?.imports ?? []).filter(
    ({ path }) => !isBuiltin(path) && !ABSENT.has(path),
  );
  if (strangers.length > 0)
    throw new SourceError(
      `${strangers.map(({ path }) => path).join(', ')}: would be looked for outside of the executable; it must be bundled or go`,
    );
  return ascii(outputFiles[0]?.text ?? '');
}

/** Every other character is in a comment or a regular expression, where its number stands for it; esbuild has done the rest. */
function ascii(text: string): string {
  return text.replaceAll(
    /[^\0-\x7F]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
