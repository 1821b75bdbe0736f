import type { Finding, StepProcess } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { escapeMarked, escapePath } from './escape.ts';
import { stepWords } from './step-words.ts';

/**
 * The processes that the steps name, each once, in order of their first step, with what they did. Steps do not say which
 * process started which, so this is a list and not a tree.
 */
export function processList(finding: Finding): string {
  const rows = processesOf(finding).map(({ process, deeds }) => {
    const { pid, executable, name } = process;
    return `<tr><th scope="row"><b>${escapeMarked(name)}</b> <span class="quiet">pid ${pid}</span></th><td>${[
      escapePath(executable),
      signatureText(process),
      `<span class="quiet">login user ${process.userId}${process.startUs === null ? '' : `, started ${toRfc3339(process.startUs).slice(0, 19)}Z`}</span>`,
      [...deeds].map(([deed, count]) => (count === 1 ? deed : `${deed} (${count})`)).join(', '),
    ]
      .map((line) => `<p>${line}</p>`)
      .join('')}</td></tr>`;
  });
  return [
    '<table class="processes">',
    '<caption>Who did it, in order of the first step; which process started which is not part of a finding</caption>',
    '<thead><tr><th scope="col">Process</th><th scope="col">Program, signature and part in the chain</th></tr></thead>',
    `<tbody>${rows.join('\n')}</tbody>`,
    '</table>',
  ].join('\n');
}

interface Participant {
  readonly process: StepProcess;
  /** What it did, in our own words, with how often. */
  readonly deeds: Map<string, number>;
}

function processesOf(finding: Finding): readonly Participant[] {
  const participants = new Map<string, Participant>();
  for (const step of finding.steps) {
    const { process } = step;
    if (process === null) continue;
    const key = `${process.pid} ${process.pidversion ?? `started ${process.startUs}`}`;
    const participant = participants.get(key) ?? { process, deeds: new Map<string, number>() };
    participants.set(key, participant);
    const deed = stepWords(step);
    participant.deeds.set(deed, (participant.deeds.get(deed) ?? 0) + 1);
  }
  return [...participants.values()];
}

function signatureText({ signingId, teamId, pidversion }: StepProcess): string {
  if (signingId !== null)
    return `signed as ${escapePath(signingId)}${teamId === null ? ', without a team' : `, team ${escapePath(teamId)}`}`;
  return pidversion === null
    ? 'signature not known: only a process list showed this process'
    : 'not signed';
}
