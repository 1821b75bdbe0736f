import { describe, expect, it } from 'vitest';
import { severityOfHealth } from '../../../agent/health/severity.ts';

describe('the severity of a health event', () => {
  it.each([
    ['not-permitted', 'high'],
    ['canary-missing', 'high'],
    ['outbox-dropped', 'high'],
    ['queue-full', 'medium'],
    ['destination-unreachable', 'medium'],
    ['command-slow', 'low'],
    ['not-a-file', 'informational'],
  ] as const)('of %s is %s while it lasts', (code, severity) => {
    expect(severityOfHealth({ code, state: 'raised' })).toBe(severity);
  });

  it('is at most medium for what is over at once or needs nobody', () => {
    expect(severityOfHealth({ code: 'not-permitted', state: 'noted' })).toBe('medium');
    expect(severityOfHealth({ code: 'unclean-stop', state: 'noted' })).toBe('medium');
    expect(severityOfHealth({ code: 'clock-step', state: 'noted' })).toBe('low');
  });

  it('is informational for the end of any trouble', () => {
    expect(severityOfHealth({ code: 'not-permitted', state: 'cleared' })).toBe('informational');
  });
});
