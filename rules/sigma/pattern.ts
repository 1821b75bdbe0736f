/** `?` of a pattern: exactly one character. */
export const ANY_CHARACTER = Symbol('?');
/** `*` of a pattern: any number of characters, also none, also across lines. */
export const ANY_TEXT = Symbol('*');

/** A pattern taken apart: plain text between wildcards. No two texts and no two `*` follow each other. */
export type Pattern = readonly PatternPart[];

type PatternPart = string | typeof ANY_CHARACTER | typeof ANY_TEXT;

/**
 * Takes a Sigma value apart. A backslash before `*`, `?` or another backslash takes away the meaning of that character;
 * before anything else, and at the end, it is a plain backslash.
 */
export function parsePattern(text: string): Pattern {
  const parts: PatternPart[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') parts.push(plain);
    plain = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      plain += next;
      at += 1;
    } else if (char === '?') {
      flush();
      parts.push(ANY_CHARACTER);
    } else if (char === '*') {
      flush();
      if (parts.at(-1) !== ANY_TEXT) parts.push(ANY_TEXT);
    } else {
      plain += char;
    }
  }
  flush();
  return parts;
}

/** Returns the pattern with `*` added where the text before or after it is free. */
export function loosen(pattern: Pattern, before: boolean, after: boolean): Pattern {
  const parts: PatternPart[] = [...pattern];
  if (before && parts[0] !== ANY_TEXT) parts.unshift(ANY_TEXT);
  if (after && parts.at(-1) !== ANY_TEXT) parts.push(ANY_TEXT);
  return parts;
}

/** Returns a test of a whole text against the pattern; it ignores case unless `cased`. */
export function compilePattern(pattern: Pattern, cased: boolean): (text: string) => boolean {
  if (cased) return compileExact(pattern);
  const test = compileExact(
    pattern.map((part) => (typeof part === 'string' ? part.toLowerCase() : part)),
  );
  return (text) => test(text.toLowerCase());
}

function compileExact(pattern: Pattern): (text: string) => boolean {
  const [first, second, third] = pattern;
  if (pattern.length === 0) return (text) => text === '';
  if (pattern.length === 1 && typeof first === 'string') return (text) => text === first;
  if (pattern.length === 1 && first === ANY_TEXT) return () => true;
  if (pattern.length === 2 && first === ANY_TEXT && typeof second === 'string')
    return (text) => text.endsWith(second);
  if (pattern.length === 2 && typeof first === 'string' && second === ANY_TEXT)
    return (text) => text.startsWith(first);
  if (
    pattern.length === 3 &&
    first === ANY_TEXT &&
    typeof second === 'string' &&
    third === ANY_TEXT
  )
    return (text) => text.includes(second);
  return (text) => matchesParts(pattern, text);
}

/** Goes back to the latest `*` only, so the time is bounded by text length times pattern length. */
function matchesParts(pattern: Pattern, text: string): boolean {
  let part = 0;
  let at = 0;
  let starPart = -1;
  let starAt = 0;
  while (at < text.length || part < pattern.length) {
    const current = pattern[part];
    const width = current === ANY_TEXT ? 0 : matchedWidth(current, text, at);
    if (width > 0) {
      part += 1;
      at += width;
      continue;
    }
    if (current === ANY_TEXT) {
      starPart = part;
      starAt = at;
      if (part + 1 === pattern.length) return true;
    } else {
      if (starPart < 0 || starAt >= text.length) return false;
      starAt += characterWidth(text, starAt);
    }
    const next = pattern[starPart + 1];
    // Nothing before the next place of plain text can match, so the search goes there at once.
    if (typeof next === 'string') starAt = text.indexOf(next, starAt);
    if (starAt < 0) return false;
    at = starAt;
    part = starPart + 1;
  }
  return true;
}

function matchedWidth(
  part: string | typeof ANY_CHARACTER | undefined,
  text: string,
  at: number,
): number {
  if (part === undefined || at >= text.length) return 0;
  if (part === ANY_CHARACTER) return characterWidth(text, at);
  return text.startsWith(part, at) ? part.length : 0;
}

function characterWidth(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
