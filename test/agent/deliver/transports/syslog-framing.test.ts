import { expect, it } from 'vitest';
import { frame } from '../../../../agent/deliver/transports/syslog-framing.ts';

it('counts octets, not characters', () => {
  expect(frame(Buffer.from('<13>1 ü'), 'octet-counting').toString()).toBe('8 <13>1 ü');
});

it('ends a line with a newline', () => {
  expect(frame(Buffer.from('<13>1 ü'), 'newline').toString()).toBe('<13>1 ü\n');
});
