/** What a value of the configuration must be: the words for people, and what is wrong with a value. */
export interface ValueCheck {
  /** What is allowed, to stand after "must be": "a number from 1 to 60". */
  readonly allowed: string;
  /** `null` for a good value, else the part of it that is wrong, empty when all of it is. One line. */
  readonly faultIn: (value: unknown) => string | null;
  /** The same as data, as far as a form can show it: what the check takes is of this shape, and not all of that shape is good. */
  readonly shape: ValueShape;
}

/** Patterns are regular expressions without flags, `null` where any text that is not empty will do. */
export type ValueShape =
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'truth' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'list' }
  | {
      readonly kind: 'texts';
      readonly pattern: string | null;
      readonly min: number;
      readonly max: number | null;
      /** A word that may stand instead of the list. */
      readonly word: string | null;
    }
  | {
      readonly kind: 'map';
      /** The only names there are, or what names must look like. */
      readonly names: readonly string[] | null;
      readonly namePattern: string | null;
      /** The only values there are; `null` for any text. */
      readonly words: readonly string[] | null;
    };

/** A number within bounds, both included. */
export function numberBetween(min: number, max: number): ValueCheck {
  return {
    allowed: `a number from ${min} to ${max}`,
    faultIn: (value) => (typeof value === 'number' && value >= min && value <= max ? null : ''),
    shape: { kind: 'number', min, max },
  };
}

/** `true` or `false`. */
export function yesOrNo(): ValueCheck {
  return {
    allowed: 'a truth value, true or false',
    faultIn: fullFaultUnless(isBoolean),
    shape: { kind: 'truth' },
  };
}

/** One of a few words. */
export function oneOf(words: readonly string[]): ValueCheck {
  return {
    allowed: `a word of ${words.join(', ')}`,
    faultIn: fullFaultUnless((value) => words.some((word) => word === value)),
    shape: { kind: 'word', words },
  };
}

/** Any list; its items are checked by whoever reads them. */
export function anyList(): ValueCheck {
  return { allowed: 'a list', faultIn: fullFaultUnless(Array.isArray), shape: { kind: 'list' } };
}

/** A list of texts that are not empty. */
export function textList(): ValueCheck {
  return { allowed: 'a list of texts', faultIn: faultInItems(isText), shape: texts(null) };
}

/** A program and its arguments: 1 to 16 texts without NUL, the first an absolute path. */
export function command(): ValueCheck {
  return {
    allowed: 'a list of 1 to 16 texts, the first an absolute path',
    faultIn: (value) => {
      if (!Array.isArray(value) || value.length === 0 || value.length > 16) return '';
      const items: readonly unknown[] = value;
      const program = items[0];
      if (typeof program !== 'string' || !program.startsWith('/'))
        return `${quote(program)} is no absolute path`;
      return faultInItems(isArgument)(value);
    },
    shape: texts(ARGUMENT.source, { min: 1, max: 16 }),
  };
}

/** The word `default`, or 1 to 64 event names of Endpoint Security, as the helper spells them. */
export function eventNames(): ValueCheck {
  return {
    allowed: 'a list of 1 to 64 event names such as "exec", or the word "default"',
    faultIn: (value) => {
      if (value === 'default') return null;
      if (!Array.isArray(value) || value.length === 0 || value.length > 64) return '';
      return faultInItems(isEventName)(value);
    },
    shape: texts(EVENT_NAME.source, { min: 1, max: 64, word: 'default' }),
  };
}

/** An object from names to some of a few words; `names`, when given, are the only ones. */
export function wordMap(
  what: string,
  words: readonly string[],
  names: readonly string[] | null = null,
): ValueCheck {
  const keys = names === null ? '' : ` and ${names.join(', ')} as keys`;
  return {
    allowed: `an object with ${what} as values (${words.join(', ')})${keys}`,
    faultIn: faultInEntries(
      (name, value) =>
        words.some((word) => word === value) && (names === null || names.includes(name)),
    ),
    shape: { kind: 'map', names, namePattern: null, words },
  };
}

/** An object from host names to texts that are not empty. */
export function hostMap(what: string): ValueCheck {
  const faultInValues = faultInEntries((_, value) => isText(value));
  return {
    allowed: `an object with host names as keys and ${what} as values`,
    faultIn: (value) => {
      const host = isRecord(value) ? Object.keys(value).find((name) => !isHost(name)) : undefined;
      return host === undefined ? faultInValues(value) : `${quote(host)} is no host name`;
    },
    shape: { kind: 'map', names: null, namePattern: HOST.source, words: null },
  };
}

/** A list of host names. */
export function hostList(): ValueCheck {
  return {
    allowed: 'a list of host names',
    faultIn: faultInItems(isHost),
    shape: texts(HOST.source),
  };
}

/** A JSON object, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Fault = ValueCheck['faultIn'];

function texts(
  pattern: string | null,
  bounds: { readonly min?: number; readonly max?: number; readonly word?: string } = {},
): ValueShape {
  return { kind: 'texts', pattern, min: 0, max: null, word: null, ...bounds };
}

function fullFaultUnless(isGood: (value: unknown) => boolean): Fault {
  return (value) => (isGood(value) ? null : '');
}

function faultInItems(isGood: (item: unknown) => boolean): Fault {
  return (value) => {
    if (!Array.isArray(value)) return '';
    const items: readonly unknown[] = value;
    const at = items.findIndex((item) => !isGood(item));
    return at === -1 ? null : `item ${at + 1} is ${quote(items[at])}`;
  };
}

function faultInEntries(isGood: (name: string, value: unknown) => boolean): Fault {
  return (value) => {
    if (!isRecord(value)) return '';
    const entry = Object.entries(value).find(([name, item]) => !isGood(name, item));
    return entry === undefined ? null : `${quote(entry[0])} has ${quote(entry[1])}`;
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * A name as resolvers write it, of at most 253 characters with at most 63 between dots (RFC 1035); what is meant is all below
 * it, so `*.` or a dot before it changes nothing.
 */
const HOST = /^(?:\*?\.)?(?=.{1,253}\.?$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;

function isHost(value: unknown): boolean {
  return typeof value === 'string' && HOST.test(value);
}

// oxlint-disable-next-line no-control-regex -- NUL ends an argument
const ARGUMENT = /^[^\u0000]+$/;

function isArgument(value: unknown): boolean {
  return isText(value) && ARGUMENT.test(value);
}

const EVENT_NAME = /^[a-z][a-z0-9_]{0,63}$/;

function isEventName(value: unknown): boolean {
  return isText(value) && EVENT_NAME.test(value);
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

/** JSON escapes line ends; longer than this says nothing more to a person. */
const MAX_QUOTED = 80;

function quote(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}
