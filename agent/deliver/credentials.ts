import { readSecretFile, SecretFileError } from './secret-file.ts';

/** The token in a file, as a header can carry it: visible ASCII without blanks. Throws a `SecretFileError`. */
export function readToken(path: string): string {
  const token = readSecretFile(path);
  if (/^[!-~]+$/.test(token)) return token;
  throw new SecretFileError(`${path}: must hold the token alone, in one line; correct it`);
}

/** The `user:password` in a file. Throws a `SecretFileError`. */
export function readLogin(path: string): string {
  const login = readSecretFile(path);
  // oxlint-disable-next-line no-control-regex -- what a login must not hold
  if (/^[^:\u0000-\u001f\u007f]+:[^\u0000-\u001f\u007f]*$/.test(login)) return login;
  throw new SecretFileError(`${path}: must hold user:password in one line; correct it`);
}

/** Value of a header that proves `user:password` by Basic authentication. */
export function basic(login: string): string {
  return `Basic ${Buffer.from(login).toString('base64')}`;
}
