import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { type RedactOptions, redact } from '../../../agent/commands/redact.ts';
import { spillwatch } from '../../support/command.ts';
import { redactionCases, textOf } from '../../support/redaction-cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-redact-'));
afterAll(() => rmSync(folder, { recursive: true }));

function keyFile(name: string, text: string, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(input: string, options: RedactOptions = { mode: 'redact' }): Promise<Run> {
  let out = '';
  let err = '';
  const output = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await redact(options, output, Readable.from([Buffer.from(input)]));
  return { code, out, err };
}

const once = (options: RedactOptions): Promise<Run> => run('{"argv":["mysql","-pS3"]}\n', options);

describe('spillwatch redact', () => {
  it('hides the secrets of argv, env, url and text and leaves all else as it is written', async () => {
    const line = String.raw`{"n":12345678901234567890, "argv":["mysql","-pS3"],"x":"-pS3\/","env":{"MYSQL_PWD":"S3","__proto__":"y"},"url":"https://u:S3@h/","text":"mysql -pS3"}`;
    const expected = String.raw`{"n":12345678901234567890, "argv":["mysql","-p[REDACTED]"],"x":"-pS3\/","env":{"MYSQL_PWD":"[REDACTED]","__proto__":"y"},"url":"https://u:[REDACTED]@h/","text":"mysql -p[REDACTED]"}`;
    expect(await run(`${line}\n\n{"other":1}`)).toEqual({
      code: 0,
      out: `${expected}\n{"other":1}\n`,
      err: 'lines=2 redactions=4 unreadable=0\n',
    });
  });

  it('takes an environment as Endpoint Security lists it, and leaves what is not known', async () => {
    const { out } = await run('{"env":["PGPASSWORD=S3","A=b","x"],"url":null,"argv":null}\n');
    expect(out).toBe('{"env":["PGPASSWORD=[REDACTED]","A=b","x"],"url":null,"argv":null}\n');
  });

  it('counts lines that it cannot read, prints nothing of them, and exits with 1', async () => {
    const bad = [
      '{"argv":["mysql","-pS3"',
      '["-pS3"]',
      '{"argv":"mysql -pS3"}',
      '{"argv":["mysql",7]}',
      '{"env":{"A":1}}',
      '{"env":["PGPASSWORD=S3",7]}',
      '{"text":["S3"]}',
      '{"url":7}',
    ];
    const { code, out, err } = await run(`${bad.join('\n')}\n{"text":"fine"}\n`);
    expect({ code, out }).toEqual({ code: 1, out: '{"text":"fine"}\n' });
    expect(err).toMatch(/^lines=1 redactions=0 unreadable=8\n8 lines could not be read.*\n$/);
    expect(err).not.toContain('S3');
  });

  it('with a key gives the same placeholders in every run, without one others', async () => {
    const key = keyFile('good', 'a key of enough bytes\n', 0o600);
    const keyed = await once({ mode: 'hash', keyFile: key });
    expect(keyed.out).toMatch(/"-p\[REDACTED:[0-9a-f]{12}\]"/);
    expect(await once({ mode: 'hash', keyFile: key })).toEqual(keyed);
    expect((await once({ mode: 'hash' })).out).not.toBe((await once({ mode: 'hash' })).out);
  });

  it('in the mode drop keeps programs and hosts', async () => {
    const { out } = await run(
      '{"argv":["mysql","-h","x"],"env":{"A":"b"},"url":"https://h/x","text":"x y"}\n',
      { mode: 'drop' },
    );
    expect(out).toBe('{"argv":["mysql"],"env":{},"url":"https://h","text":"[REDACTED]"}\n');
  });

  it.each([
    ['that others may read', () => keyFile('open', 'a key of enough bytes', 0o640), 'mode 640'],
    ['that is too short', () => keyFile('short', 'short', 0o600), '5 bytes'],
    ['that is too long', () => keyFile('long', 'x'.repeat(5000), 0o600), '4096'],
    ['that is not there', () => join(folder, 'missing'), 'ENOENT'],
    ['that is a folder', () => folder, 'not a file'],
    [
      'that is a link',
      () => {
        const link = join(folder, 'link');
        symlinkSync(keyFile('target', 'a key of enough bytes', 0o600), link);
        return link;
      },
      'ELOOP',
    ],
  ])('refuses a key file %s', async (_, make, problem) => {
    const { code, out, err } = await run('{"text":"x"}\n', { mode: 'hash', keyFile: make() });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(problem);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it('refuses a key that the mode does not use', async () => {
    const key = keyFile('unused', 'a key of enough bytes', 0o600);
    expect(await run('{}\n', { mode: 'redact', keyFile: key })).toMatchObject({ code: 1, out: '' });
  });
});

const CASES = redactionCases();
const rowsOf = (out: string): readonly Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.skipIf(CASES.length === 0)(
  'spillwatch redact as a program (skipped without the shared cases)',
  () => {
    const input = CASES.map(({ argv, env, url, text }) => JSON.stringify({ argv, env, url, text }));
    it('prints every case exactly as it is expected, in order', async () => {
      const { code, out, err } = await spillwatch(['redact'], { input: input.join('\n') });
      const expected = CASES.map((given) => {
        const {
          expected_argv: argv,
          expected_env: env,
          expected_url: url,
          expected_text: text,
        } = given;
        return JSON.parse(JSON.stringify({ argv, env, url, text })) as unknown;
      });
      expect(rowsOf(out)).toEqual(expected);
      expect(err).toMatch(/^lines=77 redactions=\d+ unreadable=0\n$/);
      expect(code).toBe(0);
    });

    it('passes the weaker checks of every case with keyed placeholders', async () => {
      const { code, out } = await spillwatch(['redact', '--mode', 'hash'], {
        input: input.join('\n'),
      });
      expect(code).toBe(0);
      for (const [at, row] of rowsOf(out).entries()) {
        const text = textOf(row);
        for (const secret of CASES[at]?.must_not_contain ?? []) expect(text).not.toContain(secret);
        for (const evidence of CASES[at]?.must_contain ?? []) expect(text).toContain(evidence);
      }
    });

    it('refuses another mode with one line and 64', async () => {
      const { code, out, err } = await spillwatch(['redact', '--mode', 'half'], { input: '{}\n' });
      expect({ code, out }).toEqual({ code: 64, out: '' });
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    });
  },
);
