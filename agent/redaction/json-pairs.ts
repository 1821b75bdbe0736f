import { isSecretPair } from './secret-names.ts';
import { type Span, spanOf } from './span.ts';

const KEY = /(["'])([^"'\\]{1,128})\1\s{0,8}:\s{0,8}(["']|(?=[\w-]))/g;

const SCALAR_END = /[,}\]\s]/g;

/**
 * Values of secret keys in JSON (or a literal of JavaScript or Python) inside a text; the quotes stay. The JSON need not be
 * whole: a string without an end goes on to the end of the text. Linear in its length.
 */
export function jsonSecrets(text: string): readonly Span[] {
  const found: Span[] = [];
  if (!text.includes(':')) return found;
  KEY.lastIndex = 0;
  for (let match = KEY.exec(text); match; match = KEY.exec(text)) {
    const [, , name = '', quote = ''] = match;
    const start = KEY.lastIndex;
    if (!isSecretPair(name, '*')) continue;
    const end = quote === '' ? scalarEnd(text, start) : stringEnd(text, start, quote);
    if (isSecretPair(name, text.slice(start, end))) found.push(spanOf(text, start, end));
    KEY.lastIndex = end;
  }
  return found;
}

function stringEnd(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

function scalarEnd(text: string, start: number): number {
  SCALAR_END.lastIndex = start;
  return SCALAR_END.exec(text)?.index ?? text.length;
}
