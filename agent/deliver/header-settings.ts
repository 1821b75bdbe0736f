import { findInValue } from '../redaction/find-secrets.ts';
import { isSecretHeader } from '../redaction/headers.ts';
import { readSecretFile, SecretFileError } from './secret-file.ts';
import type { Settings } from './settings.ts';

/** Headers of a destination beside those that the agent writes itself; names are in small letters. */
export interface HeaderSettings {
  readonly plain: ReadonlyMap<string, string>;
  /** Name to the path of the file that holds the value. */
  readonly files: ReadonlyMap<string, string>;
}

/** Headers of both kinds. */
const MAX_HEADERS = 32;
/** Length of a value. */
const MAX_VALUE = 4096;

/** Headers that say where a request ends or who it is for. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Reads `headers` and `headerFiles`. `written` are headers that the agent writes itself, with what to do instead. */
export function readHeaderSettings(
  settings: Settings,
  written: ReadonlyMap<string, string>,
): HeaderSettings {
  const plain = lowered(settings.textMap('headers'));
  const files = lowered(settings.textMap('headerFiles'));
  for (const [name, value] of plain) {
    const fault = faultOfName(name, written) ?? faultOfValue(name, value);
    if (fault !== null) settings.fault('headers', `"${name}" ${fault}`);
  }
  for (const [name, path] of files) {
    const fault =
      faultOfName(name, written) ??
      (path.startsWith('/') ? null : 'must be an absolute path') ??
      (plain.has(name) ? 'is in headers too; remove one' : null);
    if (fault !== null) settings.fault('headerFiles', `"${name}" ${fault}`);
  }
  if (plain.size + files.size > MAX_HEADERS)
    settings.fault('headers', `must be at most ${MAX_HEADERS}, with headerFiles; remove some`);
  return { plain, files };
}

/** The values of `headerFiles`. Throws a `SecretFileError`. */
export function readHeaderFiles(files: HeaderSettings['files']): ReadonlyMap<string, string> {
  return new Map(
    [...files].map(([name, path]) => {
      const value = readSecretFile(path);
      if (isSendable(value)) return [name, value] as const;
      throw new SecretFileError(`${path}: must hold one line of ASCII; correct it`);
    }),
  );
}

function lowered(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...headers].map(([name, value]) => [name.toLowerCase(), value] as const));
}

function faultOfName(name: string, written: ReadonlyMap<string, string>): string | null {
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(name)) return 'is no name of a header; correct it';
  if (name.startsWith('proxy-')) return 'is for a proxy; set proxy instead';
  if (FRAMING.has(name)) return 'is for the connection and not to be set; remove it';
  return written.get(name) ?? null;
}

function faultOfValue(name: string, value: string): string | null {
  if (!isSendable(value)) return `must be at most ${MAX_VALUE} characters of ASCII`;
  if (isSecretHeader(name) || findInValue(value).length > 0)
    return 'looks like a secret; put its value into a file and name that in headerFiles';
  return null;
}

function isSendable(value: string): boolean {
  return value.length <= MAX_VALUE && /^[ -~]+$/.test(value);
}
