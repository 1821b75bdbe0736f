import type { UploadForm } from '../../rules/catalogue/catalogue.ts';
import type { CommandLine } from './command-line.ts';
import { expandGlob } from './curl-glob.ts';
import { formFiles } from './form-files.ts';
import { isLocalHost } from './remote.ts';
import { fileOfItem, requestItems } from './request-items.ts';

/** Most local paths that are kept of one command. */
export const MAX_SOURCES = 256;

export interface UploadLine extends CommandLine {
  /** The values of `fileOptions` are globs. */
  readonly hasGlobs: boolean;
  /** Something is fed to standard input, and is sent when no file is. */
  readonly sendsInput: boolean;
  /** An option says that standard input is sent and nothing else. */
  readonly sendsOnlyInput: boolean;
}

/** Local files named by options: as the value itself, as `name=@file` of a form, or as `@file` of data. */
export function optionSources(tool: string, form: UploadForm, line: UploadLine): readonly string[] {
  const sources = line.options.flatMap(({ option, value }) => {
    // curl sends standard input for `-T .` as well; for the other tools a dot is the working directory.
    if (form.fileOptions.includes(option) && value === '.' && tool === 'curl') return ['-'];
    if (form.fileOptions.includes(option))
      return line.hasGlobs ? expandGlob(value, MAX_SOURCES) : [value];
    if (form.formOptions.includes(option)) return formFiles(value);
    if (form.namedDataOptions.includes(option)) return /^[^@=]*@([^=]+)$/s.exec(value)?.[1] ?? [];
    if (form.dataOptions.includes(option)) return /^@(.+)$/s.exec(value)?.[1] ?? [];
    return [];
  });
  if (!hasRequestItems(form)) return sources;
  return [...sources, ...requestItems(line).items.flatMap((item) => itemFile(fileOfItem(item)))];
}

/** The place among the options and operands; of several the first that is not this Mac, `null` when none is named. */
export function optionDestination(form: UploadForm, line: CommandLine): string | null {
  const account = line.options.find(({ option }) => form.accountOptions.includes(option));
  if (account && form.accountHost !== null)
    return `https://${form.accountHost.replace('{}', () => account.value)}`;
  const named = line.options.flatMap(({ option, value }) =>
    form.destinationOptions.includes(option) ? [(form.scheme ?? '') + value] : [],
  );
  const words = hasRequestItems(form) ? [requestItems(line).url ?? ''] : line.operands;
  const urls = words.filter((word) => /^[a-z][a-z0-9+.-]*:\/\//i.test(word));
  const bare = words.filter(isBareUrl).map((word) => `http://${word}`);
  const places = [...named, ...urls, ...bare];
  return places.find((place) => !isLocalHost(place)) ?? places[0] ?? null;
}

function hasRequestItems(form: UploadForm): boolean {
  return form.dataOptions.includes('*');
}

/** HTTPie takes `;type=…` behind the name of a file. */
function itemFile(file: string | undefined): readonly string[] {
  return file === undefined ? [] : [file.replace(/;(?:type|filename)=.*$/s, '')];
}

/** `[user@]host.name[:port][/path]`: a URL without its scheme. */
function isBareUrl(word: string): boolean {
  const authority = word.split(/[/?#]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
  return /^[\w-]+(?:\.[\w-]+)+\.?$/.test(host);
}
