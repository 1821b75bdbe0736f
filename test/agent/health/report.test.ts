import { describe, expect, it } from 'vitest';
import { statusWord } from '../../../agent/health/report.ts';
import { HEALTHY, troubleOf } from './example-report.ts';

describe('the word of a report', () => {
  it('is healthy without any trouble', () => {
    expect(statusWord(HEALTHY)).toBe('healthy');
    const permissions = { fullDiskAccess: 'granted' } as const;
    expect(statusWord({ ...HEALTHY, permissions })).toBe('healthy');
  });

  it('is healthy with remarks, which nobody has to act on', () => {
    expect(statusWord({ ...HEALTHY, remarks: [troubleOf('not-a-file')] })).toBe('healthy');
  });

  it('is not-running without a report', () => {
    expect(statusWord(null)).toBe('not-running');
  });

  it.each(['root-missing', 'canary-missing', 'disk-full', 'not-privileged', 'rules'] as const)(
    'is degraded while there is %s',
    (code) => {
      expect(statusWord({ ...HEALTHY, troubles: [troubleOf(code)] })).toBe('degraded');
    },
  );

  it('is no-full-disk-access when the sensor was refused, whatever else there is', () => {
    const troubles = [troubleOf('root-missing'), troubleOf('not-permitted')];
    expect(statusWord({ ...HEALTHY, troubles })).toBe('no-full-disk-access');
  });

  it('is no-full-disk-access when the agent itself has none', () => {
    const permissions = { fullDiskAccess: 'denied' } as const;
    expect(statusWord({ ...HEALTHY, permissions })).toBe('no-full-disk-access');
    const troubles = [troubleOf('root-missing')];
    expect(statusWord({ ...HEALTHY, permissions, troubles })).toBe('no-full-disk-access');
  });

  it('does not take a gap or a restart that is over for a trouble', () => {
    const coverage = { gaps: 3, missingMessages: 12, lastLineAgeSeconds: 1 };
    expect(statusWord({ ...HEALTHY, coverage })).toBe('healthy');
  });
});
