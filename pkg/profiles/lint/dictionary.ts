import { isRecord } from '../../../agent/config/value-checks.ts';
import type { Fault } from '../../verify/fault.ts';
import type { AppleKey, AppleKeys } from '../apple-keys.ts';

/** A dictionary of a property list. */
export type Dictionary = Readonly<Record<string, unknown>>;

/** Where a dictionary differs from the table of its keys; `isOpen` when it may have others too. */
export function keyFaults(
  where: string,
  dictionary: Dictionary,
  keys: AppleKeys,
  isOpen = false,
): readonly Fault[] {
  const known = new Map(Object.entries(keys));
  const faults: string[] = [];
  for (const name of Object.keys(dictionary))
    if (!known.has(name) && !isOpen) faults.push(`has the key ${name}, which Apple does not know`);
  for (const [name, key] of known) {
    const value = dictionary[name];
    if (value === undefined) {
      if (key.isRequired) faults.push(`lacks the key ${name}`);
    } else if (!isOfType(value, key.type)) faults.push(`${name} is no ${key.type}`);
    else if (key.values !== undefined && !key.values.some((allowed) => allowed === value))
      faults.push(`${name} is ${JSON.stringify(value)}, not ${key.values.join(' or ')}`);
  }
  return faults.map((what) => ({ where, what }));
}

/** The items of an array that are dictionaries; each other one is a fault. */
export function dictionariesIn(
  where: string,
  value: unknown,
  faults: Fault[],
): readonly { readonly where: string; readonly item: Dictionary }[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.flatMap((item, index) => {
    const place = `${where} ${index + 1}`;
    if (isRecord(item)) return [{ where: place, item }];
    faults.push({ where: place, what: 'is no dictionary' });
    return [];
  });
}

/** The text under a key, or the empty text. */
export function textIn(dictionary: Dictionary, key: string): string {
  const value = dictionary[key];
  return typeof value === 'string' ? value : '';
}

function isOfType(value: unknown, type: AppleKey['type']): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value);
    case 'real':
      return typeof value === 'number';
    case 'array':
      return Array.isArray(value);
    case 'dictionary':
      return isRecord(value) && !(value instanceof Date) && !ArrayBuffer.isView(value);
    case 'data':
      return ArrayBuffer.isView(value);
    case 'date':
      return value instanceof Date;
  }
}
