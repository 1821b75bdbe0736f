import type { UploadForm, UploadTool } from '../../rules/catalogue/catalogue.ts';
import {
  hasOption,
  partsOfCommandLine,
  splitCommandLine,
  type ValueOptions,
} from './command-line.ts';
import { plainSigningId } from './database-tool.ts';
import type { Program } from './program.ts';
import { isInputWith, readForm } from './upload-form.ts';
import { MAX_SOURCES, type UploadLine } from './upload-options.ts';
import { impliedService, type Place, placeOf } from './upload-place.ts';
import { transfersOf } from './upload-transfers.ts';

/** Most uploads of one command that are told apart; the rest is cut off. */
const MAX_UPLOADS = 64;

/** What an upload tool's arguments say: which local files go where. Names are as written; nothing is resolved. */
export interface Upload extends Place {
  readonly tool: string;
  /** Local paths, files or folders. */
  readonly sources: readonly string[];
  /** The tool itself looks for what a source with `*` or `?` stands for. */
  readonly hasWildcards: boolean;
  /** The tool sends its standard input. */
  readonly readsStandardInput: boolean;
}

/** Recognises upload tools by name or Python module and reads their arguments by the catalogue's table. */
export class UploadTools {
  readonly #byName = new Map<string, UploadTool>();
  readonly #byModule = new Map<string, UploadTool>();
  readonly #bySigningId = new Map<string, UploadTool>();
  readonly #services: ReadonlySet<string>;

  /** `services` are the ids of the catalogue: an rclone remote of such a name names the service. */
  constructor(tools: readonly UploadTool[], services: ReadonlySet<string>) {
    this.#services = services;
    for (const tool of tools) {
      for (const name of tool.names) this.#byName.set(name, tool);
      for (const module of tool.modules) this.#byModule.set(module, tool);
      for (const id of tool.signingIds) this.#bySigningId.set(id, tool);
    }
  }

  /** The first of the uploads a program performs, `null` when it performs none. */
  read(program: Program, signingId: string | null = null, isFed = false): Upload | null {
    return this.readAll(program, signingId, isFed)[0] ?? null;
  }

  /**
   * The uploads a program performs, one a destination. None: no upload tool, a download, a listing, a rehearsal, or nothing
   * local is sent. `signingId` is that of the executable. `isFed` says that standard input is a pipe or a file, which some
   * tools then send.
   */
  readAll(program: Program, signingId: string | null = null, isFed = false): readonly Upload[] {
    const tool = this.#toolOf(program, signingId);
    if (!tool) return [];
    for (const form of tool.commands) {
      const uploads = bounded(readCommand(tool, form, program.args, isFed, this.#services));
      if (uploads.length > 0) return uploads;
    }
    return [];
  }

  #toolOf(program: Program, signingId: string | null): UploadTool | null {
    const signed =
      signingId === null || program.isInterpreted
        ? undefined
        : this.#bySigningId.get(plainSigningId(signingId));
    if (signed) return signed;
    if (program.module !== null) {
      const [root] = program.module.split('.__main__');
      return this.#byModule.get(root ?? program.module) ?? this.#byName.get(program.name) ?? null;
    }
    return this.#byName.get(program.name) ?? null;
  }
}

/** The first of them, with `MAX_SOURCES` sources in all. */
function bounded(uploads: Iterable<Upload>): readonly Upload[] {
  const kept: Upload[] = [];
  let left = MAX_SOURCES;
  for (const upload of uploads) {
    kept.push({ ...upload, sources: upload.sources.slice(0, left) });
    left -= upload.sources.length;
    if (left <= 0 || kept.length >= MAX_UPLOADS) break;
  }
  return kept;
}

function* readCommand(
  tool: UploadTool,
  form: UploadForm,
  args: readonly string[],
  isFed: boolean,
  services: ReadonlySet<string>,
): Generator<Upload> {
  const valueOptions = optionsWithValue(tool, form);
  for (const part of partsOfCommandLine(args, valueOptions, form.nextOptions)) {
    const { operands: words, options } = splitCommandLine(part, valueOptions);
    const operands = afterVerbs(words, form.verbs);
    if (!operands) continue;
    const has = (names: readonly string[]): boolean => hasOption(part, valueOptions, names);
    const isUnless = (names: readonly string[]): boolean => names.length > 0 && !has(names);
    const line = {
      operands,
      options,
      hasGlobs: isUnless(form.globsUnless),
      sendsInput: isFed && isUnless(form.fedUnless),
      sendsOnlyInput: has(form.inputOptions),
    };
    if (!isInputWith(form, line) && has(form.notWith)) continue;
    if (has(tool.notWith)) continue;
    for (const transfer of transfersOf(form, line)) {
      const upload = readTransfer(tool, form, transfer, services);
      if (upload) yield upload;
    }
  }
}

function readTransfer(
  tool: UploadTool,
  form: UploadForm,
  line: UploadLine,
  services: ReadonlySet<string>,
): Upload | null {
  const sending = readForm(tool.name, form, line);
  if (!sending || (sending.sources.length === 0 && !sending.readsStandardInput)) return null;
  // A tool without a service of its own, and options without a place: the request goes nowhere.
  const goesNowhere = sending.destination === null && impliedService(tool, form) === null;
  if (form.form === 'options' && goesNowhere) return null;
  const place = placeOf(tool, form, line, sending.destination, services);
  return place && { tool: tool.name, hasWildcards: tool.hasWildcards, ...sending, ...place };
}

/** When the tool lists its long options without a value, all its other long options take one. */
function optionsWithValue(tool: UploadTool, form: UploadForm): ValueOptions {
  const listed = new Set([
    ...tool.valueOptions,
    ...tool.endpointOptions,
    ...form.valueOptions,
    ...form.fileOptions,
    ...form.formOptions,
    ...form.dataOptions,
    ...form.namedDataOptions,
    ...form.destinationOptions,
    ...form.accountOptions,
    ...form.scriptOptions,
  ]);
  if (tool.switches.size === 0) return listed;
  return {
    has: (option) => listed.has(option) || (/^--[^=]+$/.test(option) && !tool.switches.has(option)),
  };
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
