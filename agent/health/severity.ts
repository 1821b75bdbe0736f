/**
 * How much each trouble of the agent weighs. It is a judgement, but one of the agent about itself: rules judge what users
 * did, they see no health events and do not know these codes. The table stands beside the remedies, so that a new code gets
 * both at once, and the compiler asks for them.
 */
import { SEVERITIES, type Severity } from '../../rules/finding.ts';
import type { HealthCode, HealthEvent } from './health.ts';

/**
 * The severity of a health event: that of its code while it lasts, at most medium for what is over at once or needs nobody
 * to act, informational for its end.
 */
export function severityOfHealth({ code, state }: Pick<HealthEvent, 'code' | 'state'>): Severity {
  switch (state) {
    case 'raised':
      return WEIGHTS[code];
    case 'noted':
      return lower(WEIGHTS[code], 'medium');
    case 'cleared':
      return 'informational';
  }
}

/**
 * high: the agent is blind, or loses what it saw. medium: a part of the Mac is unseen, something may get lost, or somebody may
 * be working against the agent. low: worth a line.
 */
const WEIGHTS: Readonly<Record<HealthCode, Severity>> = {
  'not-permitted': 'high',
  'not-privileged': 'high',
  'not-entitled': 'high',
  'too-many-clients': 'high',
  'helper-missing': 'high',
  'helper-exited': 'high',
  'helper-silent': 'high',
  'canary-missing': 'high',
  'disk-full': 'high',
  'state-lost': 'high',
  'state-unwritable': 'high',
  'destination-misconfigured': 'high',
  'outbox-dropped': 'high',

  'unreadable-lines': 'medium',
  'root-replaced': 'medium',
  'root-is-link': 'medium',
  'root-unreadable': 'medium',
  'path-redirected': 'medium',
  'watch-limit': 'medium',
  'command-missing': 'medium',
  'command-failed': 'medium',
  'untrusted-row': 'medium',
  'accounts-incomplete': 'medium',
  'queue-full': 'medium',
  configuration: 'medium',
  'log-cut': 'medium',
  rules: 'medium',
  'unclean-stop': 'medium',
  'stop-cut-short': 'medium',
  'collector-ended': 'medium',
  'destination-unreachable': 'medium',
  'dead-letters': 'medium',

  reconfigured: 'low',
  'bad-event-name': 'low',
  'root-missing': 'low',
  'too-many-entries': 'low',
  'command-slow': 'low',
  'sampling-gap': 'low',
  'collector-restarted': 'low',
  'clock-step': 'low',
  'loop-blocked': 'low',
  // The flood itself is told of with the severity of what is in it.
  'finding-flood': 'low',

  'not-a-file': 'informational',
};

function lower(left: Severity, right: Severity): Severity {
  return SEVERITIES.indexOf(left) < SEVERITIES.indexOf(right) ? left : right;
}
