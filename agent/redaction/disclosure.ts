import type { Config } from '../config.ts';
import type { PathHider } from './path-hider.ts';
import { endingOf } from './path-secrets.ts';
import { PLACEHOLDER, placeholdersIn, withPlainPlaceholders } from './placeholder.ts';

/** Names in every home, which say nothing of anybody. */
const COMMON_NAMES: ReadonlySet<string> = new Set([
  'desktop',
  'documents',
  'downloads',
  'library',
  'cloudstorage',
  'mobile documents',
]);

/** A home and what is in it. */
const HOME = /^(\/(?:System\/Volumes\/Data\/)?Users\/[^/]+\/)(.*)$/is;

/** Scheme and host of a URL, without its user. */
const ORIGIN = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?([^/?#@]+)/i;

/**
 * What a finding tells of paths and places, by the configuration (`redaction.mode`, `redaction.fileNames`). What is hidden
 * already, in the keyed form in which it is kept, comes out the same as what is not.
 */
export class Disclosure {
  readonly #hider: PathHider;
  readonly #options: Config['redaction'];
  #count = 0;

  constructor(hider: PathHider, options: Config['redaction']) {
    this.#hider = hider;
    this.#options = options;
  }

  /** How many secrets were hidden so far. */
  get count(): number {
    return this.#count;
  }

  /** The path of a program, or another one that is told whatever is said of names. */
  path(path: string): string {
    const hidden = this.#hider.path(path);
    const found = placeholdersIn(hidden);
    if (found === 0) return hidden;
    this.#count += found;
    if (this.#options.mode !== 'drop') return this.#shown(hidden);
    return hidden
      .split('/')
      .map((name) => this.#dropped(name))
      .join('/');
  }

  /** The path of a file that held the data. */
  file(path: string): string {
    if (this.#options.fileNames === 'keep') return this.path(path);
    const hidden = this.#hider.path(path);
    this.#count += placeholdersIn(hidden);
    const [, home, inside = ''] = HOME.exec(hidden) ?? [];
    const slash = hidden.lastIndexOf('/') + 1;
    if (home === undefined)
      return this.path(hidden.slice(0, slash)) + this.#named(hidden.slice(slash), true);
    const names = inside.split('/');
    return home + names.map((name, at) => this.#named(name, at === names.length - 1)).join('/');
  }

  /** Where data went, a name, or what else is a value by itself. */
  text(text: string): string {
    if (text.startsWith('/') && !text.startsWith('//')) return this.path(text);
    const hidden = this.#hider.text(text);
    const found = placeholdersIn(hidden);
    if (found === 0) return hidden;
    this.#count += found;
    if (this.#options.mode !== 'drop') return this.#shown(hidden);
    const [, scheme, host = ''] = ORIGIN.exec(hidden) ?? [];
    return scheme === undefined ? PLACEHOLDER : withPlainPlaceholders(scheme + host);
  }

  #shown(hidden: string): string {
    return this.#options.mode === 'hash' ? hidden : withPlainPlaceholders(hidden);
  }

  #dropped(name: string): string {
    if (placeholdersIn(name) === 0) return name;
    return PLACEHOLDER + endingOf(name, this.#hider.endings);
  }

  #named(name: string, isLast: boolean): string {
    if (name === '' || (!isLast && COMMON_NAMES.has(name.toLowerCase()))) return name;
    const known = endingOf(name, this.#hider.endings);
    // A folder's dot is no ending, and a long one may say a name.
    const ending =
      known === '' && isLast ? (/(?<=.)\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? '') : known;
    return this.#hider.nameHash(name) + ending;
  }
}
