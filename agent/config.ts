/** One table of every configuration key: default, bounds, and what it means. `config.ts` is the only place that names them. */
import { readFileSync } from 'node:fs';
import { PRIVILEGE_LEVELS, type PrivilegeLevel, ROLES, type Role } from '../rules/finding.ts';

/** The effective configuration, typed. Times are in the unit their name says. */
export interface Config {
  readonly roles: {
    readonly users: ReadonlyMap<string, Role>;
    readonly groups: ReadonlyMap<string, Role>;
  };
  readonly userPrivilegeLevel: ReadonlyMap<Role, PrivilegeLevel>;
  readonly cloud: {
    readonly add: ReadonlyMap<string, string>;
    readonly remove: readonly string[];
    readonly sanctioned: ReadonlySet<string>;
  };
  readonly windows: {
    readonly exportMinutes: number;
    readonly flowMinutes: number;
    readonly browserSeconds: number;
    readonly lineageDays: number;
    readonly suppressHours: number;
  };
}

/** Something in the configuration that cannot be used; the default stays in force. */
export interface ConfigProblem {
  /** Dotted path of the key. */
  readonly key: string;
  readonly message: string;
  /** An unknown key is a warning at run time and an error in `config check`; a bad value is always an error. */
  readonly kind: 'unknown-key' | 'bad-value';
}

interface Key {
  readonly path: string;
  readonly fallback: unknown;
  readonly text: string;
  /** What the value must be, for the message; `null` when it is fine. */
  readonly problem: (value: unknown) => string | null;
}

const roles = (text: string): Omit<Key, 'path'> => ({
  fallback: {},
  text,
  problem: mapOf('roles', (value) => ROLES.some((role) => role === value), ROLES.join(', ')),
});

/** Keys of the parts that come with the live agent are known and checked as soon as they are built. */
const KEYS: readonly Key[] = [
  {
    path: 'roles.users',
    ...roles('user name, or pattern with *, to role; beats every other source of a role'),
  },
  {
    path: 'roles.groups',
    ...roles('group name, or pattern with *, to role; the first entry that matches answers'),
  },
  {
    path: 'userPrivilegeLevel',
    fallback: { developer: 'ignore', admin: 'ignore', unassigned: 'alert', unknown: 'alert' },
    text: 'role to alert, lower (one severity less) or ignore (no finding)',
    problem: (value) =>
      mapOf(
        'levels',
        (level) => PRIVILEGE_LEVELS.some((known) => known === level),
        'alert, lower, ignore',
      )(value) ?? unknownRole(value),
  },
  {
    path: 'cloud.domains.add',
    fallback: {},
    text: 'host name to service id, for that name and all below it; beats the catalogue',
    problem: mapOf('service ids', (value) => typeof value === 'string' && value !== '', 'text'),
  },
  {
    path: 'cloud.domains.remove',
    fallback: [],
    text: 'host names that name no service any more, with all below them',
    problem: listOfTexts,
  },
  {
    path: 'cloud.sanctioned',
    fallback: [],
    text: 'service ids the organisation approves; an upload there is at most medium',
    problem: listOfTexts,
  },
  {
    path: 'windows.exportMinutes',
    ...number(60, 1, 1440, 'after a tool started, for exports without lineage'),
  },
  { path: 'windows.flowMinutes', ...number(30, 1, 1440, 'after an export, for connections') },
  { path: 'windows.browserSeconds', ...number(120, 1, 3600, 'after a browser opened an export') },
  {
    path: 'windows.lineageDays',
    ...number(7, 1, 90, 'for which a file is followed after its last step'),
  },
  {
    path: 'windows.suppressHours',
    ...number(24, 1, 720, 'in which repeats of a tool join its finding'),
  },
  {
    path: 'endpointSecurity',
    fallback: {},
    text: 'the helper; used by the live agent',
    problem: isMap,
  },
  { path: 'network', fallback: {}, text: 'sampling; used by the live agent', problem: isMap },
  {
    path: 'retention',
    fallback: {},
    text: 'of the database; used by the live agent',
    problem: isMap,
  },
  { path: 'deliver', fallback: [], text: 'destinations; used by the live agent', problem: isList },
];

/** A configuration file that could not be read at all. `message` is one line for a person. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_UNREADABLE';
}

/** Reads a JSON configuration file. Throws a `ConfigError` when it cannot be read or is no JSON object. */
export function readConfigFile(path: string): {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
} {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${path}: cannot be read (${reasonOf(cause)}); check path and owner`, {
      cause,
    });
  }
  try {
    return readConfig(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ConfigError(`${path}: is not JSON (${cause.message}); correct it there`, { cause });
  }
}

/** The effective configuration of a parsed document; what cannot be used keeps its default and is a problem. */
export function readConfig(document: unknown): {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const given = new Map<string, unknown>();
  if (!isRecord(document)) {
    problems.push({ key: '', kind: 'bad-value', message: 'must be a JSON object' });
  } else collect(document, '', given, problems);
  const values = new Map<string, unknown>();
  for (const key of KEYS) {
    const value = given.get(key.path);
    const problem = value === undefined ? null : key.problem(value);
    if (problem !== null)
      problems.push({ key: key.path, kind: 'bad-value', message: `must be ${problem}` });
    values.set(key.path, value === undefined || problem !== null ? key.fallback : value);
  }
  return { config: typed(values), problems };
}

/** One line for a terminal or a log. */
export function describeConfigProblem(problem: ConfigProblem): string {
  return `${problem.key === '' ? 'the document' : problem.key}: ${problem.message}`;
}

/** Every key of the table that the document sets, and every key that no table knows. */
function collect(
  object: Readonly<Record<string, unknown>>,
  prefix: string,
  given: Map<string, unknown>,
  problems: ConfigProblem[],
): void {
  for (const [name, value] of Object.entries(object)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const isGroup = KEYS.some((key) => key.path.startsWith(`${path}.`));
    if (!name.includes('.') && KEYS.some((key) => key.path === path)) given.set(path, value);
    else if (isGroup && isRecord(value)) collect(value, path, given, problems);
    else if (isGroup) problems.push({ key: path, kind: 'bad-value', message: 'must be an object' });
    else
      problems.push({
        key: path,
        kind: 'unknown-key',
        message: 'is not a key of the configuration; remove it or correct its spelling',
      });
  }
}

function typed(values: ReadonlyMap<string, unknown>): Config {
  const numberAt = (path: string): number => Number(values.get(path));
  const textsAt = (path: string): readonly string[] => {
    const list = values.get(path);
    return Array.isArray(list) ? list.map(String) : [];
  };
  return {
    roles: {
      users: choices(values.get('roles.users'), ROLES),
      groups: choices(values.get('roles.groups'), ROLES),
    },
    userPrivilegeLevel: levels(values.get('userPrivilegeLevel')),
    cloud: {
      add: new Map(
        entries(values.get('cloud.domains.add')).map(([host, id]) => [host, String(id)]),
      ),
      remove: textsAt('cloud.domains.remove'),
      sanctioned: new Set(textsAt('cloud.sanctioned')),
    },
    windows: {
      exportMinutes: numberAt('windows.exportMinutes'),
      flowMinutes: numberAt('windows.flowMinutes'),
      browserSeconds: numberAt('windows.browserSeconds'),
      lineageDays: numberAt('windows.lineageDays'),
      suppressHours: numberAt('windows.suppressHours'),
    },
  };
}

/** A role that the document leaves out keeps the level of the default. */
function levels(value: unknown): ReadonlyMap<Role, PrivilegeLevel> {
  const fallback = KEYS.find((key) => key.path === 'userPrivilegeLevel')?.fallback;
  const merged = new Map([...entries(fallback), ...entries(value)]);
  return new Map(
    ROLES.flatMap((role) => {
      const level = PRIVILEGE_LEVELS.find((known) => known === merged.get(role));
      return level ? [[role, level] as const] : [];
    }),
  );
}

function choices<T extends string>(value: unknown, known: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    entries(value).flatMap(([name, text]) => {
      const choice = known.find((candidate) => candidate === text);
      return choice === undefined ? [] : [[name, choice] as const];
    }),
  );
}

function number(fallback: number, min: number, max: number, text: string): Omit<Key, 'path'> {
  return {
    fallback,
    text,
    problem: (value) =>
      typeof value === 'number' && value >= min && value <= max
        ? null
        : `a number from ${min} to ${max}`,
  };
}

function mapOf(
  what: string,
  isValue: (value: unknown) => boolean,
  allowed: string,
): Key['problem'] {
  return (value) =>
    isRecord(value) && Object.values(value).every(isValue)
      ? null
      : `an object with ${what} as values (${allowed})`;
}

function unknownRole(value: unknown): string | null {
  const stranger = entries(value).find(([name]) => !ROLES.some((role) => role === name));
  return stranger ? `an object with the roles ${ROLES.join(', ')} as keys` : null;
}

function listOfTexts(value: unknown): string | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')
    ? null
    : 'a list of texts';
}

function isMap(value: unknown): string | null {
  return isRecord(value) ? null : 'an object';
}

function isList(value: unknown): string | null {
  return Array.isArray(value) ? null : 'a list';
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
