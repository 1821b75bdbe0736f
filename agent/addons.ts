/**
 * Native modules. In the single executable they are the files beside it, by absolute path and nothing else; from the project
 * they are those of the packages.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';

const FOLDER = isSea() ? dirname(process.execPath) : null;

/** The native part of better-sqlite3; `undefined` where the package finds its own. */
export const SQLITE_ADDON = FOLDER === null ? undefined : join(FOLDER, 'better_sqlite3.node');

/** The package node-mac-permissions, or its native part, which has the same functions. Throws where it was not built. */
export function macPermissions(): unknown {
  if (FOLDER === null) return createRequire(import.meta.url)('node-mac-permissions');
  const module = { exports: {} };
  process.dlopen(module, join(FOLDER, 'permissions.node'));
  return module.exports;
}
