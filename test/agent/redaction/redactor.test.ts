import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../agent/redaction/redactor.ts';

const redactor = new Redactor({ kind: 'redact' });
const KEY = new Uint8Array(32).fill(9);
const hasher = new Redactor({ kind: 'hash', key: KEY });
const argv = (...words: readonly string[]): string => redactor.redactArguments(words).join(' | ');

describe('secrets of an argument vector', () => {
  it.each([
    [['mysql', '-p', 'shop'], 'mysql | -p | shop'],
    [['mysql', '-vpS3', 'shop'], 'mysql | -vp[REDACTED] | shop'],
    [['mysql', '-up4ul', '-h', 'h'], 'mysql | -up4ul | -h | h'],
    [['mysql84', '-pS3'], 'mysql84 | -pS3'],
    [['psql-17', 'postgres://u:S3@h/d'], 'psql-17 | postgres://u:[REDACTED]@h/d'],
    [['mysqldump-8.4', '-pS3'], 'mysqldump-8.4 | -p[REDACTED]'],
    [['sudo', '-u', 'mysql', 'mysqldump', '-pS3'], 'sudo | -u | mysql | mysqldump | -p[REDACTED]'],
    [['op', 'run', '--', 'mysql', '-pS3'], 'op | run | -- | mysql | -p[REDACTED]'],
    [
      ['sshpass', '-p', 'S3', 'ssh', '-p', '22', 'h'],
      'sshpass | -p | [REDACTED] | ssh | -p | 22 | h',
    ],
    [['ssh', '-p', '22', 'h', 'mysql -pS3 shop'], 'ssh | -p | 22 | h | mysql -p[REDACTED] shop'],
    [['docker', 'run', '-p', '80:80', 'mongo'], 'docker | run | -p | 80:80 | mongo'],
    [
      ['docker', 'exec', '-it', 'db', 'mysql', '-pS3'],
      'docker | exec | -it | db | mysql | -p[REDACTED]',
    ],
    [
      ['docker', 'build', '--secret', 'id=x,src=/k', '.'],
      'docker | build | --secret | id=x,src=/k | .',
    ],
    [['sqlplus', 'scott/S3@orcl', '@x.sql'], 'sqlplus | scott/[REDACTED]@orcl | @x.sql'],
    [['sqlplus', '/nolog', '@dir/x.sql'], 'sqlplus | /nolog | @dir/x.sql'],
    [['redis-cli', 'AUTH', 'S3'], 'redis-cli | AUTH | [REDACTED]'],
    [['curl', '-b', 'cookies.txt', 'h'], 'curl | -b | cookies.txt | h'],
    [
      ['curl', '-F', 'token=@/Users/c/x.csv', 'https://h/'],
      'curl | -F | token=@/Users/c/x.csv | https://h/',
    ],
    [['http', 'h', 'secret@x.csv', 'password=S3'], 'http | h | secret@x.csv | password=[REDACTED]'],
    [['scp', 'x.csv', 'maria@h.example:/in'], 'scp | x.csv | maria@h.example:/in'],
    [['rclone', 'copy', 'x', 'token:in'], 'rclone | copy | x | token:in'],
    [['gpg', '--passphrase-file', '/k', 'x'], 'gpg | --passphrase-file | /k | x'],
    [['tool', '--password', '--verbose'], 'tool | --password | --verbose'],
    [['tool', '--no-password', 'x'], 'tool | --no-password | x'],
    [['tool', '--max-tokens', '100'], 'tool | --max-tokens | 100'],
    [['tool', '--private-key', '/k.pem'], 'tool | --private-key | /k.pem'],
    [['java', '-Dpassword=S3', 'Main'], 'java | -Dpassword=[REDACTED] | Main'],
    [
      ['git', 'commit', '-m', 'fix the password prompt'],
      'git | commit | -m | fix the password prompt',
    ],
    [
      ['sh', '-c', `curl -H "Authorization: Bearer S3cret" 'https://h/'`],
      `sh | -c | curl -H "Authorization: Bearer [REDACTED]" 'https://h/'`,
    ],
    [
      ['sh', '-c', 'X="$(mysql -pS3 shop)"; echo done'],
      'sh | -c | X="$(mysql -p[REDACTED] shop)"; echo done',
    ],
    [['sh', '-c', `mysql -p"a b"c shop`], 'sh | -c | mysql -p"[REDACTED]" shop'],
    [['env', 'DB_PASSWORD=a b', 'tool'], 'env | DB_PASSWORD=[REDACTED] | tool'],
    [['launchctl', 'setenv', 'DB_PASSWORD', 'S3'], 'launchctl | setenv | DB_PASSWORD | [REDACTED]'],
  ])('%j becomes what is evidence, without them', (words, expected) => {
    expect(argv(...words)).toBe(expected);
  });

  it('in a connection string of rclone have a placeholder that does not end the string', () => {
    const [destination = ''] = hasher.redactArguments([':webdav,pass=S3,url=https://h:']);
    expect(destination).toMatch(/^:webdav,pass="\[REDACTED:[0-9a-f]{12}\]",url=https:\/\/h:$/);
    expect(hasher.redactArguments([destination])).toEqual([destination]);
  });
});

describe('secrets of an environment', () => {
  it('go by name, by login and by shape; places and ids stay', () => {
    const environment = new Map([
      ['PWD', '/Users/c'],
      ['SSH_AUTH_SOCK', '/tmp/agent'],
      ['PGPASSFILE', '/Users/c/.pgpass'],
      ['AWS_ACCESS_KEY_ID_FILE', '/k'],
      ['__proto__', 'x'],
      ['OPENAI_API_KEY', 'S3'],
      ['DATABASE_URL', 'postgres://u:S3@h/d'],
      ['EMPTY_TOKEN', ''],
    ]);
    expect([...redactor.redactEnvironment(environment)]).toEqual([
      ['PWD', '/Users/c'],
      ['SSH_AUTH_SOCK', '/tmp/agent'],
      ['PGPASSFILE', '/Users/c/.pgpass'],
      ['AWS_ACCESS_KEY_ID_FILE', '/k'],
      ['__proto__', 'x'],
      ['OPENAI_API_KEY', '[REDACTED]'],
      ['DATABASE_URL', 'postgres://u:[REDACTED]@h/d'],
      ['EMPTY_TOKEN', ''],
    ]);
  });
});

describe('secrets of prose', () => {
  it.each([
    [`don't run mysqldump -u root -pS3 here`, `don't run mysqldump -u root -p[REDACTED] here`],
    ['GET https://h/x?sig=S3&se=2 failed', 'GET https://h/x?sig=[REDACTED]&se=2 failed'],
    ['password: S3 x\nnext', 'password: [REDACTED]\nnext'],
    ['the password was wrong', 'the password was wrong'],
    ['Cookie: a=S3\nHost: h', 'Cookie: [REDACTED]\nHost: h'],
  ])('%j', (text, expected) => {
    expect(redactor.redactText(text)).toBe(expected);
  });
});

describe('the mode drop', () => {
  it('hides all of a program that holds a secret, so that a second time changes nothing', () => {
    const own = new Redactor({ kind: 'drop' });
    expect(own.redactArguments(["token=''mysql"])).toEqual(['token=[REDACTED]']);
  });

  const dropper = new Redactor({ kind: 'drop' });

  it('keeps the program, and scheme and host of a URL, and counts what is left out', () => {
    expect(dropper.redactArguments(['mysql', '-h', 'h'])).toEqual(['mysql']);
    expect(dropper.redactEnvironment(new Map([['HOME', '/Users/c']])).size).toBe(0);
    expect(dropper.redactUrl('https://u:p@h:8443/x?y=1')).toBe('https://h:8443');
    expect(dropper.redactText('anything')).toBe('[REDACTED]');
    expect(dropper.count).toBe(5);
  });
});
