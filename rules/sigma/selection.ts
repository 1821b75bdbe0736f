import type { Comparison, Modifiers } from './modifiers.ts';
import { readModifiers } from './modifiers.ts';
import type { Place } from './problem.ts';
import { quote } from './problem.ts';

/** A value that a rule compares with a field. */
export type RuleValue = string | number | boolean | null;

/** A line of a selection: a field (`null`: any value of the observation), how to compare, and with what. */
export interface Item {
  readonly kind: 'item';
  readonly field: string | null;
  readonly modifiers: Modifiers;
  /** At least one. */
  readonly values: readonly RuleValue[];
  /** Where the item stands in the rule. */
  readonly place: string;
}

/** What stands behind an identifier of `detection`: a tree of items. */
export type Selection =
  | Item
  | { readonly kind: 'and'; readonly parts: readonly Selection[] }
  | { readonly kind: 'or'; readonly parts: readonly Selection[] };

/** Selections inside selections, at most. */
export const MAX_NESTING = 16;
/** Values of one item, items of one map and members of one list, at most. */
export const MAX_LIST_LENGTH = 5000;
/** Length of one value of a rule, in UTF-16 units. */
export const MAX_VALUE_CHARS = 2048;

/** Reads what stands behind an identifier: a map (and), a list of maps (or), or keywords. `null` when it was refused. */
export function readSelection(value: unknown, place: Place, depth = 1): Selection | null {
  if (depth > MAX_NESTING)
    return place.refuse('limit', `nested deeper than ${String(MAX_NESTING)}; split the selection`);
  if (value instanceof Map) return readMap(value, place);
  if (Array.isArray(value)) return readList(value, place, depth);
  if (value === null || value === undefined)
    return place.refuse('invalid', 'the selection is empty; give it a map or a list, or remove it');
  return readItem(null, [], value, place);
}

function readMap(map: ReadonlyMap<unknown, unknown>, place: Place): Selection | null {
  if (map.size === 0) return place.refuse('invalid', 'the map is empty; add a field or remove it');
  if (map.size > MAX_LIST_LENGTH) return refuseLength(place);
  const parts: Selection[] = [];
  for (const [key, value] of map) {
    if (typeof key !== 'string') {
      place.refuse('invalid', `field name ${quote(String(key))} is not text; put it in quotes`);
      continue;
    }
    const [name = '', ...modifiers] = key.split('|');
    if (name === '' && modifiers.length === 0) {
      place.refuse('invalid', 'a field name is empty; name the field');
      continue;
    }
    const item = readItem(name === '' ? null : name, modifiers, value, place.key(key));
    if (item !== null) parts.push(item);
  }
  if (parts.length !== map.size) return null;
  return { kind: 'and', parts };
}

function readList(list: readonly unknown[], place: Place, depth: number): Selection | null {
  if (list.length === 0)
    return place.refuse('invalid', 'the list is empty; add a member or remove it');
  if (list.length > MAX_LIST_LENGTH) return refuseLength(place);
  const parts = list.map((member, index) => readSelection(member, place.item(index), depth + 1));
  const whole = parts.filter((part) => part !== null);
  return whole.length === parts.length ? { kind: 'or', parts: whole } : null;
}

function readItem(
  field: string | null,
  names: readonly string[],
  value: unknown,
  place: Place,
): Item | null {
  const modifiers = readModifiers(names, place);
  if (modifiers === null) return null;
  if (field === null && !KEYWORD_COMPARISONS.has(modifiers.comparison))
    return place.refuse(
      'invalid',
      `${modifiers.comparison} needs a field; write its name before it`,
    );
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0)
    return place.refuse('invalid', 'the list of values is empty; add one or remove the line');
  if (list.length > MAX_LIST_LENGTH) return refuseLength(place);
  if (modifiers.all && list.length < 2)
    return place.refuse('invalid', 'all needs a list of at least two values; remove all');
  if (modifiers.comparison === 'exists' && list.length > 1)
    return place.refuse('invalid', 'exists takes one value; write true or false');
  const values: RuleValue[] = [];
  for (const [index, member] of list.entries()) {
    const at = Array.isArray(value) ? place.item(index) : place;
    if (isFit(member, field, modifiers.comparison, at)) values.push(member);
  }
  if (values.length !== list.length) return null;
  return { kind: 'item', field, modifiers, values, place: place.path };
}

const KEYWORD_COMPARISONS: ReadonlySet<Comparison> = new Set(['equals', 'contains', 're']);

function isFit(
  value: unknown,
  field: string | null,
  comparison: Comparison,
  place: Place,
): value is RuleValue {
  const refuse = (message: string): false => {
    place.refuse('invalid', message);
    return false;
  };
  if (typeof value === 'object' && value !== null)
    return refuse('a value is a map or a list; write text, a number, true, false or null');
  if (typeof value === 'string' && value.length > MAX_VALUE_CHARS) {
    place.refuse('limit', `longer than ${String(MAX_VALUE_CHARS)} characters; shorten the value`);
    return false;
  }
  if (typeof value === 'number' && !isExact(value))
    return refuse('the number cannot be held exactly; put it in quotes to compare it as text');
  switch (comparison) {
    case 'exists':
      return typeof value === 'boolean' || refuse('exists takes true or false, without quotes');
    case 're':
    case 'cidr':
      return typeof value === 'string' || refuse(`${comparison} takes text; put it in quotes`);
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return typeof value === 'number' || refuse(`${comparison} takes a number, without quotes`);
    case 'contains':
    case 'startswith':
    case 'endswith':
      return value !== null || refuse(`${comparison} cannot take null; remove the modifier`);
    case 'equals':
      return (
        value !== null || field !== null || refuse('a keyword cannot be null; put it in quotes')
      );
  }
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function refuseLength(place: Place): null {
  return place.refuse('limit', `longer than ${String(MAX_LIST_LENGTH)}; split the rule`);
}
