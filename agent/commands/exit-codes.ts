/** Exit codes of every verb (DESIGN section 6). */
export const EXIT = {
  done: 0,
  /** Unreadable input, rule or configuration. */
  unreadable: 1,
  /** `--fail-on`: a finding at or above that severity. */
  finding: 10,
  /** EX_USAGE of sysexits(3). */
  usage: 64,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
