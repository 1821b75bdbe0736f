import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile, LogFileError } from '../../../agent/health/log-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-log-'));
  path = join(folder, 'agent.log');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const content = (file = path): string => readFileSync(file, 'utf8');

it('goes on where it ended, and is for its owner alone', () => {
  const first = new LogFile(path);
  first.write('a\n');
  first.close();
  const second = new LogFile(path);
  second.write('b\n');
  second.close();
  expect(content()).toBe('a\nb\n');
  expect(statSync(path).mode & 0o777 & ~0o600).toBe(0);
});

it('begins a new line where the last one was cut off', () => {
  writeFileSync(path, 'whole\nha');
  const log = new LogFile(path);
  log.write('a\n');
  log.write('b\n');
  log.close();
  expect(content()).toBe('whole\nha\na\nb\n');
});

it('follows the system that moves it away: lines go to the old file until the next look, then to a new one', () => {
  const log = new LogFile(path);
  log.write('a\n');
  renameSync(path, `${path}.0`);
  log.write('b\n');
  log.look();
  log.write('c\n');
  log.close();
  expect([content(`${path}.0`), content()]).toEqual(['a\nb\n', 'c\n']);
});

it('makes a new one when somebody removed it', () => {
  const log = new LogFile(path);
  rmSync(path);
  log.look();
  log.write('a\n');
  log.close();
  expect(content()).toBe('a\n');
});

it('leaves lines out above its bound, counts them, and goes on when it was moved away or emptied', () => {
  const log = new LogFile(path, 10);
  log.write('1234567\n');
  log.write('too long\n');
  log.write('too long\n');
  expect(log.leftOut).toBe(2);
  truncateSync(path);
  log.look();
  log.write('after\n');
  expect(log.leftOut).toBe(0);
  log.close();
  expect(content()).toBe('after\n');
});

const open = (): number => readdirSync('/dev/fd').length;

it('counts anew in a new file, and leaves none open', () => {
  const before = open();
  const log = new LogFile(path, 10);
  for (let files = 0; files < 3; files += 1) {
    log.write('1234567\n');
    renameSync(path, `${path}.${files}`);
    log.look();
  }
  expect(log.leftOut).toBe(0);
  log.close();
  expect(open()).toBe(before);
});

it('counts what a file holds already', () => {
  writeFileSync(path, '123456789\n');
  const log = new LogFile(path, 10);
  log.write('x\n');
  expect(log.leftOut).toBe(1);
  log.close();
});

it('keeps the old file while it cannot have a new one', () => {
  const log = new LogFile(path);
  renameSync(path, `${path}.0`);
  mkdirSync(path);
  log.look();
  log.write('a\n');
  log.close();
  expect(content(`${path}.0`)).toBe('a\n');
});

it('keeps the old file while its folder is no folder', () => {
  mkdirSync(join(folder, 'logs'));
  const log = new LogFile(join(folder, 'logs/agent.log'));
  renameSync(join(folder, 'logs'), join(folder, 'old'));
  writeFileSync(join(folder, 'logs'), '');
  log.look();
  log.write('a\n');
  log.close();
  expect(content(join(folder, 'old/agent.log'))).toBe('a\n');
});

it('follows no link, and is in no folder that is not there', () => {
  symlinkSync(join(folder, 'elsewhere'), path);
  expect(() => new LogFile(path)).toThrow(LogFileError);
  expect(() => new LogFile(path)).toThrow(/agent\.log: cannot be written \(ELOOP\)/);
  expect(() => new LogFile(join(folder, 'no/agent.log'))).toThrow(/ENOENT/);
  expect(() => new LogFile('/dev/null')).toThrow('/dev/null: is not a file; name a file');
});
