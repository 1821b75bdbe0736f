import { SEVERITIES, type Severity } from '../../../rules/finding.ts';

/** Most tools, and most users, that a note names. */
export const MAX_NAMES_OF_FLOOD = 5;

/** Findings that were not sent one by one because there were too many of them; every one is in the database of the Mac. */
export interface FloodNote {
  /** From the first to the last of them, microseconds since 1970. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly counts: Readonly<Record<Severity, number>>;
  /** `metadata.sequence` of the first and of the last of them. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** The most frequent first; at most `MAX_NAMES_OF_FLOOD` are written. */
  readonly tools: readonly FloodCount[];
  readonly users: readonly FloodCount[];
}

export interface FloodCount {
  readonly name: string;
  readonly count: number;
}

/** The severity of the gravest finding that was held back. */
export function worstOf({ counts }: Pick<FloodNote, 'counts'>): Severity {
  return SEVERITIES.findLast((severity) => counts[severity] > 0) ?? 'informational';
}
