/** Longest name that is looked at, in characters; a longer one is no name. */
export const MAX_NAME = 128;

/**
 * Whether a name (of an option, variable, parameter, header or key) says that its value is a secret. Words decide, with any
 * separators and capitals: `--db-password`, `PGPASSWORD`, `AccountKey`. A name of a place or an id of a secret does not.
 */
export function isSecretName(name: string): boolean {
  return kindOf(name) !== 'plain';
}

/** Whether `name` with this value holds a secret: `PWD=/Users/c` is a folder, `--credentials key.json` names a file. */
export function isSecretPair(name: string, value: string): boolean {
  if (value === '') return false;
  if (/^(?:OLD)?PWD$/.test(name) && value.startsWith('/')) return false;
  const kind = kindOf(name);
  if (kind === 'often-a-file') return !isFileLike(value);
  return kind === 'secret';
}

/** Names of URL parameters that hold a signature or a key, beside those that `isSecretName` knows. */
export function isSecretParameter(name: string): boolean {
  return SIGNATURES.has(name.toLowerCase()) || isSecretName(name);
}

const SIGNATURES: ReadonlySet<string> = new Set([
  'sig',
  'signature',
  'x-amz-signature',
  'x-goog-signature',
  'x-oss-signature',
  'auth',
  'jwt',
  'sas',
]);

function kindOf(name: string): 'secret' | 'often-a-file' | 'plain' {
  if (name.length > MAX_NAME) return 'plain';
  const words = name
    // A system property of Java.
    .replace(/^-D(?=[a-z])/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  if (PLACES.has(last) || JOINED_PLACE.test(last) || NEGATIONS.has(words[0] ?? '')) return 'plain';
  // npm's own name for a login in base64.
  if (/(?:^|[:/])_auth$/.test(name)) return 'secret';
  if (words.some((word) => SECRET_WORDS.has(word) || SECRET_PART.test(word))) {
    return words.includes('token') && PAGING.has(words.at(-2) ?? '') ? 'plain' : 'secret';
  }
  if (words.some((word) => /^credentials?$/.test(word))) return 'often-a-file';
  const keyAt = words.findIndex((word, at) => word === 'key' && KEYS.has(words[at - 1] ?? ''));
  if (keyAt === -1) return 'plain';
  return words[keyAt - 1] === 'private' ? 'often-a-file' : 'secret';
}

const SECRET_WORDS: ReadonlySet<string> = new Set([
  'pass',
  'passwort',
  'pwd',
  'pw',
  'pswd',
  'secret',
  'secrets',
  'token',
  'bearer',
  'jwt',
  'apikey',
  'accesskey',
  'accountkey',
  'sharedkey',
  'storepass',
  'keypass',
  'sshpass',
  'dbpass',
  'userpass',
  'userpwd',
  'bindpw',
  'rediscliauth',
  'requirepass',
  'masterauth',
  'authkey',
  'pin',
]);

const SECRET_PART =
  /passw(?:or)?d|passphrase|passcode|secret$|^secretkey|^secretaccess|(?:auth|access|session|refresh|bearer|id|api|stripe)token$|apikey$|apisecret/;

const KEYS: ReadonlySet<string> = new Set([
  'api',
  'access',
  'account',
  'app',
  'application',
  'auth',
  'encryption',
  'master',
  'private',
  'sas',
  'secret',
  'shared',
  'signing',
  'storage',
  'subscription',
]);

/** Last words of names that say where or what a secret is. */
const PLACES: ReadonlySet<string> = new Set([
  'age',
  'algorithm',
  'arn',
  'authentication',
  'backend',
  'cmd',
  'column',
  'command',
  'count',
  'dir',
  'directory',
  'endpoint',
  'env',
  'expiration',
  'expires',
  'expiry',
  'field',
  'file',
  'files',
  'folder',
  'format',
  'helper',
  'hint',
  'host',
  'id',
  'ids',
  'label',
  'length',
  'limit',
  'location',
  'manager',
  'mode',
  'name',
  'names',
  'path',
  'policy',
  'program',
  'prompt',
  'provider',
  'stdin',
  'store',
  'ttl',
  'type',
  'uri',
  'url',
  'username',
  'version',
]);

/** The same, joined to the word for the secret: `passwordfile`, `passwordenv`. */
const JOINED_PLACE = /^pass(?:wor)?d?(?:phrase)?(?:file|env|eval|fd|cmd|command|stdin|prompt)$/;

/** First words of switches that only speak of a secret. */
const NEGATIONS: ReadonlySet<string> = new Set([
  'allow',
  'ask',
  'disable',
  'hide',
  'no',
  'prompt',
  'require',
  'show',
  'skip',
  'without',
]);

/** Words before `token` for the place in a list, which is no secret. */
const PAGING: ReadonlySet<string> = new Set(['continuation', 'next', 'page', 'starting']);

function isFileLike(value: string): boolean {
  return /^(?:~|\.{1,2})?\/|^@|\.(?:json|pem|key|p12|pfx|crt|cer|ini|ya?ml|txt|conf|cfg)$/i.test(
    value,
  );
}
