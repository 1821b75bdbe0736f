import type { DestinationStatus } from '../deliver/destination-status.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { askStatus } from '../health/status-socket.ts';
import { openExisting } from '../store/database.ts';
import { dropLetters, type Letter, lettersOf, retryLetters } from '../store/dead-letters.ts';
import { Outbox, type OutboxStatus } from '../store/outbox.ts';
import type { Connection } from '../store/sqlite.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { asReport } from './status.ts';
import { type Output, printable } from './terminal.ts';
import { type Column, textTable } from './text-table.ts';

export interface OutboxOptions {
  readonly state: string;
  readonly json?: boolean;
}

export interface LettersOptions extends OutboxOptions {
  /** Only those of this destination. */
  readonly destination?: string;
  /** What waits, instead of what was refused. */
  readonly waiting?: boolean;
}

export interface DecisionOptions extends LettersOptions {
  readonly all?: boolean;
}

/** The bounds do not matter to one who only looks. */
const LIMITS = { maxRows: Number.MAX_SAFE_INTEGER, maxMegabytes: Number.MAX_SAFE_INTEGER, days: 1 };

/** `spillwatch outbox status`: what waits for each destination, and with a running agent how the sending goes. */
export async function outboxStatus(options: OutboxOptions, output: Output): Promise<ExitCode> {
  const live = asReport(await askStatus(options.state))?.destinations ?? [];
  return withState(options, output, (connection) => {
    const rows = new Outbox(connection, LIMITS).status();
    if (options.json) {
      const documents = rows.map((row) => ({ ...row, ...liveOf(live, row.destination) }));
      output.out(`${JSON.stringify({ destinations: documents })}\n`);
    } else if (rows.length === 0) output.out('nothing was ever put into the outbox\n');
    else {
      const cells = rows.map((row) => statusCells(row, liveOf(live, row.destination)));
      for (const line of textTable(STATUS_HEAD, cells)) output.out(`${line}\n`);
    }
    return EXIT.done;
  });
}

/** `spillwatch outbox list`: dead letters, or what waits, one line each. */
export function listOutbox(options: LettersOptions, output: Output): ExitCode {
  return withState(options, output, (connection) => {
    const letters = lettersOf(connection, { ...selectionOf(options), ids: 'all' });
    if (options.json) {
      for (const { body: _body, timeUs, ...letter } of letters)
        output.out(`${JSON.stringify({ ...letter, time: toRfc3339(timeUs) })}\n`);
      return EXIT.done;
    }
    const rows = [...letters].map(letterCells);
    if (rows.length === 0) output.out(options.waiting ? 'nothing waits\n' : 'no dead letters\n');
    else for (const line of textTable(LETTER_HEAD, rows)) output.out(`${line}\n`);
    return EXIT.done;
  });
}

/** `spillwatch outbox export`: the bodies as they would be sent, one a line. */
export function exportOutbox(options: LettersOptions, output: Output): ExitCode {
  return withState(options, output, (connection) => {
    for (const { body } of lettersOf(connection, { ...selectionOf(options), ids: 'all' }))
      output.out(`${body}\n`);
    return EXIT.done;
  });
}

/** `spillwatch outbox retry`: dead letters go back into the outbox. */
export function retryOutbox(
  ids: readonly number[],
  options: DecisionOptions,
  output: Output,
): ExitCode {
  return decide(ids, { ...options, waiting: false }, output, 'to be sent again', retryLetters);
}

/** `spillwatch outbox drop`: dead letters, or what waits, are given up and counted. */
export function dropOutbox(
  ids: readonly number[],
  options: DecisionOptions,
  output: Output,
): ExitCode {
  return decide(ids, options, output, 'dropped', (connection, chosen) =>
    dropLetters(connection, chosen, options.waiting !== true),
  );
}

function decide(
  ids: readonly number[],
  options: DecisionOptions,
  output: Output,
  done: string,
  act: (connection: Connection, ids: readonly number[]) => number,
): ExitCode {
  if (options.all !== true && ids.length === 0) {
    output.err('name the ids that "spillwatch outbox list" shows, or --all\n');
    return EXIT.usage;
  }
  return withState(options, output, (connection) => {
    const selection = { ...selectionOf(options), ids: options.all ? ('all' as const) : ids };
    const chosen = [...lettersOf(connection, selection)].map(({ id }) => id);
    const missing = ids.filter((id) => !chosen.includes(id));
    for (const id of missing) output.err(`${id}: there is no such letter\n`);
    const changed = act(connection, chosen);
    output.out(options.json ? `${JSON.stringify({ changed, missing })}\n` : `${changed} ${done}\n`);
    return missing.length > 0 ? EXIT.unreadable : EXIT.done;
  });
}

function withState(
  options: OutboxOptions,
  output: Output,
  act: (connection: Connection) => ExitCode,
): ExitCode {
  let connection: Connection | undefined;
  try {
    connection = openExisting(options.state);
    return act(connection);
  } catch (error) {
    return refused(error, output);
  } finally {
    connection?.close();
  }
}

function selectionOf({ waiting, destination }: LettersOptions) {
  return { isDead: waiting !== true, destination: destination ?? null };
}

const LETTER_HEAD: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'DESTINATION' },
  { heading: 'TIME' },
  { heading: 'KIND' },
  { heading: 'SEVERITY' },
  { heading: 'UID' },
  { heading: 'REASON', isElastic: true },
];

function letterCells({ id, destination, timeUs, kind, severity, uid, reason }: Letter) {
  return [String(id), destination, toRfc3339(timeUs), kind, severity, uid, reason ?? '-'].map(
    printable,
  );
}

const STATUS_HEAD: readonly Column[] = [
  { heading: 'DESTINATION' },
  { heading: 'STATE' },
  { heading: 'WAITING' },
  { heading: 'BYTES' },
  { heading: 'OLDEST' },
  { heading: 'DELIVERED' },
  { heading: 'DROPPED' },
  { heading: 'DEAD' },
  { heading: 'LAST' },
  { heading: 'ERROR', isElastic: true },
];

function statusCells(row: OutboxStatus, live: Partial<DestinationStatus>): readonly string[] {
  const { destination, rows, bytes, oldestAgeSeconds, delivered, dropped, dead } = row;
  return [
    destination,
    live.state ?? 'not sending',
    String(rows),
    String(bytes),
    oldestAgeSeconds === null ? '-' : `${oldestAgeSeconds} s`,
    String(delivered),
    String(dropped),
    String(dead),
    row.lastDeliveredUs === null ? 'never' : toRfc3339(row.lastDeliveredUs),
    live.lastError ?? '-',
  ].map(printable);
}

function liveOf(
  live: readonly DestinationStatus[],
  name: string,
): Partial<Pick<DestinationStatus, 'state' | 'failures' | 'lastError' | 'duplicates'>> {
  const found = live.find((status) => status.name === name);
  if (!found) return {};
  const { state, failures, lastError, duplicates } = found;
  return { state, failures, lastError, duplicates };
}
