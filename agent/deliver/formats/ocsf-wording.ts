import type { Finding, Stage } from '../../../rules/finding.ts';
import { isSimulated } from '../../simulation/simulated.ts';
import { boundSentence, fileName } from './ocsf-bounds.ts';

/** The title of a finding and a sentence of what that kind of finding means; neither holds text from outside. */
const WORDING = {
  tool: {
    title: 'Database tool run',
    desc: 'A database tool was run. No exported file has been seen so far.',
  },
  export: {
    title: 'Data exported from a database tool',
    desc: 'A file appeared that is tied to a run of a database tool.',
  },
  'suspected-upload': {
    title: 'Data exported from a database tool, then contact with a cloud service',
    desc: 'After an export the user reached a cloud service. Nothing observed shows that the exported data went there.',
  },
  upload: {
    title: 'Data exported from a database tool and moved to a cloud service',
    desc: 'Data from a run of a database tool was handed to a cloud service, as the evidence of the last steps shows.',
  },
} as const satisfies Record<Stage, { readonly title: string; readonly desc: string }>;

/** The wording of a finding by its stage; that of a simulation says so in the title. */
export function wordingOf(finding: Finding): { readonly title: string; readonly desc: string } {
  const { title, desc } = WORDING[finding.stage];
  return isSimulated(finding) ? { title: `Simulated: ${title}`, desc } : { title, desc };
}

/** One line for a list of alerts: who, which tool, which file, where to and how that is known. Bounded, no control characters. */
export function toMessage(finding: Finding): string {
  const who = finding.user ?? `uid ${finding.uid}`;
  const runs = finding.count > 1 ? ` ${finding.count} times` : '';
  return boundSentence(
    `${who} (role ${finding.role}) ran ${finding.tool}${runs}${toOutcome(finding)}`,
  );
}

function toOutcome(finding: Finding): string {
  const target = finding.service ?? finding.destination ?? 'an unknown service';
  const proof = finding.evidence === null ? '' : `, ${finding.evidence}`;
  switch (finding.stage) {
    case 'tool':
      return '';
    case 'export':
      return `; ${toSubject(finding)} appeared`;
    case 'suspected-upload':
      return `; ${toSubject(finding)} appeared, then ${target} was reached${proof}`;
    case 'upload':
      return `; ${toSubject(finding)} went to ${target}${proof}`;
  }
}

function toSubject(finding: Finding): string {
  const [oldest, ...later] = finding.files;
  if (oldest === undefined) {
    return 'its output';
  }
  return later.length === 0
    ? fileName(oldest)
    : `${fileName(oldest)} (${later.length} more path${later.length === 1 ? '' : 's'})`;
}
