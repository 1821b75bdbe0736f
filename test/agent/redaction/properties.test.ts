import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../agent/redaction/redactor.ts';

const KEY = new Uint8Array(32).fill(3);
const redactor = new Redactor({ kind: 'redact' });
const hasher = new Redactor({ kind: 'hash', key: KEY });
const dropper = new Redactor({ kind: 'drop' });

/** A secret of characters that need no quoting, with a mark in it that nothing else has. */
const plainSecret = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019!%+~^*.-_')), maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019!%+~^*.')), maxLength: 12 }),
  )
  .map(([before, after]) => `q${before}Zq7Mark${after}`);

/** A secret of any characters that an argument can hold. */
const anySecret = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 12 }))
  .map(([before, after]) => `q${before}Zq7Mark${after}`);

/** A secret in single quotes, as a shell takes it. */
const quoted = (secret: string): string => `'${secret.replaceAll("'", `'\\''`)}'`;
const sql = (secret: string): string =>
  `'${secret.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const json = (secret: string): string => JSON.stringify(secret);

type Position = (secret: string) => readonly string[];

/** Places where a whole argument, or all of it behind a fixed start, is the secret. */
const ARGUMENTS: readonly Position[] = [
  (s) => ['mysql', '-uroot', `-p${s}`, 'shop'],
  (s) => ['/opt/homebrew/bin/mysqldump', '-vp' + s, 'shop'],
  (s) => ['sudo', '-u', 'root', 'nice', '-n', '5', 'mysqldump', `--password=${s}`],
  (s) => ['mongodump', '-u', 'u', '-p', s, '--db', 'x'],
  (s) => ['env', 'A=b', 'sqlcmd', '-S', 'srv', '-P', s],
  (s) => ['bcp', 't', 'out', 'f.csv', `-P${s}`],
  (s) => ['xargs', '-n', '1', 'redis-cli', '-a', s, 'KEYS', '*'],
  (s) => ['curl', '-sSu', `maria:${s}`, '-T', 'x.csv', 'https://dav.example/'],
  (s) => ['curl', '-b', `session=${s}`, 'https://h/'],
  (s) => ['curl', '-H', `X-Api-Key: ${s.replaceAll(/\s/g, '_')}`, 'https://h/'],
  (s) => ['curl', '-d', `{"user":"u","password":${json(s)}}`, 'https://h/'],
  (s) => ['lftp', '-u', `u,${s}`, 'ftp.example'],
  (s) => ['zip', '-rP', s, 'a.zip', 'd.sql'],
  (s) => ['find', '.', '-name', '*.sql', '-exec', 'zip', '-P', s, '{}.zip', '{}', ';'],
  (s) => ['7zz', 'a', `-p${s}`, 'a.7z', 'd.sql'],
  (s) => ['openssl', 'enc', '-pass', `pass:${s}`, '-in', 'a'],
  (s) => ['sshpass', '-p', s, 'ssh', 'h', 'ls'],
  (s) => ['docker', 'login', '-u', 'u', '-p', s, 'reg.example'],
  (s) => ['docker', 'run', '-e', `DB_PASSWORD=${s}`, 'img'],
  (s) => ['docker', 'exec', '-i', 'db', 'mysqldump', '-uroot', `-p${s}`, 'shop'],
  (s) => ['dscl', '.', '-passwd', '/Users/c', 'old', s],
  (s) => ['mc', 'alias', 'set', 'store', 'https://s3.example', 'ID', s],
  (s) => ['aws', 'configure', 'set', 'aws_secret_access_key', s],
  (s) => ['tool', '--', `--api-key=${s}`],
  (s) => ['tool', '--db-password', s, '--out', 'f'],
  (s) => ['PGPASSWORD=' + s, 'pg_dump'],
  (s) => ['psql', '-c', `ALTER USER app WITH PASSWORD ${sql(s)}`],
  (s) => ['mysql', '-e', `CREATE USER a IDENTIFIED BY ${sql(s)}`],
  (s) => ['sh', '-c', `PGPASSWORD=${quoted(s)} pg_dump -h db shop > /Users/c/s.sql`],
  (s) => ['bash', '-lc', `export DB_PASSWORD=${quoted(s)}; run`],
  (s) => ['zsh', '-c', `cd /tmp && sudo mysqldump --password=${quoted(s)} shop | gzip`],
  (s) => ['sh', '-c', `bash -c ${quoted(`mysql -p${quoted(s)} shop`)}`],
  (s) => ['ssh', 'h', `mongodump -u u -p ${quoted(s)} --archive`],
];

/** Places with a syntax around the secret that gives some characters a meaning. */
const EMBEDDED: readonly Position[] = [
  (s) => ['psql', `postgres://u:${s}@db.example/shop`],
  (s) => ['redis-cli', '-u', `redis://:${s}@r:6379`],
  (s) => ['psql', `host=db user=app password=${s} dbname=shop`],
  (s) => ['app', `--connection=Server=s;User Id=sa;Password=${s};Encrypt=true`],
  (s) => ['java', '-jar', 'x.jar', `jdbc:sqlserver://h;user=sa;password=${s};encrypt=true`],
  (s) => ['java', `-Dspring.datasource.password=${s}`, 'Main'],
  (s) => ['rclone', 'copy', 'd.sql', `:webdav,user=u,pass=${s},url=https://h:`],
  (s) => ['azcopy', 'copy', 'd.sql', `https://a.blob.core.windows.net/c?sv=1&sig=${s}&se=2`],
  (s) => ['curl', `https://h/x?access_token=${s}&page=2#t`],
  (s) => ['curl', `maria:${s}@dav.example/x`],
  (s) => ['sqlplus', '-S', `scott/${s}@orcl`, '@export.sql'],
  (s) => ['http', 'POST', 'api.example', `X-Api-Key:${s}`],
  (s) => ['sh', '-c', `mysql -p${s} <<EOF\nselect 1;\nEOF`],
  (s) => ['sh', '-c', `curl -u maria:${s} "https://h/$(mysql -p${s} shop)"`],
];

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        'mysql',
        'sh',
        '-c',
        '-p',
        '-psecret',
        'password',
        'token',
        '=',
        ':',
        '"',
        "'",
        '\\',
        ' ',
        'curl',
        '-u',
        'a:b',
        '-H',
        'Authorization: Basic eHg',
        '{"secret":',
        '}',
        ';',
        '&',
        '?',
        ',',
        'https://u:p@h/',
        '@',
        '$(',
        ')',
        '`',
        '\n',
        '--password',
        'IDENTIFIED BY',
        '[REDACTED]',
        '/',
        '[REDACTED:0123456789ab]',
        'PRAGMA key',
        'zip',
        'sudo',
        'rclone',
        ':s3,',
        '\0',
        '🔑',
        '[',
        ']',
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join('')),
);

describe('a redactor', () => {
  it.each([
    ['redact', redactor],
    ['hash', hasher],
    ['drop', dropper],
  ])('in the mode %s changes nothing that it has already redacted', (_, own) => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), text, (argv, value) => {
        const once = own.redactArguments(argv);
        expect(own.redactArguments(once)).toEqual(once);
        const prose = own.redactText(value);
        expect(own.redactText(prose)).toBe(prose);
        const url = own.redactUrl(value);
        expect(own.redactUrl(url)).toBe(url);
        const env = own.redactEnvironment(new Map([['DATABASE_URL', value]]));
        expect(own.redactEnvironment(env)).toEqual(env);
      }),
      { numRuns: 600 },
    );
  });

  it('keeps the number of arguments and gives text for any text', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (argv) => {
        const result = redactor.redactArguments(argv);
        expect(result).toHaveLength(argv.length);
        for (const word of result) expect(typeof word).toBe('string');
      }),
    );
  });

  it.each(ARGUMENTS.map((position) => [position('SECRET').join(' '), position] as const))(
    'hides any secret at: %s',
    (_, position) => {
      fc.assert(
        fc.property(anySecret, (secret) => {
          for (const own of [redactor, hasher, dropper])
            expect(own.redactArguments(position(secret)).join('\n')).not.toContain('Zq7Mark');
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each(EMBEDDED.map((position) => [position('SECRET').join(' '), position] as const))(
    'hides a secret without special characters at: %s',
    (_, position) => {
      fc.assert(
        fc.property(plainSecret, (secret) => {
          for (const own of [redactor, hasher, dropper]) {
            expect(own.redactArguments(position(secret)).join('\n')).not.toContain('Zq7Mark');
            // The borders of the arguments may be lost.
            expect(own.redactText(position(secret).join(' '))).not.toContain('Zq7Mark');
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it('gives equal secrets equal keyed placeholders, wherever they stand and however they are quoted', () => {
    fc.assert(
      fc.property(plainSecret, (secret) => {
        const [, , first = ''] = hasher.redactArguments(['mysql', '-uroot', `-p${secret}`]);
        const placeholder = first.slice('-p'.length);
        expect(placeholder).toMatch(/^\[REDACTED:[0-9a-f]{12}\]$/);
        expect(hasher.redactVariable('PGPASSWORD', secret)).toBe(placeholder);
        expect(hasher.redactArguments(['sh', '-c', `mysql -p"${secret}"`])[2]).toBe(
          `mysql -p"${placeholder}"`,
        );
        const other = new Redactor({ kind: 'hash', key: new Uint8Array(32).fill(4) });
        expect(other.redactVariable('PGPASSWORD', secret)).not.toBe(placeholder);
      }),
    );
  });
});
