import type { Finding } from '../../../rules/finding.ts';
import { isSimulated } from '../../simulation/simulated.ts';
import { boundText, keepEnds, MAX_FILES } from './ocsf-bounds.ts';
import { type Summary, toSummary } from './summary.ts';

/** What OCSF has no attribute for. */
export interface OcsfUnmapped {
  /** The summary of this emission, its texts and `files` bounded; with the number of secrets that were hidden, if there are any. */
  readonly spillwatch: Summary & { readonly redactions?: number };
  /** Made by `spillwatch simulate`: nothing of it happened in earnest. Left out otherwise. */
  readonly simulated?: true;
  /** Steps of the chain without an evidence here. */
  readonly stepsOmitted: number;
  /** Paths that are missing in `spillwatch.files`. */
  readonly filesOmitted: number;
}

/** Carries the summary along; `unwrittenSteps` counts the finding's own steps that did not become evidences. */
export function toUnmapped(finding: Finding, unwrittenSteps: number): OcsfUnmapped {
  const summary = toSummary(finding);
  const files = keepEnds(summary.files, MAX_FILES);
  return {
    spillwatch: {
      ...summary,
      user: boundNullable(summary.user),
      tool: boundText(summary.tool),
      files: files.map(boundText),
      service: boundNullable(summary.service),
      destination: boundNullable(summary.destination),
      ...(finding.redactions !== undefined && { redactions: finding.redactions }),
    },
    ...(isSimulated(finding) && { simulated: true }),
    stepsOmitted: finding.stepsOmitted + unwrittenSteps,
    filesOmitted: (finding.filesOmitted ?? 0) + summary.files.length - files.length,
  };
}

function boundNullable(text: string | null): string | null {
  return text === null ? null : boundText(text);
}
