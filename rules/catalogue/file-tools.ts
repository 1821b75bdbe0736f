import { type FileReader, type FileTool, READER_CLASSES } from './catalogue.ts';
import { type RowFields, readRows } from './row-fields.ts';
import { yamlRows } from './yaml-rows.ts';

/** What `file-tools.yml` holds. */
export interface FileToolsFile {
  readonly copiers: readonly FileTool[];
  readonly archivers: readonly FileTool[];
  readonly converters: readonly FileTool[];
  readonly readers: readonly FileReader[];
}

/** Reads `file-tools.yml`; faulty rows are left out and described in `problems`. */
export function readFileTools(file: string, text: string, problems: string[]): FileToolsFile {
  const rows = yamlRows(file, text, ['copiers', 'archivers', 'converters', 'readers']);
  return {
    copiers: readRows(rows('copiers'), problems, readTool, nameOf),
    archivers: readRows(rows('archivers'), problems, readTool, nameOf),
    converters: readRows(rows('converters'), problems, readTool, nameOf),
    readers: readRows(rows('readers'), problems, readReader, nameOf),
  };
}

function nameOf(tool: FileTool): string {
  return tool.name;
}

function readTool(fields: RowFields): FileTool {
  const tool: FileTool = {
    name: fields.text('name'),
    names: fields.texts('names'),
    signingIds: fields.texts('signingIds'),
    valueOptions: fields.texts('valueOptions'),
    ...fields.provenance(),
  };
  if (tool.names.length === 0 && tool.signingIds.length === 0) {
    fields.fault('nothing identifies the program; add names or signingIds');
  }
  if (tool.names.some((name) => name.includes('/'))) {
    fields.fault('names must be base names without a folder');
  }
  return tool;
}

function readReader(fields: RowFields): FileReader {
  return { class: fields.choice('class', READER_CLASSES), ...readTool(fields) };
}
