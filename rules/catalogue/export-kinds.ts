import { type RowFields, readRows } from './row-fields.ts';
import { yamlRows } from './yaml-rows.ts';

/** Reads `export-kinds.yml` into endings in lower case with the dot; faulty rows are described in `problems`. */
export function readExportExtensions(
  file: string,
  text: string,
  problems: string[],
): ReadonlySet<string> {
  const rows = yamlRows(file, text, ['extensions']);
  return new Set(readRows(rows('extensions'), problems, readExtension, (ending) => ending));
}

function readExtension(fields: RowFields): string {
  const extension = fields.text('extension');
  if (extension !== '' && !/^\.[a-z0-9_-]+$/.test(extension)) {
    fields.fault('extension must be a dot and lower-case letters or digits, only the last ending');
  }
  fields.text('kind');
  fields.provenance();
  return extension;
}
