import { pairSecrets } from './pairs.ts';
import type { Span } from './span.ts';
import { mayHoldToken, tokenSecrets } from './tokens.ts';
import { loginIn } from './url-logins.ts';

/** Most endings of one name that stay: `.sql.gz`. */
const MAX_ENDINGS = 2;

/**
 * Secrets in the names of a path: `password=VALUE` (also as a parameter that a download left in a name), shapes of tokens, and
 * logins where the path holds a URL (`…/https:/user:VALUE@host/…`).
 *
 * A name is looked at by itself and by what stands left of it, and no secret goes over a slash. So a folder looks the same in
 * the paths of all that is in it. `endings` are those of a name (lower case, with the dot) that are never part of a secret.
 */
export function pathSecrets(path: string, endings: ReadonlySet<string>): readonly Span[] {
  if (!mayHoldPathSecret(path)) return [];
  const found: Span[] = [];
  let start = 0;
  let before = '';
  for (const name of path.split('/')) {
    const login = SCHEME.test(before) ? loginIn(name) : null;
    if (login) found.push(spanIn(name, start, login.start, login.end));
    const last = name.length - endingOf(name, endings).length;
    for (const span of [...pairSecrets(name, { hasFileValues: false }), ...tokenSecrets(name)]) {
      const end = span.end === name.length ? Math.max(last, span.start) : span.end;
      if (end > span.start) found.push(spanIn(name, start, span.start, end));
    }
    start += name.length + 1;
    if (name !== '') before = name;
  }
  return found;
}

/** Whether there is anything to look for; `false` is sure. */
export function mayHoldPathSecret(text: string): boolean {
  return /[=@]/.test(text) || mayHoldToken(text);
}

/** Of a URL whose slashes a path takes for folders. */
const SCHEME = /^[a-z][a-z0-9+.-]{0,15}:$/i;

/** The endings of a name that are listed, as written: `.sql.gz` of `shop.sql.gz`; empty when there is none. */
export function endingOf(name: string, endings: ReadonlySet<string>): string {
  let at = name.length;
  for (let count = 0; count < MAX_ENDINGS; count += 1) {
    const dot = name.lastIndexOf('.', at - 1);
    if (dot < 1 || !endings.has(name.slice(dot, at).toLowerCase())) break;
    at = dot;
  }
  return name.slice(at);
}

function spanIn(name: string, offset: number, start: number, end: number): Span {
  return {
    start: offset + start,
    end: offset + end,
    secret: name.slice(start, end),
    after: '',
    breaksAtColon: false,
  };
}
