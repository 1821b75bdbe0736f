/** Reads the configuration. The table of keys is `config/keys.ts`; which document decides a key, `config/layers.ts`. */
import type { ConfigProblem } from './config/document.ts';
import { readConfigDocument } from './config/document-file.ts';
import { type Config, configOfSettings } from './config/effective.ts';
import { type Layers, type Setting, settle } from './config/layers.ts';

export type { ConfigProblem } from './config/document.ts';
export { ConfigError } from './config/document-file.ts';
export type { Config } from './config/effective.ts';

/** The configuration in force, where each value comes from, and what could not be used. */
export interface ConfigReading {
  readonly config: Config;
  /** One for every key, by its path, in the order of the table. */
  readonly settings: ReadonlyMap<string, Setting>;
  readonly problems: readonly ConfigProblem[];
}

/** The effective configuration of a parsed file; a value that cannot be used keeps that of `previous`, else the default. */
export function readConfig(
  document: unknown,
  previous?: Pick<ConfigReading, 'settings'>,
): ConfigReading {
  return readLayers({ file: document }, previous);
}

/** As `readConfig`, of a managed document over a file; both are parsed already. */
export function readLayers(
  layers: Layers,
  previous?: Pick<ConfigReading, 'settings'>,
): ConfigReading {
  const { settings, problems } = settle(layers, previous?.settings ?? null);
  return { config: configOfSettings(settings), settings, problems };
}

/** Reads a configuration file. Throws a `ConfigError` when it cannot be read or is neither JSON nor a property list. */
export async function readConfigFile(path: string): Promise<ConfigReading> {
  return readConfig(await readConfigDocument(path));
}

/** One line for a terminal or a log. */
export function describeConfigProblem(problem: ConfigProblem): string {
  if (problem.kind === 'unreadable') return problem.message;
  return `${problem.key === '' ? 'the document' : problem.key}: ${problem.message}`;
}
