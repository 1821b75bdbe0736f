import type { IPv4, IPv6 } from 'ipaddr.js';
import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';
import type { FieldScalar, FieldValue } from './fields.ts';
import type { Modifiers } from './modifiers.ts';
import { compilePattern, loosen, parsePattern } from './pattern.ts';
import type { Place } from './problem.ts';
import type { RuleValue } from './selection.ts';

/** Whether one field, `undefined` when absent, matches one value of a rule. */
export type Matcher = (field: FieldValue | undefined) => boolean;

/** Regular expressions search the first so many UTF-16 units of a field; the rest is not looked at. */
export const MAX_SEARCHED_CHARS = 65_536;

/**
 * Turns one value of a rule into a test. Only `null` and `exists: false` are true of an absent field; of a list, any
 * element may match. `null`, with a complaint, when a regular expression or an address range cannot be read.
 */
export function compileValue(value: RuleValue, modifiers: Modifiers, place: Place): Matcher | null {
  if (modifiers.comparison === 'exists') return (field) => (field !== undefined) === value;
  if (value === null) return (field) => field === undefined || field === null;
  const test = compileScalar(value, modifiers, place);
  if (test === null) return null;
  return (field) => {
    if (field === undefined) return false;
    return isList(field) ? field.some((element) => test(element)) : test(field);
  };
}

type ScalarMatcher = (field: FieldScalar) => boolean;

function compileScalar(
  value: string | number | boolean,
  modifiers: Modifiers,
  place: Place,
): ScalarMatcher | null {
  switch (modifiers.comparison) {
    case 'equals':
      return typeof value === 'string'
        ? compileText(value, modifiers.cased, false, false)
        : (field) => isSame(field, value);
    case 'contains':
      return compileText(String(value), modifiers.cased, true, true);
    case 'startswith':
      return compileText(String(value), modifiers.cased, false, true);
    case 'endswith':
      return compileText(String(value), modifiers.cased, true, false);
    case 're':
      return compileRegex(String(value), modifiers.regexFlags, place);
    case 'cidr':
      return compileRange(String(value), place);
    case 'lt':
      return (field) => toNumber(field) < Number(value);
    case 'lte':
      return (field) => toNumber(field) <= Number(value);
    case 'gt':
      return (field) => toNumber(field) > Number(value);
    case 'gte':
      return (field) => toNumber(field) >= Number(value);
    case 'exists':
      return null;
  }
}

function compileText(text: string, cased: boolean, before: boolean, after: boolean): ScalarMatcher {
  const test = compilePattern(loosen(parsePattern(text), before, after), cased);
  return (field) => field !== null && test(String(field));
}

function isSame(field: FieldScalar, value: number | boolean): boolean {
  if (typeof field !== 'string') return field === value;
  if (field.toLowerCase() === String(value)) return true;
  return typeof value === 'number' && toNumber(field) === value;
}

/** A number or a text that is a decimal number; everything else is no number, which no comparison is true of. */
function toNumber(field: FieldScalar): number {
  if (typeof field === 'number') return field;
  return typeof field === 'string' && DECIMAL.test(field) ? Number(field) : Number.NaN;
}

const DECIMAL = /^[+-]?\d+(?:\.\d+)?$/;

function compileRegex(
  source: string,
  flags: ReadonlySet<string>,
  place: Place,
): ScalarMatcher | null {
  let bits = 0;
  if (flags.has('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.has('m')) bits |= RE2JS.MULTILINE;
  if (flags.has('s')) bits |= RE2JS.DOTALL;
  try {
    const regex = RE2JS.compile(source, bits);
    return (field) =>
      field !== null && regex.matcher(String(field).slice(0, MAX_SEARCHED_CHARS)).find();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return place.refuse(
      'invalid',
      `not a regular expression of RE2 (${detail}); lookaround and back references do not exist there`,
    );
  }
}

function compileRange(text: string, place: Place): ScalarMatcher | null {
  const range = readRange(text);
  if (range === null)
    return place.refuse(
      'invalid',
      'not an address range without host bits; write for example 10.0.0.0/8 or fe80::/10',
    );
  const [network, prefix] = range;
  return (field) => {
    if (typeof field !== 'string' || !ipaddr.isValid(field)) return false;
    const address = ipaddr.process(field);
    return address.kind() === network.kind() && address.match(network, prefix);
  };
}

function readRange(text: string): [IPv4 | IPv6, number] | null {
  if (!ipaddr.isValidCIDR(text)) return null;
  const [network, prefix] = ipaddr.parseCIDR(text);
  const first =
    network.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(text)
      : ipaddr.IPv6.networkAddressFromCIDR(text);
  return first.toNormalizedString() === network.toNormalizedString() ? [network, prefix] : null;
}

function isList(field: FieldValue): field is readonly FieldScalar[] {
  return Array.isArray(field);
}
