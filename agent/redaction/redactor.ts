import { loadSecretTables, type SecretTables } from '../../rules/catalogue/redaction-tools.ts';
import {
  findInArguments,
  findInProse,
  findInUrl,
  findInValue,
  wholeValue,
} from './find-secrets.ts';
import { isPlaceholder, keyedPlaceholder, PLACEHOLDER } from './placeholder.ts';
import { isSecretPair } from './secret-names.ts';
import { merged, replaced, type Span } from './span.ts';

/** How a secret is hidden: by one placeholder for all, by one that only equal secrets share, or with all that is around it. */
export type RedactionMode =
  | { readonly kind: 'redact' }
  | { readonly kind: 'hash'; readonly key: Uint8Array }
  | { readonly kind: 'drop' };

/** Names of the modes, for options and configuration. */
export const REDACTION_MODES = [
  'redact',
  'hash',
  'drop',
] as const satisfies readonly RedactionMode['kind'][];

/** Passes until nothing more is found; the second only confirms the first, unless hiding showed something new. */
const MAX_PASSES = 4;

/**
 * Hides secrets in arguments, environments, URLs and text, and counts them. What is redacted stays as it is when it is
 * redacted again. Takes any text, never throws, linear in the length of one argument.
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
      return argv.slice(0, 1).map((program) => this.#hidden(program, findInValue(program)));
    }
    let current = argv;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const spans = findInArguments(current, this.#tables);
      const next = current.map((word, index) => this.#hidden(word, spans[index] ?? []));
      if (next.every((word, index) => word === current[index])) break;
      current = next;
    }
    return current;
  }

  /** Names of variables always stay. */
  redactEnvironment(environment: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    if (this.#mode.kind === 'drop') {
      this.#count += environment.size;
      return new Map();
    }
    return new Map(
      [...environment].map(([name, value]) => [name, this.redactVariable(name, value)] as const),
    );
  }

  /** The same as a list of `NAME=value`; a text without a sign is searched as a value. */
  redactAssignments(environment: readonly string[]): readonly string[] {
    if (this.#mode.kind === 'drop') {
      this.#count += environment.length;
      return [];
    }
    return environment.map((text) => {
      const sign = text.indexOf('=');
      if (sign === -1) return this.redactVariable('', text);
      const name = text.slice(0, sign);
      return `${name}=${this.redactVariable(name, text.slice(sign + 1))}`;
    });
  }

  /** The value of one variable: a secret as a whole by its name, else searched. */
  redactVariable(name: string, value: string): string {
    if (this.#mode.kind === 'drop') return this.#dropped(value);
    return isSecretPair(name, value)
      ? this.#hidden(value, wholeValue(value))
      : this.#settled(value, (text) => findInValue(text));
  }

  /** Prose, or a command line of which the argument borders are lost. */
  redactText(text: string): string {
    if (this.#mode.kind === 'drop') return this.#dropped(text);
    return this.#settled(text, (current) => findInProse(current, this.#tables));
  }

  redactUrl(url: string): string {
    if (this.#mode.kind === 'drop') {
      const [, origin = '', rest = ''] =
        /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?([^/?#]*)/i.exec(url) ?? [];
      if (origin + rest !== url) this.#count += 1;
      return origin + rest;
    }
    return this.#settled(url, findInUrl);
  }

  #settled(text: string, find: (text: string) => readonly Span[]): string {
    let current = text;
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const next = this.#hidden(current, find(current));
      if (next === current) break;
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
