import { type Finding, SEVERITIES, type Severity, type Stage } from '../../rules/finding.ts';
import { toSummary } from '../deliver/formats/summary.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { InputError } from '../knowledge.ts';
import { findingReport } from '../report/html.ts';
import { isSimulated } from '../simulation/simulated.ts';
import { type FindingLookup, type Findings, MIN_PREFIX, openFindings } from '../store/findings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { findingDetail } from './finding-detail.ts';
import { writePrivately } from './private-file.ts';
import { type Output, printable } from './terminal.ts';
import { textTable } from './text-table.ts';

export interface FindingsListOptions {
  readonly state: string;
  readonly json?: boolean;
  /** At most so many, the newest first. */
  readonly limit: number;
  /** Name or uid of the user. */
  readonly user?: string;
  /** Lowest severity that is listed. */
  readonly severity?: Severity;
  readonly stage?: Stage;
  /** Width of the terminal in columns; without one nothing is cut. */
  readonly columns?: number;
}

/** `spillwatch findings list`: the latest version of each finding, the one emitted last first; no finding is exit 0 and a line on stderr. */
export function listFindings(options: FindingsListOptions, output: Output): ExitCode {
  const { state, limit } = options;
  return withFindings(state, output, (findings) => {
    // One more than asked for tells whether there are more.
    const found = findings.latest(limit + 1, (finding) => isWanted(finding, options));
    const shown = found.slice(0, limit);
    if (options.json) for (const finding of shown) output.out(jsonLine(toSummary(finding)));
    else if (shown.length > 0)
      output.out(`${textTable(HEAD, shown.map(cellsOf), options.columns).join('\n')}\n`);
    if (shown.length === 0) output.err('no finding fits\n');
    if (found.length > limit)
      output.err(`there are more findings; --limit above ${limit} shows them\n`);
  });
}

export interface FindingsShowOptions {
  readonly state: string;
  /** The id, or at least the first 6 characters of it. */
  readonly id: string;
  readonly json?: boolean;
  /** File that the report is written to, in the place of what it held. */
  readonly html?: string;
}

/**
 * `spillwatch findings show`: one finding as text, as a JSON document (`--json`) or as a report in a file (`--html`); with
 * both, the document goes to stdout. Exit 1 when the id stands for no finding or for several, or the file cannot be written.
 */
export function showFinding(options: FindingsShowOptions, output: Output): ExitCode {
  return withFindings(options.state, output, (findings) => {
    const finding = oneOf(findings.find(options.id), options);
    const history = findings.versions(finding.id);
    if (options.json)
      output.out(jsonLine({ ...toSummary(finding), ...finding, simulated: isSimulated(finding) }));
    if (options.html !== undefined) {
      const place = writePrivately(options.html, findingReport(finding, history));
      const say = options.json ? output.err : output.out;
      say(`${printable(`report written to ${place}`)}\n`);
    } else if (!options.json) output.out(findingDetail(finding, history));
  });
}

function withFindings(state: string, output: Output, use: (findings: Findings) => void): ExitCode {
  let findings: Findings | undefined;
  try {
    findings = openFindings(state);
    use(findings);
    return EXIT.done;
  } catch (error) {
    return refused(error, output);
  } finally {
    findings?.close();
  }
}

function isWanted(finding: Finding, { user, severity, stage }: FindingsListOptions): boolean {
  if (user !== undefined && finding.user !== user && String(finding.uid) !== user) return false;
  if (stage !== undefined && finding.stage !== stage) return false;
  const lowest = severity === undefined ? 0 : SEVERITIES.indexOf(severity);
  return SEVERITIES.indexOf(finding.severity) >= lowest;
}

const HEAD = [
  { heading: 'LAST STEP (UTC)' },
  { heading: 'SEVERITY' },
  { heading: 'STAGE' },
  { heading: 'USER', isElastic: true },
  { heading: 'TOOL', isElastic: true },
  { heading: 'SERVICE', isElastic: true },
  { heading: 'FILES', isElastic: true },
  { heading: 'ID' },
] as const;

function cellsOf(finding: Finding): readonly string[] {
  const [first] = finding.files;
  return [
    toRfc3339(finding.lastUs).slice(0, 19).replace('T', ' '),
    isSimulated(finding) ? `${finding.severity} SIMULATED` : finding.severity,
    finding.stage,
    finding.user ?? `uid ${finding.uid}`,
    finding.tool,
    finding.service ?? '-',
    first === undefined ? '-' : `${finding.files.length} ${first}`,
    finding.id.slice(0, 8),
  ].map(printable);
}

function oneOf(lookup: FindingLookup, { id, state }: FindingsShowOptions): Finding {
  switch (lookup.kind) {
    case 'found':
      return lookup.finding;
    case 'none':
      throw new InputError(
        `${id}: no finding of ${state} has this id; "spillwatch findings list" shows them`,
      );
    case 'too-short':
      throw new InputError(`${id}: too short to be sure; give ${MIN_PREFIX} characters or more`);
    case 'ambiguous':
      throw new InputError(
        `${id}: several findings begin like this (${lookup.ids.join(', ')}); give more of the id`,
      );
  }
}

/** JSON as one line that is harmless on a terminal: what would act on it is escaped, so a parser reads the same text. */
function jsonLine(value: object): string {
  const text = JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu, (match) =>
    Array.from(
      { length: match.length },
      (_, index) => `\\u${match.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
  return `${text}\n`;
}
