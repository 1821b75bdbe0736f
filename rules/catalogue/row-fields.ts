import { type Provenance, TRUSTS } from './catalogue.ts';
import type { Row } from './yaml-rows.ts';

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

/**
 * Reads each row with `read`. A row with a fault is left out and described in `problems`; `unique` names a row and must not
 * repeat.
 */
export function readRows<T>(
  rows: readonly Row[],
  problems: string[],
  read: (fields: RowFields) => T,
  unique: (value: T) => string,
): readonly T[] {
  const values: T[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    const fields = new RowFields(row);
    const value = read(fields);
    const id = unique(value);
    if (seen.has(id)) fields.fault(`repeats "${id}"; keep one of the rows`);
    for (const fault of fields.faults()) problems.push(`${row.where}: ${fault}`);
    if (fields.faults().length > 0) continue;
    seen.add(id);
    values.push(value);
  }
  return values;
}

/** The fields of one row. What is missing or wrong is noted and replaced by something empty, so that all faults show at once. */
export class RowFields {
  readonly #row: Row;
  readonly #read = new Set<string>();
  readonly #faults: string[] = [];
  readonly #inner: RowFields[] = [];

  constructor(row: Row) {
    this.#row = row;
  }

  /** All that is wrong, keys that nobody asked for included; each says what to do. An unreadable row has one fault. */
  faults(): readonly string[] {
    if (this.#row.problem !== null) return [this.#row.problem];
    const unknown = [...this.#row.fields.keys()].filter((key) => !this.#read.has(String(key)));
    return [
      ...this.#faults,
      ...this.#inner.flatMap((row) => row.faults()),
      ...unknown.map((key) => `key "${String(key)}" is unknown; remove it or correct its spelling`),
    ];
  }

  /** Notes a fault that only the reader of the row can see. */
  fault(message: string): void {
    this.#faults.push(message);
  }

  /** Text that must be there and not be empty. */
  text(key: string): string {
    const text = this.optionalText(key);
    if (text === null && !this.#row.fields.has(key)) this.fault(`${key} is missing; add it`);
    return text ?? '';
  }

  /** Text that may be missing, but not be empty. */
  optionalText(key: string): string | null {
    const value = this.#take(key);
    if (value === undefined) return null;
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.fault(`${key} must be text that is not empty`);
    return null;
  }

  /** A list of texts, empty when it is missing. */
  texts(key: string): readonly string[] {
    const value = this.#take(key);
    const texts = value === undefined ? [] : textList(value);
    if (texts === null) this.fault(`${key} must be a list of texts without repeats; write [a, b]`);
    return texts ?? [];
  }

  /** One of the values; the first of them stands in for a wrong one. */
  choice<T extends string>(key: string, values: readonly [T, ...T[]]): T {
    const value = this.#take(key);
    const known = values.find((candidate) => candidate === value);
    if (known === undefined) this.fault(`${key} must be one of ${values.join(', ')}`);
    return known ?? values[0];
  }

  /** `true` only when the row says so. */
  flag(key: string): boolean {
    const value = this.#take(key);
    if (value !== undefined && value !== 'true' && value !== 'false')
      this.fault(`${key} must be true or false`);
    return value === 'true';
  }

  /** A map of lists of texts with only these keys, each of which may be missing; `null` when the whole map is. */
  textLists<K extends string>(
    key: string,
    keys: readonly K[],
  ): ((key: K) => readonly string[]) | null {
    const value = this.#take(key);
    if (value === undefined) return null;
    const lists = new Map<unknown, readonly string[]>();
    for (const [name, list] of value instanceof Map ? value : []) {
      const texts = textList(list);
      if (texts !== null && keys.some((known) => known === name)) lists.set(name, texts);
    }
    if (!(value instanceof Map) || lists.size === 0 || lists.size !== value.size) {
      this.fault(`${key} must be a map of lists of texts named ${keys.join(', ')}`);
    }
    return (name) => lists.get(name) ?? [];
  }

  /** A list of maps, each with its own fields; what is wrong in one of them is a fault of the row. */
  rows(key: string): readonly RowFields[] {
    const value = this.#take(key);
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    if (value !== undefined && !Array.isArray(value)) this.fault(`${key} must be a list of maps`);
    return items.map((item, at) => {
      const where = `${key} ${at + 1}`;
      const problem = item instanceof Map ? null : `${where} is no map; write key: value pairs`;
      const row = new RowFields({ where, fields: item instanceof Map ? item : new Map(), problem });
      this.#inner.push(row);
      return row;
    });
  }

  /** A map of texts, empty when it is missing. */
  textMap(key: string): ReadonlyMap<string, string> {
    const value = this.#take(key);
    const texts = new Map<string, string>();
    if (value === undefined) return texts;
    for (const [name, text] of value instanceof Map ? value : [])
      if (typeof name === 'string' && typeof text === 'string') texts.set(name, text);
    if (!(value instanceof Map) || texts.size !== value.size)
      this.fault(`${key} must be a map of texts`);
    return texts;
  }

  /** The keys that every row of the catalogue has. */
  provenance(): Provenance {
    const source = this.text('source');
    const trust = this.choice('trust', TRUSTS);
    const checked = this.text('checked');
    if (checked !== '' && !DATE.test(checked)) this.fault('checked must be a day, YYYY-MM-DD');
    return { source, trust, checked };
  }

  #take(key: string): unknown {
    this.#read.add(key);
    return this.#row.fields.get(key);
  }
}

function textList(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const texts = new Set<string>();
  for (const item of value) {
    if (typeof item !== 'string' || item === '') return null;
    texts.add(item);
  }
  return texts.size === value.length ? [...texts] : null;
}
