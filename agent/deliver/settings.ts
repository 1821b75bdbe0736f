/** A destination as the configuration has it. What is missing or wrong is noted, so that all faults show at once. */
export class Settings {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #path: string;
  readonly #read = new Set<string>();
  readonly #faults: string[] = [];
  readonly #inner: Settings[] = [];

  /** `path` stands before the names of keys in messages: `tls.` for a group, else empty. */
  constructor(document: object, path = '') {
    this.#fields = new Map(Object.entries(document));
    this.#path = path;
  }

  /** All that is wrong, unknown keys included; one line each, with what to do. */
  faults(): readonly string[] {
    const unknown = [...this.#fields.keys()].filter((key) => !this.#read.has(key));
    return [
      ...this.#faults,
      ...this.#inner.flatMap((group) => group.faults()),
      ...unknown.map((key) => `${this.#path}${key} is no key of this type; remove it`),
    ];
  }

  /** Notes a fault that only the reader can see. */
  fault(key: string, message: string): void {
    this.#faults.push(`${this.#path}${key} ${message}`);
  }

  has(key: string): boolean {
    return this.#fields.has(key);
  }

  /** Text that must be there, without control characters. */
  text(key: string): string {
    const text = this.optionalText(key);
    if (text === null && !this.has(key)) this.fault(key, 'is missing; add it');
    return text ?? '';
  }

  optionalText(key: string): string | null {
    const value = this.#take(key);
    if (value === undefined) return null;
    if (typeof value === 'string' && value !== '' && !hasControls(value)) return value;
    this.fault(key, 'must be a text of one line that is not empty');
    return null;
  }

  texts(key: string): readonly string[] {
    const value = this.#take(key);
    if (value === undefined) return [];
    const items: readonly unknown[] = Array.isArray(value) ? value : [null];
    const texts = items.filter((item): item is string => typeof item === 'string' && item !== '');
    if (texts.length === items.length && !texts.some(hasControls)) return texts;
    this.fault(key, 'must be a list of texts');
    return [];
  }

  /** Names and values of one line each. */
  textMap(key: string): ReadonlyMap<string, string> {
    const value = this.#take(key);
    if (value === undefined) return new Map();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(key, 'must be an object with texts as values');
      return new Map();
    }
    const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
    const good = entries.flatMap(([name, text]) =>
      typeof text === 'string' && !hasControls(name + text) ? [[name, text] as const] : [],
    );
    if (good.length < entries.length) this.fault(key, 'must be an object with texts as values');
    return new Map(good);
  }

  oneOf<T extends string>(key: string, words: readonly T[], fallback: T): T {
    const value = this.#take(key);
    if (value === undefined) return fallback;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) this.fault(key, `must be one of ${words.join(', ')}`);
    return word ?? fallback;
  }

  /** A whole number within bounds, both included. */
  number(key: string, min: number, max: number, fallback: number): number {
    const value = this.#take(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)
      return value;
    this.fault(key, `must be a whole number from ${min} to ${max}`);
    return fallback;
  }

  yesOrNo(key: string, fallback: boolean): boolean {
    const value = this.#take(key);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    this.fault(key, 'must be true or false');
    return fallback;
  }

  /** Path of a file, absolute; `null` when it is not set. */
  optionalPath(key: string): string | null {
    const text = this.optionalText(key);
    if (text === null || text.startsWith('/')) return text;
    this.fault(key, 'must be an absolute path');
    return null;
  }

  path(key: string): string {
    const path = this.optionalPath(key);
    if (path === null && !this.has(key)) this.fault(key, 'is missing; add it');
    return path ?? '/';
  }

  /** An object of keys of its own; `null` when it is not set. */
  group(key: string): Settings | null {
    const value = this.#take(key);
    if (value === undefined) return null;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const group = new Settings(value, `${this.#path}${key}.`);
      this.#inner.push(group);
      return group;
    }
    this.fault(key, 'must be an object');
    return null;
  }

  /** An object of keys of its own, or a word that stands for it; `null` when it is not set or wrong. */
  groupOrWord<T extends string>(key: string, word: T): Settings | T | null {
    if (this.#fields.get(key) !== word) return this.group(key);
    this.#read.add(key);
    return word;
  }

  #take(key: string): unknown {
    this.#read.add(key);
    return this.#fields.get(key);
  }
}

function hasControls(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- what a header or a log line must not hold
  return /[\u0000-\u001f\u007f]/.test(text);
}
