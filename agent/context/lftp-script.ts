import type { UploadForm } from '../../rules/catalogue/catalogue.ts';
import { type CommandLine, hasOption, splitCommandLine } from './command-line.ts';

/** Longest script that is read, in characters; the rest is cut off. */
const MAX_SCRIPT = 65_536;
/** Longest folder that `lcd` can lead to, in characters; a Mac has none that is longer. */
const MAX_FOLDER = 1024;
/** Most sources of all scripts; the rest is left out. */
const MAX_SOURCES = 256;

const OPEN_VALUES = new Set(['-e', '-u', '-p', '-s', '--user', '--password', '--env-password']);
const PUT_VALUES = new Set(['-o', '-O', '-P']);
const MIRROR_VALUES = new Set(
  '-x -X -i -I -N -P -O -f -F --exclude --exclude-glob --include --include-glob --newer-than --older-than --log'.split(
    ' ',
  ),
);

/**
 * What lftp is told to send by the scripts in `-e` and `-c` (lftp(1)): `put` and `mput` with files, `mirror -R` with a folder,
 * each below what `lcd` names. `open` or the first operand of the command line names the host; `null` when nothing does.
 */
export function readScripts(
  form: UploadForm,
  { operands, options }: CommandLine,
): readonly [destination: string, sources: readonly string[]] | null {
  let place = operands[0] ?? null;
  let folder = '';
  const sources: string[] = [];
  const scripts = options.filter(({ option }) => form.scriptOptions.includes(option));
  for (const [name, ...args] of scripts.flatMap(({ value }) =>
    commandsOf(value.slice(0, MAX_SCRIPT)),
  )) {
    const below = (files: readonly string[]): readonly string[] =>
      files.map((file) => (file.startsWith('/') || folder === '' ? file : `${folder}/${file}`));
    if (name === 'open') place = splitCommandLine(args, OPEN_VALUES).operands[0] ?? place;
    if (name === 'lcd') folder = below([args[0] ?? ''])[0] ?? '';
    // What lftp does after a folder that cannot be there, nobody knows.
    if (folder.length > MAX_FOLDER || sources.length >= MAX_SOURCES) break;
    if (name === 'put' || name === 'mput')
      sources.push(...below(splitCommandLine(args, PUT_VALUES).operands));
    if (name === 'mirror' && hasOption(args, MIRROR_VALUES, ['-R', '--reverse'])) {
      const [source = '.'] = splitCommandLine(args, MIRROR_VALUES).operands;
      sources.push(...(source === '.' && folder !== '' ? [folder] : below([source])));
    }
  }
  if (place === null) return null;
  return [place.includes('://') ? place : `ftp://${place}`, sources];
}

/** The words of each command; they end at blanks, commands at semicolons, line ends, `&&`, `||` and `&`. */
function commandsOf(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  let word: string | null = null;
  let quote = '';
  const endWord = (): void => {
    if (word !== null) commands.at(-1)?.push(word);
    word = null;
  };
  for (let at = 0; at < script.length; at += 1) {
    const sign = script[at] ?? '';
    if (sign === quote) quote = '';
    else if (sign === '\\' && at + 1 < script.length)
      word = (word ?? '') + (script[(at += 1)] ?? '');
    else if (quote === '' && (sign === '"' || sign === "'")) {
      quote = sign;
      word ??= '';
    } else if (quote === '' && /\s/.test(sign) && sign !== '\n') endWord();
    else if (quote === '' && /[;&|\n]/.test(sign)) {
      endWord();
      commands.push([]);
    } else word = (word ?? '') + sign;
  }
  endWord();
  return commands;
}
