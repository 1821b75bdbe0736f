import { type Span, spanOf } from './span.ts';

const AUTHORITY_END = /[/\s"'<>\\]/g;

/**
 * Passwords in the user part of URLs: the last `@` before the path ends it, the first `:` in it ends the user. Also in
 * `//user:password@server/share`. Linear in the length of the text.
 */
export function urlSecrets(text: string): readonly Span[] {
  const found: Span[] = [];
  // Offset of the two slashes, -1 when there are no more.
  let slashes = text.startsWith('//') ? 0 : nextSlashes(text, 0);
  while (slashes !== -1) {
    const start = slashes + 2;
    AUTHORITY_END.lastIndex = start;
    const end = AUTHORITY_END.exec(text)?.index ?? text.length;
    const authority = text.slice(start, end);
    const login = loginIn(authority) ?? tokenIn(authority);
    if (login) found.push(spanOf(text, start + login.start, start + login.end));
    if (text[end] === '/' && text.startsWith('+ssh:', start - '+ssh://'.length)) {
      // `mysql+ssh://user@host/user:password@server/database`, as TablePlus takes it.
      const inner = loginIn(text.slice(end + 1, end + 1 + MAX_LOGIN).split(INNER_END, 1)[0] ?? '');
      if (inner) found.push(spanOf(text, end + 1 + inner.start, end + 1 + inner.end));
    }
    slashes = nextSlashes(text, end);
  }
  return found;
}

const MAX_LOGIN = 1024;
const INNER_END = /[/\s"'<>\\]/;

/** A user without a password that is a token itself, as `git clone https://TOKEN@host` takes it. */
function tokenIn(authority: string): { readonly start: number; readonly end: number } | null {
  const at = authority.indexOf('@');
  if (at < MIN_TOKEN || at > MAX_TOKEN) return null;
  const user = authority.slice(0, at);
  const isMixed = /^[\w-]+$/.test(user) && /[A-Za-z]/.test(user) && /\d.*\d/.test(user);
  return isMixed ? { start: 0, end: at } : null;
}

/** Bounds of such a token, in characters; names of people and of service accounts are shorter, or have a dot in them. */
const MIN_TOKEN = 20;
const MAX_TOKEN = 255;

function nextSlashes(text: string, from: number): number {
  const colon = text.indexOf('://', from);
  return colon === -1 ? -1 : colon + 1;
}

/** Oracle's form of a login inside a JDBC URL: `jdbc:oracle:thin:scott/tiger@//db:1521/x`. */
const ORACLE = /jdbc:oracle:[a-z0-9]{1,16}:[^\s/@:]{1,128}\/([^@\s"]{1,256})@/gi;

export function oracleUrlSecrets(text: string): readonly Span[] {
  if (!text.includes('@')) return [];
  return [...text.matchAll(ORACLE)].map((match) => {
    const end = match.index + match[0].length - 1;
    return spanOf(text, end - (match[1] ?? '').length, end);
  });
}

/** Where the password is in `user:password@host`, with or without a port and what follows it; `null` when there is none. */
export function loginIn(
  authority: string,
): { readonly start: number; readonly end: number } | null {
  // The colon of a keyed placeholder ends no user.
  const colon = authority.replace(KEYED, (hidden) => '_'.repeat(hidden.length)).indexOf(':');
  if (colon === -1) return null;
  const query = authority.search(/[?#]/);
  const host = query === -1 ? authority : authority.slice(0, query);
  let at = host.lastIndexOf('@');
  // A `?` or `#` in the password that nobody escaped; `host:80?x=a@b` has a port there.
  if (at === -1 && query > colon && !/^\d*$/.test(authority.slice(colon + 1, query)))
    at = authority.lastIndexOf('@');
  return at > colon ? { start: colon + 1, end: at } : null;
}

const KEYED = /\[REDACTED:[0-9a-f]{12}\]/gi;
