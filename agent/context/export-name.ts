import type { Facts } from './facts.ts';
import { baseName, pathKey } from './paths.ts';

/** Whether the last ending of the name is one of a database export, a sheet or an archive (`export-kinds.yml`). */
export function hasExportName(facts: Facts, path: string): boolean {
  const name = baseName(pathKey(path));
  // What Office writes beside a workbook while it is open.
  if (name.startsWith('~$')) return false;
  const dot = name.lastIndexOf('.');
  return dot > 0 && facts.exportExtensions.has(name.slice(dot));
}
