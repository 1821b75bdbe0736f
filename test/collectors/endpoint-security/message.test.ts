import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EsMessage, readMessage } from '../../../collectors/endpoint-security/message.ts';
import type { JsonObject } from '../../../collectors/untrusted.ts';
import {
  BODIES,
  DESTINATION,
  EXEC_BODY,
  esLine,
  esMessage,
  fileOf,
  processOf,
  statOf,
  tokenArrayOf,
  tokenOf,
} from '../../support/es-message.ts';
import { damaged, jsonText, shuffled } from '../../support/json-text.ts';

function readLine(line: string): EsMessage | string {
  return readMessage(JSON.parse(line) as JsonObject, line);
}

function read(message: unknown): EsMessage | string {
  return readLine(esLine(message));
}

/** The message, where it must be one. */
function readable(message: unknown): EsMessage {
  const result = read(message);
  if (typeof result === 'string') throw new Error(`unreadable: ${result}`);
  return result;
}

/** A copy without one key, wherever it is. */
function without(value: unknown, key: string): unknown {
  return JSON.parse(JSON.stringify(value), (name, inner: unknown) =>
    name === key ? undefined : inner,
  );
}

const SYSTEM_INODE = '1152921500312571496';
const STAND_IN = 424_242_424;

/** The line of an event on a file whose inode a double cannot hold. */
function lineOfInodes(body: (file: object) => object, ...inodes: readonly string[]): string {
  const [first = SYSTEM_INODE, second = first] = inodes;
  const file = fileOf('/usr/lib/x', { stat: statOf({ st_ino: STAND_IN }) });
  const process = processOf(1000, {
    executable: fileOf('/bin/x', { stat: statOf({ st_ino: STAND_IN + 1 }) }),
  });
  return esLine(esMessage('open', body(file), { process }))
    .replaceAll(String(STAND_IN), first)
    .replaceAll(String(STAND_IN + 1), second);
}

function inodeOf(line: string): string | null {
  const message = readLine(line);
  if (typeof message === 'string' || message.event?.type !== 'open') throw new Error('no open');
  return message.event.file.inode;
}

const open = (file: object): object => ({ file, fflag: 1 });

/** The id of the pipe that an exec's standard output is, where the line says `digits`. */
function pipeOf(digits: string): unknown {
  const fds = [{ fd: 1, fdtype: 6, pipe: { pipe_id: STAND_IN } }];
  const line = esLine(esMessage('exec', { ...EXEC_BODY, fds }));
  const message = readLine(line.replace(String(STAND_IN), digits));
  if (typeof message === 'string' || message.event?.type !== 'exec') throw new Error('no exec');
  return message.event.fds[0]?.pipeId;
}

function neverThrows(line: string): void {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const before = Reflect.ownKeys(Object.prototype);
  expect(() => readMessage(value as JsonObject, line)).not.toThrow();
  expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
}

describe('readMessage', () => {
  it('reads the envelope', () => {
    expect(readable(esMessage('exit', { stat: 9 }))).toMatchObject({
      timeUs: Date.parse('2026-11-02T09:00:01Z') * 1000 + 123,
      globalSequence: 34,
      eventName: 'exit',
      denied: false,
      event: { type: 'exit', stat: 9 },
    });
  });

  it('reads a process and its three tokens', () => {
    expect(readable(esMessage('exit', { stat: 9 })).process).toEqual({
      auditToken: { auid: 501, ruid: 503, pid: 1000, pidversion: 71_000 },
      parentAuditToken: { auid: 501, ruid: 503, pid: 1001, pidversion: 71_001 },
      responsibleAuditToken: { auid: 501, ruid: 503, pid: 1002, pidversion: 71_002 },
      ppid: 1001,
      executablePath: '/opt/example/program-1000',
      signingId: 'com.example.signed-1000',
      teamId: 'EXAMPLE123',
      isPlatformBinary: true,
      cdhash: '00112233445566778899AABBCCDDEEFF01234567',
      startUs: Date.parse('2026-11-02T08:59:59Z') * 1000 + 123_456,
    });
  });

  it('reads the array form of audit tokens as the object form', () => {
    const process = processOf(1000, {
      audit_token: tokenArrayOf(1000),
      parent_audit_token: tokenArrayOf(1001),
      responsible_audit_token: tokenArrayOf(1002),
    });
    const message = readable(esMessage('exit', { stat: 9 }, { version: 10, process }));
    expect(message.process).toEqual(readable(esMessage('exit', { stat: 9 })).process);
  });

  it.each([
    ['of seven numbers', tokenArrayOf(1000).slice(0, 7)],
    ['without a pid', tokenOf(1000, { pid: null })],
    ['without a pidversion', without(tokenOf(1000), 'pidversion')],
    ['of text', tokenOf(1000, { pid: '1000' })],
    ['that is null', null],
    ['that is a number', 1000],
  ])('loses a message whose process has a token %s', (_what, token) => {
    const process = processOf(1000, { audit_token: token });
    expect(read(esMessage('exit', { stat: 9 }, { process }))).toBe('bad-shape');
  });

  it.each([6, 7, 8, 9, 10, 11])('reads version %i, with the keys that it has', (version) => {
    const later =
      version >= 11 ? { entitlements: { 'com.apple.security.get-task-allow': true } } : {};
    const category = version >= 10 ? { cs_validation_category: 6 } : {};
    const body = { ...EXEC_BODY, ...later, target: { ...processOf(2000), ...category } };
    const stated = version >= 7 ? body : without(body, 'dyld_exec_path');
    expect(readable(esMessage('exec', stated, { version })).event).toEqual(
      readable(esMessage('exec', EXEC_BODY)).event,
    );
  });

  it.each([...BODIES])(
    'reads %s alike with the keys of every object in any order',
    (name, body) => {
      const message = esMessage(name, body);
      const expected = readable(message);
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          expect(read(shuffled(message, seed))).toEqual(expected);
        }),
        { numRuns: 20 },
      );
    },
  );

  it.each([...BODIES])('reads %s alike with escaped and with plain slashes', (name, body) => {
    const line = esLine(esMessage(name, body));
    expect(line).toContain(String.raw`\/`);
    expect(readLine(line)).toEqual(readLine(line.replaceAll(String.raw`\/`, '/')));
  });

  it.each([...BODIES])('reads %s alike with blanks between the tokens', (name, body) => {
    const message = esMessage(name, body);
    const line = JSON.stringify(message, null, '\t').replaceAll('\n', ' ');
    expect(readLine(line)).toEqual(readable(message));
  });

  it.each([...BODIES])('reads %s alike when there are keys that nobody knows', (name, body) => {
    const more = { future: { deep: [1, { event: 'x' }] } };
    const message = esMessage(name, { ...body, ...more }, more);
    expect(read(message)).toEqual(readable(esMessage(name, body)));
  });

  it.each([
    'seq_num',
    'mach_time',
    'thread',
    'action',
    'schema_version',
    'version',
    'event_type',
    'action_type',
    'tty',
    'cs_validation_category',
    'original_ppid',
    'group_id',
    'session_id',
    'codesigning_flags',
    'dyld_exec_path',
    'env',
    'last_fd',
    'image_cputype',
    'path_truncated',
    'st_dev',
  ])('does not miss the key %s', (key) => {
    for (const [name, body] of BODIES) {
      const message = esMessage(name, body);
      expect(read(without(message, key))).toEqual(readable(message));
    }
  });

  it.each([
    ['parent_audit_token', { parentAuditToken: null }],
    ['responsible_audit_token', { responsibleAuditToken: null }],
    ['ppid', { ppid: null }],
    ['signing_id', { signingId: null }],
    ['team_id', { teamId: null }],
    ['cdhash', { cdhash: null }],
    ['is_platform_binary', { isPlatformBinary: false }],
    ['start_time', { startUs: null }],
  ])('reads a process without %s as one that does not say it', (key, change) => {
    const expected = { ...readable(esMessage('exit', { stat: 9 })).process, ...change };
    const message = esMessage('exit', { stat: 9 });
    expect(readable(without(message, key)).process).toEqual(expected);
    const process = processOf(1000, { [key]: null });
    expect(readable({ ...message, process }).process).toEqual(expected);
  });

  it('takes the empty text of an unsigned program for no signing', () => {
    const process = processOf(1000, { signing_id: '', team_id: '', cdhash: '' });
    expect(readable(esMessage('exit', { stat: 9 }, { process })).process).toMatchObject({
      signingId: null,
      teamId: null,
      cdhash: null,
    });
  });

  it.each([
    ['no time', { time: undefined }],
    ['a time that is none', { time: 'yesterday' }],
    ['no process', { process: undefined }],
    ['a process without executable', { process: processOf(1, { executable: null }) }],
    ['no event', { event: undefined }],
    ['an event of no key', { event: {} }],
    ['an event of two keys', { event: { exit: { stat: 0 }, fork: { child: processOf(2) } } }],
    ['an event that is a text', { event: 'exit' }],
    ['an event whose body is null', { event: { exit: null } }],
  ])('loses a message with %s', (_what, changes) => {
    expect(read(esMessage('exit', { stat: 9 }, changes))).toBe('bad-shape');
  });

  it.each([
    ['exec', 'target'],
    ['exec', 'args'],
    ['fork', 'child'],
    ['exit', 'stat'],
    ['open', 'file'],
    ['close', 'target'],
    ['create', 'destination'],
    ['unlink', 'target'],
    ['truncate', 'target'],
    ['rename', 'source'],
    ['rename', 'destination'],
    ['link', 'source'],
    ['link', 'target_dir'],
    ['link', 'target_filename'],
    ['clone', 'source'],
    ['clone', 'target_dir'],
    ['clone', 'target_name'],
    ['copyfile', 'source'],
    ['copyfile', 'target_dir'],
    ['copyfile', 'target_name'],
  ])('loses an %s without %s, which it cannot do without', (name, key) => {
    const body = { ...BODIES.get(name) };
    expect(Object.keys(body)).toContain(key);
    for (const value of [undefined, null, true]) {
      expect(read(esMessage(name, { ...body, [key]: value }))).toBe('bad-shape');
    }
  });

  it('keeps the name of an event that it does not use, whatever is in it', () => {
    for (const body of [null, 7, {}, { target: 'x' }]) {
      expect(read(esMessage('od_create_user', body))).toMatchObject({
        eventName: 'od_create_user',
        event: null,
      });
    }
  });

  it.each(['toString', 'hasOwnProperty', 'prototype', ''])(
    'takes an event named %j for one that it does not use',
    (name) => {
      expect(read(esMessage(name, {}))).toMatchObject({ eventName: name, event: null });
    },
  );

  it.each([
    [{ result: { result_type: 0, result: { auth: 0 } } }, false],
    [{ result: { result_type: 0, result: { auth: 1 } } }, true],
    [{ result: { result_type: 1, result: { flags: 4_294_967_295 } } }, false],
    [{ result: { result_type: 1, result: { flags: 1 } } }, false],
    [{ result: { result_type: 1, result: { flags: 0 } } }, true],
    [{ result: {} }, false],
    [{}, false],
    [null, false],
  ])('reads the answer %j as denied: %s', (action, denied) => {
    expect(readable(esMessage('exit', { stat: 9 }, { action })).denied).toBe(denied);
  });

  it('loses the number of a line whose number a double cannot hold', () => {
    const message = esMessage('exit', { stat: 9 }, { global_seq_num: 2 ** 53 });
    expect(readable(message).globalSequence).toBeNull();
  });
});

describe('readMessage on files', () => {
  it('reads an inode above 2^53 to the last digit', () => {
    expect(String(Number(SYSTEM_INODE))).not.toBe(SYSTEM_INODE);
    expect(inodeOf(lineOfInodes(open))).toBe(SYSTEM_INODE);
  });

  it('reads it next to another one that is far from it', () => {
    expect(inodeOf(lineOfInodes(open, SYSTEM_INODE, '1152921500399999999'))).toBe(SYSTEM_INODE);
  });

  it('never gives the inode of a neighbour that rounds alike', () => {
    const neighbour = '1152921500312571497';
    expect(Number(neighbour)).toBe(Number(SYSTEM_INODE));
    expect([null, SYSTEM_INODE]).toContain(inodeOf(lineOfInodes(open, SYSTEM_INODE, neighbour)));
  });

  it('does not take digits for the inode that only an argument writes', () => {
    const file = fileOf('/usr/lib/"st_ino":1152921500312571497', {
      stat: statOf({ st_ino: STAND_IN }),
    });
    const line = esLine(esMessage('open', open(file))).replace(String(STAND_IN), SYSTEM_INODE);
    expect(inodeOf(line)).toBe(SYSTEM_INODE);
  });

  it.each(['1e400', '0.5', '"7"', 'null', 'true'])('reads no inode where it says %s', (text) => {
    expect(inodeOf(lineOfInodes(open, text))).toBeNull();
  });

  it.each([
    ['an empty stat', { stat: {} }],
    ['no stat', { stat: undefined }],
    ['a stat that is null', { stat: null }],
  ])('reads a file with %s', (_what, changes) => {
    const body = { file: fileOf('/tmp/x', changes), fflag: 1 };
    expect(readable(esMessage('open', body)).event).toEqual({
      type: 'open',
      fflag: 1,
      file: {
        path: '/tmp/x',
        pathTruncated: false,
        inode: null,
        size: null,
        uid: null,
        modifiedUs: null,
      },
    });
  });

  it.each([
    ['create', { existing_file: fileOf(DESTINATION) }, 103_736],
    [
      'create',
      { new_path: { dir: fileOf('/Users/maria/Downloads'), filename: 'new.csv', mode: 420 } },
      null,
    ],
    ['create', { new_path: { dir: fileOf('/Users/maria/Downloads/'), filename: 'new.csv' } }, null],
  ])('reads where a %s leads to: %j', (name, destination, inode) => {
    expect(readable(esMessage(name, { destination_type: 0, destination })).event).toMatchObject({
      destination: { path: DESTINATION, inode: inode === null ? null : String(inode) },
    });
  });

  it('reads a file in the root folder', () => {
    const destination = { new_path: { dir: fileOf('/'), filename: 'x.csv' } };
    expect(readable(esMessage('create', { destination })).event).toMatchObject({
      destination: { path: '/x.csv' },
    });
  });

  it.each([
    ['a new path', { new_path: { dir: fileOf('/Users/maria/Downloads'), filename: 'new.csv' } }],
    ['a file that it replaces', { existing_file: fileOf(DESTINATION) }],
  ])('reads a rename to %s', (_what, destination) => {
    const body = { source: fileOf('/tmp/old.csv'), destination };
    expect(readable(esMessage('rename', body)).event).toMatchObject({
      type: 'rename',
      source: { path: '/tmp/old.csv' },
      destinationPath: DESTINATION,
    });
  });

  it.each([
    ['clone', 'target_dir', 'target_name'],
    ['clone', 'target', 'target_name'],
    ['copyfile', 'target_dir', 'target_name'],
    ['copyfile', 'targetdir', 'target_name'],
    ['link', 'target_dir', 'target_filename'],
  ])('reads where a %s leads to in %s and %s', (name, folderKey, nameKey) => {
    const body = {
      source: fileOf('/tmp/old.csv'),
      [folderKey]: fileOf('/Users/maria/Downloads'),
      [nameKey]: 'new.csv',
    };
    expect(readable(esMessage(name, body)).event).toMatchObject({
      type: name,
      source: { path: '/tmp/old.csv' },
      destinationPath: DESTINATION,
    });
  });

  it('reads a copyfile over a file that is there', () => {
    const body = {
      ...BODIES.get('copyfile'),
      target_file: fileOf('/Users/maria/Downloads/new.csv'),
    };
    expect(readable(esMessage('copyfile', body)).event).toMatchObject({
      destinationPath: DESTINATION,
    });
  });
});

describe('readMessage on an exec', () => {
  it('reads the image after, its arguments, folder, script and descriptors', () => {
    const { event } = readable(esMessage('exec', EXEC_BODY));
    expect(event).toEqual({
      type: 'exec',
      target: readable(esMessage('exit', { stat: 0 }, { process: processOf(2000) })).process,
      args: ['pg_dump', '--file', 'a b.sql', ''],
      cwd: '/Users/maria',
      script: '/Users/maria/dump.sh',
      fds: [
        { fd: 0, fdtype: 6, pipeId: '7001' },
        { fd: 1, fdtype: 1, pipeId: null },
        { fd: 2, fdtype: 2, pipeId: null },
        { fd: 3, fdtype: 5, pipeId: null },
      ],
    });
  });

  it('keeps arguments as they are', () => {
    const args = ['\u0000', '\uFFFD', '\u202Egnp.sh', 'a\nb', 'e\u0301', '__proto__', '\u{1F980}'];
    expect(readable(esMessage('exec', { ...EXEC_BODY, args })).event).toMatchObject({ args });
  });

  it.each(['cwd', 'script', 'fds'])('reads an exec that does not say its %s', (key) => {
    const expected = { [key]: key === 'fds' ? [] : null };
    for (const value of [undefined, null]) {
      expect(readable(esMessage('exec', { ...EXEC_BODY, [key]: value })).event).toMatchObject(
        expected,
      );
    }
  });

  it('loses a descriptor that it cannot read and keeps the others', () => {
    const fds = [null, 7, {}, { fd: 1 }, { fd: '0', fdtype: 1 }, { fd: 2, fdtype: 1 }];
    expect(readable(esMessage('exec', { ...EXEC_BODY, fds })).event).toMatchObject({
      fds: [{ fd: 2, fdtype: 1, pipeId: null }],
    });
  });

  it('keeps apart two pipes whose ids a double rounds alike', () => {
    expect(Number('9295429630892703745')).toBe(Number('9295429630892703744'));
    expect(pipeOf('9295429630892703745')).not.toBe(pipeOf('9295429630892703744'));
  });

  it('loses an exec with an argument that is no text, rather than guess the command', () => {
    expect(read(esMessage('exec', { ...EXEC_BODY, args: ['a', 7] }))).toBe('bad-shape');
  });
});

describe('readMessage on keys that mean something to JavaScript', () => {
  const line = esLine(esMessage('exit', { stat: 9 }));

  it.each(['__proto__', 'constructor'])('refuses %s in the envelope and in the event', (key) => {
    const value = '{"polluted":true}';
    expect(readLine(line.replace('{', `{"${key}":${value},`))).toBe('forbidden-key');
    expect(readLine(line.replace('"event":{', `"event":{"${key}":${value},`))).toBe(
      'forbidden-key',
    );
    expect(readLine(line.replace('"exit"', `"${key}"`))).toBe('forbidden-key');
  });

  it.each(['__proto__', 'constructor'])('is not disturbed by %s in entitlements', (key) => {
    const entitlements = `{"${key}":{"polluted":true,"args":["x"]}}`;
    const plain = esLine(esMessage('exec', EXEC_BODY));
    const changed = plain.replace('"exec":{', `"exec":{"entitlements":${entitlements},`);
    expect(changed).not.toBe(plain);
    expect(readLine(changed)).toEqual(readLine(plain));
    expect(({} as JsonObject)['polluted']).toBeUndefined();
  });

  it('does not take a field from a __proto__ that was sent', () => {
    const process =
      '"process":{"__proto__":{"audit_token":[501,0,0,501,0,7,0,8],"executable":{"path":"/x"}}}';
    const changed = `{"time":"2026-11-02T09:00:01Z","event":{"exit":{"stat":0}},${process}}`;
    expect(readLine(changed)).toBe('bad-shape');
  });
});

describe('readMessage on anything', () => {
  const lines = [...BODIES].map(([name, body]) => esLine(esMessage(name, body)));

  it('neither throws nor changes Object.prototype, whatever the JSON', () => {
    fc.assert(fc.property(jsonText, neverThrows), { numRuns: 500 });
  });

  it('neither throws nor changes Object.prototype, whatever stands in place of one value', () => {
    fc.assert(fc.property(damaged(lines), neverThrows), { numRuns: 500 });
  });
});
