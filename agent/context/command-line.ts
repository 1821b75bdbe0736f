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

/**
 * Splits arguments into operands and options with values. `valueOptions` names the options that take a value; theirs
 * may follow as the next argument, after `=`, or joined to a short option (`-Tfile`, also inside a cluster: `-sT file`).
 * Every other option stands alone. `--` ends the options.
 */
export function splitCommandLine(
  args: readonly string[],
  valueOptions: ReadonlySet<string>,
): CommandLine {
  const operands: string[] = [];
  const options: OptionValue[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    const option = readOption(arg, valueOptions);
    if (!option) continue;
    if (option.value !== null) {
      options.push({ option: option.option, value: option.value });
    } else if (index + 1 < args.length) {
      index += 1;
      options.push({ option: option.option, value: args[index] ?? '' });
    }
  }
  return { operands, options };
}

/** The option that takes a value and its value when it is joined; `null` for options that stand alone. */
function readOption(
  arg: string,
  valueOptions: ReadonlySet<string>,
): { readonly option: string; readonly value: string | null } | null {
  if (valueOptions.has(arg)) return { option: arg, value: null };
  const equals = arg.indexOf('=');
  const before = equals === -1 ? arg : arg.slice(0, equals);
  if (equals !== -1 && valueOptions.has(before))
    return { option: before, value: arg.slice(equals + 1) };
  if (arg.startsWith('--')) return null;
  for (let at = 1; at < arg.length; at += 1) {
    const short = `-${arg[at] ?? ''}`;
    if (!valueOptions.has(short)) continue;
    const joined = arg.slice(at + 1);
    return { option: short, value: joined === '' ? null : joined };
  }
  return null;
}
