import type {
  OptionMeaning,
  SecretTables,
  SecretTool,
} from '../../rules/catalogue/redaction-tools.ts';
import { headerValue, isSecretHeader } from './headers.ts';
import { programsIn, type RunTool } from './programs.ts';
import { isSecretName, isSecretPair } from './secret-names.ts';
import { type Span, spanOf } from './span.ts';
import { loginIn } from './url-logins.ts';

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

/** Collects spans; words whose meaning a table gives are not judged by the name of the option before them. */
class Found {
  readonly spans = new Map<number, Span[]>();
  readonly filePairs = new Set<number>();
  /** Options that a table explains. */
  readonly explained = new Set<number>();
  readonly #words: readonly string[];

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  add(index: number, start: number, end?: number): void {
    const word = this.#words[index];
    if (word === undefined) return;
    this.push(index, spanOf(word, start, end ?? word.length));
  }

  push(index: number, span: Span): void {
    const spans = this.spans.get(index);
    if (spans) spans.push(span);
    else this.spans.set(index, [span]);
  }
}

/** `--db-password VALUE`, of any program; what looks like an option is no value. */
function readNamedOptions(words: readonly string[], found: Found): void {
  for (let index = 0; index + 1 < words.length; index += 1) {
    const word = words[index] ?? '';
    if (found.explained.has(index) || word.length > MAX_OPTION) continue;
    const isNamed = /^--?[A-Za-z]/.test(word) ? !word.includes('=') : /^[\w.-]+[:=]$/.test(word);
    const next = words[index + 1] ?? '';
    if (!isNamed || !isSecretPair(word, next) || isOption(next)) continue;
    found.add(index + 1, 0);
    index += 1;
  }
}

const MAX_OPTION = 128;

function isOption(word: string): boolean {
  return word.length <= 4096 && /^--?[A-Za-z][\w-]*(?:=|$)/.test(word);
}

function readTool(words: readonly string[], { rows, from, to }: RunTool, found: Found): void {
  const options = (name: string): OptionMeaning | undefined => meaningOf(rows, name);
  const loginSign = rows.find((row) => row.loginSign !== ':')?.loginSign ?? ':';
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
    const option = readOption(word, options);
    if (!option) continue;
    found.explained.add(index);
    const { meaning, start } = option;
    if (start !== null) readValue(words, index, start, meaning, loginSign, found);
    else if (
      meaning !== 'joined-secret' &&
      !(meaning === 'other' && isOption(words[index + 1] ?? ''))
    ) {
      index += 1;
      found.explained.add(index);
      if (index < to) readValue(words, index, 0, meaning, loginSign, found);
    }
  }
  for (const row of rows) readOperands(words, row, operands, found);
}

type Options = (name: string) => OptionMeaning | undefined;

/** Of several rows, the last that lists the option decides: rows with verbs come after those without. */
function meaningOf(rows: readonly SecretTool[], name: string): OptionMeaning | undefined {
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const meaning = rows[at]?.options.get(name);
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

interface ReadOption {
  readonly meaning: OptionMeaning;
  /** Where the value begins in the same word, `null` when it is the next word. */
  readonly start: number | null;
}

/** Longest cluster of short options that is read. */
const MAX_CLUSTER = 32;

function readOption(word: string, options: Options): ReadOption | null {
  const exact = options(word);
  if (exact !== undefined) return { meaning: exact, start: null };
  const equals = word.indexOf('=');
  const named = equals === -1 ? undefined : options(word.slice(0, equals));
  if (named !== undefined && equals > 2) return { meaning: named, start: equals + 1 };
  if (word.startsWith('--')) return null;
  for (let at = 1; at < word.length && at <= MAX_CLUSTER; at += 1) {
    const meaning = options(`-${word[at] ?? ''}`);
    if (meaning === undefined) {
      // `-hp`, an option of two letters with a joined value.
      const pair = at === 1 ? options(word.slice(0, 3)) : undefined;
      if (pair !== undefined) return { meaning: pair, start: 3 };
      continue;
    }
    return { meaning, start: at + 1 < word.length ? at + 1 : null };
  }
  return null;
}

function readValue(
  words: readonly string[],
  index: number,
  start: number,
  meaning: OptionMeaning,
  loginSign: string,
  found: Found,
): void {
  const word = words[index] ?? '';
  const value = word.slice(start);
  switch (meaning) {
    case 'secret':
    case 'joined-secret':
      found.add(index, start);
      return;
    case 'login': {
      const sign = value.indexOf(loginSign);
      if (sign !== -1) found.add(index, start + sign + loginSign.length);
      return;
    }
    case 'header': {
      const match = /^([\w-]{1,128}):\s{0,8}/.exec(value);
      if (!match || !isSecretHeader(match[1] ?? '')) return;
      found.push(index, headerValue(word, match[1] ?? '', start + match[0].length, word.length));
      return;
    }
    case 'cookie':
      if (value.includes('=')) found.add(index, start);
      return;
    case 'source': {
      const kind = /^(?:pass|plain):/.exec(value)?.[0];
      if (kind !== undefined) found.add(index, start + kind.length);
      return;
    }
    case 'file-pair':
      found.filePairs.add(index);
      return;
    case 'plain':
    case 'other':
      return;
  }
}

function readOperands(
  words: readonly string[],
  row: SecretTool,
  operands: readonly number[],
  found: Found,
): void {
  if (row.secretsFrom !== null) {
    for (const index of operands.slice(behindVerbs(words, row, operands) + row.secretsFrom))
      found.add(index, 0);
  }
  const [first] = operands;
  if (row.hasFirstLogin && first !== undefined) {
    const login = /^(?:userid=)?[^\s/@"=]{1,256}\/(?=.)/i.exec(words[first] ?? '')?.[0];
    const word = words[first] ?? '';
    const at = word.lastIndexOf('@');
    if (login !== undefined) found.add(first, login.length, at >= login.length ? at : word.length);
  }
  for (const [position, index] of operands.entries()) {
    const word = words[index] ?? '';
    if (row.hasNamedOperands && word.length <= MAX_OPTION && /^[\w.-]+$/.test(word)) {
      const next = operands[position + 1];
      if (next !== undefined && isSecretName(word)) found.add(next, 0);
    }
    if (row.hasBareLogins && !/^[^:]{0,32}:\/\//.test(word)) {
      const end = word.search(/[/\s]/);
      const login = loginIn(end === -1 ? word : word.slice(0, end));
      if (login && !row.hasRequestItems) found.add(index, login.start, login.end);
    }
    if (!row.hasRequestItems) continue;
    found.filePairs.add(index);
    const header = /^([A-Za-z][\w-]{1,128}):(?![=/])(?=[^@\s])/.exec(word);
    if (header && isSecretHeader(header[1] ?? ''))
      found.push(index, headerValue(word, header[1] ?? '', header[0].length, word.length));
  }
}

function behindVerbs(
  words: readonly string[],
  { verbs }: SecretTool,
  operands: readonly number[],
): number {
  for (let at = 0; at + verbs.length <= operands.length; at += 1) {
    const isHere = verbs.every(
      (verb, offset) => words[operands[at + offset] ?? -1]?.toLowerCase() === verb.toLowerCase(),
    );
    if (isHere) return at + verbs.length;
  }
  return operands.length;
}
