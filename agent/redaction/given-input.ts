import type { SecretTables } from '../../rules/catalogue/redaction-tools.ts';
import { nameOf, programsIn } from './programs.ts';
import type { ShellCommand, ShellWord } from './shell-words.ts';

/** Programs that print their operands. */
const PRINTERS: ReadonlySet<string> = new Set(['echo', 'printf', 'print']);

/**
 * The words of shell text that a program gets as a secret on its standard input: `echo SECRET | sudo -S …`, `sudo -S … <<< SECRET`.
 * What a file holds that is piped stays unknown and needs nothing.
 */
export function givenSecrets(
  command: ShellCommand,
  before: ShellCommand | undefined,
  tables: SecretTables,
): readonly ShellWord[] {
  const inputs = command.words.filter(({ isInput }) => isInput);
  const printed = command.isPiped && before ? printedBy(before) : [];
  if (inputs.length + printed.length === 0) return [];
  const given = command.words.filter(({ isInput }) => !isInput).map(({ value }) => value);
  return readsSecret(given, tables) ? [...inputs, ...printed] : [];
}

function printedBy({ words }: ShellCommand): readonly ShellWord[] {
  const at = words.findIndex(({ value }) => PRINTERS.has(nameOf(value)));
  // At the start, or behind words such as `command` and `\builtin`.
  if (at === -1 || at > 2) return [];
  const isFormatted = nameOf(words[at]?.value ?? '') === 'printf';
  const operands = words.slice(at + 1).filter(({ value }) => !/^-[a-zA-Z-]{0,3}$/.test(value));
  return isFormatted && operands.length > 1 ? operands.slice(1) : operands;
}

/** By a letter in any cluster, or by a word of its own, with or without a value behind `=`. */
function readsSecret(words: readonly string[], tables: SecretTables): boolean {
  return programsIn(words, tables).tools.some(({ rows, from, to }) =>
    rows.some(
      ({ hasSecretInput, inputWords }) =>
        hasSecretInput ||
        words
          .slice(from, to)
          .some(
            (word) => inputWords.has(word.split('=', 1)[0] ?? '') || isCluster(word, inputWords),
          ),
    ),
  );
}

function isCluster(word: string, inputWords: ReadonlySet<string>): boolean {
  if (!/^-[A-Za-z]{2,16}$/.test(word)) return false;
  return word
    .slice(1)
    .split('')
    .some((letter) => inputWords.has(`-${letter}`));
}
