import { RE2JS } from 're2js';

/** A host name, or an expression over whole host names, that names a service. */
export interface DomainRule {
  readonly match: 'suffix' | 'exact' | 'pattern';
  /** Lower case for `suffix` and `exact`, an RE2 expression for `pattern`. */
  readonly host: string;
  readonly service: string;
}

/** Changes that the configuration makes to the catalogue's host names. */
export interface DomainChanges {
  /** Host suffix to service id, which may be one that the catalogue does not have. */
  readonly add: ReadonlyMap<string, string>;
  /** Host suffixes that name nothing any more, neither themselves nor what is below. */
  readonly remove: readonly string[];
}

interface Table {
  readonly exact: ReadonlyMap<string, string>;
  readonly suffixes: ReadonlyMap<string, string>;
  readonly patterns: readonly { readonly expression: RE2JS; readonly service: string }[];
}

/** A host name has at most 253 characters (RFC 1035); longer text names nothing. */
const MAX_HOST_LENGTH = 253;

/** Which service a host name belongs to. A suffix matches at a label boundary only. */
export class DomainNames {
  readonly #table: Table;
  readonly #added: ReadonlyMap<string, string>;
  readonly #removed: ReadonlySet<string>;

  private constructor(
    table: Table,
    added: ReadonlyMap<string, string>,
    removed: ReadonlySet<string>,
  ) {
    this.#table = table;
    this.#added = added;
    this.#removed = removed;
  }

  /** Of two rules for the same host the first one counts. Throws when a pattern is no RE2 expression; see `patternProblem`. */
  static from(rules: Iterable<DomainRule>): DomainNames {
    const exact = new Map<string, string>();
    const suffixes = new Map<string, string>();
    const patterns: Table['patterns'][number][] = [];
    for (const { match, host, service } of rules) {
      if (match === 'pattern') {
        patterns.push({ expression: RE2JS.compile(host), service });
      } else {
        const names = match === 'exact' ? exact : suffixes;
        if (!names.has(host)) names.set(host, service);
      }
    }
    return new DomainNames({ exact, suffixes, patterns }, new Map(), new Set());
  }

  /**
   * The service id, or `null` when the name belongs to none. An added suffix comes first, then an exact name, the longest
   * suffix, and the patterns in their order. Upper case and a trailing dot do not matter.
   */
  serviceOf(host: string): string | null {
    if (host.length > MAX_HOST_LENGTH + 1) return null;
    const name = normalise(host);
    const added = longestSuffix(name, (suffix) => this.#added.get(suffix));
    if (added !== null) return added;
    if (longestSuffix(name, (suffix) => this.#removed.has(suffix) || undefined) !== null) {
      return null;
    }
    return (
      this.#table.exact.get(name) ??
      longestSuffix(name, (suffix) => this.#table.suffixes.get(suffix)) ??
      this.#table.patterns.find(({ expression }) => expression.matches(name))?.service ??
      null
    );
  }

  /** A copy with the changes; this one stays as it is. Added names beat the catalogue, removed names, and earlier changes. */
  withChanges({ add, remove }: DomainChanges): DomainNames {
    const gone = new Set(remove.map(normaliseSuffix));
    const added = new Map<string, string>();
    for (const [suffix, service] of this.#added) {
      if (longestSuffix(suffix, (part) => gone.has(part) || undefined) === null) {
        added.set(suffix, service);
      }
    }
    for (const [suffix, service] of add) added.set(normaliseSuffix(suffix), service);
    return new DomainNames(this.#table, added, new Set([...this.#removed, ...gone]));
  }
}

/** What is wrong with an RE2 expression, `null` when it is sound. */
export function patternProblem(expression: string): string | null {
  try {
    RE2JS.compile(expression);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What `find` says of the name, else of the name without its first label, and so on; `null` when it never answers. */
function longestSuffix<T>(name: string, find: (suffix: string) => T | undefined): T | null {
  let at = 0;
  while (at < name.length) {
    const found = find(name.slice(at));
    if (found !== undefined) return found;
    const dot = name.indexOf('.', at);
    if (dot === -1) return null;
    at = dot + 1;
  }
  return null;
}

function normalise(host: string): string {
  const name = host.toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** People also write `*.example.net` and `.example.net` for what is below a name. */
function normaliseSuffix(suffix: string): string {
  return normalise(suffix.replace(/^\*?\./, ''));
}
