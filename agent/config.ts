/** Reads the configuration. The table of keys is `config/keys.ts`; which document decides a key, `config/layers.ts`. */
import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './config/document.ts';
import { type Config, configOfSettings } from './config/effective.ts';
import { jsonFault } from './config/json-fault.ts';
import { type Layers, type Setting, settle } from './config/layers.ts';

export type { ConfigProblem } from './config/document.ts';
export type { Config } from './config/effective.ts';

/** The configuration in force, where each value comes from, and what could not be used. */
export interface ConfigReading {
  readonly config: Config;
  /** One for every key, by its path, in the order of the table. */
  readonly settings: ReadonlyMap<string, Setting>;
  readonly problems: readonly ConfigProblem[];
}

/** A configuration file that could not be read at all. `message` is one line for a person. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_UNREADABLE';
}

/** The effective configuration of a parsed file; a value that cannot be used keeps that of `previous`, else the default. */
export function readConfig(document: unknown, previous?: ConfigReading): ConfigReading {
  return readLayers({ file: document }, previous);
}

/** As `readConfig`, of a managed document over a file; both are parsed already. */
export function readLayers(layers: Layers, previous?: ConfigReading): ConfigReading {
  const { settings, problems } = settle(layers, previous?.settings ?? null);
  return { config: configOfSettings(settings), settings, problems };
}

/** Reads a JSON configuration file. Throws a `ConfigError` when it cannot be read or is not JSON. */
export function readConfigFile(path: string, previous?: ConfigReading): ConfigReading {
  return readConfig(readConfigDocument(path), previous);
}

/** Most bytes of a configuration file. */
export const MAX_CONFIG_BYTES = 1_048_576;

/** The parsed JSON of a configuration file, not checked. Throws a `ConfigError`, also above `MAX_CONFIG_BYTES`. */
export function readConfigDocument(path: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new ConfigError(`${path}: cannot be read (${reasonOf(cause)}); check path and owner`, {
      cause,
    });
  }
  if (bytes.length > MAX_CONFIG_BYTES)
    throw new ConfigError(
      `${path}: has more than ${MAX_CONFIG_BYTES} bytes; name a configuration file`,
    );
  // Editors of other systems put a byte order mark first.
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Without the cause: it quotes the text.
    throw new ConfigError(
      `${path}: is not JSON (${jsonFault(error.message, text)}); correct it there`,
    );
  }
}

/** One line for a terminal or a log. */
export function describeConfigProblem(problem: ConfigProblem): string {
  return `${problem.key === '' ? 'the document' : problem.key}: ${problem.message}`;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
