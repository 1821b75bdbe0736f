import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MAX_SECRET_BYTES,
  readCertificateFile,
  readSecretFile,
  SecretFileError,
} from '../../../agent/deliver/secret-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-secret-'));
  path = join(folder, 'token');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string, mode = 0o600): void {
  writeFileSync(path, text);
  // The mask of the process has no say in it.
  chmodSync(path, mode);
}

function messageOf(read: (path: string) => string): string {
  try {
    read(path);
  } catch (error) {
    if (error instanceof SecretFileError) return error.message;
    throw error;
  }
  return 'was read';
}

describe('a secret file', () => {
  it('is read without the blanks and line ends around the secret', () => {
    write(' \n tok en\r\n\n');
    expect(readSecretFile(path)).toBe('tok en');
  });

  it.each([0o600, 0o400, 0o700])('may be for its owner only: %o', (mode) => {
    write('secret', mode);
    expect(readSecretFile(path)).toBe('secret');
  });

  it.each([0o640, 0o604, 0o620, 0o602, 0o601, 0o644, 0o666])(
    'is refused when others have any right: %o',
    (mode) => {
      write('hunter2', mode);
      expect(messageOf(readSecretFile)).toBe(
        `${path}: others can read it (mode ${mode.toString(8)}); replace it and "chmod 600" the new one`,
      );
    },
  );

  it.each(['', ' \n'])('is refused when nothing is in it: %j', (text) => {
    write(text);
    expect(messageOf(readSecretFile)).toBe(`${path}: is empty; put the secret there`);
  });

  it('is refused when it is not there', () => {
    expect(messageOf(readSecretFile)).toBe(
      `${path}: cannot be read (ENOENT); name a file, no link`,
    );
  });

  it('is no link, also when it leads to a good one', () => {
    writeFileSync(join(folder, 'real'), 'secret', { mode: 0o600 });
    symlinkSync(join(folder, 'real'), path);
    expect(messageOf(readSecretFile)).toBe(`${path}: cannot be read (ELOOP); name a file, no link`);
  });

  it('is no folder and no pipe, and asking one does not hang', () => {
    mkdirSync(path, { mode: 0o700 });
    expect(messageOf(readSecretFile)).toBe(`${path}: is not a file; name a file`);
    rmSync(path, { recursive: true });
    execFileSync('mkfifo', ['-m', '600', path]);
    expect(messageOf(readSecretFile)).toBe(`${path}: is not a file; name a file`);
  });

  it('has a bound', () => {
    write('x'.repeat(MAX_SECRET_BYTES));
    expect(readSecretFile(path)).toHaveLength(MAX_SECRET_BYTES);
    write('x'.repeat(MAX_SECRET_BYTES + 1));
    expect(messageOf(readSecretFile)).toBe(
      `${path}: is longer than ${MAX_SECRET_BYTES} bytes; name another`,
    );
  });

  it.runIf(process.geteuid?.() === 0)('belongs to root or to the agent', () => {
    write('secret');
    chownSync(path, 12_345, 0);
    expect(messageOf(readSecretFile)).toBe(`${path}: belongs to uid 12345; "chown root" it`);
  });

  it('is never quoted', () => {
    write('hunter2', 0o644);
    expect(messageOf(readSecretFile)).not.toContain('hunter2');
  });
});

describe('a certificate file', () => {
  it('is read as it is', () => {
    write(' a\nb \n', 0o644);
    expect(readCertificateFile(path)).toBe(' a\nb \n');
  });

  it.each([0o664, 0o646, 0o622])('is refused when others can change it: %o', (mode) => {
    write('certificate', mode);
    expect(messageOf(readCertificateFile)).toBe(
      `${path}: others can write it (mode ${mode.toString(8)}); replace it and "chmod 644" the new one`,
    );
  });
});
