import { KEYS } from './keys.ts';
import { nearestKey } from './nearest-key.ts';
import { isRecord } from './value-checks.ts';

/** Where a value comes from; the first of these that sets a key decides. */
export const ORIGINS = ['managed', 'file', 'default'] as const;

export type Origin = (typeof ORIGINS)[number];

/** Something in a document that cannot be used. `message` is one line that says what to do; it may hold outside text. */
export interface ConfigProblem {
  /** The document it is in. */
  readonly origin: Exclude<Origin, 'default'>;
  /** Dotted path of the key; empty for the document itself. */
  readonly key: string;
  readonly message: string;
  /** An unknown key is a warning at run time and an error in `config check`; the others are always errors. */
  readonly kind: 'unknown-key' | 'bad-value' | 'unreadable';
}

/** Stands in the place of a document that is there and cannot be read; `message` is one line that names the file. */
export class UnreadableDocument {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** What a parsed document says about the keys of the table; the values are not checked yet. */
export interface DocumentValues {
  readonly origin: Exclude<Origin, 'default'>;
  readonly values: ReadonlyMap<string, unknown>;
  /** Paths at which something else stands where keys belong; the empty path is the whole document. */
  readonly broken: readonly string[];
}

/** Finds every key of the table that the document sets; unknown keys and broken groups become problems. */
export function readDocument(
  document: unknown,
  origin: DocumentValues['origin'],
  problems: ConfigProblem[],
): DocumentValues {
  if (document instanceof UnreadableDocument) {
    problems.push({ origin, key: '', kind: 'unreadable', message: document.message });
    return { origin, values: new Map(), broken: [''] };
  }
  if (!isRecord(document)) {
    problems.push({ origin, key: '', kind: 'bad-value', message: 'must be a JSON object' });
    return { origin, values: new Map(), broken: [''] };
  }
  const found: Found = { origin, values: new Map(), broken: [], unknown: 0 };
  collect(document, '', found, problems);
  const unnamed = found.unknown - MAX_UNKNOWN;
  if (unnamed > 0) {
    const message = `has ${unnamed} more names that are no keys of the configuration; remove them`;
    problems.push({ origin, key: '', kind: 'unknown-key', message });
  }
  return found;
}

/** Whether something that cannot be read stands where this key belongs. */
export function isBroken({ broken }: DocumentValues, path: string): boolean {
  return broken.some((prefix) => prefix === '' || path.startsWith(`${prefix}.`));
}

/** Most unknown keys of one document that are named; the others are counted. */
const MAX_UNKNOWN = 100;
/** Characters of the name of one. */
const MAX_NAME = 80;

interface Found {
  readonly origin: DocumentValues['origin'];
  readonly values: Map<string, unknown>;
  readonly broken: string[];
  /** Names that are no keys. */
  unknown: number;
}

function collect(
  object: Readonly<Record<string, unknown>>,
  prefix: string,
  found: Found,
  problems: ConfigProblem[],
): void {
  const { origin } = found;
  for (const [name, value] of Object.entries(object)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const isGroup = KEYS.some((key) => key.path.startsWith(`${path}.`));
    // A name with a dot would read as two.
    const isPlain = !name.includes('.');
    if (isPlain && KEYS.some((key) => key.path === path)) found.values.set(path, value);
    else if (isPlain && isGroup && isRecord(value)) collect(value, path, found, problems);
    else if (isPlain && isGroup) {
      found.broken.push(path);
      problems.push({ origin, key: path, kind: 'bad-value', message: 'must be an object' });
    } else {
      found.unknown += 1;
      if (found.unknown <= MAX_UNKNOWN)
        problems.push({ origin, kind: 'unknown-key', ...unknownKey(path, isPlain) });
    }
  }
}

function unknownKey(path: string, isPlain: boolean): Pick<ConfigProblem, 'key' | 'message'> {
  const meant = isPlain ? nearestKey(path) : null;
  const fix = meant === null ? 'remove it' : `did you mean ${meant}?`;
  const key = path.length > MAX_NAME ? `${path.slice(0, MAX_NAME)}…` : path;
  return { key, message: `is not a key of the configuration; ${fix}` };
}
