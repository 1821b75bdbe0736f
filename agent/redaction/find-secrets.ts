import type { SecretTables } from '../../rules/catalogue/redaction-tools.ts';
import { wordSecrets } from './arguments.ts';
import { givenSecrets } from './given-input.ts';
import { headerSecrets } from './headers.ts';
import { jsonSecrets } from './json-pairs.ts';
import { pairSecrets } from './pairs.ts';
import { isCommand } from './programs.ts';
import { inShell, type ShellStyle, type ShellWord, shellCommands } from './shell-words.ts';
import { type Span, spanOf } from './span.ts';
import { sqlSecrets } from './sql.ts';
import { statementSecrets } from './statements.ts';
import { tokenSecrets } from './tokens.ts';
import { oracleUrlSecrets, urlSecrets } from './url-logins.ts';

/** How deep shell text inside shell text is read; deeper, only what a word shows by itself is found. */
const MAX_DEPTH = 3;

/** The secrets of an argument vector: one list of spans for each argument. */
export function findInArguments(
  argv: readonly string[],
  tables: SecretTables,
  depth = 0,
): readonly (readonly Span[])[] {
  const { spans, scripts, filePairs } = wordSecrets(argv, tables);
  return argv.map((word, index) => {
    const own = spans.get(index) ?? [];
    const isScript = scripts.has(index) && /[\s;&|()`$<>]/.test(word);
    const inner = isScript
      ? findInShell(word, tables, depth + 1, 'command')
      : findInWord(word, tables, depth, filePairs.has(index));
    return own.length === 0 ? inner : [...own, ...inner];
  });
}

/** The secrets of prose: a message, a log line, or a command line of which the argument borders are lost. */
export function findInProse(text: string, tables: SecretTables): readonly Span[] {
  return findInShell(text, tables, 0, 'prose');
}

/** The secrets that a single value shows by itself. */
export function findInValue(text: string, hasFileValues = false): readonly Span[] {
  return [...pairSecrets(text, { hasFileValues }), ...findInAnyText(text)];
}

function findInWord(
  word: string,
  tables: SecretTables,
  depth: number,
  hasFileValues: boolean,
): readonly Span[] {
  const own = findInValue(word, hasFileValues);
  if (depth >= MAX_DEPTH || !/[\s`]|\$\(/.test(word)) return own;
  // `--rsh=sshpass -p SECRET ssh`: a command as the value of an option.
  const start = OPTION.exec(word)?.[0].length ?? 0;
  const inner = findInCommands(word.slice(start), tables, depth + 1, 'command', false);
  return [...own, ...inner.map((span) => shifted(span, start))];
}

const OPTION = /^--[\w-]{1,64}=/;

function shifted(span: Span, by: number): Span {
  return { ...span, start: span.start + by, end: span.end + by };
}

/** Secrets that are known whatever the text around them is. */
function findInAnyText(text: string): readonly Span[] {
  return [
    ...jsonSecrets(text),
    ...headerSecrets(text),
    ...sqlSecrets(text),
    ...statementSecrets(text),
    ...urlSecrets(text),
    ...oracleUrlSecrets(text),
    ...tokenSecrets(text),
  ];
}

function findInShell(
  text: string,
  tables: SecretTables,
  depth: number,
  style: ShellStyle,
): readonly Span[] {
  return [
    ...findInAnyText(text),
    // An `&` that nobody quoted ends a command, in prose as well.
    ...pairSecrets(text, { hasFileValues: false, onlyParameters: true }),
    ...findInCommands(text, tables, depth, style, true),
  ];
}

/** `isSure`: the text is shell text; otherwise only commands are read that run something the tables know. */
function findInCommands(
  text: string,
  tables: SecretTables,
  depth: number,
  style: ShellStyle,
  isSure: boolean,
): readonly Span[] {
  if (depth > MAX_DEPTH) return [];
  const commands = shellCommands(text, style);
  return commands.flatMap((command, at) => {
    const { words } = command;
    const values = words.map(({ value }) => value);
    if (!isSure && !isCommand(values, tables)) return [];
    const given = givenSecrets(command, commands[at - 1], tables);
    return [
      ...given.flatMap((word) => mapped(word, spanOf(word.value, 0, word.value.length))),
      ...findInArguments(values, tables, depth).flatMap((spans, index) => {
        const word = words[index];
        return word ? spans.flatMap((span) => mapped(word, span)) : [];
      }),
    ];
  });
}

function mapped(word: ShellWord, span: Span): readonly Span[] {
  return span.end > span.start ? [inShell(word, span)] : [];
}

/** The secrets of a URL. */
export function findInUrl(url: string): readonly Span[] {
  return findInValue(url);
}

/** The secret that a whole value is. */
export function wholeValue(text: string): readonly Span[] {
  return [spanOf(text, 0, text.length)];
}
