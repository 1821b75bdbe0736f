import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../collectors/endpoint-security/message.ts';
import { type MessageSkip, normalize } from '../../../collectors/endpoint-security/normalize.ts';
import type { Event, FileState, Process } from '../../../collectors/event.ts';
import { MAX_PATH_LENGTH } from '../../../collectors/untrusted.ts';
import {
  BODIES,
  DESTINATION,
  EXEC_BODY,
  esLine,
  esMessage,
  fileOf,
  processOf,
  tokenOf,
} from '../../support/es-message.ts';

function normalized(name: string, body: unknown, changes: object = {}): Event | MessageSkip {
  const message = esMessage(name, body, { ...changes });
  const read = readMessage(message, esLine(message));
  if (typeof read === 'string') throw new Error(`unreadable: ${read}`);
  return normalize(read);
}

function expectedProcess(pid: number): Process {
  return {
    pid,
    pidversion: pid + 70_000,
    parent: { pid: pid + 1, pidversion: pid + 70_001 },
    responsible: { pid: pid + 2, pidversion: pid + 70_002 },
    auditUserId: 501,
    realUserId: 503,
    executable: `/opt/example/program-${pid}`,
    name: `program-${pid}`,
    signingId: `com.example.signed-${pid}`,
    teamId: 'EXAMPLE123',
    isPlatformBinary: true,
    cdhash: '00112233445566778899AABBCCDDEEFF01234567',
    startUs: Date.parse('2026-11-02T08:59:59Z') * 1000 + 123_456,
  };
}

const FILE: FileState = {
  inode: '103736',
  size: 4097,
  ownerId: 504,
  modifiedUs: Date.parse('2026-11-02T09:00:00Z') * 1000 + 2,
};
const SOURCE_PATH = '/Users/maria/Downloads/old.csv';
const BASE = {
  collector: 'endpoint-security',
  timeUs: Date.parse('2026-11-02T09:00:01Z') * 1000 + 123,
  process: expectedProcess(1000),
};
const ONE_FILE = { ...BASE, path: SOURCE_PATH, file: FILE };
const TRANSFER = { ...BASE, sourcePath: SOURCE_PATH, path: DESTINATION, file: FILE };

describe('normalize', () => {
  it.each([
    ['fork', { ...BASE, kind: 'process.fork', child: expectedProcess(3000) }],
    ['exit', { ...BASE, kind: 'process.exit', status: 256 }],
    ['open', { ...ONE_FILE, kind: 'file.open', flags: 16_777_217 }],
    ['close', { ...ONE_FILE, kind: 'file.close' }],
    ['create', { ...ONE_FILE, kind: 'file.create' }],
    ['unlink', { ...ONE_FILE, kind: 'file.unlink' }],
    ['truncate', { ...ONE_FILE, kind: 'file.truncate' }],
    ['rename', { ...TRANSFER, kind: 'file.rename' }],
    ['link', { ...TRANSFER, kind: 'file.link' }],
    ['clone', { ...TRANSFER, kind: 'file.clone' }],
    ['copyfile', { ...TRANSFER, kind: 'file.copyfile' }],
  ])('translates %s whole', (name, expected) => {
    expect(normalized(name, BODIES.get(name))).toStrictEqual(expected);
  });

  it('puts the image after an exec in process and the one before it in before', () => {
    expect(normalized('exec', EXEC_BODY)).toStrictEqual({
      ...BASE,
      kind: 'process.exec',
      process: expectedProcess(2000),
      before: expectedProcess(1000),
      args: ['pg_dump', '--file', 'a b.sql', ''],
      workingDirectory: '/Users/maria',
      script: '/Users/maria/dump.sh',
      descriptors: [
        { fd: 0, kind: 'pipe', pipeId: '7001' },
        { fd: 1, kind: 'vnode', pipeId: null },
        { fd: 2, kind: 'socket', pipeId: null },
        { fd: 3, kind: 'other', pipeId: null },
      ],
    });
  });

  it.each([...BODIES])('skips %s when another client denied it', (name, body) => {
    const denied = { result: { result_type: 0, result: { auth: 1 } } };
    expect(normalized(name, body, { action: denied })).toBe('denied');
  });

  it('skips an open that was let through with no flags', () => {
    const denied = { result: { result_type: 1, result: { flags: 0 } } };
    expect(normalized('open', BODIES.get('open'), { action: denied })).toBe('denied');
  });

  it.each(['write', 'lookup', 'od_create_user', 'reserved_3'])('skips %s', (name) => {
    expect(normalized(name, { target: fileOf('/tmp/x') })).toBe('event-not-used');
  });

  it.each([
    ['says so', { modified: false, was_mapped_writable: false }],
    ['was mapped writable, which proves nothing', { modified: false, was_mapped_writable: true }],
    ['does not say it was modified', {}],
    ['says it in a number', { modified: 1 }],
  ])('skips the close of an unmodified file that %s', (_what, flags) => {
    expect(normalized('close', { target: fileOf('/tmp/x'), ...flags })).toBe('unmodified-close');
  });

  const cutFile = fileOf('/Users/maria/Downloads/cut', { path_truncated: true });
  const whole = fileOf('/Users/maria/Downloads');
  it.each([
    ['open', { file: cutFile, fflag: 1 }],
    ['close', { target: cutFile, modified: true }],
    ['create', { destination: { existing_file: cutFile } }],
    ['unlink', { target: cutFile }],
    ['truncate', { target: cutFile }],
    ['rename', { source: cutFile, destination: { existing_file: whole } }],
    ['link', { source: cutFile, target_dir: whole, target_filename: 'x' }],
    ['clone', { source: cutFile, target_dir: whole, target_name: 'x' }],
    ['copyfile', { source: cutFile, target_dir: whole, target_name: 'x' }],
  ])('skips %s of a file whose path was cut, because it names another file', (name, body) => {
    expect(normalized(name, body)).toBe('path-truncated');
  });

  const LONGEST = `/Users/maria/Downloads/${'x'.repeat(MAX_PATH_LENGTH)}`.slice(0, MAX_PATH_LENGTH);
  it.each([
    ['close', { target: fileOf(`${LONGEST}x`), modified: true }],
    ['create', { destination: { new_path: { dir: fileOf(LONGEST), filename: 'x' } } }],
    ['rename', { source: whole, destination: { existing_file: fileOf(`${LONGEST}x`) } }],
    ['clone', { source: whole, target_dir: fileOf(LONGEST), target_name: 'x' }],
  ])('skips %s of a path that is longer than macOS reports any', (name, body) => {
    expect(normalized(name, body)).toBe('path-truncated');
  });

  it('takes the longest path that macOS reports', () => {
    const body = { target: fileOf(LONGEST), modified: true };
    expect(normalized('close', body)).toMatchObject({ kind: 'file.close', path: LONGEST });
  });

  it.each([
    ['create', 'folder', { destination: { new_path: { dir: cutFile, filename: 'x' } } }],
    [
      'rename',
      'folder',
      { source: whole, destination: { new_path: { dir: cutFile, filename: 'x' } } },
    ],
    ['rename', 'file', { source: whole, destination: { existing_file: cutFile } }],
    ['link', 'folder', { source: whole, target_dir: cutFile, target_filename: 'x' }],
    ['clone', 'folder', { source: whole, target_dir: cutFile, target_name: 'x' }],
    ['copyfile', 'folder', { source: whole, target_dir: cutFile, target_name: 'x' }],
  ])(
    'skips %s to a %s whose path was cut, because it leads to another one',
    (name, _what, body) => {
      expect(normalized(name, body)).toBe('path-truncated');
    },
  );

  it('gives no audit user for a process that no login started', () => {
    const process = processOf(1000, {
      audit_token: tokenOf(1000, { auid: 4_294_967_295, ruid: 0 }),
    });
    expect(normalized('exit', { stat: 0 }, { process })).toMatchObject({
      process: { auditUserId: null, realUserId: 0 },
    });
  });

  it('knows a parent by its pid alone where there is no parent token', () => {
    const process = processOf(1000, { parent_audit_token: null });
    expect(normalized('exit', { stat: 0 }, { process })).toMatchObject({
      process: { parent: { pid: 1001, pidversion: null } },
    });
  });

  it('knows no parent where there is neither token nor pid, and no responsible process without token', () => {
    const process = processOf(1000, {
      parent_audit_token: null,
      ppid: null,
      responsible_audit_token: null,
    });
    expect(normalized('exit', { stat: 0 }, { process })).toMatchObject({
      process: { parent: null, responsible: null },
    });
  });

  it.each([
    ['/Applications/DBeaver.app/Contents/MacOS/dbeaver', 'dbeaver'],
    ['/opt/odd name/a b', 'a b'],
    ['relative', 'relative'],
    ['/ends/in/', ''],
  ])('names the process of %s by its last component', (path, name) => {
    const process = processOf(1000, { executable: fileOf(path) });
    expect(normalized('exit', { stat: 0 }, { process })).toMatchObject({
      process: { executable: path, name },
    });
  });

  it.each([
    [0, 'other'],
    [1, 'vnode'],
    [2, 'socket'],
    [3, 'other'],
    [6, 'pipe'],
    [11, 'other'],
    [99, 'other'],
  ])('calls a descriptor of type %i %s', (fdtype, kind) => {
    const body = { ...EXEC_BODY, fds: [{ fd: 4, fdtype }] };
    expect(normalized('exec', body)).toMatchObject({
      descriptors: [{ fd: 4, kind, pipeId: null }],
    });
  });
});
