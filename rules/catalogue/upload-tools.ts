import type { UploadForm, UploadTool } from './catalogue.ts';
import { type RowFields, readRows } from './row-fields.ts';
import { yamlRows } from './yaml-rows.ts';

/** Reads `upload-tools.yml`; faulty rows are left out and described in `problems`. `services` are the ids there are. */
export function readUploadTools(
  file: string,
  text: string,
  services: ReadonlySet<string>,
  problems: string[],
): readonly UploadTool[] {
  const rows = yamlRows(file, text, ['uploadTools'])('uploadTools');
  return readRows(
    rows,
    problems,
    (fields) => readTool(fields, services),
    ({ names }) => names.join(' '),
  );
}

function readTool(fields: RowFields, services: ReadonlySet<string>): UploadTool {
  const tool: UploadTool = {
    name: fields.text('name'),
    names: fields.texts('names'),
    modules: fields.texts('modules'),
    signingIds: fields.texts('signingIds'),
    notWith: fields.texts('notWith'),
    service: fields.optionalText('service'),
    commands: fields.rows('commands').map(readForm),
    hasWildcards: fields.flag('hasWildcards'),
    valueOptions: fields.texts('valueOptions'),
    switches: new Set(fields.texts('switches')),
    endpointOptions: fields.texts('endpointOptions'),
    backends: fields.textMap('backends'),
    schemes: fields.textMap('schemes'),
    ...fields.provenance(),
  };
  if (tool.names.length === 0) fields.fault('names is empty; name the executable');
  if (tool.commands.length === 0) fields.fault('commands is empty; say how the tool uploads');
  const named = tool.commands.map(({ service }) => (service === 'none' ? null : service));
  for (const service of [
    tool.service,
    ...tool.backends.values(),
    ...tool.schemes.values(),
    ...named,
  ]) {
    if (service !== null && !services.has(service))
      fields.fault(`service "${service}" is not in cloud-services.yml; add it there or correct it`);
  }
  return tool;
}

function readForm(fields: RowFields): UploadForm {
  return {
    verbs: fields.texts('verbs'),
    form: fields.choice('form', FORMS),
    remotes: fields.texts('remotes').flatMap((remote) => {
      const known = REMOTES.find((candidate) => candidate === remote);
      if (!known) fields.fault(`remotes must be of ${REMOTES.join(', ')}`);
      return known ?? [];
    }),
    service: fields.optionalText('service'),
    scheme: fields.optionalText('scheme'),
    notWith: fields.texts('notWith'),
    inputWith: fields.texts('inputWith'),
    fedUnless: fields.texts('fedUnless'),
    inputOptions: fields.texts('inputOptions'),
    inputWithoutOperands: fields.flag('inputWithoutOperands'),
    folderWithoutOperands: fields.flag('folderWithoutOperands'),
    fileUrls: fields.flag('fileUrls'),
    labelSign: fields.optionalText('labelSign'),
    valueOptions: fields.texts('valueOptions'),
    fileOptions: fields.texts('fileOptions'),
    nextOptions: fields.texts('nextOptions'),
    globsUnless: fields.texts('globsUnless'),
    formOptions: fields.texts('formOptions'),
    dataOptions: fields.texts('dataOptions'),
    namedDataOptions: fields.texts('namedDataOptions'),
    destinationOptions: fields.texts('destinationOptions'),
    sourceWords: fields.texts('sourceWords'),
    scriptOptions: fields.texts('scriptOptions'),
    accountOptions: fields.texts('accountOptions'),
    accountHost: fields.optionalText('accountHost'),
  };
}

const FORMS = [
  'sources-then-remote',
  'sources',
  'sources-then-place',
  'source-then-place',
  'sources-to-option',
  'remote-then-sources',
  'word-then-source',
  'container-then-sources',
  'container-then-source',
  'stdin-then-remote',
  'script',
  'options',
] as const satisfies readonly UploadForm['form'][];

const REMOTES = [
  'colon',
  'url',
  'alias',
  'any',
  'login',
  'prefix',
  'host',
] as const satisfies readonly UploadForm['remotes'][number][];
