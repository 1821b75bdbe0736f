/** One argument vector, split into what the words are. Nothing is expanded, read or run. */

export interface OptionValue {
  readonly option: string;
  readonly value: string;
}

export interface CommandLine {
  /** Words that are neither options nor values of options, in order. */
  readonly operands: readonly string[];
  readonly options: readonly OptionValue[];
}

/** Tells which options take a value; a `Set` of their names does. */
export interface ValueOptions {
  has(option: string): boolean;
}

type Word =
  | { readonly kind: 'operand'; readonly text: string }
  | { readonly kind: 'option'; readonly option: string; readonly value: string }
  | { readonly kind: 'switch'; readonly option: string; readonly at: number };

/**
 * Splits arguments into operands and options with values. The value of an option that takes one may follow as the next
 * argument, after `=`, or joined to a short option (`-Tfile`, also inside a cluster: `-sT file`). Every other option stands
 * alone. `--` ends the options.
 */
export function splitCommandLine(args: readonly string[], valueOptions: ValueOptions): CommandLine {
  const operands: string[] = [];
  const options: OptionValue[] = [];
  for (const word of words(args, valueOptions)) {
    if (word.kind === 'operand') operands.push(word.text);
    if (word.kind === 'option') options.push({ option: word.option, value: word.value });
  }
  return { operands, options };
}

/** The arguments of each part of a command line that switches of these names part; all of them when there is none. */
export function partsOfCommandLine(
  args: readonly string[],
  valueOptions: ValueOptions,
  separators: readonly string[],
): readonly (readonly string[])[] {
  if (separators.length === 0) return [args];
  const parts: (readonly string[])[] = [];
  let start = 0;
  for (const word of words(args, valueOptions)) {
    if (word.kind !== 'switch' || !separators.includes(word.option)) continue;
    parts.push(args.slice(start, word.at));
    start = word.at + 1;
  }
  return [...parts, args.slice(start)];
}

/** Whether one of the options is given, with a value, alone, as a letter of a cluster, or as a whole word with one dash. */
export function hasOption(
  args: readonly string[],
  valueOptions: ValueOptions,
  names: readonly string[],
): boolean {
  if (names.length === 0) return false;
  for (const word of words(args, valueOptions))
    if (word.kind !== 'operand' && names.includes(word.option)) return true;
  return false;
}

function* words(args: readonly string[], valueOptions: ValueOptions): Generator<Word> {
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      for (const text of args.slice(index + 1)) yield { kind: 'operand', text };
      return;
    }
    if (!arg.startsWith('-') || arg === '-') {
      yield { kind: 'operand', text: arg };
      continue;
    }
    const { switches, option } = readOption(arg, valueOptions);
    for (const name of switches) yield { kind: 'switch', option: name, at: index };
    if (!option) continue;
    if (option.value !== null) {
      yield { kind: 'option', option: option.name, value: option.value };
    } else if (index + 1 < args.length) {
      index += 1;
      yield { kind: 'option', option: option.name, value: args[index] ?? '' };
    }
  }
}

interface ReadOption {
  readonly switches: Iterable<string>;
  /** The option that takes a value, and its value when it is joined. */
  readonly option: { readonly name: string; readonly value: string | null } | null;
}

function readOption(arg: string, valueOptions: ValueOptions): ReadOption {
  if (valueOptions.has(arg)) return { switches: [], option: { name: arg, value: null } };
  const equals = arg.indexOf('=');
  const before = equals === -1 ? arg : arg.slice(0, equals);
  if (equals !== -1 && valueOptions.has(before))
    return { switches: [], option: { name: before, value: arg.slice(equals + 1) } };
  if (arg.startsWith('--')) return { switches: [before], option: null };
  return readCluster(arg, valueOptions);
}

/** `-vzT file`: letters that stand alone, up to one that takes the rest or the next argument. */
function readCluster(arg: string, valueOptions: ValueOptions): ReadOption {
  const switches = new Set([arg]);
  for (let at = 1; at < arg.length; at += 1) {
    const name = `-${arg[at] ?? ''}`;
    if (switches.has(name)) continue;
    if (valueOptions.has(name)) {
      const joined = arg.slice(at + 1);
      return { switches, option: { name, value: joined === '' ? null : joined } };
    }
    switches.add(name);
  }
  return { switches, option: null };
}
