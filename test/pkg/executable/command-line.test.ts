import { expect, it } from 'vitest';
import { executableVerb } from '../../../pkg/executable.ts';

it.each([
  [
    ['--platform', 'linux', '--arch', 'x86_64'],
    'linux x86_64: is no target; take darwin or linux and arm64 or x64',
  ],
  [
    ['--platform', 'win32', '--arch', 'x64'],
    'win32 x64: is no target; take darwin or linux and arm64 or x64',
  ],
  [['--fast'], "Unknown option '--fast'"],
  [['dist'], "Unexpected argument 'dist'"],
])(
  'npm run executable %j is wrong usage: 64, why in a line, and how to use it',
  async (args, why) => {
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
    const [first, second] = texts.err.split('\n');
    expect(first?.startsWith(why)).toBe(true);
    expect(second).toMatch(/^usage: npm run executable -- /);
  },
);
