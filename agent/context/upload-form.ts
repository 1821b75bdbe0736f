import type { UploadForm } from '../../rules/catalogue/catalogue.ts';
import type { CommandLine } from './command-line.ts';
import { readScripts } from './lftp-script.ts';
import { isRemote } from './remote.ts';
import {
  MAX_SOURCES,
  optionDestination,
  optionSources,
  type UploadLine,
} from './upload-options.ts';

/** What goes where by one form of a command line, as written. */
export interface Sending {
  /** Local files and folders. */
  readonly sources: readonly string[];
  readonly readsStandardInput: boolean;
  /** `null` when the arguments do not name the place. */
  readonly destination: string | null;
}

/** Reads the operands behind the verbs and the options by the form; `null` when they do not fit it. */
export function readForm(tool: string, form: UploadForm, line: UploadLine): Sending | null {
  const readsInput = isInputWith(form, line);
  const words = wordsOf(tool, form, line, readsInput);
  if (!words) return null;
  const [destination, named] = words;
  const sources = form.form === 'options' ? named : [...named, ...optionSources(tool, form, line)];
  if (line.sendsOnlyInput) return { sources: [], readsStandardInput: true, destination };
  const files = sources
    .slice(0, MAX_SOURCES)
    .filter((source) => !isStandardInput(source) && !isRemote(source, ['url']))
    .filter((source) => !form.fileUrls || FILE_URL.test(source))
    .map((source) => withoutFileScheme(sourceWithoutLabel(form, source)));
  const isSent = line.sendsInput && sources.length === 0;
  const readsStandardInput = readsInput || isSent || sources.some(isStandardInput);
  return { sources: files, readsStandardInput, destination };
}

/** Whether an option says that standard input is sent: `--from-to=PipeBlob`. */
export function isInputWith(form: UploadForm, line: CommandLine): boolean {
  return line.options.some(({ option, value }) => form.inputWith.includes(`${option}=${value}`));
}

/** Destination and sources, which may hold names of standard input. */
function wordsOf(
  tool: string,
  form: UploadForm,
  line: UploadLine,
  readsInput: boolean,
): readonly [destination: string | null, sources: readonly string[]] | null {
  const { operands } = line;
  switch (form.form) {
    case 'sources-then-remote': {
      const at = remotePosition(form, operands, readsInput ? 0 : 1);
      const destination = operands[at];
      if (destination === undefined) return null;
      const local = operands.slice(0, at);
      if (isLocalAlias(form, destination, local)) return null;
      if (form.remotes.includes('alias')) return [destination, local];
      return [destination, local.filter((operand) => !isRemote(operand, form.remotes))];
    }
    case 'stdin-then-remote': {
      const destination = operands.find((operand) => isRemote(operand, form.remotes));
      if (destination === undefined || isLocalAlias(form, destination, [])) return null;
      // A tool that may be fed sends nothing when it is not.
      return form.fedUnless.length > 0 && !line.sendsInput ? null : [destination, ['-']];
    }
    case 'sources':
      return [null, operands.length > 0 ? operands : sourcesWithoutOperands(form)];
    case 'source-then-place': {
      const [source, place] = operands;
      return source === undefined || place === undefined ? null : [null, [source]];
    }
    case 'sources-to-option': {
      const remote = remoteOption(form, line);
      return remote === null ? null : [remote, operands];
    }
    case 'remote-then-sources': {
      const [first, ...rest] = operands;
      // Where an option names the remote, the first operand is the name of what is made there.
      const remote =
        remoteOption(form, line) ?? (first === undefined ? null : withoutLabel(form, first));
      return remote === null || !isRemote(remote, form.remotes) ? null : [remote, rest];
    }
    case 'word-then-source': {
      const at = operands.findIndex((operand) => form.sourceWords.includes(operand));
      const source = at === -1 ? undefined : operands[at + 1];
      return source === undefined ? null : [null, [source]];
    }
    case 'script':
      return readScripts(form, line);
    case 'sources-then-place':
      return [null, operands.length < 2 ? operands : operands.slice(0, -1)];
    case 'container-then-sources':
    case 'container-then-source': {
      const [container, ...rest] = operands;
      if (container === undefined) return null;
      const sources = form.form === 'container-then-source' ? rest.slice(0, 1) : rest;
      return [form.scheme === null ? null : form.scheme + container, sources];
    }
    case 'options':
      return [optionDestination(form, line), optionSources(tool, form, line)];
  }
}

function sourcesWithoutOperands(form: UploadForm): readonly string[] {
  if (form.inputWithoutOperands) return ['-'];
  return form.folderWithoutOperands ? ['.'] : [];
}

/** The remote that an option names, `null` when it names a local place or is not there. */
function remoteOption(form: UploadForm, { options }: CommandLine): string | null {
  const value = options.findLast(({ option }) => form.destinationOptions.includes(option))?.value;
  return value !== undefined && isRemote(value, form.remotes) ? value : null;
}

/** A relative name looks like an alias too, so there only the last operand can be the destination. */
function remotePosition(form: UploadForm, operands: readonly string[], from: number): number {
  if (!form.remotes.includes('alias'))
    return operands.findIndex((operand, at) => at >= from && isRemote(operand, form.remotes));
  const last = operands.length - 1;
  return last >= from && isRemote(operands[last] ?? '', form.remotes) ? last : -1;
}

/** Folders that every home has; macOS makes them. */
const HOME_FOLDERS =
  /^(?:applications|desktop|documents|downloads|library|movies|music|pictures|public)\//i;

/**
 * mc takes a path for remote when its first part is an alias in its configuration, and for local otherwise. The
 * configuration is not read, so what is local shows by a folder of the home, or by a source that lies in the same one: then
 * both are local, or both remote.
 */
function isLocalAlias(form: UploadForm, destination: string, sources: readonly string[]): boolean {
  if (!form.remotes.includes('alias')) return false;
  const folder = destination.slice(0, destination.indexOf('/') + 1);
  const isBesideSource = sources.some((source) => source.replace(/^\.\//, '').startsWith(folder));
  return HOME_FOLDERS.test(folder) || isBesideSource;
}

function isStandardInput(source: string): boolean {
  return source === '-' || source === '/dev/stdin' || source.startsWith('/dev/fd/');
}

const FILE_URL = /^file:\/\//i;

function withoutFileScheme(source: string): string {
  return source.replace(FILE_URL, '');
}

/** In the form with the remote first the sign is one of the remote. */
function sourceWithoutLabel(form: UploadForm, source: string): string {
  return form.form === 'remote-then-sources' ? source : withoutLabel(form, source);
}

function withoutLabel(form: UploadForm, source: string): string {
  const at = form.labelSign === null ? -1 : source.indexOf(form.labelSign);
  return at > 0 ? source.slice(0, at) : source;
}
