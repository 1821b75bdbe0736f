/** One table of every configuration key: default, bounds, unit and what it means. No other place names a default. */
import { PRIVILEGE_LEVELS, ROLES } from '../../rules/finding.ts';
import { REDACTION_MODES } from '../redaction/mode.ts';
import {
  anyList,
  command,
  eventNames,
  hostList,
  hostMap,
  numberBetween,
  oneOf,
  textList,
  type ValueCheck,
  wordMap,
  yesOrNo,
} from './value-checks.ts';

/** How the folder watcher works beside or instead of Endpoint Security. */
export const FILE_MODES = ['crosscheck', 'fallback', 'off'] as const;

export type FileMode = (typeof FILE_MODES)[number];

/** Names of files and folders of a home, in everything that leaves the agent: as they are, or as keyed hashes. */
export const FILE_NAMES = ['keep', 'hash'] as const;

export type FileNames = (typeof FILE_NAMES)[number];

/** A row of the table. */
export interface Key extends ValueCheck {
  /** Dotted path in the document. */
  readonly path: string;
  readonly fallback: unknown;
  /** Unit of a number, `null` for everything else. */
  readonly unit: string | null;
  /** What it means, for people. */
  readonly text: string;
  /** The value may hold tokens, so it is not shown as it is. */
  readonly hasSecrets: boolean;
  /** The value is a program with arguments, which are shown without secrets. */
  readonly isCommand: boolean;
}

/** Every key, in the order in which `config show` prints them. */
export const KEYS: readonly Key[] = [
  key('roles.users', {}, wordMap('roles', ROLES), {
    text: 'user name, or pattern with *, to role; beats every other source of a role',
  }),
  key('roles.groups', {}, wordMap('roles', ROLES), {
    text: 'group name, or pattern with *, to role; the first entry that matches answers',
  }),
  key(
    'userPrivilegeLevel',
    { developer: 'ignore', admin: 'ignore', unassigned: 'alert', unknown: 'alert' },
    wordMap('levels', PRIVILEGE_LEVELS, ROLES),
    { text: 'role to alert, lower (one severity less) or ignore (no finding)' },
  ),
  key('cloud.domains.add', {}, hostMap('service ids'), {
    text: 'host name to service id, for that name and all below it; beats the catalogue',
  }),
  key('cloud.domains.remove', [], hostList(), {
    text: 'host names that name no service any more, with all below them',
  }),
  key('cloud.sanctioned', [], textList(), {
    text: 'service ids the organisation approves; an upload there is at most medium',
  }),
  key('windows.exportMinutes', 60, numberBetween(1, 1440), {
    unit: 'minutes',
    text: 'after a tool started, for exports without lineage',
  }),
  key('windows.flowMinutes', 30, numberBetween(1, 1440), {
    unit: 'minutes',
    text: 'after an export, for connections',
  }),
  key('windows.browserSeconds', 120, numberBetween(1, 3600), {
    unit: 'seconds',
    text: 'after a browser opened an export',
  }),
  key('windows.lineageDays', 7, numberBetween(1, 90), {
    unit: 'days',
    text: 'for which a file is followed after its last step',
  }),
  key('windows.suppressHours', 24, numberBetween(1, 720), {
    unit: 'hours',
    text: 'in which repeats of a tool join its finding',
  }),
  key('endpointSecurity.command', ['/usr/bin/eslogger'], command(), {
    isCommand: true,
    text: 'the helper that prints Endpoint Security events as lines, with its arguments',
  }),
  key('endpointSecurity.events', 'default', eventNames(), {
    text: 'events the helper is asked for; without exec, fork and exit no chain is seen',
  }),
  key('network.idleSeconds', 30, numberBetween(1, 3600), {
    unit: 'seconds',
    text: 'between samples of the connections while no chain is open',
  }),
  key('network.activeSeconds', 1, numberBetween(1, 60), {
    unit: 'seconds',
    text: 'between samples of the connections while a chain is open',
  }),
  key('network.resolver', true, yesOrNo(), {
    text: 'look up the catalogue names, so that addresses get names',
  }),
  key('files.mode', 'crosscheck', oneOf(FILE_MODES), {
    text: 'folder watcher: beside Endpoint Security, instead of it, or not at all',
  }),
  key('processes.everySeconds', 60, numberBetween(5, 86_400), {
    unit: 'seconds',
    text: 'between lists of the running processes when Endpoint Security gives none',
  }),
  key('accounts.everyMinutes', 15, numberBetween(1, 1440), {
    unit: 'minutes',
    text: 'between looks at users, groups and cloud-backed folders',
  }),
  key('retention.days', 30, numberBetween(1, 3650), {
    unit: 'days',
    text: 'for which a chain and its findings are kept after its last step',
  }),
  key('retention.maxMegabytes', 256, numberBetween(16, 65_536), {
    unit: 'megabytes',
    text: 'of the database; above it the oldest chains go first',
  }),
  key('redaction.mode', 'redact', oneOf(REDACTION_MODES), {
    text: 'a secret in a finding or log becomes [REDACTED], a keyed hash by which equal ones compare, or is dropped with all around it',
  }),
  key('redaction.fileNames', 'keep', oneOf(FILE_NAMES), {
    text: 'in findings: as they are, or below a home as keyed hashes that keep the ending',
  }),
  key('heartbeat.minutes', 5, numberBetween(1, 1440), {
    unit: 'minutes',
    text: 'between reports that the agent is alive',
  }),
  key('canary.minutes', 60, numberBetween(1, 1440), {
    unit: 'minutes',
    text: 'between tests of the whole pipeline with a harmless export',
  }),
  key('deliver', [], anyList(), {
    text: 'destinations of the findings, one object each with a type',
    hasSecrets: true,
  }),
  key('outbox.maxRows', 100_000, numberBetween(100, 1_000_000), {
    unit: 'events',
    text: 'that wait to be sent, over all destinations; above it the least severe go first',
  }),
  key('outbox.maxMegabytes', 64, numberBetween(1, 4096), {
    unit: 'megabytes',
    text: 'of events that wait to be sent, over all destinations',
  }),
  key('outbox.days', 30, numberBetween(1, 365), {
    unit: 'days',
    text: 'of running for which an event waits to be sent',
  }),
];

function key(
  path: string,
  fallback: unknown,
  check: ValueCheck,
  words: {
    readonly text: string;
    readonly unit?: string;
    readonly hasSecrets?: boolean;
    readonly isCommand?: boolean;
  },
): Key {
  return { path, fallback, ...check, unit: null, hasSecrets: false, isCommand: false, ...words };
}
