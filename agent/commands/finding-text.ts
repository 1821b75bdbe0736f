import type { Finding, Step } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { isSimulated } from '../simulation/simulated.ts';
import { printable } from './terminal.ts';

/** A finding as a block of text: what it is, then its steps as a timeline. Outside text is made harmless for a terminal. */
export function findingText(finding: Finding): string {
  const { stage, severity, confidence, user, uid, tool, service, destination } = finding;
  const who = `${user ?? 'uid'} (${uid}), ${finding.role} by ${finding.roleSource}`;
  const where = [service ?? 'unknown service', destination].filter((part) => part !== null);
  const facts: readonly (readonly [string, string | null])[] = [
    ['finding', finding.id],
    ['user', who],
    ['tool', `${tool} (${finding.toolKind})${finding.count > 1 ? `, ${finding.count} runs` : ''}`],
    ['link', finding.link],
    ['left by', finding.evidence],
    ['to', finding.evidence === null ? null : where.join(', ')],
    ['coverage', finding.coverage],
    ['rule', finding.rule.title],
  ];
  const lines = [
    `${isSimulated(finding) ? 'SIMULATED ' : ''}${severity.toUpperCase()} ${stage} (confidence ${confidence})`,
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(9)} ${value}`])),
    '  timeline',
    ...finding.steps.map((step) => `    ${toRfc3339(step.timeUs)}  ${stepText(step)}`),
    ...(finding.stepsOmitted > 0 ? [`    and ${finding.stepsOmitted} more steps`] : []),
    ...(finding.filesOmitted === undefined
      ? []
      : [`  ${finding.filesOmitted} paths of the data more than a finding keeps`]),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

/** One step as one line, with what was observed. */
export function stepText(step: Step): string {
  const by = step.process ? ` by ${step.process.name} [${step.process.pid}]` : '';
  const path = step.path ?? '';
  const service = step.service ?? 'an unknown service';
  switch (step.action) {
    case 'tool-started':
      return `database tool started: ${step.process?.executable ?? ''}${by}`;
    case 'tool-repeated':
      return `database tool started again: ${step.process?.executable ?? ''}${by}`;
    case 'file-written':
      return `written: ${path}${by}${step.link === 'temporal' ? ' (tied by time only)' : ''}`;
    case 'file-moved':
      return `moved: ${step.sourcePath ?? ''} -> ${path}${by}`;
    case 'file-copied':
      return `copied: ${step.sourcePath ?? ''} -> ${path}${by}`;
    case 'file-archived':
      return `packed: ${step.sourcePath ?? ''} -> ${path}${by}`;
    case 'file-opened':
      return `opened: ${path}${by} (${step.evidence ?? 'no evidence'}, ${service})`;
    case 'uploaded':
      return `left: ${[path, step.destination ?? service].filter((part) => part !== '').join(' -> ')}${by} (${step.evidence ?? ''})`;
    case 'connected': {
      const peer = step.connection?.peerName ?? step.connection?.peerAddress ?? '';
      return `connected: ${peer}:${step.connection?.peerPort ?? ''}${by} (${step.evidence ?? ''}, ${service})`;
    }
  }
}
