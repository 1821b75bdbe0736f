import type { Role, RoleSource, ToolKind } from '../../rules/finding.ts';

/** One run of a database tool for the baseline: which users run which tools. Counted for every role and account. */
export interface LoggedRun {
  readonly userId: number;
  readonly user: string | null;
  readonly tool: string;
  readonly toolKind: ToolKind;
  readonly role: Role;
  readonly roleSource: RoleSource;
  readonly timeUs: number;
}

/** Runs that the store does not have yet; taken after every record, so it never grows. */
export class RunLog {
  #runs: LoggedRun[] = [];

  add(run: LoggedRun): void {
    this.#runs.push(run);
  }

  take(): readonly LoggedRun[] {
    const runs = this.#runs;
    this.#runs = [];
    return runs;
  }
}
