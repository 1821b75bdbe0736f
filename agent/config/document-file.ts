/** A configuration as a file: JSON, or a property list with the same keys. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { distrust } from '../trust.ts';
import { jsonFault } from './json-fault.ts';
import { isPropertyList, readPropertyList } from './property-list.ts';

/** Most bytes of a configuration file. */
export const MAX_CONFIG_BYTES = 1_048_576;

/** Most objects and lists within each other; no key needs a third of it, and what goes through a value calls itself. */
export const MAX_CONFIG_LEVELS = 32;

/** A configuration file that could not be read at all. `message` is one line for a person. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_UNREADABLE';
}

/**
 * The parsed content of a configuration file, not checked. Throws a `ConfigError`: when it cannot be read, is no file, is above
 * `MAX_CONFIG_BYTES` or `MAX_CONFIG_LEVELS`, or is neither JSON nor a property list; with `isGuarded` also when others could have written it.
 */
export async function readConfigDocument(path: string, isGuarded = false): Promise<unknown> {
  const fault = isGuarded ? distrust(path) : null;
  if (fault !== null) throw new ConfigError(`${path}: is not used, ${fault}`);
  const bytes = bytesOf(path);
  const document = isPropertyList(bytes) ? await propertyListIn(path, bytes) : jsonIn(path, bytes);
  if (isDeeperThan(MAX_CONFIG_LEVELS, document))
    throw new ConfigError(`${path}: has more than ${MAX_CONFIG_LEVELS} levels; correct it there`);
  return document;
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(levels - 1, item));
}

function jsonIn(path: string, bytes: Buffer): unknown {
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

async function propertyListIn(path: string, bytes: Buffer): Promise<unknown> {
  try {
    return await readPropertyList(bytes);
  } catch {
    // Without the cause: it quotes the text.
    throw new ConfigError(`${path}: is a damaged property list; see what "plutil -lint" says`);
  }
}

function bytesOf(path: string): Buffer {
  let file: number | null = null;
  try {
    // A pipe would be waited for.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
    if (!stats.isFile()) throw new ConfigError(`${path}: is not a file; name a configuration file`);
    if (stats.size > MAX_CONFIG_BYTES)
      throw new ConfigError(
        `${path}: has more than ${MAX_CONFIG_BYTES} bytes; name a configuration file`,
      );
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`${path}: cannot be read (${reasonOf(cause)}); check path and owner`, {
      cause,
    });
  } finally {
    if (file !== null) closeSync(file);
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
