import type { UploadForm } from '../../rules/catalogue/catalogue.ts';
import type { OptionValue } from './command-line.ts';
import type { UploadLine } from './upload-options.ts';

/**
 * The transfers of a part of a command line. curl sends the first `-T` to the first URL, the second to the second (curl(1),
 * `--upload-file`). What its other options send goes to each of them, and is told with the first. Every other form is one
 * transfer, and so is a command with one `-T`, or with URLs both as operands and as options. A `-T`
 * without a URL of its own belongs to the last.
 */
export function transfersOf(form: UploadForm, line: UploadLine): readonly UploadLine[] {
  if (form.nextOptions.length === 0) return [line];
  const valuesOf = (names: readonly string[]): readonly OptionValue[] =>
    line.options.filter(({ option }) => names.includes(option));
  const files = valuesOf(form.fileOptions);
  const named = valuesOf(form.destinationOptions).map(({ value }) => value);
  const isMixed = named.length > 0 && line.operands.length > 0;
  const places = named.length > 0 ? named : line.operands;
  const count = Math.min(files.length, places.length);
  if (isMixed || count < 2) return [line];
  const others = line.options.filter(
    ({ option }) => !form.fileOptions.includes(option) && !form.destinationOptions.includes(option),
  );
  return Array.from({ length: count }, (_, at) => ({
    ...line,
    operands: places.slice(at, at + 1),
    options: [
      ...(at === 0 ? others : []),
      ...(at === count - 1 ? files.slice(at) : files.slice(at, at + 1)),
    ],
  }));
}
