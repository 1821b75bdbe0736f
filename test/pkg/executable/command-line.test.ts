import { expect, it } from 'vitest';
import { executableVerb } from '../../../pkg/executable.ts';

it.each([['--arch', 'x86_64'], ['--platform', 'win32'], ['--fast'], ['dist']])(
  'npm run executable %s %s is wrong usage: 64 and how to use it',
  async (...args) => {
    const texts = { out: '', err: '' };
    const code = await executableVerb(args, {
      out: (text) => {
        texts.out += text;
      },
      err: (text) => {
        texts.err += text;
      },
    });
    expect([code, texts.out]).toEqual([64, '']);
    expect(texts.err).toMatch(/^usage: npm run executable -- /);
  },
);
