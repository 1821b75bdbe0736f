import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Bytes of a token, key or certificate file. */
export const MAX_SECRET_BYTES = 65_536;

/** A file of a destination that cannot be used. `message` is one line that says what to do; it never holds the content. */
export class SecretFileError extends Error {
  readonly code = 'SECRET_FILE';
}

/**
 * The text of a file that only its owner may read (tokens, keys): mode 0600 or narrower, owned by root or the agent's user, no
 * link, at most `MAX_SECRET_BYTES`; blanks and line ends around it are cut off. Throws a `SecretFileError`.
 */
export function readSecretFile(path: string): string {
  const text = readOwned(path, 0o077, 'others can read it').trim();
  if (text === '') throw new SecretFileError(`${path}: is empty; put the secret there`);
  return text;
}

/** As `readSecretFile` for what is no secret (certificates): others may read, but not write it. */
export function readCertificateFile(path: string): string {
  return readOwned(path, 0o022, 'others can write it');
}

function readOwned(path: string, forbidden: number, why: string): string {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new SecretFileError(`${path}: cannot be read (${reason}); name a file, no link`, {
      cause,
    });
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new SecretFileError(`${path}: is not a file; name a file`);
    const mode = stats.mode & 0o777;
    if ((mode & forbidden) !== 0)
      throw new SecretFileError(
        `${path}: ${why} (mode ${mode.toString(8)}); replace it and "chmod ${forbidden === 0o077 ? '600' : '644'}" the new one`,
      );
    if (stats.uid !== 0 && stats.uid !== process.geteuid?.())
      throw new SecretFileError(`${path}: belongs to uid ${stats.uid}; "chown root" it`);
    if (stats.size > MAX_SECRET_BYTES)
      throw new SecretFileError(`${path}: is longer than ${MAX_SECRET_BYTES} bytes; name another`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
