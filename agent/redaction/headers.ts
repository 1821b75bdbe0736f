import { isSecretName } from './secret-names.ts';
import { type Span, spanOf } from './span.ts';

const HEADER = /(?<![\w-])([A-Za-z][\w-]{2,63}):([ \t]{1,8})(?=\S)/g;
const LINE_END = /[\r\n"']/g;
const SCHEME = /^[A-Za-z][\w-]{0,31}[ \t]{1,8}(?=\S)/;
const BEARER = /\bbearer[ \t]{1,8}(?=[\w.~+/-]*\d)([\w.~+/-]{8,4096}=*)/gi;

/** Headers that hold a secret although no word of their name says so. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-auth',
]);

/** Whether a header's value is a secret. */
export function isSecretHeader(name: string): boolean {
  return SECRET_HEADERS.has(name.toLowerCase()) || isSecretName(name);
}

/** Values of secret headers, to the end of the line, and tokens behind the word Bearer. */
export function headerSecrets(text: string): readonly Span[] {
  const found: Span[] = [];
  // Both shapes have a blank in them.
  if (!/[ \t]/.test(text)) return found;
  HEADER.lastIndex = 0;
  for (let match = HEADER.exec(text); match; match = HEADER.exec(text)) {
    const [, name = ''] = match;
    if (!isSecretHeader(name)) continue;
    const start = HEADER.lastIndex;
    const end = lineEnd(text, start);
    found.push(headerValue(text, name, start, end));
    HEADER.lastIndex = end;
  }
  for (const match of text.matchAll(BEARER)) {
    const end = match.index + match[0].length;
    found.push(spanOf(text, end - (match[1] ?? '').length, end));
  }
  return found;
}

/** The secret part of a header's value: an authorization keeps the word for its scheme. */
export function headerValue(text: string, name: string, start: number, end: number): Span {
  const value = text.slice(start, end);
  const scheme = /authorization$/i.test(name) ? (SCHEME.exec(value)?.[0].length ?? 0) : 0;
  return spanOf(text, start + scheme, end);
}

function lineEnd(text: string, start: number): number {
  LINE_END.lastIndex = start;
  const end = LINE_END.exec(text)?.index ?? text.length;
  return start + text.slice(start, end).trimEnd().length;
}
