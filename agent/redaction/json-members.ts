/** Where a value stands in JSON text: `start` inclusive, `end` exclusive, in UTF-16 units. */
export interface JsonPlace {
  readonly start: number;
  readonly end: number;
}

/** A member of an object in JSON text, with its key decoded. */
export interface JsonMember extends JsonPlace {
  readonly key: string;
}

/** The members of the object at `start`, in order and with repeats. The text must be JSON; empty for any other value. */
export function membersAt(text: string, start: number): readonly JsonMember[] {
  const members: JsonMember[] = [];
  let at = skipSpace(text, start);
  if (text[at] !== '{') return members;
  at = skipSpace(text, at + 1);
  while (at < text.length && text[at] !== '}') {
    const keyEnd = valueEnd(text, at);
    const key: unknown = JSON.parse(text.slice(at, keyEnd));
    const valueAt = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = valueEnd(text, valueAt);
    members.push({ key: String(key), start: valueAt, end });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return members;
}

/** The items of the array at `start`. The text must be JSON; empty for any other value. */
export function itemsAt(text: string, start: number): readonly JsonPlace[] {
  const items: JsonPlace[] = [];
  let at = skipSpace(text, start);
  if (text[at] !== '[') return items;
  at = skipSpace(text, at + 1);
  while (at < text.length && text[at] !== ']') {
    const end = valueEnd(text, at);
    items.push({ start: at, end });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return items;
}

/** Every string of JSON text that is a value and no key, at any depth, in order. The text must be JSON. */
export function* stringsIn(text: string): Generator<JsonPlace> {
  for (let start = text.indexOf('"'); start !== -1; ) {
    const end = stringEnd(text, start);
    if (text[skipSpace(text, end)] !== ':') yield { start, end };
    start = text.indexOf('"', end);
  }
}

/** The text with values replaced; the places must be in order and not overlap. What is outside them stays byte for byte. */
export function withReplacements(
  text: string,
  replacements: readonly (readonly [place: JsonPlace, json: string])[],
): string {
  const parts: string[] = [];
  let from = 0;
  for (const [{ start, end }, json] of replacements) {
    parts.push(text.slice(from, start), json);
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

const SPACE = /[ \t\n\r]*/y;
const STRUCTURE = /["{}[\]]/g;
const SCALAR = /[^\s,}\]]*/y;

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  return at + (SPACE.exec(text)?.[0].length ?? 0);
}

function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== '{' && first !== '[') {
    SCALAR.lastIndex = start;
    return start + (SCALAR.exec(text)?.[0].length ?? 0);
  }
  let depth = 0;
  STRUCTURE.lastIndex = start;
  for (let match = STRUCTURE.exec(text); match; match = STRUCTURE.exec(text)) {
    const [character] = match;
    if (character === '"') STRUCTURE.lastIndex = stringEnd(text, match.index);
    else if (character === '{' || character === '[') depth += 1;
    else {
      depth -= 1;
      if (depth === 0) return match.index + 1;
    }
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return text.length;
}
