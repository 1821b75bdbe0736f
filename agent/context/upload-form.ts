import type { UploadForm } from '../../rules/catalogue/catalogue.ts';
import type { CommandLine } from './command-line.ts';
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
  const [destination, sources] = words;
  const files = sources
    .slice(0, MAX_SOURCES)
    .filter((source) => !isStandardInput(source) && !isRemote(source, ['url']))
    .map((source) => withoutLabel(form, withoutFileScheme(source)));
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
      return [destination, ['-']];
    }
    case 'sources':
      return [null, operands.length === 0 && form.inputWithoutOperands ? ['-'] : operands];
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

function withoutFileScheme(source: string): string {
  return /^file:\/\//i.test(source) ? source.slice('file://'.length) : source;
}

function withoutLabel(form: UploadForm, source: string): string {
  const at = form.labelSign === null ? -1 : source.indexOf(form.labelSign);
  return at > 0 ? source.slice(0, at) : source;
}
