/**
 * Secrets in a configuration that is to become a profile. Any user of a Mac can read a profile (`profiles show`, the files in
 * /Library/Managed Preferences), so it must not hold one; destinations name files of mode 0600 instead.
 */
import { isRecord } from '../../agent/config/value-checks.ts';
import { findInValue } from '../../agent/redaction/find-secrets.ts';
import { Redactor } from '../../agent/redaction/redactor.ts';
import { isSecretName } from '../../agent/redaction/secret-names.ts';

const READABLE = 'any user of the Mac can read a profile';

export interface OpenSecrets {
  /** Secrets without doubt; one line each, which says what to do and does not hold the secret. */
  readonly refusals: readonly string[];
  /** What may be one. */
  readonly doubts: readonly string[];
}

/** What a configuration shows to everybody. `document` is parsed and not checked. */
export function openSecrets(document: unknown): OpenSecrets {
  if (!isRecord(document)) return { refusals: [], doubts: [] };
  const destinations: readonly unknown[] = Array.isArray(document['deliver'])
    ? document['deliver']
    : [];
  const found = destinations.map((item, index) => inDestination(item, index + 1));
  return {
    refusals: [...found.flatMap(({ refusals }) => refusals), ...inCommand(document)],
    doubts: found.flatMap(({ doubts }) => doubts),
  };
}

function inDestination(item: unknown, number: number): OpenSecrets {
  const refusals: string[] = [];
  const doubts: string[] = [];
  for (const { names, text } of textsIn(item, [])) {
    const where = `deliver, item ${number}: ${names.join('.')}`;
    if (holdsSecret(names, text))
      refusals.push(
        `${where} is a secret in the open, and ${READABLE}; put it into a file of mode 0600 and name that in ${fileKeyFor(names)}`,
      );
    else if (names.at(-1) === 'url' && looksLikePassword(text))
      doubts.push(
        `${where} has a path or query that may be the password of its receiver, and ${READABLE}; if it is, choose a receiver that takes a token from a file`,
      );
  }
  return { refusals, doubts };
}

interface PlacedText {
  /** Keys on the way to it. */
  readonly names: readonly string[];
  readonly text: string;
}

/** Groups and lists around a text; what is deeper is no setting, and refused by its reader. */
const MAX_DEPTH = 6;

function textsIn(value: unknown, names: readonly string[], depth = 0): readonly PlacedText[] {
  if (typeof value === 'string') return [{ names, text: value }];
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, names, depth + 1));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    textsIn(item, [...names, name], depth + 1),
  );
}

function holdsSecret(names: readonly string[], text: string): boolean {
  // The path of a file, and hashes of public keys.
  if (names.some((name) => /^[a-z]\w*Files?$/.test(name)) || names.at(-1) === 'pins') return false;
  return isSecretName(names.at(-1) ?? '') || findInValue(text).length > 0;
}

/** Keys of destinations that name a file with a secret, by what is in it (agent/deliver/README.md). */
const FILE_KEYS: ReadonlyMap<string, string> = new Map([
  ['apiKey', 'apiKeyFile'],
  ['basic', 'basicFile'],
  ['clientSecret', 'clientSecretFile'],
  ['credentials', 'proxy.credentialsFile'],
  ['headers', 'headerFiles'],
  ['key', 'tls.keyFile'],
  ['password', 'basicFile'],
  ['proxy', 'proxy.credentialsFile'],
  ['signingSecret', 'signingSecretFiles'],
  ['signingSecrets', 'signingSecretFiles'],
]);

function fileKeyFor(names: readonly string[]): string {
  const key = names.find((name) => FILE_KEYS.has(name)) ?? '';
  return FILE_KEYS.get(key) ?? 'tokenFile';
}

/** A query, or a part of the path as long and as mixed as keys are. */
function looksLikePassword(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  return (
    url.search !== '' ||
    url.pathname
      .split('/')
      .some((part) => part.length >= 16 && /\d/.test(part) && /[A-Za-z]/.test(part))
  );
}

function inCommand(document: Readonly<Record<string, unknown>>): readonly string[] {
  const group = document['endpointSecurity'];
  const command = isRecord(group) ? group['command'] : undefined;
  if (!Array.isArray(command)) return [];
  const words = command.map(String);
  const shown = new Redactor({ kind: 'redact' }).redactArguments(words);
  return words.every((word, index) => word === shown[index])
    ? []
    : [`endpointSecurity.command: has a secret among its arguments, and ${READABLE}; remove it`];
}
