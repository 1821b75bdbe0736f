import type { Role, RoleSource, ToolKind } from '../../rules/finding.ts';
import type { LoggedRun } from '../context/run-log.ts';
import type { Connection } from './sqlite.ts';

/** How one user uses one tool. Times are microseconds since 1970; a day is one of UTC. */
export interface BaselineRow {
  readonly userId: number;
  readonly user: string | null;
  readonly tool: string;
  readonly toolKind: ToolKind;
  /** Role and source at the last run. */
  readonly role: Role;
  readonly roleSource: RoleSource;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly runs: number;
  readonly days: number;
}

const DAY_US = 24 * 3600 * 1_000_000;

/** Counts a run; the returned function belongs inside the transaction of the record that showed the run. */
export function runCounter(connection: Connection): (run: LoggedRun) => void {
  const upsert = connection.prepare(
    `INSERT INTO baseline (user_id, tool, user, tool_kind, role, role_source, first_us, last_us, runs, days)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1)
     ON CONFLICT (user_id, tool) DO UPDATE SET
       user = coalesce(excluded.user, user), role = excluded.role, role_source = excluded.role_source,
       days = days + (excluded.last_us / ${DAY_US} > last_us / ${DAY_US}),
       first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us),
       runs = runs + 1`,
  );
  return (run) => {
    const { userId, tool, user, toolKind, role, roleSource, timeUs } = run;
    upsert.run(userId, tool, user, toolKind, role, roleSource, timeUs, timeUs);
  };
}

/** Every user and tool, by user, the most used tool first. */
export function readBaseline(connection: Connection): readonly BaselineRow[] {
  return connection
    .prepare<[], BaselineRow>(
      `SELECT user_id AS userId, user, tool, tool_kind AS toolKind, role, role_source AS roleSource,
         first_us AS firstUs, last_us AS lastUs, runs, days
       FROM baseline ORDER BY user_id, runs DESC, tool`,
    )
    .all();
}
