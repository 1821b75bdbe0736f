import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  hostOf,
  hostOfRemote,
  isLocalHost,
  isLocalName,
  isRemote,
  rcloneService,
  withoutParameters,
} from '../../../agent/context/remote.ts';
import type { RemoteForm } from '../../../rules/catalogue/catalogue.ts';

describe('isRemote', () => {
  it.each<[string, RemoteForm, boolean]>([
    ['remote:', 'colon', true],
    ['remote:path/x.csv', 'colon', true],
    ['my remote:x', 'colon', true],
    ['maria@host:x.csv', 'colon', true],
    ['host::module', 'colon', true],
    [':s3:bucket', 'colon', true],
    [':s3,key=a/b:bucket', 'colon', true],
    ['remote,key=a:b', 'colon', true],
    ['x.csv', 'colon', false],
    ['/Users/maria/12:30.csv', 'colon', false],
    ['./12:30.csv', 'colon', false],
    ['dir/12:30.csv', 'colon', false],
    [':', 'colon', false],
    ['', 'colon', false],
    ['https://example.net', 'colon', false],
    ['s3://bucket', 'url', true],
    ['HTTPS://example.net', 'url', true],
    ['file:///tmp/x', 'url', false],
    ['FILE:///tmp/x', 'url', false],
    ['/tmp/x', 'url', false],
    ['://x', 'url', false],
    ['x:y', 'url', false],
    ['play/bucket', 'alias', true],
    ['my-minio/bucket/x', 'alias', true],
    ['/play/bucket', 'alias', false],
    ['./x', 'alias', false],
    ['play', 'alias', false],
    ['play/', 'alias', false],
    ['maria@host:x.csv', 'login', true],
    ['host::module', 'login', true],
    ['./12:30.csv', 'login', false],
    ['rsync://host/mod', 'login', false],
    ['host', 'any', true],
    ['-', 'any', false],
    ['', 'any', false],
  ])('says of %j as %s: %s', (operand, form, expected) => {
    expect(isRemote(operand, [form])).toBe(expected);
  });

  it('needs one of the forms, and without forms nothing is remote', () => {
    expect(isRemote('rsync://host/mod', ['colon', 'url'])).toBe(true);
    expect(isRemote('rsync://host/mod', [])).toBe(false);
  });
});

describe('hostOf', () => {
  it.each([
    ['https://files.example.net/in', 'files.example.net'],
    ['https://Files.Example.NET./in', 'files.example.net'],
    ['HTTP://files.example.net:8080', 'files.example.net'],
    ['https://maria:SECRET@files.example.net/', 'files.example.net'],
    ['https://maria:p@ss@files.example.net/', 'files.example.net'],
    ['https://files.example.net?x=https://other.example.net', 'files.example.net'],
    ['https://files.example.net#@other.example.net', 'files.example.net'],
    ['https://files.example.net\\@other.example.net/', 'files.example.net'],
    ['https://files.example.net/@other.example.net', 'files.example.net'],
    ['ftp://ftp.example.net', 'ftp.example.net'],
    ['sftp://ftp.example.net:22/in', 'ftp.example.net'],
    ['davs://dav.example.net/', 'dav.example.net'],
    ['scp://maria@files.example.net:2222/~/in/', 'files.example.net'],
    ['smb://files.example.net/share/', 'files.example.net'],
    ['smtps://smtp.example.net:465', 'smtp.example.net'],
    ['imaps://maria:SECRET@imap.example.net/INBOX', 'imap.example.net'],
    ['tftp://files.example.net/x', 'files.example.net'],
    ['mqtts://broker.example.net/topic', 'broker.example.net'],
    ['fish://maria@files.example.net', 'files.example.net'],
    ['https://[2001:DB8::7]:8443/in', '2001:db8::7'],
    ['https://10.0.0.7:9000', '10.0.0.7'],
    ['https://167772167/in', '10.0.0.7'],
    ['https://0xA000007:9000', '10.0.0.7'],
    ['https://012.0.0.07/in', '10.0.0.7'],
    ['https://10.7', '10.0.0.7'],
    ['https://[2001:db8:0:0::7]/in', '2001:db8::7'],
    ['https://[::ffff:10.0.0.7]/in', '10.0.0.7'],
    ['https://[::ffff:a00:7]/in', '10.0.0.7'],
    ['https://999999999999/in', '999999999999'],
    ['https://10.0.0.7.example.net/in', '10.0.0.7.example.net'],
    ['https://0xa.example.net/in', '0xa.example.net'],
  ])('of %s is %s', (destination, host) => {
    expect(hostOf(destination)).toBe(host);
  });

  it.each([
    's3://bucket/k',
    'gs://bucket',
    'remote:path',
    'files.example.net',
    'https://',
    'https:///x',
    '',
  ])('of %j is unknown', (destination) => {
    expect(hostOf(destination)).toBeNull();
  });
});

describe('hostOfRemote', () => {
  it.each<[string, RemoteForm, string | null]>([
    ['files.example.net:in', 'login', 'files.example.net'],
    ['maria@Files.Example.NET.:in', 'login', 'files.example.net'],
    ['maria@corp@files.example.net:in', 'login', 'files.example.net'],
    ['maria@[2001:DB8::7]:in', 'login', '2001:db8::7'],
    ['[2001:DB8::7]:in', 'login', '2001:db8::7'],
    ['files.example.net::mod/in', 'login', 'files.example.net'],
    ['rsync://maria@files.example.net:873/mod', 'login', 'files.example.net'],
    ['scp://files.example.net/in', 'login', 'files.example.net'],
    ['sftp://files.example.net/in', 'login', 'files.example.net'],
    ['s3://bucket/k', 'login', null],
    ['dir/files.example.net:in', 'login', null],
    [':in', 'login', null],
    ['x.csv', 'login', null],
    ['', 'login', null],
    ['work:in', 'colon', null],
    ['https://files.example.net/in', 'url', 'files.example.net'],
    ['rsync://files.example.net/in', 'url', null],
    ['TermBin.com', 'any', 'termbin.com'],
    ['::1', 'any', '::1'],
    ['', 'any', null],
  ])('of %j as %s is %s', (destination, form, host) => {
    expect(hostOfRemote(destination, [form])).toBe(host);
  });
});

describe('isLocalName', () => {
  it.each(['localhost', 'dev.localhost', '127.0.0.1', '127.1', '0.0.0.0', '::1', '::'])(
    'is true of %s',
    (host) => {
      expect(isLocalName(host)).toBe(true);
    },
  );

  it.each(['', 'localhost.net', 'notlocalhost', '127.example.net', '10.0.0.1', '2001:db8::1'])(
    'is false of %j',
    (host) => {
      expect(isLocalName(host)).toBe(false);
    },
  );
});

describe('isLocalHost', () => {
  it.each([
    'http://localhost',
    'http://LOCALHOST.:8080/in',
    'http://127.0.0.1:9000',
    'http://127.1.2.3/',
    'http://[::1]/',
    'http://0.0.0.0:8000',
    'localhost:/tmp',
    'maria@localhost:/tmp',
    'localhost::module',
    '127.0.0.1:x',
    'maria@[::1]:x',
    'rsync://localhost/mod',
    'file:///tmp/x',
    'FILE:///tmp/x',
  ])('is true of %s', (destination) => {
    expect(isLocalHost(destination)).toBe(true);
  });

  it.each([
    'http://localhost.example.net',
    'http://127.0.0.1.example.net/',
    'http://example.net/localhost:80',
    'http://localhost@example.net/',
    'host:localhost',
    's3://localhost',
    'http://10.0.0.1',
    'x.csv',
  ])('is false of %s', (destination) => {
    expect(isLocalHost(destination)).toBe(false);
  });
});

describe('withoutParameters', () => {
  it.each([
    [':s3,access_key_id=AK,secret_access_key=SECRET:bucket/x', ':s3:bucket/x'],
    ['work,secret_access_key=SECRET:bucket', 'work:bucket'],
    [':sftp,host="files.example.net:22",pass=SECRET:in', ':sftp:in'],
    [":webdav,url='https://maria:SECRET@cloud.example.net':in", ':webdav:in'],
    [':s3,a="x""y:z",b=1:bucket', ':s3:bucket'],
    [':s3:bucket/a,b:c', ':s3:bucket/a,b:c'],
    [':s3,a="SECRET:x', ':s3:'],
    [':s3,key=SECRET', ':s3:'],
    [':webdav,url=https://maria:SECRET@cloud.example.net/dav:in', ':webdav:'],
    [':s3,provider=AWS:bucket/12:30.csv', ':s3:bucket/12:30.csv'],
    ['remote:path', 'remote:path'],
    ['s3://bucket/a,b', 's3://bucket/a,b'],
    ['https://example.net/a,b:c', 'https://example.net/a,b:c'],
    ['', ''],
  ])('of %s is %s', (destination, expected) => {
    expect(withoutParameters(destination)).toBe(expected);
  });

  it('reads hostile parameters in time', () => {
    const hostile = `:s3${',a'.repeat(40)}":x`;
    expect(() => {
      runInNewContext('read()', { read: () => withoutParameters(hostile) }, { timeout: 1000 });
    }).not.toThrow();
  });
});

describe('rcloneService', () => {
  const backends = new Map([
    ['s3', 's3'],
    ['drive', 'gdrive'],
    ['google cloud storage', 'gcs'],
  ]);
  const services = new Set(['dropbox', 'onedrive']);

  it.each([
    [':s3:bucket', 's3'],
    [':S3,provider=AWS:bucket', 's3'],
    [':drive:', 'gdrive'],
    [':google cloud storage:bucket', 'gcs'],
    ['dropbox:in', 'dropbox'],
    ['OneDrive:', 'onedrive'],
    ['onedrive,drive_type=business:in', 'onedrive'],
    [':dropbox:in', null],
    [':sftp,host=dropbox:in', null],
    ['work-dropbox:in', null],
    ['dropbox2:in', null],
    ['/dropbox:in', null],
    ['s3:in', null],
    ['dropbox', null],
    ['__proto__:in', null],
    [null, null],
  ])('of %s is %s', (destination, service) => {
    expect(rcloneService(destination, backends, services)).toBe(service);
  });

  it('names nothing for tools that have no back ends', () => {
    expect(rcloneService('dropbox:in', new Map(), services)).toBeNull();
  });
});

describe('a destination of 200,000 characters', () => {
  const parts = [':', ',', '.', 'a.', '@', '/', 'a,', ':1', '[', '",', '=","', "='a'", '1', 'a:'];
  const readers: readonly (readonly [string, (text: string) => unknown])[] = [
    ['isRemote', (text) => isRemote(text, ['colon', 'url', 'alias', 'login'])],
    ['hostOf', (text) => hostOf(`https://${text}`)],
    ['hostOfRemote', (text) => hostOfRemote(text, ['login'])],
    ['isLocalHost', isLocalHost],
    ['isLocalName', isLocalName],
    ['withoutParameters', (text) => withoutParameters(`:s3,${text}`)],
    ['rcloneService', (text) => rcloneService(`r${text}`, new Map([['s3', 's3']]), new Set())],
  ];

  // A read that grew with the square of the length would need minutes for each of these.
  it.each(readers)('is read in time by %s', (_, read) => {
    for (const part of parts) {
      const text = part.repeat(200_000 / part.length);
      const context = { read: () => [text, `${text}x`, `a${text}\n`].map(read) };
      expect(() => {
        runInNewContext('read()', context, { timeout: 2000 });
      }).not.toThrow();
    }
  });
});
