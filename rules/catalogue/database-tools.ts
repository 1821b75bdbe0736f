import type { DatabaseTool } from './catalogue.ts';
import { type RowFields, readRows } from './row-fields.ts';
import { yamlRows } from './yaml-rows.ts';

/** Reads `database-tools.yml`; faulty rows are left out and described in `problems`. */
export function readDatabaseTools(
  file: string,
  text: string,
  problems: string[],
): readonly DatabaseTool[] {
  const rows = yamlRows(file, text, ['tools']);
  return readRows(rows('tools'), problems, readTool, (tool) => tool.name);
}

function readTool(fields: RowFields): DatabaseTool {
  const needs = fields.textLists('needs', ['args', 'paths']);
  const tool: DatabaseTool = {
    name: fields.text('name'),
    kind: fields.choice('kind', ['gui', 'cli', 'dump']),
    signingIds: fields.texts('signingIds'),
    teamId: readTeam(fields),
    bundles: fields.texts('bundles'),
    names: fields.texts('names'),
    jars: fields.texts('jars'),
    mainClasses: fields.texts('mainClasses'),
    needs: needs === null ? null : { args: needs('args'), paths: needs('paths') },
    ...fields.provenance(),
  };
  if (tool.signingIds.some((id) => id === '*' || id.slice(0, -1).includes('*'))) {
    fields.fault('signingIds may hold * only at the end of a prefix');
  }
  if (tool.bundles.some((bundle) => !bundle.endsWith('.app') || bundle.includes('/'))) {
    fields.fault('bundles must be folder names that end in .app');
  }
  if (tool.names.some((name) => name.includes('/'))) {
    fields.fault('names must be base names without a folder');
  }
  if (tool.jars.some((jar) => jar !== jar.toLowerCase())) fields.fault('jars must be lower case');
  const ways = [tool.signingIds, tool.bundles, tool.names, tool.jars, tool.mainClasses];
  if (ways.every((way) => way.length === 0)) {
    fields.fault(
      'nothing identifies the tool; add signingIds, bundles, names, jars or mainClasses',
    );
  }
  return tool;
}

/** An Apple team id is ten capital letters and digits; `null` when the row names none. */
export function readTeam(fields: RowFields): string | null {
  const team = fields.optionalText('teamId');
  if (team !== null && !/^[A-Z0-9]{10}$/.test(team)) {
    fields.fault('teamId must be ten capital letters and digits');
  }
  return team;
}
