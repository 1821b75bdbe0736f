import type { UploadForm } from '../../rules/catalogue/catalogue.ts';
import type { OptionValue } from './command-line.ts';
import type { UploadLine } from './upload-options.ts';

/** Most URLs of one part that are told apart; those behind them are left out. */
const MAX_TRANSFERS = 64;

/**
 * The transfers of a part of a command line. curl sends the first `-T` to the first URL, the second to the second (curl(1),
 * `--upload-file`); a `-T` without a URL of its own belongs to the last. What its other options send goes to each of them.
 * Every other form is one transfer, and so is a command with one `-T`, or with several and URLs both as operands and as
 * options.
 */
export function transfersOf(form: UploadForm, line: UploadLine): readonly UploadLine[] {
  if (form.nextOptions.length === 0) return [line];
  const valuesOf = (names: readonly string[]): readonly OptionValue[] =>
    line.options.filter(({ option }) => names.includes(option));
  const files = valuesOf(form.fileOptions);
  const named = valuesOf(form.destinationOptions).map(({ value }) => value);
  const isMixed = named.length > 0 && line.operands.length > 0;
  const places = [...named, ...line.operands].slice(0, MAX_TRANSFERS);
  const isPaired = files.length > 1 && !isMixed;
  if (places.length < 2 || (files.length > 0 && !isPaired)) return [line];
  const others = line.options.filter(
    ({ option }) => !form.fileOptions.includes(option) && !form.destinationOptions.includes(option),
  );
  const last = places.length - 1;
  return places.map((place, at) => ({
    ...line,
    operands: [place],
    options: [...others, ...(at === last ? files.slice(at) : files.slice(at, at + 1))],
  }));
}
