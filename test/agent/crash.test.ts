import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crashText } from '../../agent/crash.ts';
import { PROJECT, spillwatch } from '../support/command.ts';

const script = join(PROJECT, 'test/fixtures/programs/crashing.ts');
const hide = (text: string): string => text.replaceAll('S3cret', '[REDACTED]');

describe('a fault that nobody caught', () => {
  it.each(['thrown', 'rejected', 'at once'])(
    'is one line without secrets and 70 (%s)',
    async (how) => {
      const { code, out, err } = await spillwatch([how], { script });
      expect({ code, out }).toEqual({ code: 70, out: '' });
      expect(err).toMatch(
        /^spillwatch: a fault of the program, TypeError at test\/fixtures\/programs\/crashing\.ts:\d+: cannot run mysql -uroot -p\[REDACTED\] shop.*; report it, SPILLWATCH_DEBUG=1 shows more\n$/u,
      );
      expect(err).not.toContain('\u001B');
    },
  );

  it('shows its stack, redacted, only when it is asked for', () => {
    const error = new RangeError('S3cret is no\nnumber');
    const line = crashText(error, hide, false);
    expect(line).toMatch(
      /^spillwatch: [^\n]*RangeError at test\/agent\/crash\.test\.ts:\d+: \[REDACTED\] is no number;[^\n]*\n$/,
    );
    const whole = crashText(error, hide, true);
    expect(whole.startsWith(line)).toBe(true);
    expect(whole).toContain('\n    at ');
    expect(whole).not.toContain('S3cret');
  });

  it('may be anything that can be thrown', () => {
    for (const thrown of [null, undefined, 'S3cret', 7, { message: 'S3cret' }]) {
      const text = crashText(thrown, hide, true);
      expect(text).not.toContain('S3cret');
      expect(text).toContain('a fault of the program');
    }
  });
});
