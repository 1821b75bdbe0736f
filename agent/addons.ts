/**
 * What is loaded apart from the program. In the single executable native modules are the files beside it, by absolute path and
 * nothing else, and the script of a thread is a part of it; from the project they are those of the packages, and a file.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import type { ThreadScript } from '../collectors/processes/list-threads.ts';

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

/** The script of the thread that lists processes. */
export function listThreadScript(): ThreadScript {
  if (FOLDER !== null) return { kind: 'text', text: getAsset('list-thread', 'utf8') };
  return {
    kind: 'file',
    path: join(import.meta.dirname, '../collectors/processes/list-thread.ts'),
  };
}
