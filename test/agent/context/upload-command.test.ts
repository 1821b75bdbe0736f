import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programOf } from '../../../agent/context/program.ts';
import { type Upload, UploadTools } from '../../../agent/context/upload-command.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';
import { execOf, programOfWords } from '../../support/executions.ts';

const catalogue = loadCatalogue();
const tools = new UploadTools(catalogue.uploadTools, new Set(catalogue.services.keys()));

/** A command as its words; a text is cut at blanks. The first word is a name in `/opt/bin`, or a path. */
type Command = string | readonly string[];

function wordsOf(command: Command): readonly string[] {
  const [name = '', ...args] = typeof command === 'string' ? command.split(' ') : command;
  return [name.startsWith('/') ? name : `/opt/bin/${name}`, ...args];
}

function read(command: Command): Upload | null {
  return tools.read(programOfWords(wordsOf(command)));
}

/**
 * Everything an upload says, as text: `tool: source + source -> destination (service, host)`. A dash among the sources
 * stands for the standard input.
 */
function shown(upload: Upload | null): string | null {
  if (upload === null) return null;
  const { tool, sources, readsStandardInput, service, host, destination } = upload;
  const input = readsStandardInput ? [...sources, '-'] : sources;
  return `${tool}: ${input.join(' + ')} -> ${destination} (${service}, ${host})`;
}

function expectUploads(rows: readonly (readonly [Command, string])[]): void {
  it.each(rows)('%j is %s', (command, expected) => {
    expect(shown(read(command))).toBe(expected);
  });
}

function expectNone(commands: readonly Command[]): void {
  it.each(commands.map((command) => [command]))('%j', (command) => {
    expect(read(command)).toBeNull();
  });
}

const X = '/Users/maria/Downloads/x.csv';

describe('an upload by an object storage client', () => {
  expectUploads([
    [
      'aws s3 cp /Users/maria/Downloads/x.csv s3://b/k',
      'aws: /Users/maria/Downloads/x.csv -> s3://b/k (s3, null)',
    ],
    ['aws s3 mv x.csv s3://b', 'aws: x.csv -> s3://b (s3, null)'],
    ['aws s3 sync . s3://b/p --exclude * --include *.csv', 'aws: . -> s3://b/p (s3, null)'],
    [
      'aws --profile p --region=eu-west-1 s3 cp --acl private x.csv s3://b --sse AES256',
      'aws: x.csv -> s3://b (s3, null)',
    ],
    ['aws s3 cp - s3://b/k', 'aws: - -> s3://b/k (s3, null)'],
    ['aws s3 cp -- -x.csv s3://b', 'aws: -x.csv -> s3://b (s3, null)'],
    [
      ['aws', 's3', 'cp', '/Users/maria/Gehälter\n 2026.csv', 's3://b/k'],
      'aws: /Users/maria/Gehälter\n 2026.csv -> s3://b/k (s3, null)',
    ],
    [
      'aws s3 cp x.csv s3://b --endpoint-url https://acc.r2.cloudflarestorage.com',
      'aws: x.csv -> s3://b (null, acc.r2.cloudflarestorage.com)',
    ],
    [
      'aws --endpoint-url=https://s3.example.net:9000/ s3 cp x.csv s3://b',
      'aws: x.csv -> s3://b (null, s3.example.net)',
    ],
    ['aws s3api put-object --bucket b --key k --body x.csv', 'aws: x.csv -> s3://b (s3, null)'],
    [
      'aws s3api upload-part --body=x.csv --bucket=b --upload-id 7',
      'aws: x.csv -> s3://b (s3, null)',
    ],
    [
      'gsutil -m cp /Users/maria/Downloads/x.csv gs://b/k',
      'gsutil: /Users/maria/Downloads/x.csv -> gs://b/k (gcs, null)',
    ],
    [
      'gsutil -h Cache-Control:private -o A:b=c mv x.csv gs://b',
      'gsutil: x.csv -> gs://b (gcs, null)',
    ],
    ['gsutil -m rsync -r dir gs://b/dir', 'gsutil: dir -> gs://b/dir (gcs, null)'],
    ['gsutil cp - gs://b/k', 'gsutil: - -> gs://b/k (gcs, null)'],
    ['gsutil cp a.csv b.csv gs://b', 'gsutil: a.csv + b.csv -> gs://b (gcs, null)'],
    [
      'gcloud storage cp /Users/maria/Downloads/x.csv gs://b/k',
      'gcloud: /Users/maria/Downloads/x.csv -> gs://b/k (gcs, null)',
    ],
    [
      'gcloud --project p storage mv x.csv gs://b --account=a',
      'gcloud: x.csv -> gs://b (gcs, null)',
    ],
    ['gcloud storage rsync --recursive dir gs://b', 'gcloud: dir -> gs://b (gcs, null)'],
    [
      'az storage blob upload --account-name acc -c cont -n k -f /Users/maria/Downloads/x.csv',
      'az: /Users/maria/Downloads/x.csv -> acc.blob.core.windows.net (azure-storage, acc.blob.core.windows.net)',
    ],
    [
      'az storage blob upload --file=x.csv --container-name=cont',
      'az: x.csv -> cont (azure-storage, null)',
    ],
    [
      'az storage blob upload -f x.csv --blob-url https://acc.blob.core.windows.net/c/k?sig=SECRET',
      'az: x.csv -> acc.blob.core.windows.net (azure-storage, acc.blob.core.windows.net)',
    ],
    [
      'az storage blob upload-batch -s dir -d cont --account-name=acc',
      'az: dir -> acc.blob.core.windows.net (azure-storage, acc.blob.core.windows.net)',
    ],
    ['az storage blob sync --source dir --container cont', 'az: dir -> cont (azure-storage, null)'],
    [
      'az storage file upload --account-name acc -s share --source x.csv',
      'az: x.csv -> acc.file.core.windows.net (azure-storage, acc.file.core.windows.net)',
    ],
    [
      'az storage file upload-batch --source dir -d share',
      'az: dir -> share (azure-storage, null)',
    ],
    [
      'az storage fs file upload -s x.csv -p k -f fs --account-name acc',
      'az: x.csv -> acc.dfs.core.windows.net (azure-storage, acc.dfs.core.windows.net)',
    ],
    [
      'az storage copy -s x.csv -d https://acc.blob.core.windows.net/c?sig=SECRET',
      'az: x.csv -> acc.blob.core.windows.net (azure-storage, acc.blob.core.windows.net)',
    ],
    [
      'azcopy copy x.csv https://acc.blob.core.windows.net/c?sig=SECRET --put-md5',
      'azcopy: x.csv -> acc.blob.core.windows.net (azure-storage, acc.blob.core.windows.net)',
    ],
    [
      'azcopy cp --recursive=true dir https://acc.blob.core.windows.net/c',
      'azcopy: dir -> acc.blob.core.windows.net (azure-storage, acc.blob.core.windows.net)',
    ],
    [
      'azcopy sync dir https://acc.file.core.windows.net/c',
      'azcopy: dir -> acc.file.core.windows.net (azure-storage, acc.file.core.windows.net)',
    ],
    ['s3cmd -c /x/s3cfg put x.csv s3://b/k --acl-public', 's3cmd: x.csv -> s3://b/k (s3, null)'],
    ['s3cmd put - s3://b/k', 's3cmd: - -> s3://b/k (s3, null)'],
    [
      's3cmd --access_key=AK --secret_key SECRET sync dir s3://b',
      's3cmd: dir -> s3://b (s3, null)',
    ],
    ['s3cmd mv x.csv s3://b', 's3cmd: x.csv -> s3://b (s3, null)'],
    ['s5cmd cp x.csv s3://b/k', 's5cmd: x.csv -> s3://b/k (s3, null)'],
    [
      's5cmd --endpoint-url https://storage.googleapis.com mv x.csv s3://b',
      's5cmd: x.csv -> s3://b (null, storage.googleapis.com)',
    ],
    ['s5cmd --numworkers 9 sync dir s3://b', 's5cmd: dir -> s3://b (s3, null)'],
    ['s5cmd pipe s3://b/k', 's5cmd: - -> s3://b/k (s3, null)'],
    [
      'mc cp /Users/maria/Downloads/x.csv play/b/k',
      'mc: /Users/maria/Downloads/x.csv -> play/b/k (s3, null)',
    ],
    ['mc mv x.csv play/b', 'mc: x.csv -> play/b (s3, null)'],
    ['mcli put ./x.csv play/b', 'mc: ./x.csv -> play/b (s3, null)'],
    ['mc mirror --overwrite dir play/b', 'mc: dir -> play/b (s3, null)'],
    ['mc pipe play/b/k', 'mc: - -> play/b/k (s3, null)'],
    ['b2 sync dir b2://buck/p', 'b2: dir -> b2://buck/p (backblaze, null)'],
    ['b2v4 sync --threads=4 dir b2://buck', 'b2: dir -> b2://buck (backblaze, null)'],
  ]);
});

describe('an upload by rclone', () => {
  expectUploads([
    [
      'rclone copy /Users/maria/Downloads/x.csv work-backup:in',
      'rclone: /Users/maria/Downloads/x.csv -> work-backup:in (null, null)',
    ],
    ['rclone copyto x.csv dropbox:k.csv', 'rclone: x.csv -> dropbox:k.csv (dropbox, null)'],
    ['rclone sync --progress dir onedrive:', 'rclone: dir -> onedrive: (onedrive, null)'],
    ['rclone move dir :drive:in', 'rclone: dir -> :drive:in (gdrive, null)'],
    ['rclone moveto x.csv :s3:b/k', 'rclone: x.csv -> :s3:b/k (s3, null)'],
    ['rclone bisync dir r:', 'rclone: dir -> r: (null, null)'],
    ['rclone rcat r:k.csv', 'rclone: - -> r:k.csv (null, null)'],
    ['rclone -v copy x.csv r:in --progress', 'rclone: x.csv -> r:in (null, null)'],
    ['rclone --config /x/rclone.conf copy x.csv r:in', 'rclone: x.csv -> r:in (null, null)'],
    ['rclone copy -- -x.csv r:in', 'rclone: -x.csv -> r:in (null, null)'],
    [
      ['rclone', 'copy', '/Users/maria/Meine Daten\n.csv', 'r:in'],
      'rclone: /Users/maria/Meine Daten\n.csv -> r:in (null, null)',
    ],
    [
      ['rclone', 'copy', '/Users/maria/12:30.csv', 'r:in'],
      'rclone: /Users/maria/12:30.csv -> r:in (null, null)',
    ],
  ]);
});

describe('an upload by a web client', () => {
  expectUploads([
    [
      'curl -T /Users/maria/Downloads/x.csv https://transfer.sh/x.csv',
      'curl: /Users/maria/Downloads/x.csv -> transfer.sh (null, transfer.sh)',
    ],
    [
      'curl -T/Users/maria/Downloads/x.csv https://transfer.sh/',
      'curl: /Users/maria/Downloads/x.csv -> transfer.sh (null, transfer.sh)',
    ],
    ['curl -sST x.csv https://transfer.sh/', 'curl: x.csv -> transfer.sh (null, transfer.sh)'],
    [
      'curl --upload-file x.csv -o /dev/null https://Transfer.SH./',
      'curl: x.csv -> transfer.sh (null, transfer.sh)',
    ],
    [
      'curl --upload-file=x.csv https://transfer.sh/',
      'curl: x.csv -> transfer.sh (null, transfer.sh)',
    ],
    ['curl https://0x0.st -F file=@x.csv', 'curl: x.csv -> 0x0.st (null, 0x0.st)'],
    ['curl -Ffile=@x.csv;type=text/csv https://0x0.st', 'curl: x.csv -> 0x0.st (null, 0x0.st)'],
    [
      'curl -F file=@x.csv;filename=IMG.jpg;type=image/jpeg https://0x0.st',
      'curl: x.csv -> 0x0.st (null, 0x0.st)',
    ],
    [
      ['curl', '--form', 'file=@"/Users/maria/x y.csv";type=text/csv', 'https://0x0.st'],
      'curl: /Users/maria/x y.csv -> 0x0.st (null, 0x0.st)',
    ],
    [
      'curl -F text=<x.csv -F b=@y.csv https://0x0.st',
      'curl: x.csv + y.csv -> 0x0.st (null, 0x0.st)',
    ],
    ['curl -F file=@- https://0x0.st', 'curl: - -> 0x0.st (null, 0x0.st)'],
    ['curl -F file=@-;filename=x.csv https://0x0.st', 'curl: - -> 0x0.st (null, 0x0.st)'],
    [
      'curl -d @x.csv https://api.example.net/in',
      'curl: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'curl -sd@x.csv https://api.example.net/in',
      'curl: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'curl --data @x.csv https://api.example.net',
      'curl: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'curl --data-ascii @x.csv https://api.example.net',
      'curl: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'curl -X PUT --data-binary=@x.csv https://api.example.net',
      'curl: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'curl --data-binary @a=b.csv https://api.example.net',
      'curl: a=b.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'curl --data-urlencode text@x.csv https://paste.example.net',
      'curl: x.csv -> paste.example.net (null, paste.example.net)',
    ],
    [
      'curl --json @x.json https://api.example.net',
      'curl: x.json -> api.example.net (null, api.example.net)',
    ],
    [
      'curl --data-binary @- https://api.example.net',
      'curl: - -> api.example.net (null, api.example.net)',
    ],
    ['curl -T - https://transfer.sh/x', 'curl: - -> transfer.sh (null, transfer.sh)'],
    ['curl -T . https://transfer.sh/x', 'curl: - -> transfer.sh (null, transfer.sh)'],
    ['curl -T /dev/stdin https://transfer.sh/x', 'curl: - -> transfer.sh (null, transfer.sh)'],
    ['curl --url https://transfer.sh/ -T x.csv', 'curl: x.csv -> transfer.sh (null, transfer.sh)'],
    [
      'curl -T x.csv -HX-Key:1 -u maria:SECRET ftp://ftp.example.net:2121/in/',
      'curl: x.csv -> ftp.example.net (null, ftp.example.net)',
    ],
    ['curl -T x.csv transfer.sh', 'curl: x.csv -> transfer.sh (null, transfer.sh)'],
    [
      'curl -T x.csv http://[2001:db8::7]:8080/in',
      'curl: x.csv -> 2001:db8::7 (null, 2001:db8::7)',
    ],
    [
      ['curl', '-T', '-x\n.csv', 'https://transfer.sh/'],
      'curl: -x\n.csv -> transfer.sh (null, transfer.sh)',
    ],
    [
      ['curl', '-F', 'file=@"/Users/maria/Größe;1.csv"', 'https://0x0.st'],
      'curl: /Users/maria/Größe;1.csv -> 0x0.st (null, 0x0.st)',
    ],
    [
      'curl -T {x.csv,/tmp/y.csv} https://transfer.sh/',
      'curl: x.csv + /tmp/y.csv -> transfer.sh (null, transfer.sh)',
    ],
    [
      'curl --upload-file=file[1-3].csv https://transfer.sh/',
      'curl: file1.csv + file2.csv + file3.csv -> transfer.sh (null, transfer.sh)',
    ],
    ['curl -g -T {x}.csv https://transfer.sh/', 'curl: {x}.csv -> transfer.sh (null, transfer.sh)'],
    [
      'curl -F file=@x.csv,y.csv;type=text/csv https://0x0.st',
      'curl: x.csv + y.csv -> 0x0.st (null, 0x0.st)',
    ],
    ['curl -F text=<x,y.csv https://0x0.st', 'curl: x,y.csv -> 0x0.st (null, 0x0.st)'],
    ['curl -F a=1;headers=@x.csv https://0x0.st', 'curl: x.csv -> 0x0.st (null, 0x0.st)'],
    [
      'curl --url-query text@x.csv https://paste.example.net',
      'curl: x.csv -> paste.example.net (null, paste.example.net)',
    ],
    [
      'curl --url-query @x.csv https://paste.example.net',
      'curl: x.csv -> paste.example.net (null, paste.example.net)',
    ],
    [
      'curl --variable f@x.csv --expand-data {{f}} https://paste.example.net',
      'curl: x.csv -> paste.example.net (null, paste.example.net)',
    ],
    ['curlie -T x.csv https://transfer.sh/', 'curl: x.csv -> transfer.sh (null, transfer.sh)'],
    [
      'wget --post-file=x.csv https://api.example.net/in',
      'wget: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'wget -q -O - --post-file x.csv https://api.example.net/in',
      'wget: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'wget2 https://api.example.net --method PUT --body-file x.csv',
      'wget: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'http -f POST https://api.example.net/in file@x.csv',
      'httpie: x.csv -> api.example.net (null, api.example.net)',
    ],
    ['https api.example.net/in @x.csv', 'httpie: x.csv -> api.example.net (null, api.example.net)'],
    [
      'xh POST https://api.example.net a=b file@x.csv;type=text/csv',
      'httpie: x.csv -> api.example.net (null, api.example.net)',
    ],
    [
      'nextcloudcmd -u maria -p SECRET --exclude x.lst dir https://cloud.example.net/remote.php',
      'nextcloudcmd: dir -> cloud.example.net (nextcloud, cloud.example.net)',
    ],
    [
      'owncloudcmd --silent dir https://maria:SECRET@cloud.example.net',
      'nextcloudcmd: dir -> cloud.example.net (nextcloud, cloud.example.net)',
    ],
  ]);
});

describe('an upload by the client of one service', () => {
  expectUploads([
    [
      'mega-put /Users/maria/Downloads/x.csv',
      'MEGAcmd: /Users/maria/Downloads/x.csv -> null (mega, null)',
    ],
    ['megaput -u maria --path /Root x.csv', 'MEGAcmd: x.csv -> null (mega, null)'],
    ['mega-exec put x.csv', 'MEGAcmd: x.csv -> null (mega, null)'],
    ['megatools put -u maria --path /Root/k x.csv', 'megatools: x.csv -> null (mega, null)'],
    ['megatools copy -l dir -r /Root/dir', 'megatools: dir -> null (mega, null)'],
    [
      'dbxcli put /Users/maria/Downloads/x.csv',
      'dbxcli: /Users/maria/Downloads/x.csv -> null (dropbox, null)',
    ],
    ['gh release upload v1.0 a.csv b.csv --clobber', 'gh: a.csv + b.csv -> null (github, null)'],
    [
      'gh release create v1.0 x.csv -t Title --notes text -R o/r',
      'gh: x.csv -> null (github, null)',
    ],
    ['gh gist create --public -d text x.csv', 'gh: x.csv -> null (github, null)'],
    ['gh gist create -', 'gh: - -> null (github, null)'],
    ['gdrive files upload --parent ID x.csv', 'gdrive: x.csv -> null (gdrive, null)'],
    ['gdrive upload x.csv', 'gdrive: x.csv -> null (gdrive, null)'],
    ['transfer x.csv', 'transfer.sh: x.csv -> null (transfer-sh, null)'],
    ['/Users/maria/bin/transfer.sh x.csv', 'transfer.sh: x.csv -> null (transfer-sh, null)'],
    ['croc --yes send x.csv', 'croc: x.csv -> null (null, null)'],
    ['wormhole send x.csv', 'magic-wormhole: x.csv -> null (null, null)'],
    [
      'wormhole --transit-helper=tcp:a:1 tx -- -x.csv',
      'magic-wormhole: -x.csv -> null (null, null)',
    ],
  ]);
});

describe('an upload to another machine', () => {
  it.each<[string, string, Command, readonly string[], string]>([
    ['scp', 'alone', `scp ${X} maria@files.example.net:in/`, [X], 'maria@files.example.net:in/'],
    [
      'scp',
      'with options',
      'scp -C -P 2222 -i /k a.csv b.csv files.example.net:',
      ['a.csv', 'b.csv'],
      'files.example.net:',
    ],
    [
      'scp',
      'with a colon behind a slash',
      'scp ./12:30.csv files.example.net:',
      ['./12:30.csv'],
      'files.example.net:',
    ],
    [
      'rsync',
      'in a cluster',
      'rsync -avze ssh dir/ maria@files.example.net:in',
      ['dir/'],
      'maria@files.example.net:in',
    ],
    [
      'rsync',
      'to a module',
      'rsync -a --exclude=*.tmp x.csv files.example.net::mod/in',
      ['x.csv'],
      'files.example.net::mod/in',
    ],
    [
      'rsync',
      'to a URL',
      'openrsync --rsh ssh x.csv rsync://files.example.net/mod',
      ['x.csv'],
      'rsync://files.example.net/mod',
    ],
  ])('by %s, %s', (tool, _, command, sources, destination) => {
    expect(read(command)).toMatchObject({
      tool,
      sources,
      readsStandardInput: false,
      service: null,
      destination,
    });
  });

  it('by nc sends the standard input', () => {
    expect(read('nc -w 3 termbin.com 9999')).toMatchObject({
      tool: 'nc',
      sources: [],
      readsStandardInput: true,
      service: null,
      destination: 'termbin.com',
    });
  });

  it.each([
    ['scp x.csv maria@u12345.files.example.net:in/', 'u12345.files.example.net'],
    ['rsync -a x.csv files.example.net::mod/in', 'files.example.net'],
    ['rsync -a x.csv rsync://files.example.net/mod', 'files.example.net'],
    ['nc termbin.com 9999', 'termbin.com'],
    ['ncat --ssl termbin.com 9999', 'termbin.com'],
  ])('names the host by which its service is looked up: %s', (command, host) => {
    expect(read(command)?.host).toBe(host);
  });
});

describe('no upload is', () => {
  describe('a download', () => {
    expectNone([
      'aws s3 cp s3://b/k x.csv',
      'aws s3 sync s3://b .',
      'aws s3api get-object --bucket b --key k x.csv',
      'gsutil cp gs://b/k x.csv',
      'gcloud storage cp gs://b/k .',
      'az storage blob download -c cont -n k -f x.csv',
      'az storage file download --path k -s share',
      'az storage copy -s https://acc.blob.core.windows.net/c/k -d x.csv',
      'azcopy copy https://acc.blob.core.windows.net/c x.csv',
      's3cmd get s3://b/k x.csv',
      's3cmd sync s3://b dir',
      's5cmd cp s3://b/k x.csv',
      'mc cp play/b/k x.csv',
      'mc cp play/b/k .',
      'b2 file download b2://buck/k x.csv',
      'b2 sync b2://buck dir',
      'rclone copy r:in /Users/maria/Downloads',
      'rclone cat r:x.csv',
      'curl -o x.csv https://example.net/x.csv',
      'curl -O https://example.net/x.csv',
      'wget -O x.csv https://example.net/x.csv',
      'wget -i x.csv https://example.net',
      'http -d https://example.net/x.csv -o x.csv',
      'mega-get /k x.csv',
      'mega-exec get /k x.csv',
      'megatools get /Root/k',
      'megatools copy --download -l dir -r /Root/dir',
      'megatools dl https://mega.nz/file/k',
      'dbxcli get /k x.csv',
      'gh release download v1.0 -p x.csv',
      'gh gist clone ID x.csv',
      'gdrive files download ID',
      'scp files.example.net:x.csv .',
      'scp scp://files.example.net/x.csv x.csv',
      'rsync -a files.example.net:in/ dir',
      'rsync rsync://mirror.example.net/mod dir',
      'croc 1234-code-word',
      'croc --yes --out dir 1234-code-word',
      'wormhole receive 7-code-word',
      'wormhole rx -o x.csv 7-code-word',
      'nextcloudcmd https://cloud.example.net',
    ]);
  });

  describe('a listing, a question or another verb', () => {
    expectNone([
      'aws --version',
      'aws s3 ls s3://b',
      'aws s3 rm s3://b/x.csv',
      'aws ec2 describe-instances',
      'gsutil ls gs://b',
      'gsutil version',
      'gcloud storage ls gs://b',
      'gcloud auth login',
      'az storage blob list -c cont',
      'az --version',
      'azcopy list https://acc.blob.core.windows.net/c',
      'azcopy --version',
      's3cmd ls s3://b',
      's3cmd --version',
      's5cmd ls s3://b',
      's5cmd version',
      'mc ls play/b',
      'mc --version',
      'b2 ls b2://buck',
      'b2 version',
      'rclone ls r:in',
      'rclone version',
      'rclone lsf x.csv',
      'rclone copy --help',
      'curl https://example.net',
      'curl --version',
      'curl -I https://example.net',
      'wget https://example.net',
      'wget --version',
      'http https://example.net',
      'http --version',
      'mega-put --help',
      'mega-ls x.csv',
      'mega-exec ls',
      'mega-cmd',
      'megatools ls /Root',
      'megatools --version',
      'dbxcli ls /',
      'dbxcli version',
      'gh release list',
      'gh release create v1.0',
      'gh gist list',
      'gh pr create -t x.csv',
      'gdrive files list',
      'gdrive about',
      'nc',
      'nc -h',
      'nc -z files.example.net 443',
      'nc -zv files.example.net 443',
      'nc -l 9999',
      'nc -d files.example.net 443',
      'ncat --listen 9999',
      'gh gist create --help',
      'croc send --text x.csv',
      'scp x.csv',
      'rsync --version',
      'rsync --server -logDtpre.iLsfx . dir',
      'transfer',
      'transfer --help',
      'croc --version',
      'croc relay',
      'wormhole --version',
      'wormhole send --text x.csv',
      'nextcloudcmd --version',
      'nextcloudcmd',
    ]);
  });

  describe('a transfer between remotes only', () => {
    expectNone([
      'aws s3 cp s3://a/k s3://b/k',
      'gsutil cp gs://a/k gs://b/k',
      'azcopy copy https://a.blob.core.windows.net/c https://b.blob.core.windows.net/c',
      'rclone copy r:in s:out',
      'scp a.example.net:x.csv b.example.net:',
      's5cmd cp s3://a/k s3://b/k',
    ]);
  });

  describe('what stays on this Mac', () => {
    expectNone([
      `rclone copy ${X} :local:/tmp/x`,
      `rclone copy ${X} :memory:x`,
      'mc cp x.csv Documents/copy',
      'mc mirror exports downloads/exports',
      'mc cp x.csv ./play/copy',
      'mc cp x.csv ../play/copy',
      'mc cp x.csv /tmp/copy',
      'mc cp x.csv ~/copy',
      'mc cp exports/x.csv exports/y.csv',
      'mc cp ./exports/x.csv exports/y.csv',
      'mc mv a.csv exports/b.csv exports/old',
      'mc cp play/b/k play/b/l',
      'mc pipe Desktop/x.csv',
      'aws s3 cp x.csv y.csv',
      'aws s3 cp x.csv s3://b --endpoint-url http://localhost:4566',
      'gsutil cp x.csv file:///tmp/y.csv',
      'rclone copy /Users/maria/a /Users/maria/b',
      'curl -T x.csv http://localhost:8000/',
      'curl -F file=@x.csv http://127.0.0.1:9000/in',
      'curl -d @x.csv http://[::1]:9000/in',
      'curl -T x.csv file:///tmp/y.csv',
      'wget --post-file=x.csv http://localhost/',
      'http POST http://localhost:8000 file@x.csv',
      'scp a.csv b.csv',
      'scp x.csv maria@localhost:/tmp',
      'scp x.csv 127.0.0.1:/tmp',
      'rsync -a dir /Volumes/USB',
      'rsync -a dir localhost::mod',
      'nc localhost 9999',
      'nc 127.0.0.1 9999',
      'nc ::1 9999',
      'nc -U /tmp/agent.sock',
      'curl -T x.csv FILE:///tmp/y.csv',
      'curl -T x.csv http://dev.localhost:8000/',
      'rsync -a dir rsync://127.0.0.1/mod',
      's3cmd --host=localhost:9000 put x.csv s3://b',
      'az storage blob upload -f x.csv -c cont --blob-endpoint http://127.0.0.1:10000/devstore',
      'nextcloudcmd dir http://localhost:8080',
      's5cmd --endpoint-url http://127.0.0.1:9000 cp x.csv s3://b',
    ]);
  });

  describe('a rehearsal or a question for help', () => {
    expectNone([
      `rclone copy ${X} dropbox:in --dry-run`,
      `rclone -n copy ${X} dropbox:in`,
      `aws s3 cp ${X} s3://bucket/x --dryrun`,
      `aws s3 sync --dryrun /Users/maria/Downloads s3://bucket`,
      `gsutil rsync -n /Users/maria/Downloads gs://bucket`,
      `gcloud storage rsync --dry-run /Users/maria/Downloads gs://bucket`,
      `az storage blob upload-batch -d in -s /Users/maria/Downloads --dryrun`,
      `azcopy copy ${X} https://acct.blob.core.windows.net/in --dry-run`,
      `s3cmd put -n ${X} s3://bucket/x`,
      `s5cmd --dry-run cp ${X} s3://bucket/x`,
      `mc mirror --dry-run /Users/maria/Downloads play/in`,
      `b2 sync --dry-run /Users/maria/Downloads b2://bucket`,
      `rsync -avn ${X} maria@example.org:in`,
      `curl --help -T ${X} https://example.org/`,
    ]);
  });

  describe('data that is no file', () => {
    expectNone([
      'curl -d text https://api.example.net',
      'curl -d maria@export.csv https://api.example.net',
      'curl --data-binary maria@export.csv https://api.example.net',
      'curl --json {"mail":"maria@export.csv"} https://api.example.net',
      'curl --data-raw @x.csv https://api.example.net',
      'curl --form-string file=@x.csv https://api.example.net',
      'curl -F mail=maria@export.csv https://api.example.net',
      'curl --data-urlencode mail=maria@export.csv https://api.example.net',
      'curl --data-urlencode maria@export.csv=x https://api.example.net',
      'curl --url-query mail=maria@export.csv https://api.example.net',
      'curl --url-query export.csv https://api.example.net',
      'curl --variable f=x.csv --expand-data {{f}} https://api.example.net',
      'curl -H @x.csv https://api.example.net',
      'curl -u maria@export.csv:SECRET https://api.example.net',
      'curl -b x.csv -c y.csv https://api.example.net',
      'wget --post-data=@x.csv https://api.example.net',
      'http POST https://api.example.net mail=maria@export.csv',
      'http POST https://api.example.net/@maria/x.csv',
      'http GET -a maria@export.csv:SECRET https://api.example.net',
    ]);
  });

  describe('another program', () => {
    expectNone([
      'cp x.csv r:in',
      'mysql -T x.csv https://transfer.sh',
      'rclone-browser copy x.csv r:in',
      'xcurl -T x.csv https://transfer.sh',
      'awscli-helper s3 cp x.csv s3://b',
      'echo curl -T x.csv https://transfer.sh',
      'constructor x.csv https://transfer.sh',
    ]);
  });
});

describe('options with a value', () => {
  it.each<[Command, readonly string[]]>([
    ['rclone copy --transfers 4 x.csv r:in', ['x.csv']],
    ['rclone copy --include *.csv dir r:in', ['dir']],
    ['rclone copy --log-file rclone.log x.csv r:in', ['x.csv']],
    ['rclone copy --config /x/rclone.conf x.csv r:in', ['x.csv']],
    ['aws s3 cp --expires 2026-12-01 x.csv s3://b', ['x.csv']],
    ['aws s3 cp --cache-control no-store x.csv s3://b', ['x.csv']],
    ['aws s3 cp --sse-kms-key-id KEY x.csv s3://b', ['x.csv']],
    ['gsutil cp -a private x.csv gs://b', ['x.csv']],
    ['gcloud storage cp --content-type text/csv x.csv gs://b', ['x.csv']],
    ['azcopy copy --from-to LocalBlob x.csv https://acc.blob.core.windows.net/c', ['x.csv']],
    ['s3cmd put -m text/csv x.csv s3://b', ['x.csv']],
    ['s3cmd put --add-header x-a:b x.csv s3://b', ['x.csv']],
    ['s5cmd cp --storage-class GLACIER x.csv s3://b', ['x.csv']],
    ['mc cp --storage-class COLD x.csv play/b', ['x.csv']],
    ['b2 file upload --content-type text/csv buck x.csv k.csv', ['x.csv']],
    ['rsync --timeout 30 x.csv files.example.net:', ['x.csv']],
    ['rsync --chmod F600 x.csv files.example.net:', ['x.csv']],
    ['croc send --code 1234-code-word x.csv', ['x.csv']],
    ['wormhole send --code 7-code-word x.csv', ['x.csv']],
    ['gh gist create -f k.csv x.csv', ['x.csv']],
    ['megatools put -u maria -p SECRET x.csv', ['x.csv']],
  ])('do not make a source of it: %s', (command, sources) => {
    expect(read(command)?.sources).toEqual(sources);
  });

  it.each<[Command, readonly string[]]>([
    ['gsutil cp -J x.csv gs://b', ['x.csv']],
    ['gsutil -m cp -J dir gs://b', ['dir']],
  ])('are told from options that stand alone: %s', (command, sources) => {
    expect(read(command)?.sources).toEqual(sources);
  });
});

describe('operands', () => {
  // A name in the remote folder is not a file here; `Documents` would be taken for all of ~/Documents.
  it.each<[Command, readonly string[]]>([
    ['mega-put notes.txt Documents', ['notes.txt']],
    ['mega-exec put notes.txt Documents', ['notes.txt']],
    ['dbxcli put notes.txt Documents/notes.txt', ['notes.txt']],
    ['b2 file upload buck other.csv x.csv', ['other.csv']],
    ['b2 upload-file buck other.csv x.csv', ['other.csv']],
  ])('that name the place in the cloud are no sources: %s', (command, sources) => {
    expect(read(command)?.sources).toEqual(sources);
  });

  it.each(['file upload', 'upload-file', 'upload_file'])(
    'of b2 %s begin with the bucket',
    (verbs) => {
      expect(read(`b2 ${verbs} buck x.csv k.csv`)).toMatchObject({
        sources: expect.arrayContaining(['x.csv']),
        service: 'backblaze',
        destination: 'b2://buck',
      });
    },
  );

  it('of mc are sources but for the last one, also when they have a folder', () => {
    expect(read('mc cp a.csv exports/b.csv play/b')).toMatchObject({
      sources: ['a.csv', 'exports/b.csv'],
      destination: 'play/b',
    });
  });

  it('of mc may be relative names with a folder, which look like a remote', () => {
    expect(read('mc cp exports/x.csv play/b/x.csv')).toMatchObject({
      sources: ['exports/x.csv'],
      destination: 'play/b/x.csv',
    });
  });

  it('of gh may have a label behind the name', () => {
    expect(read('gh release upload v1.0 x.csv#Report')?.sources).toEqual(['x.csv']);
  });

  it('of HTTPie may take the value of a field from a file', () => {
    expect(read('http POST https://api.example.net text=@x.csv')?.sources).toEqual(['x.csv']);
    expect(read('http POST https://api.example.net json:=@x.json')?.sources).toEqual(['x.json']);
  });

  it('of megaput and b2 are as many as the tool takes', () => {
    expect(read('megaput a.csv b.csv')?.sources).toEqual(['a.csv', 'b.csv']);
    expect(read('mega-put a.csv b.csv /in')?.sources).toEqual(['a.csv', 'b.csv']);
    expect(read('b2 file upload buck x.csv k.csv other.csv')?.sources).toEqual(['x.csv']);
  });

  it.each([
    ['rclone copy --s3-env-auth x.csv :s3:b', ['x.csv']],
    ['rclone copy -vP --fast-list --progress=false x.csv r:in --checksum', ['x.csv']],
    ['rclone copy --transfers=4 x.csv r:in', ['x.csv']],
    ['rclone copy --a-flag-of-tomorrow SECRET x.csv r:in', ['x.csv']],
    ['gsutil -u project rsync -u -r dir gs://b', ['dir']],
    ['gh release create v1.0 -d x.csv', ['x.csv']],
    ['s5cmd cp -sp x.csv s3://b', ['x.csv']],
    ['nc -vw 3 termbin.com 9999', []],
  ])('are told from values: %s', (command, sources) => {
    expect(read(command)?.sources).toEqual(sources);
  });

  it('of HTTPie are items behind the URL only', () => {
    expect(read('http api.example.net/@maria/x.csv a=b')).toBeNull();
    expect(read('http POST api.example.net/@maria/x.csv a@y.csv')?.sources).toEqual(['y.csv']);
    expect(read('http :8000 file@x.csv')).toBeNull();
    expect(read('http POST localhost:8000/in file@x.csv')).toBeNull();
  });

  it('lose the scheme of a file URL', () => {
    expect(read('gsutil cp file:///Users/maria/x.csv gs://b')?.sources).toEqual([
      '/Users/maria/x.csv',
    ]);
  });

  it('are kept up to 256 of one command', () => {
    const files = Array.from({ length: 300 }, (_, index) => `${index}.csv`);
    expect(read(['scp', ...files, 'files.example.net:'])?.sources).toHaveLength(256);
  });
});

describe('standard input', () => {
  it.each([
    'gh gist create',
    'gh gist create -f k.csv -',
    'azcopy copy https://acc.blob.core.windows.net/c/k --from-to=PipeBlob',
    'b2 file upload buck - k.csv',
    'wormhole send --text -',
    'wormhole send --text=-',
    'croc --yes send',
    'ncat -d 2 termbin.com 9999',
  ])('is sent by %s', (command) => {
    expect(read(command)).toMatchObject({ sources: [], readsStandardInput: true });
  });
});

describe('the place', () => {
  it.each([
    ['curl -T x.csv http://localhost/a https://transfer.sh/x', 'transfer.sh'],
    ['curl -T x.csv --url file:///tmp/y --url https://transfer.sh/x', 'transfer.sh'],
    ['curl -T x.csv maria:SECRET@transfer.sh:8443/in', 'transfer.sh'],
    [
      'aws s3 cp x.csv s3://b --endpoint-url http://localhost --endpoint-url https://e.net',
      's3://b',
    ],
    ['az storage blob upload -f x.csv -c cont --account-name $&', '$&.blob.core.windows.net'],
    ['rclone copy x.csv localhost-backup:in', 'localhost-backup:in'],
  ])('of %s is %s', (command, destination) => {
    expect(read(command)?.destination).toBe(destination);
  });
});

describe('the service', () => {
  it.each([
    ['gsutil cp x.csv s3://b/k', 's3'],
    ['gcloud storage cp x.csv s3://b/k', 's3'],
    ['rclone copy x.csv dropbox,shared_files=true:in', 'dropbox'],
    ['rclone copy x.csv Dropbox:in', 'dropbox'],
    ['rclone copy x.csv :S3,provider=AWS:b', 's3'],
    ['rclone copy x.csv :sftp,host=files.example.net:in', null],
    ['rclone copy x.csv dropbox2:in', null],
  ])('of %s is %s', (command, service) => {
    expect(read(command)?.service).toBe(service);
  });

  it.each([
    's3cmd --host=nyc3.digitaloceanspaces.com put x.csv s3://b',
    's3cmd --host nyc3.digitaloceanspaces.com put x.csv s3://b',
    'aws --endpoint-url https://nyc3.digitaloceanspaces.com s3 cp x.csv s3://b',
  ])('is looked up by the host that is really talked to: %s', (command) => {
    expect(read(command)).toMatchObject({ service: null, host: 'nyc3.digitaloceanspaces.com' });
  });
});

describe('a secret on the command line', () => {
  it.each<[Command]>([
    ['curl -T x.csv https://maria:SECRET@files.example.net/in'],
    ['curl -T x.csv https://files.example.net/in?token=SECRET'],
    ['curl -F document=@x.csv https://api.telegram.org/bot1:SECRET/sendDocument'],
    ['curl -T x.csv --url ftp://maria:SECRET@files.example.net/in'],
    ['curl -T x.csv maria:SECRET@files.example.net/in'],
    ['curl -T x.csv maria:SECRET@q@files.example.net/in'],
    ['rclone copy x.csv :webdav,url=https://maria:SECRET@cloud.example.net'],
    ['rclone copy x.csv :s3,secret_access_key="SECRET:bucket'],
    ['rsync -a x.csv rsync://maria:q@SECRET@files.example.net/mod'],
    ['croc -pass SECRET send -code SECRET x.csv'],
    ['wormhole send --code 7-SECRET x.csv'],
    ['http POST https://api.example.net --cert-key-pass SECRET file@x.csv'],
    ['wget --post-file=x.csv --password SECRET https://files.example.net'],
    ['http -a maria:SECRET POST https://api.example.net file@x.csv'],
    ['azcopy copy x.csv https://acc.blob.core.windows.net/c?sv=1&sig=SECRET'],
    ['az storage blob upload -f x.csv -c cont --account-key SECRET'],
    ['az storage blob upload -f x.csv -c cont --connection-string AccountName=a;AccountKey=SECRET'],
    ['az storage blob upload-batch -s dir -d https://acc.blob.core.windows.net/c?sig=SECRET'],
    ['nextcloudcmd -u maria -p SECRET dir https://maria:SECRET@cloud.example.net'],
    ['s3cmd --secret_key SECRET put x.csv s3://b'],
    ['rsync -a x.csv rsync://maria:SECRET@files.example.net/mod'],
    ['scp x.csv scp://maria:SECRET@files.example.net/in'],
    ['rclone copy x.csv :s3,access_key_id=AK,secret_access_key=SECRET:bucket/x'],
    ['rclone rcat :s3,secret_access_key=SECRET:bucket/x'],
    ['rclone copy x.csv work,secret_access_key=SECRET:bucket/x'],
    ['rclone copy x.csv :sftp,host="files.example.net:22",pass=SECRET:in'],
    ["rclone copy x.csv :webdav,url='https://maria:SECRET@cloud.example.net/dav':in"],
    ['rclone copy x.csv :webdav,url=https://maria:SECRET@cloud.example.net/dav:in'],
    ['rclone copy --s3-secret-access-key SECRET x.csv :s3:bucket'],
    ['megatools put --username maria --password SECRET x.csv'],
    ['croc send --pass SECRET x.csv'],
  ])('is in nothing that is kept: %s', (command) => {
    const upload = read(command);
    expect(upload).not.toBeNull();
    expect(JSON.stringify(upload)).not.toContain('SECRET');
  });

  it('does not hide the rest of a connection string', () => {
    const upload = read('rclone copy x.csv :s3,access_key_id=AK,secret_access_key=SECRET:bucket/x');
    expect(upload?.service).toBe('s3');
    expect(upload?.destination).toMatch(/^:s3\b.*:bucket\/x$/);
  });
});

describe('an option of one tool that means a rehearsal in another', () => {
  expectUploads([
    [`gsutil cp -n ${X} gs://bucket/x`, `gsutil: ${X} -> gs://bucket/x (gcs, null)`],
    [
      `rsync -h ${X} maria@example.org:in`,
      `rsync: ${X} -> maria@example.org:in (null, example.org)`,
    ],
  ]);
});

describe('a renamed executable', () => {
  const command = ['/private/tmp/notes', '-T', X, 'https://example.org/'];

  it.each(['com.apple.curl', 'com.apple.curl-55554944a1b2c3d4e5f60718'])(
    'is known by its signing id %s',
    (id) => {
      expect(shown(tools.read(programOfWords(command), id))).toBe(
        `curl: ${X} -> example.org (null, example.org)`,
      );
    },
  );

  it.each([null, 'com.example.notes', 'com.apple.curl.helper'])('is none by %s', (id) => {
    expect(tools.read(programOfWords(command), id)).toBeNull();
  });

  it('is not the script that a signed interpreter runs', () => {
    const script = programOfWords(['/bin/bash', '/opt/notes.sh', '-T', X, 'https://example.org/']);
    expect(tools.read(script, 'com.apple.curl')).toBeNull();
  });
});

describe('through an interpreter', () => {
  it.each<[Command, string]>([
    [['/usr/bin/python3', '/opt/homebrew/bin/aws', 's3', 'cp', 'x.csv', 's3://b'], 'aws'],
    [
      [
        '/opt/Python.app/Contents/MacOS/Python',
        '/opt/homebrew/bin/aws',
        's3',
        'cp',
        'x.csv',
        's3://b',
      ],
      'aws',
    ],
    ['/opt/bin/python3.13 -u -W ignore /opt/homebrew/bin/aws s3 cp x.csv s3://b', 'aws'],
    ['/opt/bin/python3 -m awscli s3 cp x.csv s3://b', 'aws'],
    ['/opt/bin/python3 -m azure.cli storage blob upload -f x.csv -c cont', 'az'],
    ['/opt/bin/python3 -m azure.cli.__main__ storage blob upload -f x.csv -c cont', 'az'],
    // How the packages of Homebrew and Debian start it.
    ['/opt/bin/python -Im azure.cli storage blob upload -f x.csv -c cont', 'az'],
    ['/opt/bin/python3 -sm azure.cli storage blob upload -f x.csv -c cont', 'az'],
    ['/opt/bin/python3 -I -m azure.cli storage blob upload -f x.csv -c cont', 'az'],
    ['/opt/bin/python3 -m b2 sync dir b2://buck', 'b2'],
    ['/opt/bin/python /opt/gsutil/gsutil.py -m cp x.csv gs://b', 'gsutil'],
    ['/opt/bin/python3 -S /opt/google-cloud-sdk/lib/gcloud.py storage cp x.csv gs://b', 'gcloud'],
    ['/bin/bash /opt/homebrew/bin/mega-put x.csv', 'MEGAcmd'],
    ['/bin/sh /Users/maria/bin/transfer.sh x.csv', 'transfer.sh'],
  ])('%j is an upload by %s', (command, tool) => {
    expect(read(command)?.tool).toBe(tool);
  });

  it('is found by the script that the kernel started an interpreter for', () => {
    const script = '/Users/maria/bin/mega-put';
    // The second is started by a link of another name.
    for (const word of ['./mega-put', './put']) {
      const exec = execOf(['/bin/bash', word, 'x.csv'], { script });
      expect(tools.read(programOf(exec))).toMatchObject({ tool: 'MEGAcmd', sources: ['x.csv'] });
    }
  });

  it.each<[Command]>([
    [['/bin/bash', '-c', 'aws s3 cp x.csv s3://b']],
    ['/opt/bin/python3 report.py aws s3 cp x.csv s3://b'],
    ['/opt/bin/python3 -m http.server 8000'],
    ['/opt/bin/python3 -m azure.cli storage blob list'],
    ['/bin/bash /opt/bin/mega-get /k x.csv'],
  ])('%j is none', (command) => {
    expect(read(command)).toBeNull();
  });
});

describe('any arguments', () => {
  const names = catalogue.uploadTools.flatMap((tool) => tool.names);
  const words = [
    ...new Set(
      catalogue.uploadTools.flatMap((tool) => [
        ...tool.valueOptions,
        ...tool.commands.flatMap((form) => [
          ...form.verbs,
          ...form.fileOptions,
          ...form.dataOptions,
        ]),
      ]),
    ),
  ];
  const word = fc.oneof(
    fc.constantFrom(
      ...words,
      '-',
      '--',
      '@-',
      '',
      'x.csv',
      'r:in',
      's3://b',
      'https://e.net',
      '__proto__',
    ),
    fc.string(),
  );

  it('never make it throw, and a source is text of the command, but for globs and quotes of curl', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(word, { maxLength: 12 }), (name, args) => {
        const upload = read([name, ...args]);
        for (const source of upload?.tool === 'curl' ? [] : (upload?.sources ?? []))
          expect(args.some((arg) => arg.includes(source))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('hostile arguments', () => {
  it('of lftp lead into no folder that is longer than a Mac has, and name a bounded number of files', () => {
    const deep = read(['lftp', '-e', 'put a;lcd b;'.repeat(5000), 'ftp.example.net']);
    expect(deep?.sources).toHaveLength(256);
    const steep = read([
      'lftp',
      '-e',
      `lcd ${'b'.repeat(500)};put a;`.repeat(9),
      'ftp.example.net',
    ]);
    expect(steep?.sources.map((source) => source.length)).toEqual([502, 1003]);
  });

  it.each([
    ['parameters with a quote that is not closed', 'rclone', `:s3${',a'.repeat(40)}":x`],
    ['commas', 'rclone', `r${','.repeat(100_000)}:x`],
    ['quotes', 'rclone', `:s3,${'"a"'.repeat(30_000)}:x`],
    ['dots', 'curl', `${'a.'.repeat(100_000)}:`],
    ['parameters of a form', 'curl', `-Fa=@${';type='.repeat(30_000)}`],
    ['at signs', 'curl', `https://${'@'.repeat(100_000)}/`],
    ['a cluster', 'curl', `-${'s'.repeat(200_000)}`],
    ['equals signs', 'http', '='.repeat(200_000)],
    ['names before a form file', 'curl', `-F${'a'.repeat(200_000)}`],
    ['names before data', 'curl', `--data-urlencode=${'a'.repeat(200_000)}`],
    ['quotes of a form file', 'curl', `-Fa=@${'"'.repeat(200_000)}`],
    ['quoted form files', 'curl', `-Fa=@${'"a",'.repeat(50_000)}`],
    ['backslashes of a form file', 'curl', `-Fa=@"${'\\\\'.repeat(100_000)}`],
    ['sets', 'curl', `-T${'{a,b}'.repeat(40_000)}`],
    ['sets that do not end', 'curl', `-T${'{'.repeat(200_000)}`],
    ['ranges', 'curl', `-T${'[0-9]'.repeat(40_000)}`],
    ['a range', 'curl', '-T[1-999999999999]'],
    ['hosts and ports', 'curl', `${'a.b:1'.repeat(40_000)}-`],
    ['labels', 'curl', `${'a.'.repeat(100_000)}!`],
    ['colons before an item', 'http', `${':'.repeat(200_000)}@`],
    ['words before an item', 'http', 'a'.repeat(200_000)],
    ['slashes', 's5cmd', `s3://${'/'.repeat(200_000)}`],
    ['at signs of a remote', 'scp', `${'@'.repeat(200_000)}:x`],
    ['parts of a host', 'nc', 'a.'.repeat(100_000)],
    ['signs of a label', 'gh', '#'.repeat(200_000)],
    ['commands of a script', 'lftp', `-e${'put a;lcd b;'.repeat(20_000)}`],
    ['quotes of a script', 'lftp', `-e${'"'.repeat(200_000)}`],
    ['colons of a remote', 'restic', `-r${'s3:'.repeat(60_000)}`],
    ['options of rclone', 'rclone', `--${'a-'.repeat(100_000)}`],
  ])('made of %s are read in time', (_, name, arg) => {
    const context = { read: () => read([name, 'copy', 'x.csv', arg, 'x@y.csv', 'https://e.net']) };
    expect(() => {
      runInNewContext('read()', context, { timeout: 1500 });
    }).not.toThrow();
  });
});

describe('the tests', () => {
  it('show every tool of the catalogue', () => {
    const names =
      'aws gsutil gcloud az azcopy s3cmd s5cmd mc b2 rclone curl wget httpie nextcloudcmd ' +
      'MEGAcmd megatools dbxcli gh gdrive nc scp rsync transfer.sh croc magic-wormhole';
    // Those have their examples beside the catalogue (test/rules/catalogue/upload-tools.test.ts).
    const elsewhere =
      'Box CLI,CLI for Microsoft 365,GAM,glab,drive,Dropbox Uploader,OneDrive Uploader,onedrivecmd,restic,borg,lftp,ftp,' +
      'ssh,tailscale,ngrok,wrangler';
    const tested = new Set([...names.split(' '), ...elsewhere.split(',')]);
    expect(catalogue.uploadTools.filter(({ name }) => !tested.has(name))).toEqual([]);
  });
});

/** A command of curl with five hundred times the same words. */
function many(words: readonly string[]): readonly string[] {
  return ['curl', ...Array.from({ length: 500 }, () => words).flat()];
}

describe('the uploads of a command with several transfers', () => {
  const readAll = (command: Command): readonly (string | null)[] =>
    tools.readAll(programOfWords(wordsOf(command))).map(shown);

  it.each<[Command, readonly string[]]>([
    [
      'curl -T a.csv https://a.example/ -T b.csv https://b.example/',
      ['curl: a.csv -> a.example (null, a.example)', 'curl: b.csv -> b.example (null, b.example)'],
    ],
    [
      'curl https://a.example/ --upload-file=a.csv https://b.example/ -sTb.csv -T c.csv',
      [
        'curl: a.csv -> a.example (null, a.example)',
        'curl: b.csv + c.csv -> b.example (null, b.example)',
      ],
    ],
    [
      'curl -T a.csv http://localhost/ -T b.csv https://b.example/',
      ['curl: b.csv -> b.example (null, b.example)'],
    ],
    [
      'curl -T {a,b}.csv a.example/ -T - b.example/',
      [
        'curl: a.csv + b.csv -> a.example (null, a.example)',
        'curl: - -> b.example (null, b.example)',
      ],
    ],
    [
      'curl -s https://a.example --next -d @b.csv https://b.example/ -s: -F f=@c.csv https://c.example/',
      ['curl: b.csv -> b.example (null, b.example)', 'curl: c.csv -> c.example (null, c.example)'],
    ],
    ['curl -H --next -T a.csv https://a.example', ['curl: a.csv -> a.example (null, a.example)']],
    [
      'wget --post-file a.csv https://a.example https://b.example',
      ['wget: a.csv -> a.example (null, a.example)'],
    ],
  ])('%j', (command, expected) => {
    expect(readAll(command)).toEqual(expected);
  });

  it('are bounded, and so are their sources', () => {
    const uploads = tools.readAll(
      programOfWords(wordsOf(many(['-T', '[1-200].csv', 'https://a.example', '--next']))),
    );
    expect(uploads.map(({ sources }) => sources.length)).toEqual([200, 56]);
    const single = many(['-T', 'a.csv', 'https://a.example', '--next']);
    expect(tools.readAll(programOfWords(wordsOf(single)))).toHaveLength(64);
  });
});
