import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { SourceError } from '../staging/source-file.ts';

/**
 * The `require` of an executable knows built-in modules only, and nothing may get beside it. better-sqlite3 loads its native
 * part by this name, from the absolute path that it is told (`agent/addons.ts`). The directive must come first.
 */
const ADDONS = `"use strict";
var __non_webpack_require__ = (file) => {
  const addon = { exports: {} };
  process.dlopen(addon, file);
  return addon.exports;
};`;

/** Modules that systeminformation tries and does without. */
const ABSENT: ReadonlySet<string> = new Set(['macos-temperature-sensor', 'osx-temperature-sensor']);

/**
 * All code of the agent and of its packages as one CommonJS script; the same sources give the same text, wherever the project
 * is. CommonJS, because Node 26 starts it from the code cache in 8 ms, and an ECMAScript module of this size in 100. Nothing
 * is shortened: the lines that a crash names can be read.
 *
 * Throws a `SourceError` when something cannot be put into it, or is asked for that is neither in it nor built in.
 */
export async function bundle(project: string): Promise<string> {
  const { outputFiles, metafile, warnings } = await build({
    absWorkingDir: project,
    entryPoints: [join(project, 'pkg/executable/entry.ts')],
    outfile: 'spillwatch.cjs',
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: `node${process.versions.node}`,
    format: 'cjs',
    banner: { js: ADDONS },
    // A built-in module that is imported when it is needed is required then: `import()` and the code cache exclude each other.
    supported: { 'dynamic-import': false },
    // Nothing in the executable is found by the place of a source file.
    define: {
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
      `${warning.location?.file ?? 'bundle'} line ${warning.location?.line ?? '?'}: ${warning.text}`,
    );
  const [output] = Object.values(metafile.outputs);
  const strangers = (output?.imports ?? []).filter(
    ({ path }) => !isBuiltin(path) && !ABSENT.has(path),
  );
  if (strangers.length > 0)
    throw new SourceError(
      `${strangers.map(({ path }) => path).join(', ')}: would be looked for beside the executable; it must be bundled or go`,
    );
  return outputFiles[0]?.text ?? '';
}
