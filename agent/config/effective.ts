import { PRIVILEGE_LEVELS, type PrivilegeLevel, ROLES, type Role } from '../../rules/finding.ts';
import { REDACTION_MODES, type RedactionMode } from '../redaction/mode.ts';
import { FILE_MODES, FILE_NAMES, type FileMode, type FileNames, KEYS } from './keys.ts';
import type { Setting } from './layers.ts';
import { isRecord } from './value-checks.ts';

/** The effective configuration, typed. Times are in the unit their name says; `agent/config/keys.ts` has the bounds. */
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
  readonly endpointSecurity: {
    /** The helper and its arguments; the first is an absolute path. */
    readonly command: readonly string[];
    readonly events: readonly string[] | 'default';
  };
  readonly network: {
    readonly idleSeconds: number;
    readonly activeSeconds: number;
    readonly resolver: boolean;
  };
  readonly files: { readonly mode: FileMode };
  readonly processes: { readonly everySeconds: number };
  readonly accounts: { readonly everyMinutes: number };
  readonly retention: { readonly days: number; readonly maxMegabytes: number };
  readonly redaction: {
    readonly mode: RedactionMode['kind'];
    readonly fileNames: FileNames;
  };
  readonly heartbeat: { readonly minutes: number };
  readonly canary: { readonly minutes: number };
  /** As written; `agent/deliver/destination.ts` reads it. */
  readonly deliver: unknown;
  readonly outbox: {
    readonly maxRows: number;
    readonly maxMegabytes: number;
    readonly days: number;
  };
}

/** Types what the table has checked. */
export function configOfSettings(settings: ReadonlyMap<string, Setting>): Config {
  const at = (path: string): unknown => settings.get(path)?.value;
  const numberAt = (path: string): number => Number(at(path));
  const events = at('endpointSecurity.events');
  return {
    roles: {
      users: choices(at('roles.users'), ROLES),
      groups: choices(at('roles.groups'), ROLES),
    },
    userPrivilegeLevel: levels(at('userPrivilegeLevel')),
    cloud: {
      add: new Map(entries(at('cloud.domains.add')).map(([host, id]) => [host, String(id)])),
      remove: texts(at('cloud.domains.remove')),
      sanctioned: new Set(texts(at('cloud.sanctioned'))),
    },
    windows: {
      exportMinutes: numberAt('windows.exportMinutes'),
      flowMinutes: numberAt('windows.flowMinutes'),
      browserSeconds: numberAt('windows.browserSeconds'),
      lineageDays: numberAt('windows.lineageDays'),
      suppressHours: numberAt('windows.suppressHours'),
    },
    endpointSecurity: {
      command: texts(at('endpointSecurity.command')),
      events: events === 'default' ? 'default' : texts(events),
    },
    network: {
      idleSeconds: numberAt('network.idleSeconds'),
      activeSeconds: numberAt('network.activeSeconds'),
      resolver: at('network.resolver') === true,
    },
    files: { mode: FILE_MODES.find((mode) => mode === at('files.mode')) ?? 'crosscheck' },
    processes: { everySeconds: numberAt('processes.everySeconds') },
    accounts: { everyMinutes: numberAt('accounts.everyMinutes') },
    retention: {
      days: numberAt('retention.days'),
      maxMegabytes: numberAt('retention.maxMegabytes'),
    },
    redaction: {
      mode: REDACTION_MODES.find((mode) => mode === at('redaction.mode')) ?? 'redact',
      fileNames: FILE_NAMES.find((choice) => choice === at('redaction.fileNames')) ?? 'keep',
    },
    heartbeat: { minutes: numberAt('heartbeat.minutes') },
    canary: { minutes: numberAt('canary.minutes') },
    deliver: at('deliver'),
    outbox: {
      maxRows: numberAt('outbox.maxRows'),
      maxMegabytes: numberAt('outbox.maxMegabytes'),
      days: numberAt('outbox.days'),
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

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}
