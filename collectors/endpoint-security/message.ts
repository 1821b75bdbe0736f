import {
  asArray,
  asInteger,
  asObject,
  asText,
  asTexts,
  asTimeUs,
  type JsonObject,
  MAX_PATH_LENGTH,
  own,
} from '../untrusted.ts';

/**
 * One line of the helper, in Apple's names and only as far as Spillwatch needs it. Message versions 6 (macOS 13) to
 * 11 (macOS 27) differ in keys that are not read here; unknown keys and events are fine.
 */
export interface EsMessage {
  readonly timeUs: number;
  readonly globalSequence: number | null;
  /** The one key inside `event`, for example `exec`. */
  readonly eventName: string;
  /** Another Endpoint Security client denied the operation: it did not happen. */
  readonly denied: boolean;
  readonly process: EsProcess;
  /** `null` for events that Spillwatch does not use. */
  readonly event: EsEvent | null;
}

/** Four of the eight numbers of an audit token; `auid` is 4294967295 when it was never set. */
export interface EsAuditToken {
  readonly auid: number;
  readonly ruid: number;
  readonly pid: number;
  readonly pidversion: number;
}

export interface EsProcess {
  readonly auditToken: EsAuditToken;
  readonly ppid: number | null;
  readonly parentAuditToken: EsAuditToken | null;
  readonly responsibleAuditToken: EsAuditToken | null;
  readonly executablePath: string;
  readonly signingId: string | null;
  readonly teamId: string | null;
  readonly isPlatformBinary: boolean;
  readonly cdhash: string | null;
  readonly startUs: number | null;
}

export interface EsFile {
  readonly path: string;
  readonly pathTruncated: boolean;
  /** Inode in decimal, exact also above 2^53 as on the system volume; `null` when the event has no `stat`. */
  readonly inode: string | null;
  readonly size: number | null;
  readonly uid: number | null;
  readonly modifiedUs: number | null;
}

export interface EsDescriptor {
  readonly fd: number;
  /** 1 vnode, 2 socket, 6 pipe; the others are of no interest here. */
  readonly fdtype: number;
  readonly pipeId: string | null;
}

export type EsEvent =
  | {
      readonly type: 'exec';
      readonly target: EsProcess;
      readonly args: readonly string[];
      readonly cwd: string | null;
      readonly script: string | null;
      readonly fds: readonly EsDescriptor[];
    }
  | { readonly type: 'fork'; readonly child: EsProcess }
  | { readonly type: 'exit'; readonly stat: number }
  | { readonly type: 'open'; readonly file: EsFile; readonly fflag: number }
  | { readonly type: 'close'; readonly target: EsFile; readonly modified: boolean }
  | { readonly type: 'create'; readonly destination: EsFile }
  | { readonly type: 'unlink'; readonly target: EsFile }
  | { readonly type: 'truncate'; readonly target: EsFile }
  | {
      readonly type: 'rename' | 'link' | 'clone' | 'copyfile';
      readonly source: EsFile;
      readonly destinationPath: string;
      readonly destinationTruncated: boolean;
    };

/** Why a line is lost. */
export type MessageFault = 'bad-shape' | 'forbidden-key';

/**
 * Reads an object that was parsed from `line` as a message. `line` itself is only looked at for the digits of
 * integers that a double cannot hold.
 */
export function readMessage(object: JsonObject, line: string): EsMessage | MessageFault {
  const event = asObject(own(object, 'event'));
  const timeUs = asTimeUs(own(object, 'time'));
  const process = readProcess(own(object, 'process'));
  const names = event ? Object.keys(event) : [];
  const [eventName] = names;
  // The helper's encoder has fixed keys here, so a magic one means that something else writes the stream.
  if (hasForbiddenKey(object) || (event && hasForbiddenKey(event))) return 'forbidden-key';
  if (!event || !process || timeUs === null || names.length !== 1 || eventName === undefined)
    return 'bad-shape';

  const body = asObject(own(event, eventName));
  const read = READERS.get(eventName);
  const typed = read ? body && read(body, line) : null;
  if (read && !typed) return 'bad-shape';
  return {
    timeUs,
    globalSequence: asInteger(own(object, 'global_seq_num')),
    eventName,
    denied: isDenied(asObject(own(object, 'action'))),
    process,
    event: typed,
  };
}

type Reader = (body: JsonObject, line: string) => EsEvent | null;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['exec', readExec],
  [
    'fork',
    (body) => {
      const child = readProcess(own(body, 'child'));
      return child && { type: 'fork', child };
    },
  ],
  [
    'exit',
    (body) => {
      const stat = asInteger(own(body, 'stat'));
      return stat === null ? null : { type: 'exit', stat };
    },
  ],
  [
    'open',
    (body, line) => {
      const file = readFile(own(body, 'file'), line);
      return file && { type: 'open', file, fflag: asInteger(own(body, 'fflag')) ?? 0 };
    },
  ],
  [
    'close',
    (body, line) => {
      const target = readFile(own(body, 'target'), line);
      return target && { type: 'close', target, modified: own(body, 'modified') === true };
    },
  ],
  [
    'create',
    (body, line) => {
      const destination = readDestination(own(body, 'destination'), line);
      return destination && { type: 'create', destination };
    },
  ],
  ['unlink', readTarget('unlink')],
  ['truncate', readTarget('truncate')],
  [
    'rename',
    (body, line) => {
      const source = readFile(own(body, 'source'), line);
      const destination = readDestination(own(body, 'destination'), line);
      return (
        source &&
        destination && {
          type: 'rename',
          source,
          destinationPath: destination.path,
          destinationTruncated: destination.pathTruncated,
        }
      );
    },
  ],
  ['link', readTransfer('link', 'target_filename')],
  ['clone', readTransfer('clone', 'target_name')],
  ['copyfile', readTransfer('copyfile', 'target_name')],
]);

function readTarget(type: 'unlink' | 'truncate'): Reader {
  return (body, line) => {
    const target = readFile(own(body, 'target'), line);
    return target && { type, target };
  };
}

/** The folder's key is `target_dir`; macOS 13 and 14 wrote `targetdir` for copyfile, and one parser saw `target` for clone. */
function readTransfer(type: 'link' | 'clone' | 'copyfile', nameKey: string): Reader {
  return (body, line) => {
    const source = readFile(own(body, 'source'), line);
    const folder = asObject(
      own(body, 'target_dir') ?? own(body, 'targetdir') ?? own(body, 'target'),
    );
    const folderPath = folder && asText(own(folder, 'path'));
    const name = asText(own(body, nameKey));
    if (!source || folderPath === null || name === null) return null;
    const destinationPath = joinPath(folderPath, name);
    return {
      type,
      source,
      destinationPath,
      destinationTruncated: isCut(folder, destinationPath),
    };
  };
}

function readExec(body: JsonObject, line: string): EsEvent | null {
  const target = readProcess(own(body, 'target'));
  const args = asTexts(own(body, 'args'));
  if (!target || !args) return null;
  return {
    type: 'exec',
    target,
    args,
    cwd: pathOf(own(body, 'cwd')),
    script: pathOf(own(body, 'script')),
    fds: (asArray(own(body, 'fds')) ?? []).flatMap((value) => readDescriptor(value, line)),
  };
}

function readDescriptor(value: unknown, line: string): EsDescriptor[] {
  const object = asObject(value);
  const fd = object && asInteger(own(object, 'fd'));
  const fdtype = object && asInteger(own(object, 'fdtype'));
  if (!object || fd === null || fdtype === null) return [];
  const pipe = asObject(own(object, 'pipe'));
  const pipeId = pipe ? own(pipe, 'pipe_id') : null;
  return [{ fd, fdtype, pipeId: readDigits(pipeId, 'pipe_id', line) }];
}

function readProcess(value: unknown): EsProcess | null {
  const object = asObject(value);
  if (!object) return null;
  const auditToken = readAuditToken(own(object, 'audit_token'));
  const executablePath = pathOf(own(object, 'executable'));
  if (!auditToken || executablePath === null) return null;
  return {
    auditToken,
    ppid: asInteger(own(object, 'ppid')),
    parentAuditToken: readAuditToken(own(object, 'parent_audit_token')),
    responsibleAuditToken: readAuditToken(own(object, 'responsible_audit_token')),
    executablePath,
    signingId: emptyAsNull(asText(own(object, 'signing_id'))),
    teamId: emptyAsNull(asText(own(object, 'team_id'))),
    isPlatformBinary: own(object, 'is_platform_binary') === true,
    cdhash: emptyAsNull(asText(own(object, 'cdhash'))),
    startUs: asTimeUs(own(object, 'start_time')),
  };
}

/** Order of the array form, seen in a macOS 26 beta: auid, euid, egid, ruid, rgid, pid, asid, pidversion. */
const TOKEN_ARRAY = { auid: 0, ruid: 3, pid: 5, pidversion: 7 } as const;

function readAuditToken(value: unknown): EsAuditToken | null {
  const array = asArray(value);
  const object = asObject(value);
  const number = (key: keyof typeof TOKEN_ARRAY): number | null =>
    asInteger(array ? array[TOKEN_ARRAY[key]] : object && own(object, key));
  const auid = number('auid');
  const ruid = number('ruid');
  const pid = number('pid');
  const pidversion = number('pidversion');
  if (auid === null || ruid === null || pid === null || pidversion === null) return null;
  return { auid, ruid, pid, pidversion };
}

/** A file that exists is described whole; a path that is yet to be made as a folder and a name. */
function readDestination(value: unknown, line: string): EsFile | null {
  const object = asObject(value);
  if (!object) return null;
  const existing = own(object, 'existing_file');
  if (existing !== undefined) return readFile(existing, line);
  const made = asObject(own(object, 'new_path'));
  const dir = made && asObject(own(made, 'dir'));
  const folder = pathOf(dir);
  const name = made && asText(own(made, 'filename'));
  if (folder === null || name === null) return null;
  const path = joinPath(folder, name);
  return {
    path,
    pathTruncated: isCut(dir, path),
    inode: null,
    size: null,
    uid: null,
    modifiedUs: null,
  };
}

function readFile(value: unknown, line: string): EsFile | null {
  const object = asObject(value);
  const path = object && asText(own(object, 'path'));
  if (!object || path === null) return null;
  const stat = asObject(own(object, 'stat'));
  return {
    path,
    pathTruncated: isCut(object, path),
    inode: stat && readDigits(own(stat, 'st_ino'), 'st_ino', line),
    size: stat && asInteger(own(stat, 'st_size')),
    uid: stat && asInteger(own(stat, 'st_uid')),
    modifiedUs: stat && asTimeUs(own(stat, 'st_mtimespec')),
  };
}

/** Above 2^53 JSON.parse rounds, so the digits are taken from the line; two different ones that round alike give `null`. */
function readDigits(value: unknown, key: string, line: string): string | null {
  if (typeof value !== 'number') return null;
  if (Number.isSafeInteger(value)) return String(value);
  const digits = new Set(
    [...line.matchAll(new RegExp(`"${key}"\\s*:\\s*(\\d+)`, 'g'))].flatMap(([, text]) =>
      text !== undefined && Number(text) === value ? [text] : [],
    ),
  );
  const [only] = digits;
  return digits.size === 1 && only !== undefined ? only : null;
}

/** `result_type` 0 answers allow (0) or deny (1), 1 answers with the flags that were let through. */
function isDenied(action: JsonObject | null): boolean {
  const outer = action && asObject(own(action, 'result'));
  const result = outer && asObject(own(outer, 'result'));
  if (!result) return false;
  return own(result, 'auth') === 1 || own(result, 'flags') === 0;
}

function pathOf(value: unknown): string | null {
  const object = asObject(value);
  return object && asText(own(object, 'path'));
}

/** A path that macOS cut, or one longer than it ever reports, which therefore is none of its own. */
function isCut(file: JsonObject | null, path: string): boolean {
  return path.length > MAX_PATH_LENGTH || (file !== null && own(file, 'path_truncated') === true);
}

function joinPath(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

function emptyAsNull(text: string | null): string | null {
  return text === '' ? null : text;
}

function hasForbiddenKey(object: JsonObject): boolean {
  return Object.hasOwn(object, '__proto__') || Object.hasOwn(object, 'constructor');
}
