/** What a value of the configuration must be: the words for people, and what is wrong with a value. */
export interface ValueCheck {
  /** What is allowed, to stand after "must be": "a number from 1 to 60". */
  readonly allowed: string;
  /** `null` for a good value, else the part of it that is wrong, empty when all of it is. One line. */
  readonly faultIn: (value: unknown) => string | null;
}

/** A number within bounds, both included. */
export function numberBetween(min: number, max: number): ValueCheck {
  return {
    allowed: `a number from ${min} to ${max}`,
    faultIn: (value) => (typeof value === 'number' && value >= min && value <= max ? null : ''),
  };
}

/** `true` or `false`. */
export function yesOrNo(): ValueCheck {
  return { allowed: 'a truth value, true or false', faultIn: fullFaultUnless(isBoolean) };
}

/** One of a few words. */
export function oneOf(words: readonly string[]): ValueCheck {
  return {
    allowed: `a word of ${words.join(', ')}`,
    faultIn: fullFaultUnless((value) => words.some((word) => word === value)),
  };
}

/** Any list; its items are checked by whoever reads them. */
export function anyList(): ValueCheck {
  return { allowed: 'a list', faultIn: fullFaultUnless(Array.isArray) };
}

/** A list of texts that are not empty. */
export function textList(): ValueCheck {
  return { allowed: 'a list of texts', faultIn: faultInItems(isText) };
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
  };
}

/** A list of host names. */
export function hostList(): ValueCheck {
  return { allowed: 'a list of host names', faultIn: faultInItems(isHost) };
}

/** A JSON object, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Fault = ValueCheck['faultIn'];

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

/** Longest host name and longest label of one, in characters (RFC 1035). */
const MAX_HOST = 253;
const LABEL = /^[a-z0-9_-]{1,63}$/i;

/** A name as resolvers write it; what is meant is all below it, so `*.` or a dot before it changes nothing. */
function isHost(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const host = value.replace(/^\*?\./, '').replace(/\.$/, '');
  return host.length <= MAX_HOST && host.split('.').every((label) => LABEL.test(label));
}

function isArgument(value: unknown): boolean {
  return isText(value) && !value.includes('\0');
}

function isEventName(value: unknown): boolean {
  return isText(value) && /^[a-z][a-z0-9_]{0,63}$/.test(value);
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
