import type { Place } from './problem.ts';
import { quote } from './problem.ts';

/** A condition as a tree over the identifiers of `detection`. Every name in it is defined. */
export type Condition =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'and'; readonly parts: readonly Condition[] }
  | { readonly kind: 'or'; readonly parts: readonly Condition[] };

/** Length of one condition, in UTF-16 units. */
export const MAX_CONDITION_CHARS = 4096;
/** Parentheses and `not` inside each other, at most. */
export const MAX_CONDITION_DEPTH = 32;

/**
 * Reads a condition. `or` binds weakest, then `and`, then `not`, then `1 of` and `all of`; the words are read in any case.
 * `null`, with a complaint at `place`, when it cannot be read or names what `identifiers` does not hold.
 */
export function parseCondition(
  text: string,
  identifiers: readonly string[],
  place: Place,
): Condition | null {
  if (text.length > MAX_CONDITION_CHARS)
    return place.refuse('limit', `longer than ${String(MAX_CONDITION_CHARS)} characters; split it`);
  if (text.includes('|'))
    return place.refuse('unsupported', 'aggregations behind | are not supported; remove them');
  const reader: Reader = {
    words: text.match(/[()]|[^\s()]+/gu) ?? [],
    at: 0,
    identifiers,
    place,
  };
  const tree = readOr(reader, 0);
  const rest = reader.words[reader.at];
  if (tree === null || rest === undefined) return tree;
  return place.refuse('invalid', `${quote(rest)} is not expected here; join parts by and or or`);
}

interface Reader {
  readonly words: readonly string[];
  at: number;
  readonly identifiers: readonly string[];
  readonly place: Place;
}

function readOr(reader: Reader, depth: number): Condition | null {
  return readJoined(reader, 'or', () => readAnd(reader, depth));
}

function readAnd(reader: Reader, depth: number): Condition | null {
  return readJoined(reader, 'and', () => readNot(reader, depth));
}

function readJoined(
  reader: Reader,
  kind: 'and' | 'or',
  readPart: () => Condition | null,
): Condition | null {
  const first = readPart();
  if (first === null) return null;
  const parts = [first];
  while (takeWord(reader, kind)) {
    const part = readPart();
    if (part === null) return null;
    parts.push(part);
  }
  return parts.length === 1 ? first : { kind, parts };
}

function readNot(reader: Reader, depth: number): Condition | null {
  if (depth > MAX_CONDITION_DEPTH)
    return reader.place.refuse('limit', `nested deeper than ${String(MAX_CONDITION_DEPTH)}`);
  if (takeWord(reader, 'not')) {
    const part = readNot(reader, depth + 1);
    return part === null ? null : { kind: 'not', part };
  }
  if (takeWord(reader, '(')) {
    const inner = readOr(reader, depth + 1);
    if (inner === null || takeWord(reader, ')')) return inner;
    return reader.place.refuse('invalid', 'a parenthesis is not closed; add )');
  }
  return readOperand(reader);
}

function readOperand(reader: Reader): Condition | null {
  const word = reader.words[reader.at];
  if (word === undefined)
    return reader.place.refuse('invalid', 'the condition ends early; name a selection');
  reader.at += 1;
  if (takeWord(reader, 'of')) return readQuantity(reader, word);
  if (word === ')' || RESERVED.has(word.toLowerCase()))
    return reader.place.refuse('invalid', `${quote(word)} stands where a selection is expected`);
  if (reader.identifiers.includes(word)) return { kind: 'name', name: word };
  return reader.place.refuse(
    'invalid',
    `${quote(word)} is not defined; define it beside the condition or correct the name`,
  );
}

const RESERVED: ReadonlySet<string> = new Set(['and', 'or', 'not', 'of', 'them', '(']);

function readQuantity(reader: Reader, quantity: string): Condition | null {
  const word = quantity.toLowerCase();
  if (word !== '1' && word !== 'any' && word !== 'all')
    return reader.place.refuse(
      'unsupported',
      `"${quantity} of" is not supported; write 1 of or all of`,
    );
  const pattern = reader.words[reader.at];
  if (pattern === undefined || pattern === '(' || pattern === ')')
    return reader.place.refuse('invalid', `"${quantity} of" needs them or a name with *`);
  reader.at += 1;
  const names =
    pattern.toLowerCase() === 'them'
      ? reader.identifiers.filter((name) => !name.startsWith('_'))
      : reader.identifiers.filter((name) => isLike(name, pattern));
  if (names.length === 0)
    return reader.place.refuse(
      'invalid',
      `${quote(pattern)} fits no selection; define one or remove the term`,
    );
  const parts = names.map((name) => ({ kind: 'name', name }) as const);
  return { kind: word === 'all' ? 'and' : 'or', parts };
}

/** `*` in an identifier pattern stands for any text; nothing else is special. */
function isLike(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

function takeWord(reader: Reader, word: string): boolean {
  if (reader.words[reader.at]?.toLowerCase() !== word) return false;
  reader.at += 1;
  return true;
}
