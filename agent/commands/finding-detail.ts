import type { Finding } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { claimsOf, coverageText, roleText } from '../report/evidence-text.ts';
import { unseenOf } from '../report/limits-text.ts';
import { nextChecksOf } from '../report/next-checks.ts';
import { findingText } from './finding-text.ts';
import { printable } from './terminal.ts';

/** Everything about a finding as text: what it is, what was observed and inferred, what nobody saw, its paths and its emissions. */
export function findingDetail(finding: Finding, history: readonly Finding[] = []): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['role', [roleText(finding)]],
    [
      'observed and inferred',
      claimsOf(finding).flatMap(({ subject, observed, inferred, certainty, reason }) => [
        `${subject} (${certainty})`,
        `  observed: ${observed}`,
        `  inferred: ${inferred}`,
        `  how certain: ${reason}`,
      ]),
    ],
    ['coverage', [coverageText(finding.coverage)]],
    ['what could not be seen', unseenOf(finding).map((line) => `- ${line}`)],
    ['every path the data had', finding.files.map((path, index) => `${index + 1}. ${path}`)],
    ['emissions', history.length < 2 ? [] : history.map(emissionText)],
    ['what to check next', nextChecksOf(finding).map((line, index) => `${index + 1}. ${line}`)],
  ];
  const lines = sections.flatMap(([title, own]) =>
    own.length === 0 ? [] : [`  ${title}`, ...own.map((line) => `    ${line}`)],
  );
  return `${findingText(finding)}${lines.map(printable).join('\n')}\n`;
}

function emissionText({ lastUs, severity, stage, confidence }: Finding): string {
  return `${toRfc3339(lastUs)}  ${severity} ${stage} (confidence ${confidence})`;
}
