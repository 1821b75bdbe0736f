import type { Setting } from '../config/layers.ts';
import type { ConfigPlaces } from '../config/places.ts';
import { shownValue } from '../config/shown-value.ts';
import {
  ConfigError,
  type ConfigReading,
  describeConfigProblem,
  readConfigFile,
} from '../config.ts';
import { readDestinations } from '../deliver/destination.ts';
import { configPlaces, readingOf } from './agent-config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Output, printable } from './terminal.ts';
import { type Column, textTable } from './text-table.ts';

/**
 * `spillwatch config check FILE...`: every problem of every file as one line with file, key and fix; exit 1 when there is
 * one. An unknown key is one.
 */
export async function checkConfig(files: readonly string[], output: Output): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const problems = await Promise.all(files.map(problemsOf));
  for (const [at, file] of files.entries()) {
    const lines = problems[at] ?? [];
    for (const line of lines) output.err(`${printable(line)}\n`);
    if (lines.length === 0) output.out(`${printable(file)}: is sound\n`);
    else code = EXIT.unreadable;
  }
  return code;
}

export interface ConfigShowOptions {
  /** Without it, the installed file where there is one. */
  readonly config?: string;
  readonly json?: boolean;
  /** Width of the terminal; without it nothing is cut. */
  readonly columns?: number;
}

/**
 * `spillwatch config show`: every key with the value in force, its default, what is allowed and the origin. Problems go to
 * stderr; a bad value makes it exit 1. It is what an agent would start with now: a running one may keep a last good value.
 */
export async function showConfig(
  options: ConfigShowOptions,
  output: Output,
  places: ConfigPlaces = configPlaces(options.config),
): Promise<ExitCode> {
  try {
    const reading = await readingOf(places);
    if (options.json) printJson(reading, output);
    else printTable(reading, options.columns, output);
    for (const problem of reading.problems) {
      const place = problem.kind === 'unreadable' ? '' : `${places[problem.origin]}: `;
      output.err(`${printable(place + describeConfigProblem(problem))}\n`);
    }
    const isBad = reading.problems.some(({ kind }) => kind !== 'unknown-key');
    return isBad ? EXIT.unreadable : EXIT.done;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    output.err(`${printable(error.message)}\n`);
    return EXIT.unreadable;
  }
}

async function problemsOf(file: string): Promise<readonly string[]> {
  try {
    const { problems, config } = await readConfigFile(file);
    return [
      ...problems.map(describeConfigProblem),
      ...readDestinations(config.deliver).problems,
    ].map((problem) => `${file}: ${problem}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [error.message];
  }
}

function printJson({ settings, problems }: ConfigReading, output: Output): void {
  const document = {
    settings: [...settings.values()].map((setting) => {
      const { path, fallback, unit, allowed, text } = setting.key;
      const value = shownValue(setting);
      return { key: path, value, default: fallback, origin: setting.origin, unit, allowed, text };
    }),
    problems: problems.map(({ key, kind, origin, message }) => ({ key, kind, origin, message })),
  };
  output.out(`${JSON.stringify(document)}\n`);
}

const HEAD: readonly Column[] = [
  { heading: 'KEY' },
  { heading: 'VALUE', isElastic: true },
  { heading: 'ORIGIN' },
  { heading: 'DEFAULT', isElastic: true },
  { heading: 'ALLOWED', isElastic: true },
  { heading: 'MEANING', isElastic: true },
];

function printTable(
  { settings }: ConfigReading,
  columns: number | undefined,
  output: Output,
): void {
  const rows = [...settings.values()].map((setting) => cellsOf(setting).map(printable));
  for (const line of textTable(HEAD, rows, columns)) output.out(`${line}\n`);
}

function cellsOf(setting: Setting): readonly string[] {
  const { path, fallback, unit, allowed, text } = setting.key;
  return [
    path,
    JSON.stringify(shownValue(setting)),
    setting.origin,
    JSON.stringify(fallback),
    unit === null ? allowed : `${allowed}, in ${unit}`,
    text,
  ];
}
