import type { Finding } from '../../rules/finding.ts';
import { coverageText } from './evidence-text.ts';

/** What could not be seen in this finding, as sentences in our own words. */
export function unseenOf(finding: Finding): readonly string[] {
  const { steps, stepsOmitted, filesOmitted = 0 } = finding;
  const listed = steps.filter((step) => step.process?.pidversion === null).length;
  const nobody = steps.filter((step) => step.process === null).length;
  const nameless = steps.filter((step) => step.connection?.peerName === null).length;
  const lines: readonly (readonly [boolean, string])[] = [
    [finding.coverage === 'gaps', coverageText(finding.coverage)],
    [
      true,
      'The content of files and of connections is never read: how many rows, and how many bytes arrived, is not known.',
    ],
    [true, 'Arguments of commands are left out of findings, because they may hold secrets.'],
    [
      finding.evidence !== null && finding.service === null,
      'Which service received the data is not known.',
    ],
    [
      finding.role === 'unknown',
      'Which role the user has is not known, so a developer at work may look like this.',
    ],
    [
      nobody > 0,
      `${things(nobody, 'step was', 'steps were')} seen by a folder watcher alone: which process did it is not known.`,
    ],
    [
      listed > 0,
      `${things(listed, 'step names', 'steps name')} a process that only a process list showed: its signature and exact start are not known.`,
    ],
    [
      nameless > 0,
      `${things(nameless, 'connection is', 'connections are')} known by address alone: the host name is not known.`,
    ],
    [
      stepsOmitted > 0,
      `${things(stepsOmitted, 'more step', 'more steps')} belong to the chain and are not listed, because a finding keeps a bounded number of steps.`,
    ],
    [
      filesOmitted > 0,
      `${things(filesOmitted, 'more path of the data is', 'more paths of the data are')} not listed, because a finding keeps a bounded number of them.`,
    ],
  ];
  return lines.flatMap(([applies, line]) => (applies ? [line] : []));
}

function things(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
