/**
 * Endpoint Security messages as plain objects in Apple's names, with a different value in every field, so that a reader
 * that takes the wrong one shows. `esLine` writes them as the helper does.
 */

type Fields = Readonly<Record<string, unknown>>;

/** The eight numbers of an audit token. */
export function tokenOf(pid: number, changes: Fields = {}): Fields {
  return {
    asid: 100_010,
    auid: 501,
    egid: 21,
    euid: 502,
    pid,
    pidversion: pid + 70_000,
    rgid: 22,
    ruid: 503,
    ...changes,
  };
}

/** The shape of the first macOS 26 beta: auid, euid, egid, ruid, rgid, pid, asid, pidversion. */
export function tokenArrayOf(pid: number, changes: Fields = {}): readonly unknown[] {
  const token = tokenOf(pid, changes);
  return ['auid', 'euid', 'egid', 'ruid', 'rgid', 'pid', 'asid', 'pidversion'].map(
    (key) => token[key],
  );
}

export function statOf(changes: Fields = {}): Fields {
  return {
    st_dev: 16_777_232,
    st_mode: 33_188,
    st_nlink: 1,
    st_ino: 103_736,
    st_uid: 504,
    st_gid: 20,
    st_rdev: 0,
    st_size: 4097,
    st_blocks: 16,
    st_blksize: 4096,
    st_flags: 64,
    st_gen: 0,
    st_atimespec: '2026-11-02T09:00:00.000001001Z',
    st_mtimespec: '2026-11-02T09:00:00.000002002Z',
    st_ctimespec: '2026-11-02T09:00:00.000003003Z',
    st_birthtimespec: '2026-11-02T09:00:00.000004004Z',
    ...changes,
  };
}

export function fileOf(path: string, changes: Fields = {}): Fields {
  return { path, path_truncated: false, stat: statOf(), ...changes };
}

export function processOf(pid: number, changes: Fields = {}): Fields {
  return {
    audit_token: tokenOf(pid),
    parent_audit_token: tokenOf(pid + 1),
    responsible_audit_token: tokenOf(pid + 2),
    ppid: pid + 1,
    original_ppid: pid + 3,
    group_id: pid + 4,
    session_id: pid + 5,
    codesigning_flags: 570_522_385,
    is_platform_binary: true,
    is_es_client: false,
    cdhash: '00112233445566778899AABBCCDDEEFF01234567',
    signing_id: `com.example.signed-${pid}`,
    team_id: 'EXAMPLE123',
    executable: fileOf(`/opt/example/program-${pid}`),
    tty: null,
    start_time: '2026-11-02T08:59:59.123456Z',
    ...changes,
  };
}

/** A message of version 9 with the one event `name`. */
export function esMessage(name: string, body: unknown, changes: Fields = {}): Fields {
  return {
    schema_version: 1,
    version: 9,
    time: '2026-11-02T09:00:01.000123456Z',
    mach_time: 13_838_207_053,
    seq_num: 21,
    global_seq_num: 34,
    event_type: 9,
    action_type: 1,
    action: { result: { result_type: 0, result: { auth: 0 } } },
    thread: { thread_id: 11 },
    process: processOf(1000),
    event: { [name]: body },
    ...changes,
  };
}

/** The message as the helper writes it: slashes are escaped. */
export function esLine(message: unknown): string {
  return JSON.stringify(message).replaceAll('/', String.raw`\/`);
}

export const DESTINATION = '/Users/maria/Downloads/new.csv';
const SOURCE = fileOf('/Users/maria/Downloads/old.csv');
const FOLDER = fileOf('/Users/maria/Downloads');

export const EXEC_BODY: Fields = {
  target: processOf(2000),
  args: ['pg_dump', '--file', 'a b.sql', ''],
  env: ['PATH=/usr/bin'],
  cwd: fileOf('/Users/maria'),
  script: fileOf('/Users/maria/dump.sh'),
  dyld_exec_path: '/opt/example/program-2000',
  fds: [
    { fd: 0, fdtype: 6, pipe: { pipe_id: 7001 } },
    { fd: 1, fdtype: 1 },
    { fd: 2, fdtype: 2 },
    { fd: 3, fdtype: 5 },
  ],
  last_fd: 3,
  image_cputype: 16_777_228,
  image_cpusubtype: -2_147_483_646,
};

/** One body of every event that Spillwatch uses. Transfers lead from old.csv to `DESTINATION`. */
export const BODIES: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  ['exec', EXEC_BODY],
  ['fork', { child: processOf(3000) }],
  ['exit', { stat: 256 }],
  ['open', { file: SOURCE, fflag: 16_777_217 }],
  ['close', { target: SOURCE, modified: true, was_mapped_writable: false }],
  ['create', { destination_type: 0, destination: { existing_file: SOURCE }, acl: null }],
  ['unlink', { target: SOURCE, parent_dir: FOLDER }],
  ['truncate', { target: SOURCE }],
  [
    'rename',
    {
      source: SOURCE,
      destination_type: 1,
      destination: { new_path: { dir: FOLDER, filename: 'new.csv' } },
    },
  ],
  ['link', { source: SOURCE, target_dir: FOLDER, target_filename: 'new.csv' }],
  ['clone', { source: SOURCE, target_dir: FOLDER, target_name: 'new.csv' }],
  [
    'copyfile',
    {
      source: SOURCE,
      target_file: null,
      target_dir: FOLDER,
      target_name: 'new.csv',
      mode: 0,
      flags: 0,
    },
  ],
]);
