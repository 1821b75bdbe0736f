import type { Finding, Step, StepConnection } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { durationText } from './duration.ts';
import { escapeMarked, escapePath, escapeText } from './escape.ts';
import { stepWords } from './step-words.ts';

/** Every step as one row of a table, in event order, with the time in UTC and since the first step. */
export function timeline(finding: Finding): string {
  const rows = finding.steps.map((step, index) =>
    rowOf(step, finding.steps[index - 1] ?? null, finding.firstUs),
  );
  const more =
    finding.stepsOmitted === 0
      ? ''
      : `<tr><td colspan="2" class="quiet">and ${finding.stepsOmitted} more steps that the finding does not keep</td></tr>`;
  return [
    '<table class="timeline">',
    '<caption>Every observed step, times in UTC by the clock of the Mac</caption>',
    '<thead><tr><th scope="col">Time</th><th scope="col">What happened</th></tr></thead>',
    `<tbody>${rows.join('\n')}${more}</tbody>`,
    '</table>',
  ].join('\n');
}

function rowOf(step: Step, before: Step | null, firstUs: number): string {
  const time = toRfc3339(step.timeUs);
  const [day, clock] = [time.slice(0, 10), time.slice(11, 23)];
  const isNewDay = before === null || toRfc3339(before.timeUs).slice(0, 10) !== day;
  const since = step.timeUs - firstUs;
  const when = [
    ...(isNewDay ? [`<span class="day">${day}</span>`] : []),
    `<time datetime="${time}">${clock}</time>`,
    ...(since === 0
      ? []
      : [`<span class="quiet">${since > 0 ? '+' : ''}${durationText(since)}</span>`]),
  ];
  const isExit = step.evidence !== null;
  return `<tr${isExit ? ' class="exit"' : ''}><th scope="row">${when.join(' ')}</th><td>${whatHappened(step)}</td></tr>`;
}

function whatHappened(step: Step): string {
  const words = stepWords(step);
  const actor =
    step.process === null
      ? ''
      : `${step.action.startsWith('tool-') ? ':' : ' by'} <b>${escapeMarked(step.process.name)}</b> <span class="quiet">[${step.process.pid}]</span>`;
  const marks = [
    ...(step.link === null ? [] : [`<span class="mark">${step.link}</span>`]),
    ...(step.evidence === null ? [] : [`<span class="mark out">${step.evidence}</span>`]),
  ].join(' ');
  const places = [
    ...(step.sourcePath === null ? [] : [place('from', escapePath(step.sourcePath))]),
    ...(step.path === null
      ? []
      : [place(step.sourcePath === null ? 'at' : 'to', escapePath(step.path))]),
    ...(step.action.startsWith('tool-') && step.process !== null
      ? [place('run', escapePath(step.process.executable))]
      : []),
    ...(step.service === null ? [] : [place('service', escapeMarked(step.service))]),
    ...(step.destination === null ? [] : [place('destination', escapePath(step.destination))]),
    ...(step.connection === null ? [] : [place('connection', connectionText(step.connection))]),
  ];
  return `<p class="act">${escapeText(words.charAt(0).toUpperCase() + words.slice(1))}${actor} ${marks}</p>${places.length === 0 ? '' : `<dl>${places.join('')}</dl>`}`;
}

function place(term: string, content: string): string {
  return `<div><dt>${term}</dt><dd>${content}</dd></div>`;
}

function connectionText(connection: StepConnection): string {
  const { protocol, localAddress, localPort, peerAddress, peerPort, peerName } = connection;
  const peer = peerName === null ? 'no name known' : peerName;
  return `${escapePath(`${protocol} ${localAddress}:${localPort} → ${peerAddress}:${peerPort}`)} (${escapeMarked(peer)})`;
}
