import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathHider } from '../../../agent/redaction/path-hider.ts';

const ENDINGS = new Set(['.sql', '.csv', '.gz', '.zip']);
const hider = new PathHider(new Uint8Array(32).fill(7), ENDINGS);
const KEY_ID = `AKIA${'Q'.repeat(16)}`;

/** The placeholder without its hash. */
const plain = (text: string): string => text.replace(/\[REDACTED:[0-9a-f]{12}\]/g, '[…]');

describe('a path that is kept', () => {
  it.each([
    ['/Users/maria/Downloads/password=S3cret.csv', '/Users/maria/Downloads/password=[…].csv'],
    ['/Users/maria/x/db-token=S3cret.sql.gz', '/Users/maria/x/db-token=[…].sql.gz'],
    ['/Users/maria/x/password=S3cret.v2', '/Users/maria/x/password=[…]'],
    ['/Users/maria/PGPASSWORD=S3 cret/x.csv', '/Users/maria/PGPASSWORD=[…]/x.csv'],
    ['/Users/maria/x.csv?sv=1&sig=S3cret&se=2', '/Users/maria/x.csv?sv=1&sig=[…]&se=2'],
    [`/Users/maria/dump-${KEY_ID}.sql`, '/Users/maria/dump-[…].sql'],
    [`/Users/maria/${KEY_ID}/dump.sql`, '/Users/maria/[…]/dump.sql'],
    ['/Users/maria/mirror/ftp:/u:S3cret@h.example/x', '/Users/maria/mirror/ftp:/u:[…]@h.example/x'],
  ])('%s has a placeholder for the secret and keeps the rest', (path, expected) => {
    expect(plain(hider.path(path))).toBe(expected);
  });

  it.each([
    '/Users/maria/Downloads/customers.csv',
    '/Users/maria/Documents/passwords.xlsx',
    '/Users/maria/Documents/password.csv',
    '/Users/maria/icon@2x.png',
    '/Users/maria/Library/Application Support/x=y/a.csv',
    '/Users/maria/3f2504e0-4f89-41d3-9a0c-0305e82c3301.csv',
    '/Users/maria/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.sql',
    '/Applications/DBeaver.app/Contents/MacOS/dbeaver',
    '/',
    '',
    'relative.csv',
  ])('%j has no secret and stays', (path) => {
    expect(hider.path(path)).toBe(path);
  });

  it('has one placeholder for all spellings that are one file, and another under another key', () => {
    const path = '/x/password=Größe.csv';
    const hidden = hider.path(path);
    expect(hider.path(path.normalize('NFD'))).toBe(hidden);
    expect(hider.path('/x/password=GRÖßE.csv')).toBe(hidden);
    expect(hider.path('/x/password=other.csv')).not.toBe(hidden);
    const other = new PathHider(new Uint8Array(32).fill(8), ENDINGS);
    expect(other.path(path)).not.toBe(hidden);
  });

  const name = fc
    .array(
      fc
        .constantFrom('a', 'password=', 'token=', 'x', '.csv', '.gz', '=', '@', ':', '?', '&', ' ')
        .map(String)
        .chain((part) =>
          fc.constantFrom(part, `${part}S3`, 'u:p@h', 'https:', KEY_ID, '[REDACTED]'),
        ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''));

  it('is not changed again when it is hidden again, in its key form neither', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (names) => {
        const hidden = hider.path(`/${names.join('/')}`);
        expect(hider.path(hidden)).toBe(hidden);
        expect(hider.path(hidden.toLowerCase())).toBe(hidden.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });

  it('begins with the hidden form of every folder above it', () => {
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 3 }),
        fc.array(name, { maxLength: 3 }),
        (above, below) => {
          const folder = `/${above.join('/')}`;
          const rest = below.join('/');
          const whole = hider.path(`${folder}/${rest}`);
          expect(whole.startsWith(`${hider.path(folder)}/`)).toBe(true);
          // A path that is put together of hidden and plain parts is the same path.
          expect(hider.path(`${hider.path(folder)}/${rest}`)).toBe(whole);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('another text that is kept', () => {
  it.each([
    ['sftp://u:S3cret@h/x', 'sftp://u:[…]@h/x'],
    [':webdav,user=u,pass=S3cret,url=https://h:in', ':webdav,user=u,pass="[…]",url=https://h:in'],
    ['curl password=S3cret.csv', 'curl password=[…]'],
    ['dropbox:backup', 'dropbox:backup'],
    ['s3://bucket/dump.gz', 's3://bucket/dump.gz'],
    ['maria', 'maria'],
  ])('%s has no secret any more', (text, expected) => {
    expect(plain(hider.text(text))).toBe(expected);
    expect(hider.text(hider.text(text))).toBe(hider.text(text));
  });

  it('has none anywhere in JSON, and the JSON is otherwise the same', () => {
    const value = {
      path: '/x/token=S3cret.csv',
      list: [{ deep: 'https://u:S3cret@h/' }],
      n: 1,
      o: null,
    };
    expect(plain(hider.json(value))).toBe(
      '{"path":"/x/token=[…].csv","list":[{"deep":"https://u:[…]@h/"}],"n":1,"o":null}',
    );
    const harmless = { path: '/x/a.csv', text: 'dropbox:backup', list: [1, 'x'] };
    expect(hider.json(harmless)).toBe(JSON.stringify(harmless));
  });
});
