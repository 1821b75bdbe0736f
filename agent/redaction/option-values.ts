import type { OptionMeaning } from '../../rules/catalogue/redaction-tools.ts';
import type { Found } from './found.ts';
import { headerValue, isSecretHeader } from './headers.ts';
import { loginIn } from './url-logins.ts';

type Options = (name: string) => OptionMeaning | undefined;

interface ReadOption {
  readonly meaning: OptionMeaning;
  /** Where the value begins in the same word, `null` when it is the next word. */
  readonly start: number | null;
}

/** Longest cluster of short options that is read. */
const MAX_CLUSTER = 32;

/** Whether a word looks like an option, so that it is no value of the one before it. */
export function isOption(word: string): boolean {
  return word.length <= 4096 && /^--?[A-Za-z][\w-]*(?:=|$)/.test(word);
}

/** What the table says of an option; `isLong`: options of one dash are whole words and no clusters of letters. */
export function readOption(word: string, options: Options, isLong: boolean): ReadOption | null {
  const exact = options(word);
  if (exact !== undefined) return { meaning: exact, start: null };
  const equals = word.indexOf('=');
  const named = equals === -1 ? undefined : options(word.slice(0, equals));
  if (named !== undefined && (equals > 2 || isLong)) return { meaning: named, start: equals + 1 };
  return isLong || word.startsWith('--') ? null : readCluster(word, options);
}

function readCluster(word: string, options: Options): ReadOption | null {
  for (let at = 1; at < word.length && at <= MAX_CLUSTER; at += 1) {
    const meaning = options(`-${word[at] ?? ''}`);
    if (meaning === undefined) {
      // `-hp`, an option of two letters with a joined value.
      const pair = at === 1 ? options(word.slice(0, 3)) : undefined;
      if (pair !== undefined) return { meaning: pair, start: 3 };
      continue;
    }
    if (meaning === 'switch') continue;
    return { meaning, start: at + 1 < word.length ? at + 1 : null };
  }
  return null;
}

/** How logins are written in the values of a command. */
export interface LoginForm {
  /** What stands between user and secret. */
  readonly sign: string;
  /** Another word says that a login without the sign is a secret as a whole. */
  readonly isToken: boolean;
}

/** The secrets of an option's value, which begins at `start` of its word. */
export function readValue(
  words: readonly string[],
  index: number,
  start: number,
  meaning: OptionMeaning,
  logins: LoginForm,
  found: Found,
): void {
  const word = words[index] ?? '';
  const value = word.slice(start);
  switch (meaning) {
    case 'secret':
    case 'joined-secret':
      found.add(index, start);
      return;
    case 'login': {
      const sign = value.indexOf(logins.sign);
      if (sign !== -1) found.add(index, start + sign + logins.sign.length);
      else if (logins.isToken) found.add(index, start);
      return;
    }
    case 'bare-login': {
      const login = value.includes('://') ? null : loginIn(value.split(/[/\s]/, 1)[0] ?? '');
      if (login) found.add(index, start + login.start, start + login.end);
      return;
    }
    case 'header': {
      const match = /^([\w-]{1,128}):\s{0,8}/.exec(value);
      if (!match || !isSecretHeader(match[1] ?? '')) return;
      found.push(index, headerValue(word, match[1] ?? '', start + match[0].length, word.length));
      return;
    }
    case 'cookie':
      if (value.includes('=')) found.add(index, start);
      return;
    case 'source': {
      const kind = /^(?:(?:hex)?pass|plain|(?:hex)?key|secret):/.exec(value)?.[0];
      if (kind !== undefined) found.add(index, start + kind.length);
      return;
    }
    case 'secret-pair': {
      const sign = value.indexOf('=');
      if (sign !== -1) found.add(index, start + sign + 1);
      return;
    }
    case 'file-pair':
      found.filePairs.add(index);
      return;
    case 'plain':
    case 'switch':
    case 'other':
      return;
  }
}
