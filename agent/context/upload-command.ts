import type { UploadForm, UploadTool } from '../../rules/catalogue/catalogue.ts';
import { type CommandLine, splitCommandLine } from './command-line.ts';
import type { Program } from './program.ts';
import { hostOf, isLocalHost, isRemote, rcloneService, withoutParameters } from './remote.ts';

/** What an upload tool's arguments say: which local files go where. Names are as written; nothing is resolved. */
export interface Upload {
  readonly tool: string;
  /** Local paths, files or folders. */
  readonly sources: readonly string[];
  /** The tool sends its standard input. */
  readonly readsStandardInput: boolean;
  /** Service id the arguments name by themselves (not yet by host name), or `null`. */
  readonly service: string | null;
  /** Host of the destination, to be looked up in the domain list. */
  readonly host: string | null;
  /** What a finding shows: host, `s3://…`, `gs://…` or `remote:path`; `null` when the arguments do not say. */
  readonly destination: string | null;
}

/** Most local paths that are kept of one command. */
const MAX_SOURCES = 256;

/** Recognises upload tools by name or Python module and reads their arguments by the catalogue's table. */
export class UploadTools {
  readonly #byName = new Map<string, UploadTool>();
  readonly #byModule = new Map<string, UploadTool>();
  readonly #services: ReadonlySet<string>;

  /** `services` are the ids of the catalogue: an rclone remote of such a name names the service. */
  constructor(tools: readonly UploadTool[], services: ReadonlySet<string>) {
    this.#services = services;
    for (const tool of tools) {
      for (const name of tool.names) this.#byName.set(name, tool);
      for (const module of tool.modules) this.#byModule.set(module, tool);
    }
  }

  /** The upload a program performs, or `null`: no upload tool, a download, a listing, or nothing local is sent. */
  read(program: Program): Upload | null {
    const tool = this.#toolOf(program);
    if (!tool) return null;
    for (const form of tool.commands) {
      const line = splitCommandLine(program.args, optionsWithValue(tool, form));
      const operands = afterVerbs(line.operands, form.verbs);
      if (!operands) continue;
      const upload = readForm(tool, form, { operands, options: line.options }, this.#services);
      if (upload && (upload.sources.length > 0 || upload.readsStandardInput)) return upload;
    }
    return null;
  }

  #toolOf(program: Program): UploadTool | null {
    if (program.module !== null) {
      const [root] = program.module.split('.__main__');
      return this.#byModule.get(root ?? program.module) ?? this.#byName.get(program.name) ?? null;
    }
    return this.#byName.get(program.name) ?? null;
  }
}

function optionsWithValue(tool: UploadTool, form: UploadForm): ReadonlySet<string> {
  return new Set([
    ...tool.valueOptions,
    ...tool.endpointOptions,
    ...form.fileOptions,
    ...form.formOptions,
    ...form.dataOptions,
    ...form.destinationOptions,
    ...form.accountOptions,
  ]);
}

/** The operands behind the verbs. Global options with values may leave words before the first verb. */
function afterVerbs(
  operands: readonly string[],
  verbs: readonly string[],
): readonly string[] | null {
  if (verbs.length === 0) return operands;
  for (let at = 0; at + verbs.length <= operands.length; at += 1) {
    if (verbs.every((verb, offset) => operands[at + offset] === verb))
      return operands.slice(at + verbs.length);
  }
  return null;
}

function readForm(
  tool: UploadTool,
  form: UploadForm,
  line: CommandLine,
  services: ReadonlySet<string>,
): Upload | null {
  const endpoint = valueOf(line, tool.endpointOptions);
  const endpointHost = endpoint === null ? null : hostOf(endpoint);
  const upload = (sources: readonly string[], destination: string | null): Upload => {
    const files = sources.slice(0, MAX_SOURCES).filter((source) => !isStandardInput(source));
    const destinationHost = destination === null ? null : hostOfDestination(form, destination);
    return {
      tool: tool.name,
      sources: files.map(withoutFileScheme),
      readsStandardInput: form.form === 'stdin-then-remote' || sources.some(isStandardInput),
      service:
        endpointHost === null
          ? (rcloneService(destination, tool.backends, services) ?? tool.service)
          : null,
      host: endpointHost ?? destinationHost,
      destination: destinationHost ?? (destination === null ? null : shown(destination)),
    };
  };

  switch (form.form) {
    case 'sources-then-remote': {
      const at = line.operands.findIndex((operand, i) => i > 0 && isRemote(operand, form.remotes));
      const destination = at === -1 ? null : (line.operands[at] ?? null);
      const local = line.operands.slice(0, Math.max(at, 0));
      const sources = local.filter((operand) => !isRemote(operand, form.remotes));
      return destination === null || isLocalHost(destination) ? null : upload(sources, destination);
    }
    case 'stdin-then-remote': {
      const destination = line.operands.find((operand) => isRemote(operand, form.remotes));
      return destination === undefined || isLocalHost(destination) ? null : upload([], destination);
    }
    case 'sources':
      return upload(line.operands, null);
    case 'container-then-sources': {
      const [container, ...sources] = line.operands;
      if (container === undefined) return null;
      return upload(sources, form.scheme === null ? null : form.scheme + container);
    }
    case 'options': {
      const destination = optionDestination(form, line);
      if (destination !== null && isLocalHost(destination)) return null;
      if (destination === null && tool.service === null) return null;
      return upload(optionSources(tool.name, form, line), destination);
    }
  }
}

/** `nc HOST PORT` names a host without a scheme. */
function hostOfDestination(form: UploadForm, destination: string): string | null {
  return hostOf(form.remotes.includes('any') ? `ftp://${destination}` : destination);
}

/** Local files named by options: as the value itself, as `name=@file` of a form, or as `@file` of data. */
function optionSources(tool: string, form: UploadForm, line: CommandLine): readonly string[] {
  const sources = line.options.flatMap(({ option, value }) => {
    // curl sends standard input for `-T .` as well; for the other tools a dot is the working directory.
    if (form.fileOptions.includes(option)) return [value === '.' && tool === 'curl' ? '-' : value];
    if (form.formOptions.includes(option)) return afterSign(value, /^[^=]*=[@<](.+)$/s, true);
    if (form.dataOptions.includes(option)) return afterSign(value, /^[^@=]*@(.+)$/s, false);
    return [];
  });
  // Request items: `field@file` and `@file` as operands.
  if (!form.dataOptions.includes('*')) return sources;
  const items = line.operands.slice(1).flatMap((item) => afterSign(item, /^[^@=:]*@(.+)$/s, true));
  return [...sources, ...items];
}

function afterSign(value: string, shape: RegExp, hasParameters: boolean): readonly string[] {
  const file = shape.exec(value)?.[1];
  if (file === undefined) return [];
  // curl adds `;type=…` or `;filename=…` behind the name of a form file.
  const name = hasParameters ? file.replace(/;(?:type|filename|encoder|headers)=.*$/s, '') : file;
  return [name.replace(/^"(.*)"$/s, '$1')];
}

function optionDestination(form: UploadForm, line: CommandLine): string | null {
  const account = valueOf(line, form.accountOptions);
  if (account !== null && form.accountHost !== null)
    return `https://${form.accountHost.replace('{}', account)}`;
  const named = valueOf(line, form.destinationOptions);
  if (named !== null) return named;
  const url = line.operands.find((operand) => /^[a-z][a-z0-9+.-]*:\/\//i.test(operand));
  if (url !== undefined) return url;
  const bare = line.operands.find((operand) => /^[\w-]+(\.[\w-]+)+(:\d+)?(\/|\?|$)/.test(operand));
  return bare === undefined ? null : `http://${bare}`;
}

/** A destination as written, without what may be secret in it. */
function shown(destination: string): string {
  return withoutParameters(destination).replace(/^([a-z0-9+.-]+:\/\/)[^/@]*@/i, '$1');
}

function valueOf(line: CommandLine, names: readonly string[]): string | null {
  return line.options.find(({ option }) => names.includes(option))?.value ?? null;
}

function isStandardInput(source: string): boolean {
  return source === '-' || source === '/dev/stdin' || source.startsWith('/dev/fd/');
}

function withoutFileScheme(source: string): string {
  return source.startsWith('file://') ? source.slice('file://'.length) : source;
}
