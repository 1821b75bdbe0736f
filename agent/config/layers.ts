/**
 * Which document decides a key: managed, then file, then the default, each key as a whole (maps are not merged).
 *
 * Invariant: a document that sets a key decides it even when its value is bad; the key then keeps its last good value,
 * at first the default. So a file cannot take back what is managed, and a slip of the pen does not change what runs. Of a
 * document that cannot be read at all this holds for the keys that it decided when it was last good.
 */
import {
  type ConfigProblem,
  type DocumentValues,
  isBroken,
  type Origin,
  readDocument,
} from './document.ts';
import { KEYS, type Key } from './keys.ts';

/** Parsed documents, or an `UnreadableDocument`; one that is not there is left out. */
export interface Layers {
  readonly managed?: unknown;
  readonly file?: unknown;
}

/** The value of a key that is in force, and the document it came from, now or when it was last good. */
export interface Setting {
  readonly key: Key;
  readonly value: unknown;
  readonly origin: Origin;
}

/** The setting of every key, in the order of the table, by its path. `previous` are those of the last reading. */
export function settle(
  layers: Layers,
  previous: ReadonlyMap<string, Setting> | null,
): {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const documents = (['managed', 'file'] as const)
    .filter((origin) => layers[origin] !== undefined)
    .map((origin) => readDocument(layers[origin], origin, problems));
  const settings = new Map(
    KEYS.map((key) => {
      // Every document is checked, also where another one decides.
      const kept = previous?.get(key.path) ?? fallback(key);
      const answers = documents.map((document) =>
        isSilent(document, previous?.get(key.path)) ? null : answerOf(document, key, problems),
      );
      const answer = answers.find((candidate) => candidate !== null);
      if (answer === 'bad') return [key.path, kept] as const;
      return [key.path, answer ?? fallback(key)] as const;
    }),
  );
  return { settings, problems };
}

/** A document that cannot be read, and did not decide the key when it could be, if it ever could. */
function isSilent({ broken, origin }: DocumentValues, previous: Setting | undefined): boolean {
  return broken.includes('') && previous?.origin !== origin;
}

/** `null` when the document leaves the key to others. */
function answerOf(
  document: DocumentValues,
  key: Key,
  problems: ConfigProblem[],
): Setting | 'bad' | null {
  if (isBroken(document, key.path)) return 'bad';
  const value = document.values.get(key.path);
  if (value === undefined) return null;
  const { origin } = document;
  const fault = key.faultIn(value);
  if (fault === null) return { key, value, origin };
  const message = `must be ${key.allowed}${fault === '' ? '' : `; ${fault}`}`;
  problems.push({ origin, key: key.path, kind: 'bad-value', message });
  return 'bad';
}

function fallback(key: Key): Setting {
  return { key, value: key.fallback, origin: 'default' };
}
