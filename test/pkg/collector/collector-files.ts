import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const COLLECTOR = join(import.meta.dirname, '../../../pkg/collector');

export interface CollectorFile {
  /** Path below `pkg/collector`, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Files of a folder below `pkg/collector`, and of the folders in it, whose names end with one of the endings. */
export function collectorFiles(
  folder: string,
  ...endings: readonly string[]
): readonly CollectorFile[] {
  return readdirSync(join(COLLECTOR, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .toSorted()
    .map((name) => {
      const path = folder === '' ? name : `${folder}/${name}`;
      return { path, text: readFileSync(join(COLLECTOR, path), 'utf8') };
    });
}

export function collectorText(path: string): string {
  return readFileSync(join(COLLECTOR, path), 'utf8');
}

/** A file of JSON as plain data. */
export function collectorJson(path: string): unknown {
  return JSON.parse(collectorText(path));
}
