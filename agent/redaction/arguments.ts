import type {
  OptionMeaning,
  SecretTables,
  SecretTool,
} from '../../rules/catalogue/redaction-tools.ts';
import { Found } from './found.ts';
import { readOperands } from './operands.ts';
import { isOption, readOption, readValue } from './option-values.ts';
import { programsIn, type RunTool } from './programs.ts';
import { isSecretName, isSecretPair } from './secret-names.ts';
import type { Span } from './span.ts';

/** What the words of one command say of each other. */
export interface WordSecrets {
  /** Secrets by the index of their word. */
  readonly spans: ReadonlyMap<number, readonly Span[]>;
  /** Words that are shell text. */
  readonly scripts: ReadonlySet<number>;
  /** Words in which `name=@file` names a file. */
  readonly filePairs: ReadonlySet<number>;
}

/** Secrets that only the other words of a command show: values of options, by the table of the tool, else by their name. */
export function wordSecrets(words: readonly string[], tables: SecretTables): WordSecrets {
  const { tools, scripts } = programsIn(words, tables);
  const found = new Found(words);
  for (const tool of tools) readTool(words, tool, found);
  readNamedOptions(words, found);
  return { spans: found.spans, scripts: new Set(scripts), filePairs: found.filePairs };
}

/** Longest word that is looked at as the name of an option. */
const MAX_OPTION = 128;
/** `/SourcePassword:VALUE`, as tools that come from Windows take it. */
const SLASH_OPTION = /^\/([A-Za-z]{2,64}):(?=.)/;

/** `--db-password VALUE`, of any program; what looks like an option is no value. */
function readNamedOptions(words: readonly string[], found: Found): void {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (found.explained.has(index)) continue;
    const slash = SLASH_OPTION.exec(word);
    if (slash && isSecretName(slash[1] ?? '')) found.add(index, slash[0].length);
    if (word.length > MAX_OPTION) continue;
    const isNamed = /^--?[A-Za-z]/.test(word) ? !word.includes('=') : /^[\w.-]+[:=]$/.test(word);
    const next = words[index + 1] ?? '';
    if (!isNamed || !isSecretPair(word, next) || isOption(next)) continue;
    found.add(index + 1, 0);
    index += 1;
  }
}

function readTool(words: readonly string[], { rows, from, to }: RunTool, found: Found): void {
  const options = (name: string): OptionMeaning | undefined => meaningOf(rows, name);
  const isLong = rows.some((row) => row.hasLongOptions);
  const own = words.slice(from, to);
  const logins = {
    sign: rows.find((row) => row.loginSign !== ':')?.loginSign ?? ':',
    isToken: rows.some((row) => own.some((word) => row.tokenWords.has(word.toLowerCase()))),
  };
  const operands: number[] = [];
  for (let index = from; index < to; index += 1) {
    const word = words[index] ?? '';
    const stays = rows.find((row) => row.restOptions.has(word))?.restOptions.get(word);
    if (stays !== undefined) {
      found.explained.add(index);
      for (let later = index + 1 + stays; later < to; later += 1) found.add(later, 0);
      return;
    }
    if (!word.startsWith('-') || word.length === 1) {
      operands.push(index);
      continue;
    }
    const option = readOption(word, options, isLong);
    if (!option) continue;
    found.explained.add(index);
    const { meaning, start } = option;
    if (start !== null) readValue(words, index, start, meaning, logins, found);
    else if (hasNextValue(meaning, words[index + 1] ?? '')) {
      index += 1;
      found.explained.add(index);
      if (index < to) readValue(words, index, 0, meaning, logins, found);
    }
  }
  for (const row of rows) readOperands(words, row, operands, found);
  readLastOperand(own, rows, operands, found);
}

/** Whether the value of an option that stands alone is the next word. */
function hasNextValue(meaning: OptionMeaning, next: string): boolean {
  if (meaning === 'joined-secret' || meaning === 'switch') return false;
  return meaning !== 'other' || !isOption(next);
}

/** `htpasswd -nbB user SECRET`: one letter of any cluster says that the last operand is a secret. */
function readLastOperand(
  own: readonly string[],
  rows: readonly SecretTool[],
  operands: readonly number[],
  found: Found,
): void {
  const letter = rows.find((row) => row.lastWith !== null)?.lastWith ?? null;
  const last = operands.at(-1);
  if (letter === null || last === undefined || operands.length < 2) return;
  if (own.some((word) => /^-[A-Za-z0-9]{1,16}$/.test(word) && word.includes(letter)))
    found.add(last, 0);
}

/** Of several rows, the last that lists the option decides: rows with verbs come after those without. */
function meaningOf(rows: readonly SecretTool[], name: string): OptionMeaning | undefined {
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const meaning = rows[at]?.options.get(name);
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}
