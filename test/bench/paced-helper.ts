#!/usr/bin/env node
/**
 * A helper for long runs: writes Endpoint Security lines at a steady rate, with the time of the moment and numbers without
 * holes. Answers `--list-events` as the real one does.
 *
 *   endpointSecurity.command: [".../node_modules/.bin/node", ".../test/bench/paced-helper.ts", "--rate", "2000"]
 */
const EVENTS = ['exec', 'fork', 'exit', 'open', 'close', 'create', 'rename', 'unlink'];
const TICK_MS = 10;
const SHORT_PIDS = 90_000;

if (process.argv.includes('--list-events')) process.stdout.write(`${EVENTS.join('\n')}\n`);
else if (process.argv.includes('open')) setInterval(() => {}, 60_000);
else pace(Number(process.argv[process.argv.indexOf('--rate') + 1] ?? 2000));

function pace(linesPerSecond: number): void {
  let sequence = 0;
  let owed = 0;
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    owed += ((now - last) / 1000) * linesPerSecond;
    last = now;
    const lines: string[] = [];
    for (; owed >= 1; owed -= 1) {
      lines.push(line(sequence));
      sequence += 1;
    }
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }, TICK_MS);
}

function line(sequence: number): string {
  const time = `${new Date().toISOString().slice(0, 23)}${String(sequence % 1000).padStart(3, '0')}000Z`;
  const pid = 2000 + (sequence % 400);
  const process = actorOf(sequence, pid);
  const path = `/Users/maria/Library/Caches/Chrome/entry-${sequence % 5000}`;
  return JSON.stringify({
    time,
    global_seq_num: sequence,
    event: eventOf(sequence, pid, path),
    schema_version: 1,
    version: 9,
    process,
    action: { result: { result_type: 0, result: { auth: 0 } } },
    seq_num: sequence,
    event_type: 12,
    action_type: 1,
    mach_time: sequence * 24_000,
    thread: { thread_id: 1 },
  }).replaceAll('/', String.raw`\/`);
}

/** Processes that live on, and short ones that are forked, run a program and exit. */
function actorOf(sequence: number, pid: number): object {
  switch (sequence % 20) {
    case 1:
      return describe(SHORT_PIDS + ((sequence - 1) % 9000), sequence - 1);
    case 2:
      return describe(SHORT_PIDS + ((sequence - 2) % 9000), sequence - 1);
    default:
      return describe(pid, pid);
  }
}

function eventOf(sequence: number, pid: number, path: string): object {
  switch (sequence % 20) {
    case 0:
      return { fork: { child: describe(SHORT_PIDS + (sequence % 9000), sequence) } };
    case 1:
      return {
        exec: {
          target: describe(SHORT_PIDS + ((sequence - 1) % 9000), sequence),
          args: ['ls', '-la'],
          env: ['HOME=/Users/maria'],
          cwd: file('/Users/maria'),
          script: null,
          fds: [{ fd: 0, fdtype: 1 }],
        },
      };
    case 2:
      return { exit: { stat: 0 } };
    case 3:
    case 4:
      return { create: { destination_type: 0, destination: { existing_file: file(path) } } };
    case 5:
      return {
        rename: {
          source: file(path),
          destination_type: 1,
          destination: {
            new_path: { dir: file('/Users/maria/Library/Caches'), filename: `r-${pid}` },
          },
        },
      };
    default:
      return {
        close: { target: file(path), modified: sequence % 3 === 0, was_mapped_writable: false },
      };
  }
}

function describe(pid: number, pidversion: number): object {
  const token = { auid: 501, euid: 501, egid: 20, ruid: 501, rgid: 20, pid, asid: 1, pidversion };
  return {
    audit_token: token,
    parent_audit_token: { ...token, pid: 1, pidversion: 1 },
    responsible_audit_token: token,
    ppid: 1,
    original_ppid: 1,
    group_id: pid,
    session_id: pid,
    codesigning_flags: 570_522_385,
    is_platform_binary: false,
    is_es_client: false,
    cdhash: 'A7D4C1B2E3F40516273849AABBCCDDEEFF001122',
    signing_id: 'com.google.Chrome.helper',
    team_id: 'EQHXZ8M8AV',
    executable: file('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome Helper'),
    tty: null,
    start_time: '2026-11-24T05:00:00.000000Z',
  };
}

function file(path: string): object {
  return {
    path,
    path_truncated: false,
    stat: {
      st_ino: 33_452_897,
      st_size: 10,
      st_uid: 501,
      st_mtimespec: '2026-11-24T05:00:00.000000000Z',
    },
  };
}
