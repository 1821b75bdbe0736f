import { describe, expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

const UPLOADED = { stage: 'upload', link: 'lineage', evidence: 'named-in-upload-command' };

/** The tool writes one path; an upload command, whose arguments are not split, names another. */
function sentAs(written: string, named: string, cwd = '/Users/lena'): Desk {
  const desk = new Desk();
  desk.story.write(desk.type(PROGRAMS.psql, 'psql'), written);
  desk.story.run(desk.shell, { ...PROGRAMS.rclone, args: ['rclone', 'copy', named, 'box:x'], cwd });
  return desk;
}

describe('one file under two spellings', () => {
  it.each([
    [
      'composed and decomposed letters',
      '/Users/lena/Desktop/K\u00e4ufer-\u00c5.csv',
      '/Users/lena/Desktop/Ka\u0308ufer-A\u030a.csv',
    ],
    [
      'decomposed and composed letters',
      '/Users/lena/Desktop/re\u0301sume\u0301.csv',
      'Desktop/r\u00e9sum\u00e9.csv',
    ],
    ['/tmp and /private/tmp', '/private/tmp/a.csv', '/tmp/a.csv'],
    ['/private/var and /var', '/var/tmp/a.csv', '/private/var/tmp/a.csv'],
    ['a relative name against /tmp', '/private/tmp/a.csv', 'a.csv'],
    [
      'dots and doubled slashes',
      '/Users/lena/Desktop/a.csv',
      '/Users//lena/./Documents/../Desktop/a.csv',
    ],
    [
      'capital letters, because APFS ignores them',
      '/Users/lena/Desktop/Kunden.csv',
      '/users/Lena/desktop/KUNDEN.CSV',
    ],
    [
      'the mount point of the data volume',
      '/System/Volumes/Data/Users/lena/Desktop/a.csv',
      '/Users/lena/Desktop/a.csv',
    ],
  ])('is one: %s', (_, written, named) => {
    expect(
      sentAs(written, named, '/tmp/')
        .findings()
        .map(({ stage }) => stage),
    ).toEqual(named.startsWith('Desktop') ? ['export'] : ['upload']);
    expect(
      sentAs(written, named, named === 'a.csv' ? '/tmp' : '/Users/lena').findings(),
    ).toMatchObject([UPLOADED]);
  });

  it.each([
    ['a name that goes on', '/Users/lena/Desktop/a.csv', '/Users/lena/Desktop/a.csv2'],
    ['a name that ends the same', '/Users/lena/Desktop/a.csv', '/Users/lena/Desktop/aa.csv'],
    ['a folder that starts the same', '/Users/lena/Desktop/q1/a.csv', '/Users/lena/Desktop/q'],
    ['a folder below', '/Users/lena/Desktop/a.csv', '/Users/lena/Desktop/q1'],
    ['/tmporary', '/private/tmp/a.csv', '/tmporary/a.csv'],
    ['an unknown working directory above', '/Users/lena/Desktop/a.csv', '../Desktop/b.csv'],
    [
      'a letter that only looks alike',
      '/Users/lena/Desktop/a.csv',
      '/Users/lena/Desktop/\u0430.csv',
    ],
  ])('is not: %s', (_, written, named) => {
    expect(sentAs(written, named).findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('is shown as the writer spelled it', () => {
    const path = '/Users/lena/Desktop/Ka\u0308ufer.csv';
    expect(sentAs(path, path.normalize('NFC')).findings()).toMatchObject([{ files: [path] }]);
  });

  it('is listed once', () => {
    const desk = sentAs('/tmp/a.csv', '/private/tmp/a.csv');
    expect(desk.findings()).toMatchObject([{ ...UPLOADED, files: ['/private/tmp/a.csv'] }]);
  });
});

describe('a name that somebody else chose', () => {
  it.each([
    ['terminal escapes', '\u001b[31mred\u001b]0;title\u0007.csv'],
    ['right-to-left override', 'invoice\u202excod.csv'],
    ['line feeds', 'a\nb\r\n.csv'],
    ['JSON', '{"stage":"upload","files":[]}.csv'],
    ['the name of a prototype', '__proto__'],
    ['the name of a constructor', 'constructor'],
    ['a shell command', '$(rm -rf ~);`id`.csv'],
    ['an option', '-T.csv'],
    ['a remote', 'box:x.csv'],
    ['only a space', ' '],
    ['emoji and joiners', '👩\u200d💻📊.csv'],
    ['other scripts', 'клиенты-고객-顧客.csv'],
    ['a path of the length limit', `${'x'.repeat(250)}.csv`],
    ['percent and plus', 'a%2Fb+c%00.csv'],
  ])('is carried whole and means nothing: %s', (_, name) => {
    const path = `/Users/lena/Documents/${name}`;
    const desk = new Desk();
    desk.story.write(desk.type(MAC_PROGRAMS.mariadb, 'mariadb'), path);
    desk.story.run(desk.shell, {
      ...PROGRAMS.curl,
      args: ['curl', '-T', path, 'https://gofile.io/x'],
      cwd: '/',
    });
    const [finding] = desk.findings();
    expect(finding).toMatchObject({ stage: 'upload', service: 'gofile', files: [path] });
    expect(JSON.parse(JSON.stringify(finding)).files).toEqual([path]);
  });

  it.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString'])(
    'of a user, group, remote or host may be %s',
    (name) => {
      const desk = new Desk({ user: { uid: 503, name, groups: [name] } });
      desk.dump('Desktop/a.sql');
      desk.story.run(desk.shell, {
        ...PROGRAMS.rclone,
        args: ['rclone', 'copy', desk.at('Desktop/a.sql'), `${name}:x`],
      });
      expect(desk.findings()).toMatchObject([
        {
          user: name,
          role: 'unassigned',
          stage: 'upload',
          service: null,
          destination: `${name}:x`,
        },
      ]);
    },
  );
});

it('a name with a colon before its first slash is a local file when it is absolute', () => {
  expect(
    sentAs('/Users/lena/Desktop/8:30.csv', '/Users/lena/Desktop/8:30.csv').findings(),
  ).toMatchObject([UPLOADED]);
});

describe('a rename that changes only the spelling keeps the lineage', () => {
  it.each([
    [
      'of the file to capitals',
      'Desktop/kunden.csv',
      'Desktop/kunden.csv',
      'Desktop/Kunden.CSV',
      'Desktop/Kunden.CSV',
    ],
    [
      'of the folder to capitals',
      'Desktop/q1/kunden.csv',
      'Desktop/q1',
      'Desktop/Q1',
      'Desktop/Q1/kunden.csv',
    ],
    [
      'of the file to decomposed letters',
      'Desktop/k\u00e4ufer.csv',
      'Desktop/k\u00e4ufer.csv',
      'Desktop/ka\u0308ufer.csv',
      'Desktop/ka\u0308ufer.csv',
    ],
  ])('%s', (_, written, source, target, sent) => {
    const desk = new Desk();
    desk.dump(written);
    desk.mv(source, target);
    desk.type(PROGRAMS.rclone, `rclone copy ${sent} box:x`);
    expect(desk.findings()).toMatchObject([{ ...UPLOADED, files: [desk.at(written)] }]);
  });
});
