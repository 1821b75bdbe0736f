import type { Role } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { type BaselineRow, readBaseline } from '../store/baseline.ts';
import { openExisting } from '../store/database.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { type Output, printable } from './terminal.ts';

export interface BaselineOptions {
  readonly state: string;
  readonly json?: boolean;
}

/** `spillwatch baseline`: which users run which database tools, and a role map to review. */
export function baseline(options: BaselineOptions, output: Output): ExitCode {
  try {
    const connection = openExisting(options.state);
    try {
      const rows = readBaseline(connection);
      const suggested = suggestRoles(rows);
      if (options.json) printJson(rows, suggested, output);
      else printTable(rows, suggested, output);
    } finally {
      connection.close();
    }
    return EXIT.done;
  } catch (error) {
    return refused(error, output);
  }
}

/** Runs on as many days as this look like somebody's work rather than an accident. */
const HABIT_DAYS = 3;

/**
 * User name to role, for users who run a database tool as a habit and have no role that says so. It is a question to the
 * organisation, not an answer: an insider with a habit looks the same.
 */
export function suggestRoles(rows: readonly BaselineRow[]): ReadonlyMap<string, Role> {
  const suggested = new Map<string, Role>();
  for (const { user, role, days } of rows) {
    const hasNoRole = role === 'unassigned' || role === 'unknown';
    if (user !== null && hasNoRole && days >= HABIT_DAYS) suggested.set(user, 'developer');
  }
  return suggested;
}

function printJson(
  rows: readonly BaselineRow[],
  suggested: ReadonlyMap<string, Role>,
  output: Output,
): void {
  const document = {
    baseline: rows.map(({ firstUs, lastUs, ...row }) => ({
      ...row,
      firstSeen: toRfc3339(firstUs),
      lastSeen: toRfc3339(lastUs),
    })),
    suggestedRoles: { roles: { users: Object.fromEntries(suggested) } },
  };
  output.out(`${JSON.stringify(document)}\n`);
}

function printTable(
  rows: readonly BaselineRow[],
  suggested: ReadonlyMap<string, Role>,
  output: Output,
): void {
  if (rows.length === 0) output.out('No run of a database tool was seen yet.\n');
  for (const row of rows) {
    const who = `${row.user ?? '-'} (${row.userId})`;
    const columns = [
      who.padEnd(20),
      row.role.padEnd(10),
      row.tool.padEnd(22),
      `${row.runs} runs on ${row.days} days`.padEnd(22),
      `${toRfc3339(row.firstUs).slice(0, 16)}Z to ${toRfc3339(row.lastUs).slice(0, 16)}Z`,
    ];
    output.out(`${printable(columns.join('  '))}\n`);
  }
  if (suggested.size === 0) return;
  const map = { roles: { users: Object.fromEntries(suggested) } };
  output.out('\nUsers with a habit and no role. For review, not for copying:\n');
  output.out(`${printable(JSON.stringify(map))}\n`);
}
