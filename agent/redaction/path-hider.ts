import { findInValue } from './find-secrets.ts';
import { mayHoldPathSecret, pathSecrets } from './path-secrets.ts';
import { isPlaceholder, keyedPlaceholder } from './placeholder.ts';
import { replaced, type Span } from './span.ts';
import { mayHoldToken } from './tokens.ts';

const MAX_PASSES = 8;

/**
 * Hides secrets in names of files and in places where data goes, for what is kept: each becomes a keyed placeholder, so that
 * the agent recognises the file again, also after a restart, and never writes the secret down.
 *
 * Invariants: a text without a secret is given back as it is; hiding twice changes nothing; the hidden form of a folder begins
 * the hidden form of all that is in it; spellings of a secret that the file system takes for one have one placeholder.
 */
export class PathHider {
  readonly #key: Uint8Array;
  readonly #endings: ReadonlySet<string>;

  /** `endings` are those of file names that stay whatever stands before them (lower case, with the dot). */
  constructor(key: Uint8Array, endings: ReadonlySet<string>) {
    this.#key = key;
    this.#endings = endings;
  }

  get endings(): ReadonlySet<string> {
    return this.#endings;
  }

  /** Whether a text, or JSON with texts in it, may hold a path with a secret; `false` is sure. */
  mayHide(text: string): boolean {
    return mayHoldPathSecret(text);
  }

  path(path: string): string {
    return this.#settled(path, (current) => pathSecrets(current, this.#endings));
  }

  /** A path, or any other single value: a URL, a remote, a name. */
  text(text: string): string {
    if (text.startsWith('/')) return this.path(text);
    const mayHoldSecret = /[=@"']|:[ \t]/.test(text) || mayHoldToken(text);
    return mayHoldSecret ? this.#settled(text, findInValue) : text;
  }

  /** JSON of a value, with every text in it hidden. */
  json(value: unknown): string {
    const json = JSON.stringify(value);
    const mayHoldSecret = /[=@']|\\"|:(?: |\\t)/.test(json) || mayHoldToken(json);
    if (!mayHoldSecret) return json;
    return JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'string' ? this.text(item) : item,
    );
  }

  /** Twelve hexadecimal digits that stand for a name of a file, the same for the same name. */
  nameHash(name: string): string {
    // Apart from secrets, so that a name never looks like one.
    return keyedPlaceholder(this.#key, `name\n${folded(name)}`).slice('[REDACTED:'.length, -1);
  }

  /** What was hidden may show something new: what looked like a name is none any more. */
  #settled(text: string, find: (text: string) => readonly Span[]): string {
    let current = text;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const spans = find(current);
      if (spans.length === 0) break;
      const next = replaced(current, spans, (secret) =>
        isPlaceholder(secret) ? secret : keyedPlaceholder(this.#key, folded(secret)),
      );
      if (next === current) break;
      current = next;
    }
    return current;
  }
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
