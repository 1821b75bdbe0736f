import { loadSecretTables, type SecretTables } from '../../rules/catalogue/redaction-tools.ts';
import {
  findInArguments,
  findInProse,
  findInUrl,
  findInValue,
  wholeValue,
} from './find-secrets.ts';
import type { RedactionMode } from './mode.ts';
import { isPlaceholder, keyedPlaceholder, PLACEHOLDER } from './placeholder.ts';
import { markOf, spansShown, windowsOf } from './search-bounds.ts';
import { isSecretPair } from './secret-names.ts';
import { merged, replaced, type Span } from './span.ts';

/** Passes until nothing more is found; the second only confirms the first, unless hiding showed something new. */
const MAX_PASSES = 4;

/**
 * Hides secrets in arguments, environments, URLs and text, and counts them. What is redacted stays as it is when it is
 * redacted again. Takes any text, never throws, linear in the length of one argument up to the bounds of `search-bounds.ts`;
 * what is above them is left out and counted like a secret.
 *
 * The mode `drop` keeps the program of an argument vector, nothing of an environment or a text, and scheme and host of a URL.
 */
export class Redactor {
  readonly #mode: RedactionMode;
  readonly #tables: SecretTables;
  #count = 0;

  /** Throws when the tables are not given and cannot be read. */
  constructor(mode: RedactionMode, tables: SecretTables = loadSecretTables()) {
    this.#mode = mode;
    this.#tables = tables;
  }

  /** How many secrets were hidden since the start; in the mode `drop`, how many arguments, variables and texts were left out. */
  get count(): number {
    return this.#count;
  }

  redactArguments(argv: readonly string[]): readonly string[] {
    if (this.#mode.kind === 'drop') {
      this.#count += Math.max(argv.length - 1, 0);
      return this.#settled(argv.slice(0, 1), (words) => words.map((word) => findInValue(word)));
    }
    return this.#settled(argv, (words) => findInArguments(words, this.#tables));
  }

  /** Names of variables always stay. */
  redactEnvironment(environment: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    if (this.#mode.kind === 'drop') {
      this.#count += environment.size;
      return new Map();
    }
    const values = this.#settledVariables([...environment]);
    return new Map([...environment.keys()].map((name, index) => [name, values[index] ?? '']));
  }

  /** The value of one variable: a secret as a whole by its name, else searched. */
  redactVariable(name: string, value: string): string {
    if (this.#mode.kind === 'drop') return this.#dropped(value);
    return this.#settledVariables([[name, value]])[0] ?? '';
  }

  /** The same as a list of `NAME=value`; a text without a sign is searched as a value. */
  redactAssignments(environment: readonly string[]): readonly string[] {
    if (this.#mode.kind === 'drop') {
      this.#count += environment.length;
      return [];
    }
    const names = environment.map((text) => text.slice(0, text.indexOf('=') + 1));
    const values = this.#settledVariables(
      environment.map((text, index) => {
        const name = names[index] ?? '';
        return [name.slice(0, -1), text.slice(name.length)];
      }),
    );
    return names.map((name, index) => name + (values[index] ?? ''));
  }

  /** Prose, or a command line of which the argument borders are lost. */
  redactText(text: string): string {
    return this.redactTexts([text])[0] ?? '';
  }

  /** Several such texts, for which the bounds hold together. */
  redactTexts(texts: readonly string[]): readonly string[] {
    if (this.#mode.kind === 'drop') return texts.map((text) => this.#dropped(text));
    return this.#settled(texts, (all) => all.map((text) => findInProse(text, this.#tables)));
  }

  redactUrl(url: string): string {
    if (this.#mode.kind === 'drop') {
      const [, origin = '', rest = ''] =
        /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?([^/?#]*)/i.exec(url) ?? [];
      if (origin + rest !== url) this.#count += 1;
      return origin + rest;
    }
    return this.#settled([url], (urls) => urls.map((text) => findInUrl(text)))[0] ?? '';
  }

  #settledVariables(variables: readonly (readonly [string, string])[]): readonly string[] {
    const values = variables.map(([, value]) => value);
    return this.#settled(values, (all) =>
      all.map((value, index) =>
        isSecretPair(variables[index]?.[0] ?? '', value) ? wholeValue(value) : findInValue(value),
      ),
    );
  }

  /** Hides what `find` finds in the texts, within the bounds, until nothing more is found. */
  #settled(
    texts: readonly string[],
    find: (texts: readonly string[]) => readonly (readonly Span[])[],
  ): readonly string[] {
    let current = texts;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const windows = windowsOf(current);
      const spans = find(windows.map(({ text }) => text));
      const next = windows.map((window, index) => {
        const found = spansShown(window, spans[index] ?? []);
        if (window.shown === null) return this.#hidden(window.text, found);
        this.#count += 1;
        const shown = this.#hidden(window.text.slice(0, window.shown), found);
        return shown + markOf(current[index] ?? '', window.shown);
      });
      if (next.every((text, index) => text === current[index])) break;
      current = next;
    }
    return current;
  }

  #hidden(text: string, spans: readonly Span[]): string {
    if (merged(text, spans).length === 0) return text;
    return replaced(text, spans, (secret) => this.#placeholder(secret));
  }

  #placeholder(secret: string): string {
    if (isPlaceholder(secret)) return secret;
    this.#count += 1;
    return this.#mode.kind === 'hash' ? keyedPlaceholder(this.#mode.key, secret) : PLACEHOLDER;
  }

  #dropped(text: string): string {
    if (text === '' || text === PLACEHOLDER) return text;
    this.#count += 1;
    return PLACEHOLDER;
  }
}
