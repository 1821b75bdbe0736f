import { closingQuote } from './quotes.ts';
import { isSecretPair, isSecretParameter, MAX_NAME } from './secret-names.ts';
import { type Span, spanOf } from './span.ts';

export interface PairRules {
  /** A value that begins with `@` or `<` is the name of a file that the program reads. */
  readonly hasFileValues: boolean;
  /** Only parameters of URLs are looked at: the rest of the text has borders of its own. */
  readonly onlyParameters?: boolean;
}

/**
 * Values of secret names in one argument: `NAME=value`, connection strings (`;`, blanks or `,` between the pairs), URL
 * queries and fragments. Where a value ends depends on what stands before its name. Linear in the length of the text.
 */
export function pairSecrets(text: string, rules: PairRules): readonly Span[] {
  const found: Span[] = [];
  let from = 0;
  for (let at = text.indexOf('='); at !== -1; at = text.indexOf('=', Math.max(at + 1, from))) {
    const pair = nameBefore(text, at, from);
    if (!pair) continue;
    if (rules.onlyParameters === true && !isParameterSign(text[pair.start - 1])) continue;
    const start = skipBlanks(text, at + 1);
    const value = valueAt(text, pair.start, start);
    const isParameter = value.kind === 'parameter' && isSecretParameter(pair.name);
    if (!isParameter && !isSecretPair(pair.name, text.slice(start, value.end))) continue;
    from = value.end;
    if (HIDDEN_NAME.test(text.slice(value.start, value.end))) continue;
    if (rules.hasFileValues && /^[@<]/.test(text.slice(start, start + 1))) continue;
    found.push(spanOf(text, value.start, value.end, value.kind === 'connection'));
  }
  return found;
}

interface Name {
  readonly name: string;
  readonly start: number;
}

/** The name that ends before an equals sign, with blanks between them allowed as in libpq. */
function nameBefore(text: string, at: number, from: number): Name | null {
  let end = at;
  while (end > from && at - end < MAX_BLANKS && isBlank(text[end - 1])) end -= 1;
  // HTTPie's `name:=value` and `name==value`.
  if (text[end - 1] === ':') end -= 1;
  let start = end;
  while (start > from && end - start <= MAX_NAME && isNameCharacter(text.charCodeAt(start - 1)))
    start -= 1;
  if (start === end) return null;
  return { name: text.slice(start, end), start };
}

interface Value {
  readonly kind: 'plain' | 'parameter' | 'connection';
  readonly start: number;
  readonly end: number;
}

function valueAt(text: string, nameStart: number, start: number): Value {
  const before = text[nameStart - 1];
  const quote = text[start];
  if (isParameterSign(before))
    return { kind: 'parameter', start, end: endOf(text, start, PARAMETER_END) };
  if (quote === "'" || quote === '"') {
    const closing = closingQuote(text, start);
    if (closing !== -1) {
      const inner = { kind: 'plain', start: start + 1, end: closing } as const;
      const isHidden = /^\[REDACTED/i.test(text.slice(start + 1, start + 10));
      // In a conninfo of libpq the quotes belong to the value.
      return quote === '"' || isHidden ? inner : { kind: 'plain', start, end: closing + 1 };
    }
  }
  if (before === ';') return { kind: 'plain', start, end: endOf(text, start, SEMICOLON) };
  if (before === ',') return { kind: 'connection', start, end: endOf(text, start, CONNECTION_END) };
  if (isBlank(before)) return { kind: 'plain', start, end: endOf(text, start, BLANK) };
  // The first name of the argument: its value goes on to the next name, if there is one.
  const isOption = nameStart === 0 && text.startsWith('-');
  if (isOption || (nameStart === 0 && VARIABLE.test(text)))
    return { kind: 'plain', start, end: text.length };
  return { kind: 'plain', start, end: endOf(text, start, NEXT_NAME) };
}

/** An assignment as shells and `env` take it: everything behind the sign is the value. */
const VARIABLE = /^[A-Z_][A-Z0-9_]*=/;

const HIDDEN = /\[REDACTED(?::[0-9a-f]{12})?\]/iy;
/** The rest of a file's name, of which the secret is hidden already. */
const HIDDEN_NAME = /^\[REDACTED:[0-9a-f]{12}\](?:\.[a-z0-9]{1,8}){1,2}$/i;
const PARAMETER_END = /[&#\s"<>\\]/g;
const SEMICOLON = /;/g;
const CONNECTION_END = /[,:]/g;
const BLANK = /\s/g;

/** A separator with the name of a further pair behind it. */
const NEXT_NAME = /[;&,|\s]\s{0,8}(?=[A-Za-z_][\w.-]{0,63}(?: [\w.-]{1,32}){0,2}\s{0,8}=)/g;

function endOf(text: string, start: number, separator: RegExp): number {
  // A colon in a placeholder ends nothing.
  HIDDEN.lastIndex = start;
  separator.lastIndex = HIDDEN.test(text) ? HIDDEN.lastIndex : start;
  return separator.exec(text)?.index ?? text.length;
}

const MAX_BLANKS = 8;

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (at < text.length && at - start < MAX_BLANKS && isBlank(text[at])) at += 1;
  // `name==value`
  return text[at] === '=' && at === start ? at + 1 : at;
}

function isParameterSign(character: string | undefined): boolean {
  return character === '?' || character === '&' || character === '#';
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

/** Letters, digits, `_`, `.`, `-` and everything beyond ASCII. */
function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    code === 0x2e ||
    code === 0x2d ||
    code > 0x7f
  );
}
